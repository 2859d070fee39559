"""``/api/v1/deals/``: open, change, move, win, lose, reopen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.models import LifecycleChange
from deals.models import Currency, Deal, DealNote, LossReason, Pipeline, Stage, StageChange
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/deals/"


def post(api, body, path=URL):
    return api.post(path, body, format="json")


def patch(api, deal, body, **headers):
    return api.patch(f"{URL}{deal.pk}/", body, format="json", **headers)


def verb(api, deal, name, body=None, **headers):
    return api.post(f"{URL}{deal.pk}/{name}/", body or {}, format="json", **headers)


# --- Open ---


def test_a_deal_needs_only_a_name(rani, api_as):
    answer = post(api_as(rani), {"name": "Pumps"})

    assert answer.status_code == 201, answer.content
    row = answer.json()
    first = Stage.objects.filter(pipeline__is_default=True).order_by("position").first()
    assert (row["owner"], row["stage"], row["outcome"], row["amount"], row["currency"]) == (
        rani.pk,
        first.pk,
        "open",
        "0.00",
        "USD",
    )
    assert (row["probability"], row["probability_source"], row["days_in_stage"]) == ("10.00", "stage", 0)


def test_a_deal_is_opened_with_company_people_and_lines(rani, api_as):
    company, sri, ani = CompanyFactory(owner=rani), ContactFactory(owner=rani), ContactFactory(owner=rani)
    pump = ProductFactory(price=Decimal("9.99"))
    body = {
        "name": "Pumps",
        "company": company.pk,
        "people": [{"contact": sri.pk, "role": "decides"}, {"contact": ani.pk}],
        "lines": [{"product": pump.pk, "quantity": "3", "discount": "10"}, {"product": pump.pk, "unit_price": "5.5"}],
    }

    row = post(api_as(rani), body).json()

    assert row["amount"] == "32.47"
    assert [(line["quantity"], line["unit_price"], line["amount"]) for line in row["lines"]] == [
        ("3.000", "9.99", "26.97"),
        ("1.000", "5.50", "5.50"),
    ]
    assert [(part["contact"], part["role"]) for part in row["people"]] == [(sri.pk, "decides"), (ani.pk, "buys")]
    for subject in (company, sri, ani):
        subject.refresh_from_db()
        assert subject.lifecycle_stage == "opportunity"


def test_contacts_may_be_given_by_their_ids_alone(rani, api_as):
    sri = ContactFactory(owner=rani)

    row = post(api_as(rani), {"name": "Pumps", "contacts": [sri.pk, sri.pk]}).json()

    assert [(part["contact"], part["name"]) for part in row["people"]] == [(sri.pk, sri.full_name)]


def test_contacts_and_people_together_are_refused(rani, api_as):
    assert post(api_as(rani), {"name": "Pumps", "contacts": [], "people": []}).status_code == 400


def test_a_contact_that_one_may_not_see_is_named_by_its_place_like_one_that_is_not_there(rani, bima, api_as):
    own, hidden = ContactFactory(owner=rani), ContactFactory(owner=bima)

    answer = post(api_as(rani), {"name": "Pumps", "contacts": [own.pk, hidden.pk, 987654, "x", True]})

    fields = answer.json()["fields"]
    assert answer.status_code == 400
    assert set(fields) == {"contacts.1", "contacts.2", "contacts.3", "contacts.4"}
    assert fields["contacts.1"][0].replace(str(hidden.pk), "?") == fields["contacts.2"][0].replace("987654", "?")
    assert not Deal.objects.exists()


def test_a_stage_may_be_named_and_brings_its_pipeline(rani, api_as):
    stage = Stage.objects.filter(pipeline__is_default=False).order_by("position")[2]

    row = post(api_as(rani), {"name": "Pumps", "stage": stage.pk}).json()

    assert (row["stage"], row["pipeline"]) == (stage.pk, stage.pipeline_id)


def test_a_deal_can_not_be_opened_in_the_stage_for_won_deals(rani, api_as):
    stage = Stage.objects.filter(is_for_won=True).first()

    answer = post(api_as(rani), {"name": "Pumps", "stage": stage.pk})

    assert (answer.status_code, answer.json()["code"]) == (409, "stage_for_won")


@pytest.mark.parametrize(
    ("field", "value"), [("outcome", "won"), ("closed_on", "2026-01-01"), ("opened_on", "2026-01-01")]
)
def test_a_deal_can_not_be_born_closed(rani, api_as, field, value):
    answer = post(api_as(rani), {"name": "Pumps", field: value})

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("IDR", "1500000", "1500000"),
        ("IDR", "1500000.00", "1500000"),
        ("USD", 10.5, "10.50"),
        ("KWD", "1.234", "1.234"),
    ],
)
def test_amounts_are_texts_with_the_currencys_decimals(rani, api_as, currency, amount, shown):
    row = post(api_as(rani), {"name": "Pumps", "currency": currency, "amount": amount}).json()

    assert row["amount"] == shown


@pytest.mark.parametrize(
    ("currency", "amount"), [("IDR", "0.5"), ("USD", "1.005"), ("USD", "-1"), ("USD", "1e20"), ("VND", 0.1)]
)
def test_an_amount_that_the_currency_can_not_express_is_refused(rani, api_as, currency, amount):
    answer = post(api_as(rani), {"name": "Pumps", "currency": currency, "amount": amount})

    assert answer.status_code == 400
    assert "amount" in answer.json()["fields"]


def test_an_amount_beside_lines_must_be_their_sum(rani, api_as):
    lines = [{"product": ProductFactory(price=Decimal(10)).pk}]

    assert post(api_as(rani), {"name": "Pumps", "lines": lines, "amount": "10"}).status_code == 201
    answer = post(api_as(rani), {"name": "Pumps", "lines": lines, "amount": "11"})

    assert answer.status_code == 400
    assert "10.00" in answer.json()["fields"]["amount"][0]
    assert Deal.objects.count() == 1


def test_a_product_of_another_currency_needs_a_price(rani, api_as):
    product = ProductFactory(currency=Currency.objects.get(code="IDR"), price=Decimal(150000))

    answer = post(api_as(rani), {"name": "Pumps", "lines": [{"product": product.pk}]})

    assert answer.status_code == 400
    assert "unit price" in answer.json()["message"]


# --- Change ---


@pytest.mark.parametrize(
    ("field", "value", "way"),
    [
        ("stage", "next", "/move/"),
        ("outcome", "won", "/win/"),
        ("closed_on", "2026-01-01", "/win/"),
        ("loss_reason", "price", "/lose/"),
        ("pipeline", "other", "stays"),
        ("probability", "90", "own_probability"),
    ],
)
def test_state_can_not_be_written_and_the_verb_is_named(rani, api_as, field, value, way):
    deal = DealFactory(owner=rani)
    value = {
        "next": Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[1].pk,
        "other": Pipeline.objects.exclude(pk=deal.pipeline_id).first().pk,
    }.get(value, value)

    answer = patch(api_as(rani), deal, {field: value, "name": "Other"})

    assert answer.status_code == 400
    assert way in answer.json()["fields"][field][0]
    deal.refresh_from_db()
    assert (deal.name, deal.outcome, StageChange.objects.count()) != ("Other", "won", 2)
    assert deal.name != "Other"


def test_what_was_read_can_be_written_back_and_changes_nothing(rani, api_as):
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani), contacts=[ContactFactory(owner=rani)])
    api = api_as(rani)
    patch(api, deal, {"lines": [{"product": ProductFactory().pk, "quantity": 2}], "expected_close": "2030-01-31"})
    before = api.get(f"{URL}{deal.pk}/").json()

    answer = api.put(f"{URL}{deal.pk}/", before, format="json")

    assert answer.status_code == 200, answer.content
    assert {**answer.json(), "updated_at": ""} == {**before, "updated_at": ""}
    assert StageChange.objects.count() == 1


def test_a_persons_probability_wins_until_it_is_taken_back(rani, api_as):
    deal = DealFactory(owner=rani)
    api = api_as(rani)

    own = patch(api, deal, {"own_probability": "75"}).json()
    back = patch(api, deal, {"own_probability": None}).json()

    assert (own["probability"], own["probability_source"]) == ("75.00", "person")
    assert (back["probability"], back["probability_source"]) == ("10.00", "stage")


def test_the_amount_follows_the_lines(rani, api_as):
    deal = DealFactory(owner=rani, amount=Decimal(5))
    api = api_as(rani)
    product = ProductFactory(price=Decimal(10))

    with_lines = patch(api, deal, {"lines": [{"product": product.pk, "quantity": 3}]}).json()
    refused = patch(api, deal, {"amount": "5"})
    without = patch(api, deal, {"lines": [], "amount": "5"}).json()

    assert with_lines["amount"] == "30.00"
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["amount"])
    assert (without["amount"], without["lines"]) == ("5.00", [])


def test_the_currency_changes_together_with_lines_priced_in_it(rani, api_as):
    deal = DealFactory(owner=rani)
    api = api_as(rani)
    product = ProductFactory(price=Decimal(10))
    patch(api, deal, {"lines": [{"product": product.pk}]})

    alone = patch(api, deal, {"currency": "IDR"})
    together = patch(api, deal, {"currency": "IDR", "lines": [{"product": product.pk, "unit_price": "150000"}]})

    assert alone.status_code == 400
    assert (together.json()["currency"], together.json()["amount"]) == ("IDR", "150000")


def test_people_are_replaced_as_a_whole_and_keep_their_roles(rani, api_as):
    sri, ani = ContactFactory(owner=rani), ContactFactory(owner=rani)
    deal = DealFactory(owner=rani)
    api = api_as(rani)
    patch(api, deal, {"people": [{"contact": sri.pk, "role": "champion"}]})

    row = patch(api, deal, {"contacts": [ani.pk, sri.pk]}).json()

    assert {(part["contact"], part["role"]) for part in row["people"]} == {(sri.pk, "champion"), (ani.pk, "buys")}


def test_two_people_editing_a_deal_do_not_overwrite_each_other(rani, maya, api_as):
    deal = DealFactory(owner=rani)
    seen = api_as(rani).get(f"{URL}{deal.pk}/")["ETag"]
    patch(api_as(maya), deal, {"lines": [{"product": ProductFactory().pk}]})

    answer = patch(api_as(rani), deal, {"name": "Mine"}, HTTP_IF_MATCH=seen)

    assert answer.status_code == 412
    assert len(answer.json()["present"]["record"]["lines"]) == 1


def test_a_rep_can_not_hand_a_deal_to_somebody_they_do_not_see(rani, bima, maya, api_as):
    deal = DealFactory(owner=rani)

    assert patch(api_as(rani), deal, {"owner": bima.pk}).status_code == 400
    assert patch(api_as(maya), deal, {"owner": maya.pk}).json()["owner"] == maya.pk


# --- Verbs ---


def test_moving_writes_history(rani, api_as):
    deal = DealFactory(owner=rani)
    to = Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[2]
    api = api_as(rani)

    row = verb(api, deal, "move", {"stage": to.pk, "seen_stage": deal.stage_id, "reason": "They called"}).json()

    assert row["stage"] == to.pk
    newest = api.get(f"/api/v1/stage-changes/?deal={deal.pk}").json()["results"][0]
    assert (newest["kind"], newest["from_stage"], newest["to_stage"], newest["reason"], newest["by"]) == (
        "moved",
        deal.stage_id,
        to.pk,
        "They called",
        rani.pk,
    )


def test_a_stale_page_loses(rani, api_as):
    deal = DealFactory(owner=rani)
    second, third = Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[1:3]
    api = api_as(rani)
    verb(api, deal, "move", {"stage": second.pk})

    answer = verb(api, deal, "move", {"stage": third.pk, "seen_stage": deal.stage_id})

    assert (answer.status_code, answer.json()["code"]) == (409, "deal_moved_meanwhile")


def test_moving_to_a_stage_of_another_pipeline_is_refused(rani, api_as):
    deal = DealFactory(owner=rani)
    elsewhere = Stage.objects.exclude(pipeline=deal.pipeline).first()

    answer = verb(api_as(rani), deal, "move", {"stage": elsewhere.pk})

    assert (answer.status_code, answer.json()["code"]) == (409, "stage_of_other_pipeline")


def test_winning_makes_customers_and_enters_the_last_stage(rani, api_as):
    sri = ContactFactory(owner=rani)
    deal = DealFactory(owner=rani, contacts=[sri])

    row = verb(api_as(rani), deal, "win", {"reason": "Best price"}).json()

    today = timezone.localdate(timezone=timezone.get_default_timezone())
    assert (row["outcome"], row["probability"], row["probability_source"]) == ("won", "100.00", "outcome")
    assert row["closed_on"] == today.isoformat()
    assert Stage.objects.get(pk=row["stage"]).is_for_won
    assert LifecycleChange.objects.of(sri).last().to_stage == "customer"


def test_losing_needs_a_reason_of_the_catalogue_by_code(rani, api_as):
    deal = DealFactory(owner=rani)
    api = api_as(rani)

    unknown = verb(api, deal, "lose", {"reason": "weather"})
    row = verb(api, deal, "lose", {"reason": "price", "note": "Ten per cent too much"}).json()

    assert unknown.status_code == 400
    assert "competitor" in unknown.json()["fields"]["reason"][0]
    assert (row["outcome"], row["loss_reason"], row["loss_note"]) == ("lost", "price", "Ten per cent too much")


def test_a_retired_reason_is_refused(rani, api_as):
    LossReason.objects.filter(code="price").update(retired_at=timezone.now())

    answer = verb(api_as(rani), DealFactory(owner=rani), "lose", {"reason": "price"})

    assert (answer.status_code, answer.json()["code"]) == (409, "loss_reason_retired")


def test_reopening_needs_a_reason(rani, api_as):
    deal = DealFactory(owner=rani, won=True)
    api = api_as(rani)

    assert verb(api, deal, "reopen").status_code == 400
    row = verb(api, deal, "reopen", {"reason": "They cancelled"}).json()

    assert (row["outcome"], row["closed_on"]) == ("open", None)


def test_a_deal_is_won_once(rani, api_as):
    deal = DealFactory(owner=rani)
    api = api_as(rani)

    answers = [verb(api, deal, "win"), verb(api, deal, "win"), verb(api, deal, "lose", {"reason": "price"})]

    assert [answer.status_code for answer in answers] == [200, 409, 409]
    assert answers[1].json()["code"] == "deal_closed"


@pytest.mark.parametrize("days", [1, 100_000])
def test_a_deal_is_not_won_in_the_future(rani, api_as, days):
    tomorrow = timezone.localdate() + timedelta(days=days)

    answer = verb(api_as(rani), DealFactory(owner=rani), "win", {"on": tomorrow.isoformat()})

    assert answer.status_code in (400, 409)


@pytest.mark.parametrize("name", ["move", "win", "lose", "reopen"])
def test_a_verb_does_not_know_other_fields(rani, api_as, name):
    answer = verb(api_as(rani), DealFactory(owner=rani), name, {"amount": "5"})

    assert answer.status_code == 400
    assert "amount" in answer.json()["fields"]


# --- Lists and history ---


def test_the_list_has_the_reports_filters(ana, rani, api_as):
    company, product = CompanyFactory(industry="Retail"), ProductFactory()
    deal = DealFactory(owner=rani, company=company, won=True)
    deal.lines.create(product=product, unit_price=1)
    DealFactory(owner=ana)
    day = deal.closed_on.isoformat()
    queries = {
        "owner": rani.pk,
        "team": rani.team_id,
        "product": product.pk,
        "company": company.pk,
        "industry": "Retail",
        "stage": deal.stage_id,
        "outcome": "won",
        "closed_from": day,
        "closed_to": day,
    }

    for name, value in queries.items():
        assert [row["id"] for row in api_as(ana).get(f"{URL}?{name}={value}").json()["results"]] == [deal.pk], name
    for name in ("pipeline", "opened_from", "opened_to"):
        value = {"pipeline": deal.pipeline_id}.get(name, day)
        assert len(api_as(ana).get(f"{URL}?{name}={value}").json()["results"]) == 2, name


def test_a_period_that_ends_before_it_begins_is_refused_at_its_field(ana, api_as):
    answer = api_as(ana).get(f"{URL}?closed_from=2026-02-01&closed_to=2026-01-01")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["closed_to"])


def test_the_list_shows_the_companys_name_and_the_reason(ana, api_as):
    DealFactory(owner=ana, company=CompanyFactory(name="PT Maju"), lost=True)

    row = api_as(ana).get(URL).json()["results"][0]

    assert (row["company_name"], row["loss_reason"]) == ("PT Maju", "price")


def test_the_history_only_grows(ana, api_as):
    change = StageChange.objects.get(deal=DealFactory(owner=ana))

    for call in (api_as(ana).patch, api_as(ana).delete):
        assert call(f"/api/v1/stage-changes/{change.pk}/", {"reason": "x"}, format="json").status_code == 405


def test_a_deal_has_a_timeline_and_notes(rani, ana, api_as):
    deal = DealFactory(owner=rani)
    api = api_as(rani)

    note = api.post("/api/v1/deal-notes/", {"deal": deal.pk, "body": "Wants blue pumps"}, format="json")

    assert (note.status_code, note.json()["author"]) == (201, rani.pk)
    assert api.get(f"{URL}{deal.pk}/timeline/").status_code == 200
    theirs = api_as(ana).patch(f"/api/v1/deal-notes/{DealNote.objects.get().pk}/", {"body": "x"}, format="json")
    assert (theirs.status_code, theirs.json()["code"]) == (409, "note_of_somebody_else")
