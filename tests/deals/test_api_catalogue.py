"""Products, currencies, rates, pipelines, stages and reasons in the API."""

from decimal import Decimal

import pytest

from deals.models import Currency, LossReason, Pipeline, Product, ProductCategory, Stage
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


def post(api, path, body=None):
    return api.post(f"/api/v1/{path}", body or {}, format="json")


def patch(api, path, body):
    return api.patch(f"/api/v1/{path}", body, format="json")


# --- Products ---


def test_a_product_is_created_in_the_company_currency_unless_another_is_named(maya, api_as):
    category = ProductCategory.objects.create(name="Pumps")
    body = {"code": "P-1", "name": "Pump", "price": "10.5", "category": category.pk}

    own = post(api_as(maya), "products/", body).json()
    other = post(api_as(maya), "products/", {**body, "code": "P-2", "currency": "IDR", "price": "150000"}).json()

    assert (own["price"], own["currency"], own["cost"], own["category"]) == ("10.50", "USD", None, category.pk)
    assert (other["price"], other["currency"]) == ("150000", "IDR")


def test_a_price_that_the_currency_can_not_express_is_refused(maya, api_as):
    body = {"code": "P-1", "name": "Pump", "currency": "IDR", "price": "1", "cost": "0.5"}

    answer = post(api_as(maya), "products/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cost"])


def test_a_price_must_fit_a_new_currency_too(maya, api_as):
    product = ProductFactory(price=Decimal("9.99"))

    answer = patch(api_as(maya), f"products/{product.pk}/", {"currency": "IDR"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["price"])


def test_a_code_that_is_taken_is_refused(maya, api_as):
    ProductFactory(code="P-1")

    answer = post(api_as(maya), "products/", {"code": "P-1", "name": "Pump", "price": "1"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["code"])


def test_a_changed_product_keeps_its_history_and_is_found_by_its_new_name(maya, api_as):
    product = ProductFactory(name="Pump")

    patch(api_as(maya), f"products/{product.pk}/", {"name": "Turbine", "is_active": False})

    assert list(Product.objects.search("turbine")) == [product]
    assert product.history.first().history_user == maya
    found = api_as(maya).get("/api/v1/products/?is_active=0&search=turb").json()["results"]
    assert [row["id"] for row in found] == [product.pk]


# --- Currencies and rates ---


def test_a_currency_keeps_its_code_and_decimals(ana, api_as):
    answer = patch(api_as(ana), "currencies/IDR/", {"minor_units": 2, "code": "XXX", "name": "Rupiah"})

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"minor_units", "code"})
    assert patch(api_as(ana), "currencies/IDR/", {"name": "Rupiah"}).json()["name"] == "Rupiah"


def test_the_company_currency_is_not_changed_here(ana, api_as):
    assert patch(api_as(ana), "currencies/IDR/", {"is_company_currency": True}).status_code == 400
    assert Currency.objects.of_company().code == "USD"


def test_rates_are_plain_numbers_one_a_day(fina, api_as):
    body = {"currency": "IDR", "valid_from": "2026-01-01", "rate": "0.0000612"}

    first, second = (post(api_as(fina), "exchange-rates/", body) for _ in range(2))

    assert (first.status_code, first.json()["rate"]) == (201, "0.0000612")
    assert second.status_code == 400


@pytest.mark.parametrize("body", [{"currency": "USD"}, {"currency": "XYZ"}, {"rate": "0"}, {"rate": "-1"}])
def test_a_rate_that_makes_no_sense_is_refused(fina, api_as, body):
    answer = post(
        api_as(fina), "exchange-rates/", {"currency": "IDR", "valid_from": "2026-01-01", "rate": "0.0000612", **body}
    )

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(body))


# --- Pipelines and stages ---


def test_a_pipeline_is_made_from_a_template(maya, api_as):
    row = post(api_as(maya), "pipelines/", {"name": "Renewal", "template": "eight-steps"}).json()

    assert len(row["stages"]) == 8
    assert [stage["position"] for stage in row["stages"]] == list(range(8))


def test_a_template_is_for_new_pipelines_only(maya, api_as):
    pipeline = Pipeline.objects.get(is_default=True)

    answer = patch(api_as(maya), f"pipelines/{pipeline.pk}/", {"name": "Sales", "template": "eight-steps"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["template"])


def test_stages_are_added_before_the_one_for_won_deals_and_put_in_order_by_verb(maya, api_as):
    pipeline = Pipeline.objects.get(is_default=True)
    api = api_as(maya)

    stage = post(api, "stages/", {"pipeline": pipeline.pk, "name": "Trial", "probability": "50"}).json()
    ids = [row["id"] for row in api.get(f"/api/v1/stages/?pipeline={pipeline.pk}").json()["results"]]
    assert ids.index(stage["id"]) == len(ids) - 2
    row = post(
        api, f"pipelines/{pipeline.pk}/reorder/", {"stages": [stage["id"], *(i for i in ids if i != stage["id"])]}
    ).json()

    assert row["stages"][0]["id"] == stage["id"]


def test_an_order_that_leaves_a_stage_out_is_refused(maya, api_as):
    pipeline = Pipeline.objects.get(is_default=True)

    answer = post(api_as(maya), f"pipelines/{pipeline.pk}/reorder/", {"stages": [1]})

    assert (answer.status_code, answer.json()["code"]) == (409, "stages_incomplete")


@pytest.mark.parametrize(
    ("field", "value"),
    [("position", 5), ("is_for_won", True), ("retired_at", "2026-01-01T00:00:00Z"), ("pipeline", "other")],
)
def test_what_a_verb_or_nothing_changes_can_not_be_written_on_a_stage(maya, api_as, field, value):
    stage = Stage.objects.filter(pipeline__is_default=True).first()
    value = Pipeline.objects.get(is_default=False).pk if value == "other" else value

    answer = patch(api_as(maya), f"stages/{stage.pk}/", {field: value})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_stage_with_open_deals_can_not_be_retired_and_others_can_come_back(maya, api_as):
    deal = DealFactory()
    empty = Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[1]
    api = api_as(maya)

    assert post(api, f"stages/{deal.stage_id}/retire/").json()["code"] == "stage_has_open_deals"
    assert post(api, f"stages/{empty.pk}/retire/").json()["retired_at"]
    assert [row["id"] for row in api.get("/api/v1/stages/?retired=1").json()["results"]] == [empty.pk]
    assert post(api, f"stages/{empty.pk}/restore/").json()["retired_at"] is None


def test_another_pipeline_becomes_the_default_and_the_old_one_can_be_retired(maya, api_as):
    first, second = Pipeline.objects.get(is_default=True), Pipeline.objects.get(is_default=False)
    api = api_as(maya)

    assert post(api, f"pipelines/{first.pk}/retire/").json()["code"] == "pipeline_default"
    assert post(api, f"pipelines/{second.pk}/make-default/").json()["is_default"] is True
    assert post(api, f"pipelines/{first.pk}/retire/").json()["retired_at"]
    assert post(api, f"pipelines/{first.pk}/restore/").json()["retired_at"] is None


def test_the_default_can_not_be_written(maya, api_as):
    pipeline = Pipeline.objects.get(is_default=False)

    answer = patch(api_as(maya), f"pipelines/{pipeline.pk}/", {"is_default": True, "name": "Second"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["is_default"])
    assert patch(api_as(maya), f"pipelines/{pipeline.pk}/", {"name": "Second"}).json()["name"] == "Second"


def test_reasons_for_losing_are_added_and_retired(maya, api_as):
    api = api_as(maya)

    row = post(api, "loss-reasons/", {"code": "weather", "name": "Rain"}).json()

    assert post(api, f"loss-reasons/{row['id']}/retire/").json()["retired_at"]
    assert patch(api, f"loss-reasons/{row['id']}/", {"code": "sun"}).status_code == 400
    assert post(api, f"loss-reasons/{row['id']}/restore/").json()["retired_at"] is None
    assert LossReason.objects.filter(code="weather").exists()
