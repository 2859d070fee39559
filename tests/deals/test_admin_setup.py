"""The set-up behind deals in the admin: products, currencies, pipelines with their stages, reasons for losing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import User
from deals.models import Currency, ExchangeRate, LossReason, Pipeline, Product, ProductCategory, Stage
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def said(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


# --- Products ---


def test_a_product_is_made_with_five_fields(admin_as: As, maya: User) -> None:
    form = {"name": "Drill", "code": "D1", "price": "9.90", "currency": "USD", "unit": "pc", "tax_category": "standard"}
    response = admin_as(maya).post("/admin/deals/product/add/", {**form, "is_active": "on"})
    product = Product.objects.get()
    assert response.url == reverse("admin:deals_product_change", args=[product.pk])  # type: ignore[attr-defined]
    first = admin_as(maya).get("/admin/deals/product/add/").context["adminform"].fieldsets[0]
    assert len(first[1]["fields"]) <= 5


def test_a_price_has_the_decimals_of_its_currency(admin_as: As, maya: User) -> None:
    form = {"name": "Drill", "code": "D1", "price": "9.90", "currency": "IDR", "unit": "pc", "tax_category": "standard"}
    response = admin_as(maya).post("/admin/deals/product/add/", form)
    assert "IDR is written with 0 decimals" in said(response)


def test_products_are_taken_out_of_the_catalogue_and_back(admin_as: As, maya: User) -> None:
    product = ProductFactory()
    client = admin_as(maya)
    for action, active in (("withdraw", False), ("offer", True)):
        client.post("/admin/deals/product/", {"action": action, "_selected_action": [product.pk]})
        product.refresh_from_db()
        assert product.is_active is active


def test_the_heading_counts_products(admin_as: As, maya: User) -> None:
    ProductFactory(category=ProductCategory.objects.create(name="Tools"))
    ProductFactory(is_active=False)
    heading = admin_as(maya).get("/admin/deals/product/").context["heading"]
    assert heading == "1 active products, 1 inactive, in 1 categories"


def test_a_rep_reads_products_and_changes_none(admin_as: As, rani: User) -> None:
    product = ProductFactory()
    client = admin_as(rani)
    assert client.get(reverse("admin:deals_product_change", args=[product.pk])).status_code == 200
    assert client.post(reverse("admin:deals_product_change", args=[product.pk]), {"name": "x"}).status_code == 403
    assert client.get("/admin/deals/product/add/").status_code == 403


# --- Currencies ---


def test_the_company_s_currency_is_chosen_while_there_is_no_rate(admin_as: As, fina: User) -> None:
    admin_as(fina).post(reverse("admin:deals_currency_choose", args=["IDR"]))
    assert Currency.objects.of_company().code == "IDR"


def test_the_company_s_currency_stays_while_rates_are_in_it(admin_as: As, fina: User) -> None:
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2026, 1, 1), rate=Decimal("0.00006"))
    response = admin_as(fina).post(reverse("admin:deals_currency_choose", args=["IDR"]), follow=True)
    assert Currency.objects.of_company().code == "USD"
    assert "The exchange rates say what others are worth in USD" in said(response)


def test_the_company_s_currency_has_no_rate(admin_as: As, fina: User) -> None:
    form = {"currency": "USD", "valid_from": "2026-01-01", "rate": "2"}
    assert "it needs no rate" in said(admin_as(fina).post("/admin/deals/exchangerate/add/", form))


def test_a_rate_is_added_from_the_page_of_its_currency(admin_as: As, fina: User) -> None:
    client = admin_as(fina)
    form = client.get("/admin/deals/exchangerate/add/?currency=IDR").context["adminform"].form
    assert form["currency"].value() == "IDR"
    client.post("/admin/deals/exchangerate/add/", {"currency": "IDR", "valid_from": "2026-01-01", "rate": "0.00006"})
    assert "0.00006" in said(client.get(reverse("admin:deals_currency_change", args=["IDR"])))


@pytest.mark.parametrize("rate", ["0", "-1", "much", "NaN", "1e30"])
def test_a_rate_that_is_none_is_told_at_its_field(admin_as: As, fina: User, rate: str) -> None:
    form = {"currency": "IDR", "valid_from": "2026-01-01", "rate": rate}
    response = admin_as(fina).post("/admin/deals/exchangerate/add/", form)
    assert response.context["adminform"].form.errors["rate"]


def test_decimals_of_a_currency_in_use_stay(admin_as: As, ana: User, rani: User) -> None:
    DealFactory(owner=rani)
    admin_as(ana).post(reverse("admin:deals_currency_change", args=["USD"]), {"name": "Dollar", "minor_units": "0"})
    assert Currency.objects.get(code="USD").minor_units == 2


def test_currencies_that_deals_use_without_a_rate_are_named(admin_as: As, ana: User, rani: User) -> None:
    DealFactory(owner=rani, currency=Currency.objects.get(code="VND"))
    assert "used without a rate: VND" in admin_as(ana).get("/admin/deals/currency/").context["heading"]


# --- Pipelines ---


def table(client: Client, pipeline: Pipeline, **changes: str) -> dict[str, object]:
    """The table of stages as its form would send it, with some cells changed."""
    shown = client.get(reverse("admin:deals_pipeline_change", args=[pipeline.pk])).context["table"]
    form: dict[str, object] = {"name": pipeline.name, "order": [str(row.stage.pk) for row in shown.rows]}
    for row in [*(row.form for row in shown.rows), shown.new]:
        form |= {row.add_prefix(name): "" if (value := row[name].value()) is None else value for name in row.fields}
    form.pop("new-is_for_won")
    return {**form, **changes}


def save(client: Client, pipeline: Pipeline, **changes: str) -> object:
    return client.post(reverse("admin:deals_pipeline_stages", args=[pipeline.pk]), table(client, pipeline, **changes))


def act(client: Client, pipeline: Pipeline, name: str, stage: Stage) -> str:
    address = reverse("admin:deals_pipeline_stage_act", args=[pipeline.pk])
    return said(client.post(address, {name: stage.pk}, follow=True))


def names(pipeline: Pipeline) -> list[str]:
    return list(Stage.objects.usable().filter(pipeline=pipeline).order_by("position").values_list("name", flat=True))


@pytest.mark.parametrize(("template", "stages"), [("six-stages", 6), ("eight-steps", 8), ("", 0)])
def test_a_pipeline_is_made_from_a_template(admin_as: As, maya: User, template: str, stages: int) -> None:
    admin_as(maya).post("/admin/deals/pipeline/add/", {"name": "Renewal", "template": template})
    assert len(names(Pipeline.objects.get(name="Renewal"))) == stages


def test_a_stage_is_renamed_and_another_added_before_the_one_for_won_deals(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    first = pipeline.stages.get(position=0)
    changes = {f"stage-{first.pk}-name": "Find", f"stage-{first.pk}-expected_days": "3", "new-name": "Sign"}
    save(admin_as(maya), pipeline, **changes)
    assert names(pipeline)[0] == "Find"
    assert names(pipeline)[-2:] == ["Sign", "After-sale care"]
    first.refresh_from_db()
    assert first.expected_days == 3


def test_an_empty_new_row_adds_nothing(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    save(admin_as(maya), pipeline)
    assert len(names(pipeline)) == 6


def test_stages_take_the_order_in_which_the_rows_stand(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    client = admin_as(maya)
    form = table(client, pipeline)
    form["order"] = list(reversed(form["order"]))  # type: ignore[call-overload]
    client.post(reverse("admin:deals_pipeline_stages", args=[pipeline.pk]), form)
    assert names(pipeline)[0] == "After-sale care"


def test_a_stage_goes_up_and_down_and_stays_at_the_ends(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    client, first = admin_as(maya), pipeline.stages.get(position=0)
    act(client, pipeline, "down", first)
    assert names(pipeline).index(first.name) == 1
    for _time in range(2):
        act(client, pipeline, "up", first)
    assert names(pipeline).index(first.name) == 0


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [("probability", "101", "less than or equal to 100"), ("name", "", "required"), ("expected_days", "-1", "greater")],
)
def test_a_bad_cell_is_told_at_its_place_and_nothing_is_saved(
    admin_as: As, maya: User, cell: str, value: str, fault: str
) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    first = pipeline.stages.get(position=0)
    response = save(admin_as(maya), pipeline, **{f"stage-{first.pk}-{cell}": value, "new-name": "Sign"})
    assert fault in said(response)
    assert "Sign" not in names(pipeline)


def test_two_stages_of_one_name_are_refused_in_a_sentence(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    response = save(admin_as(maya), pipeline, **{"new-name": "approach"})
    assert "errornote" in said(response)
    assert len(names(pipeline)) == 6


def test_a_stage_with_open_deals_is_not_retired_and_one_that_was_used_is_not_deleted(
    admin_as: As, maya: User, rani: User
) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(maya)
    assert "Move them to another stage first" in act(client, deal.pipeline, "retire", deal.stage)
    assert "it can&#x27;t be deleted. Retire it instead" in act(client, deal.pipeline, "delete", deal.stage)
    assert len(names(deal.pipeline)) == 6


def test_a_stage_is_retired_restored_and_if_never_used_deleted(admin_as: As, maya: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    client, stage = admin_as(maya), pipeline.stages.get(position=1)
    for name, present in (("retire", False), ("restore", True), ("delete", False)):
        act(client, pipeline, name, stage)
        assert (stage.name in names(pipeline)) is present


def test_stages_of_another_pipeline_are_not_touched(admin_as: As, maya: User) -> None:
    mine, other = Pipeline.objects.get(is_default=True), Pipeline.objects.get(is_default=False)
    stage = other.stages.first()
    assert "This stage is gone" in act(admin_as(maya), mine, "delete", stage)
    assert other.stages.filter(pk=stage.pk).exists()


@pytest.mark.parametrize(("name", "check"), [("default", "is_default"), ("retire", "retired_at")])
def test_a_pipeline_is_made_the_default_or_retired(admin_as: As, maya: User, name: str, check: str) -> None:
    other = Pipeline.objects.get(is_default=False)
    admin_as(maya).post(reverse("admin:deals_pipeline_act", args=[other.pk]), {name: "1"})
    other.refresh_from_db()
    assert getattr(other, check)


@pytest.mark.parametrize("view", ["stages", "stage_act", "act"])
def test_pipelines_are_arranged_by_posts_of_those_who_may(admin_as: As, maya: User, rani: User, view: str) -> None:
    address = reverse(f"admin:deals_pipeline_{view}", args=[Pipeline.objects.get(is_default=True).pk])
    assert admin_as(rani).post(address, {"retire": "1"}).status_code == 403
    assert admin_as(maya).get(address).status_code == 405


@pytest.mark.parametrize("cells", [{"name": "a\x00b"}, {"order": "x"}, {"new-name": "\x00"}, {"new-probability": "x"}])
def test_nonsense_never_breaks_the_table_of_stages(admin_as: As, maya: User, cells: dict[str, str]) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    response = save(admin_as(maya), pipeline, **cells)
    assert response.status_code in (200, 302)  # type: ignore[attr-defined]
    assert len(names(pipeline)) == 6


# --- Reasons ---


def test_a_reason_needs_a_name_only(admin_as: As, maya: User) -> None:
    for _time in range(2):
        admin_as(maya).post("/admin/deals/lossreason/add/", {"name": "Bad weather"})
    codes = LossReason.objects.filter(name="Bad weather").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["bad-weather", "bad-weather-2"]


def test_a_reason_is_retired_and_restored(admin_as: As, maya: User) -> None:
    reason = LossReason.objects.first()
    assert reason is not None
    for action, retired in (("retire", True), ("restore", False)):
        admin_as(maya).post("/admin/deals/lossreason/", {"action": action, "_selected_action": [reason.pk]})
        reason.refresh_from_db()
        assert (reason.retired_at is not None) is retired


# --- History ---


def test_the_history_shows_what_one_may_see_and_changes_nothing(admin_as: As, rani: User, bima: User) -> None:
    DealFactory(owner=rani, name="Hers")
    DealFactory(owner=bima, name="His")
    client = admin_as(rani)
    page = said(client.get("/admin/deals/stagechange/"))
    assert "Hers" in page
    assert "His<" not in page
    assert client.get("/admin/deals/stagechange/add/").status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "product/",
        "productcategory/",
        "currency/",
        "exchangerate/",
        "pipeline/",
        "lossreason/",
        "stagechange/",
        "product/?active=yes&category=1",
        "exchangerate/?currency=IDR",
        "stagechange/?kind=won&q=x",
    ],
)
def test_lists_of_the_set_up_never_take_more_than_fifteen_queries(
    admin_as: As, maya: User, rani: User, address: str, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        category = ProductCategory.objects.create(name=f"C{number}")
        ProductFactory(category=category)
        ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2026, 1, 1 + number), rate=1)
        DealFactory(owner=rani, lost=True)
    client = admin_as(maya)
    client.get("/admin/deals/" + address)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert client.get("/admin/deals/" + address).status_code == 200
