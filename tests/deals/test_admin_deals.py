"""The deals' list and page in the admin: numbers, filters, opening, changing, refusals."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Company, Contact, Employment, User
from contacts.people.stages import LifecycleStage
from deals.models import Currency, Deal, DealContact, DealNote, Stage
from deals.pipeline.editing import LineInput, set_lines
from deals.pipeline.filtering import as_query
from deals.reports.figures import open_pipeline
from deals.reports.report import pipeline_report
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
LIST = "/admin/deals/deal/"
ADD = "/admin/deals/deal/add/"


def page_of(deal: Deal) -> str:
    return reverse("admin:deals_deal_change", args=[deal.pk])


def names(client: Client, query: str = "") -> set[str]:
    return {deal.name for deal in client.get(LIST + query).context["cl"].result_list}


def details(client: Client, deal: Deal, **changes: object) -> dict[str, str]:
    """The details as the page's form would send them, with some changed."""
    form = client.get(page_of(deal)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    values["company_name_id"] = getattr(values["company_name"], "pk", None)
    return {name: "" if value is None else str(value) for name, value in {**values, **changes}.items()}


# --- The list ---


def test_the_bare_list_shows_open_deals_and_says_how_many_were_closed(admin_as: As, rani: User) -> None:
    DealFactory(owner=rani, name="open", amount=Decimal(10))
    DealFactory(owner=rani, name="won", won=True)
    DealFactory(owner=rani, name="lost", lost=True)
    response = admin_as(rani).get(LIST)
    assert {deal.name for deal in response.context["cl"].result_list} == {"open"}
    assert response.context["heading"] == open_pipeline(rani).sentence() + "; 1 won, 1 lost"


def test_the_tabs_count_what_they_open(admin_as: As, rani: User) -> None:
    for outcome in ({}, {}, {"won": True}, {"lost": True}):
        DealFactory(owner=rani, amount=Decimal(5), **outcome)
    client = admin_as(rani)
    tabs = client.get(LIST).context["tabs"]
    opened = {tab["outcome"]: client.get(LIST + tab["link"]).context["cl"].result_count for tab in tabs}
    assert {tab["outcome"]: tab["count"] for tab in tabs} == opened == {"open": 2, "won": 1, "lost": 1, "all": 4}


def test_every_number_of_the_report_opens_a_list_of_so_many(admin_as: As, maya: User, rani: User) -> None:
    DealFactory(owner=rani, won=True)
    DealFactory(owner=rani)
    DealFactory(owner=maya, lost=True)
    client = admin_as(maya)
    for group in pipeline_report(maya, group_by="owner").groups:
        listed = client.get(f"{LIST}?{as_query(group.filters)}").context["cl"].result_count
        assert listed == group.numbers.deals


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?owner={rani}", {"Rani's", "won"}),
        ("?owner={rani}&outcome=open", {"Rani's"}),
        ("?team={java}&outcome=open,won", {"Rani's", "won"}),
        ("?industry=Textile", {"Rani's"}),
        ("?company={company}", {"Rani's"}),
        ("?product={product}", {"Rani's"}),
        ("?outcome=won&closed_from={today}&closed_to={today}", {"won"}),
        ("?opened_from={tomorrow}", set()),
        ("?q=loom", {"Rani's"}),
    ],
)
def test_the_list_takes_the_filters_of_the_report(
    admin_as: As, ana: User, rani: User, bima: User, query: str, found: set[str]
) -> None:
    company, product = CompanyFactory(name="Loom Ltd", industry="Textile"), ProductFactory()
    deal = DealFactory(owner=rani, name="Rani's", company=company)
    set_lines(deal, [LineInput(product)])
    DealFactory(owner=rani, name="won", won=True)
    DealFactory(owner=bima, name="Bima's")
    today = timezone.localdate()
    query = query.format(
        rani=rani.pk,
        java=rani.team_id,
        company=company.pk,
        product=product.pk,
        today=today,
        tomorrow=today + timedelta(days=1),
    )
    assert names(admin_as(ana), query) == found


@pytest.mark.parametrize("query", ["?opened_from=31.12.2026", "?owner=rani", "?outcome=perhaps", "?stage=²"])
def test_a_filter_that_can_not_be_read_finds_nothing_and_says_why(admin_as: As, rani: User, query: str) -> None:
    DealFactory(owner=rani)
    response = admin_as(rani).get(LIST + query)
    assert (response.status_code, response.context["cl"].result_count) == (200, 0)
    assert "errornote" in response.content.decode()


@pytest.mark.parametrize("query", ["?owner__password__startswith=p", "?company__name=x", "?folded__contains=a"])
def test_an_address_never_becomes_a_lookup(admin_as: As, rani: User, query: str) -> None:
    assert admin_as(rani).get(LIST + query).status_code == 400


def test_filters_in_force_are_shown_and_can_be_left_out(admin_as: As, ana: User, rani: User) -> None:
    DealFactory(owner=rani)
    company = CompanyFactory(name="Loom Ltd")
    response = admin_as(ana).get(f"{LIST}?owner={rani.pk}&company={company.pk}&outcome=open")
    chips = {chip["label"]: (chip["value"], chip["remove"]) for chip in response.context["chips"]}
    assert {label: value for label, (value, _link) in chips.items()} == {"Owner": "Rani", "Company": "Loom Ltd"}
    assert "owner" not in chips["Owner"][1]
    assert "company=" in chips["Owner"][1]


def test_the_list_never_takes_more_than_fifteen_queries(
    admin_as: As, maya: User, rani: User, django_assert_max_num_queries: object
) -> None:
    company = CompanyFactory(industry="Textile")
    for _number in range(60):
        DealFactory(owner=rani, company=company)
    client = admin_as(maya)
    client.get(LIST)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        client.get(LIST)


# --- Opening ---


def test_a_name_is_enough_to_open_a_deal_of_mine_in_the_first_stage(admin_as: As, rani: User) -> None:
    response = admin_as(rani).post(ADD, {"name": "100 drills"})
    deal = Deal.objects.get()
    assert response.url == page_of(deal)
    assert (deal.owner, deal.stage.position, deal.currency_id, deal.amount) == (rani, 0, "USD", 0)


def test_the_form_offers_a_close_in_thirty_days(admin_as: As, rani: User) -> None:
    form = admin_as(rani).get(ADD).context["adminform"].form
    assert form["expected_close"].value() == timezone.localdate() + timedelta(days=30)


def test_no_more_than_five_fields_stand_before_more(admin_as: As, rani: User) -> None:
    first = admin_as(rani).get(ADD).context["adminform"].fieldsets[0]
    assert len(first[1]["fields"]) <= 5


def test_a_company_and_a_contact_are_made_by_typing(admin_as: As, rani: User) -> None:
    form = {"name": "Loom", "company_name": "Loom Ltd", "contact_name": "Dewi", "amount": "12000"}
    admin_as(rani).post(ADD, form)
    deal = Deal.objects.get()
    assert (deal.company.name, deal.company.owner, deal.amount) == ("Loom Ltd", rani, 12000)
    contact = Contact.objects.get(full_name="Dewi")
    assert contact.employments.get().company == deal.company
    assert contact.lifecycle_stage == LifecycleStage.OPPORTUNITY


def test_a_company_of_the_same_name_that_one_sees_is_taken(admin_as: As, rani: User) -> None:
    company = CompanyFactory(name="Loom Ltd", owner=rani)
    admin_as(rani).post(ADD, {"name": "Loom", "company_name": "loom ltd"})
    assert Deal.objects.get().company == company


def test_a_company_that_one_does_not_see_is_not_taken_by_its_id(admin_as: As, rani: User, bima: User) -> None:
    hidden = CompanyFactory(name="Hidden", owner=bima)
    admin_as(rani).post(ADD, {"name": "Loom", "company_name": "Hidden", "company_name_id": str(hidden.pk)})
    assert Deal.objects.get().company != hidden


def test_the_buttons_of_other_pages_fill_the_form_in(admin_as: As, rani: User) -> None:
    company, contact = CompanyFactory(name="Loom Ltd", owner=rani), ContactFactory(full_name="Dewi", owner=rani)
    form = admin_as(rani).get(f"{ADD}?name=Yarn&company={company.pk}&contact={contact.pk}").context["adminform"].form
    shown = [str(form[name].value()) for name in ("name", "company_name", "contact_name")]
    assert shown == ["Yarn", "Loom Ltd", "Dewi"]


def test_a_deal_with_somebody_is_offered_the_company_where_they_work(admin_as: As, rani: User, bima: User) -> None:
    dewi, hidden = ContactFactory(full_name="Dewi", owner=rani), ContactFactory(full_name="Eko", owner=rani)
    for contact, owner in ((dewi, rani), (hidden, bima)):
        company = CompanyFactory(name="Loom Ltd", owner=owner)
        Employment.objects.create(contact=contact, company=company, is_primary=True)

    def offered(contact: Contact) -> str:
        form = admin_as(rani).get(f"{ADD}?contact={contact.pk}").context["adminform"].form
        return str(form["company_name"].value() or "")

    assert (offered(dewi), offered(hidden)) == ("Loom Ltd", "")


@pytest.mark.parametrize("query", ["?company=²", "?company=99999999999999999999", "?contact=%00", "?name=%00"])
def test_nonsense_in_the_address_of_the_form_is_left_out(admin_as: As, rani: User, query: str) -> None:
    assert admin_as(rani).get(ADD + query).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("amount", "-1", "greater than or equal to 0"),
        ("amount", "1.234", "is written with 2 decimals"),
        ("amount", "NaN", "Enter a number"),
        ("amount", "1e400", "no more than 18 digits"),
        ("expected_close", "soon", "Enter a valid date"),
        ("name", "", "required"),
        ("owner", "99999999999999999999999", "Select a valid choice"),
    ],
)
def test_bad_input_is_told_at_its_field(admin_as: As, rani: User, field: str, value: str, fault: str) -> None:
    response = admin_as(rani).post(ADD, {"name": "Loom", field: value})
    assert response.status_code == 200
    assert fault in str(response.context["adminform"].form.errors[field])


# --- The page ---


def test_the_page_says_where_the_probability_comes_from(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    assert client.get(page_of(deal)).context["probability_text"] == "follows the stage"
    client.post(page_of(deal), details(client, deal, own_probability="75"))
    assert client.get(page_of(deal)).context["probability_text"] == "set by hand; the stage has 10 %"


def test_details_change_by_the_form_and_nothing_else_does(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    client.post(
        page_of(deal), details(client, deal, name="New name", outcome="won", stage="3", company_name="Loom Ltd")
    )
    changed = Deal.objects.get()
    assert (changed.name, changed.company.name) == ("New name", "Loom Ltd")
    assert (changed.outcome, changed.stage) == (deal.outcome, deal.stage)


def test_a_company_given_on_the_page_becomes_an_opportunity(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    client.post(page_of(deal), details(client, deal, company_name="Loom Ltd"))
    assert Company.objects.get().lifecycle_stage == LifecycleStage.OPPORTUNITY


def test_the_second_to_save_is_told_what_was_changed_meanwhile(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani, name="Loom")
    client = admin_as(rani)
    stale = details(client, deal, name="Mine")
    client.post(page_of(deal), details(client, deal, name="Theirs"))
    response = client.post(page_of(deal), stale)
    assert Deal.objects.get().name == "Theirs"
    assert "from “Loom” to “Theirs”" in response.content.decode()


def test_the_amount_follows_the_lines_and_can_not_be_written_then(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    client.post(
        reverse("admin:deals_deal_lines", args=[deal.pk]), lines_form(ProductFactory(price=Decimal(10)), quantity="3")
    )
    client.post(page_of(deal), details(client, deal, amount="999"))
    form = client.get(page_of(deal)).context["adminform"].form
    assert Deal.objects.get().amount == 30
    assert form.fields["amount"].disabled
    assert "The sum of the lines" in form.fields["amount"].help_text


def lines_form(of: object, **fields: str) -> dict[str, str]:
    row = {"product": str(of.pk), "quantity": "1", "unit_price": "", "discount": "", **fields}  # type: ignore[attr-defined]
    management = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    return {**management, **{f"lines-0-{name}": value for name, value in row.items()}}


def test_a_line_without_a_price_takes_the_product_s(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    admin_as(rani).post(
        reverse("admin:deals_deal_lines", args=[deal.pk]), lines_form(ProductFactory(price=Decimal("2.50")))
    )
    assert deal.lines.get().unit_price == Decimal("2.50")


def test_a_product_in_another_currency_needs_a_price(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    product = ProductFactory(currency=Currency.objects.get(code="IDR"))
    response = admin_as(rani).post(reverse("admin:deals_deal_lines", args=[deal.pk]), lines_form(product))
    assert not deal.lines.exists()
    assert "give the unit price in USD" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("quantity", "0", "must be above zero"),
        ("quantity", "many", "Enter a number"),
        ("unit_price", "1.005", "written with 2 decimals"),
        ("discount", "101", "less than or equal to 100"),
        ("product", "", "required"),
        ("product", "999999", "Select a valid choice"),
    ],
)
def test_a_bad_line_is_told_at_its_place_and_nothing_is_saved(
    admin_as: As, rani: User, field: str, value: str, fault: str
) -> None:
    deal = DealFactory(owner=rani)
    form = lines_form(ProductFactory(), **{"unit_price": "5", field: value})
    response = admin_as(rani).post(reverse("admin:deals_deal_lines", args=[deal.pk]), form)
    assert fault in str(response.context["lines"].errors[0][field])
    assert not deal.lines.exists()


def test_lines_of_a_page_that_is_stale_are_not_saved(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    seen = deal.version
    client = admin_as(rani)
    client.post(page_of(deal), details(client, deal, name="Changed"))
    form = {**lines_form(ProductFactory()), "version": seen}
    response = client.post(reverse("admin:deals_deal_lines", args=[deal.pk]), form)
    assert not deal.lines.exists()
    assert "The lines were not saved" in response.content.decode()


def test_lines_without_their_table_are_refused_and_not_an_error(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    response = admin_as(rani).post(reverse("admin:deals_deal_lines", args=[deal.pk]), {"lines-TOTAL_FORMS": "x"})
    assert response.status_code == 200


def test_a_person_is_added_by_name_with_a_role_and_becomes_an_opportunity(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    client.post(reverse("admin:deals_deal_put_person", args=[deal.pk]), {"person": "Dewi", "role": "decides"})
    part = DealContact.objects.get()
    assert (part.contact.full_name, part.role) == ("Dewi", "decides")
    assert part.contact.lifecycle_stage == LifecycleStage.OPPORTUNITY
    client.post(reverse("admin:deals_deal_take_person", args=[deal.pk]), {"part": part.pk})
    assert not DealContact.objects.exists()


@pytest.mark.parametrize("fields", [{"person": "", "role": "buys"}, {"person": "Dewi", "role": "king"}])
def test_a_person_without_name_or_role_is_refused_in_a_sentence(
    admin_as: As, rani: User, fields: dict[str, str]
) -> None:
    deal = DealFactory(owner=rani)
    response = admin_as(rani).post(reverse("admin:deals_deal_put_person", args=[deal.pk]), fields, follow=True)
    assert not DealContact.objects.exists()
    assert "errornote" in response.content.decode()


def test_a_note_stands_in_the_timeline(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    client.post(reverse("admin:deals_deal_note", args=[deal.pk]), {"body": "Wants it blue"})
    assert DealNote.objects.get().author == rani
    assert "Wants it blue" in client.get(page_of(deal)).content.decode()


def test_the_timeline_tells_steps_with_the_time_in_the_stage_before(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=9))
    second = Stage.objects.get(pipeline=deal.pipeline, position=1)
    client = admin_as(rani)
    client.post(reverse("admin:deals_deal_move", args=[deal.pk]), {"stage": second.pk})
    newest = client.get(page_of(deal)).context["entries"][0]
    assert newest.title == "Moved from Identify, connect and meet to Approach"
    assert newest.body == "After 9 days in Identify, connect and meet."


def test_the_timeline_tells_who_changed_which_field(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani, name="Loom")
    client = admin_as(rani)
    client.post(page_of(deal), details(client, deal, name="Loom II"))
    titles = [entry.title for entry in client.get(page_of(deal)).context["entries"]]
    assert "Changed name from “Loom” to “Loom II”" in titles


def test_an_open_deal_is_reopened_by_nobody_and_a_closed_one_with_a_reason(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani, won=True)
    client, address = admin_as(rani), reverse("admin:deals_deal_reopen", args=[deal.pk])
    assert "Say why" in client.post(address, {"reason": " "}, follow=True).content.decode()
    client.post(address, {"reason": "Signed too early"})
    deal.refresh_from_db()
    assert deal.is_open
    assert "is open already" in client.post(address, {"reason": "again"}, follow=True).content.decode()


def test_a_deal_of_somebody_else_is_not_there(admin_as: As, rani: User, bima: User) -> None:
    deal = DealFactory(owner=bima, name="Secret of Bima")
    client = admin_as(rani)
    assert client.get(page_of(deal)).status_code == 404
    assert client.post(page_of(deal), {"name": "x"}).status_code == 404
    assert "Secret of Bima" not in client.get(LIST + "?q=secret&outcome=all").content.decode()


@pytest.mark.parametrize("closed", [{}, {"won": True}, {"lost": True}])
def test_a_reader_sees_the_page_without_anything_to_press(
    admin_as: As, mira: User, rani: User, closed: dict[str, bool]
) -> None:
    deal = DealFactory(owner=rani, name="100 drills", **closed)
    set_lines(deal, [LineInput(ProductFactory(name="Drill"))])
    html = admin_as(mira).get(page_of(deal)).content.decode()
    assert "100 drills" in html
    assert "Drill" in html
    assert all(f"/{verb}/" not in html for verb in ("move", "win", "lose", "note", "lines", "put-person"))


def test_the_page_never_takes_more_than_fifteen_queries(
    admin_as: As, maya: User, rani: User, django_assert_max_num_queries: object
) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    client = admin_as(rani)
    for number in range(12):
        fields = {"person": f"Person {number}", "role": "uses"}
        client.post(reverse("admin:deals_deal_put_person", args=[deal.pk]), fields)
        client.post(reverse("admin:deals_deal_note", args=[deal.pk]), {"body": f"Note {number}"})
    set_lines(deal, [LineInput(ProductFactory()) for _number in range(10)])
    boss = admin_as(maya)
    boss.get(page_of(deal))
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        boss.get(page_of(deal))


def test_what_a_deal_did_stands_on_the_pages_of_its_company_and_contacts(admin_as: As, rani: User) -> None:
    company, contact = CompanyFactory(owner=rani), ContactFactory(owner=rani)
    deal = DealFactory(owner=rani, name="Loom", company=company, contacts=[contact])
    client = admin_as(rani)
    for subject, kind in ((company, "company"), (contact, "contact")):
        html = client.get(reverse(f"admin:contacts_{kind}_change", args=[subject.pk])).content.decode()
        assert "Deal “Loom”: opened in" in html
        assert page_of(deal) in html
        assert f"/admin/deals/deal/add/?{kind}=" in html


def test_filters_offer_only_what_one_may_see(admin_as: As, rani: User, bima: User) -> None:
    CompanyFactory(owner=bima, industry="Secret industry")
    html = admin_as(rani).get(LIST).content.decode()
    assert "Rani" in html
    assert not [name for name in ("Bima", "Bali", "Secret industry") if name in html]


def test_lines_whose_sum_no_column_holds_are_refused_in_a_sentence(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    form = lines_form(ProductFactory(), quantity="999999999", unit_price="99999999999")
    response = admin_as(rani).post(reverse("admin:deals_deal_lines", args=[deal.pk]), form)
    assert response.status_code == 200
    assert "errornote" in response.content.decode()
    assert not deal.lines.exists()


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("note", {"body": "a\x00b"}),
        ("note", {"body": "x" * 20_000}),
        ("put_person", {"person": "De\x00wi", "role": "buys"}),
        ("put_person", {"person": "x" * 300, "role": "buys"}),
        ("reopen", {"reason": "a\x00b"}),
        ("lose", {"reason": "1", "note": "a\x00b"}),
        ("move", {"stage": "1e5", "seen_stage": "²"}),
        ("place", {"to": "\x00"}),
        ("undo", {"change": "99999999999999999999999"}),
        ("take_person", {"part": "-1"}),
    ],
)
def test_nonsense_never_breaks_a_verb(admin_as: As, rani: User, verb: str, fields: dict[str, str]) -> None:
    deal = DealFactory(owner=rani)
    response = admin_as(rani).post(reverse(f"admin:deals_deal_{verb}", args=[deal.pk]), fields, follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=0001-01-01T00:00", "?before=9999-12-31T23:59:59", "?edit=\x00"]
)
def test_nonsense_in_the_address_of_a_page_is_left_out(admin_as: As, rani: User, query: str) -> None:
    assert admin_as(rani).get(page_of(DealFactory(owner=rani)) + query).status_code == 200


@pytest.mark.parametrize("query", ["?q=%00", "?p=x", "?o=9.x", "?owner=%00", "?industry=%00", "?stage=", "?all="])
def test_nonsense_in_the_address_of_the_list_never_breaks_it(admin_as: As, rani: User, query: str) -> None:
    assert admin_as(rani).get(LIST + query, follow=True).status_code == 200
