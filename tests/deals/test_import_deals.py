"""Deals from files: open and closed, dated as the data says, by the pipeline's own rules where they exist already."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from config.integrations.models import Event
from contacts.models import Company, LifecycleChange
from deals.models import Currency, Deal, Product, Stage
from deals.pipeline.moving import moment
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import ProductFactory
from tests.factories.imports import checked, imported, problems

pytestmark = pytest.mark.django_db
HEADER = "id,name,owner,company,stage,outcome,opened on,close date,amount\n"
FIELDS: dict[str, Any] = {
    "external_id": "id",
    "name": "name",
    "owner": "owner",
    "company": "company",
    "stage": "stage",
    "outcome": "outcome",
    "opened_on": "opened on",
    "closed_on": "close date",
    "amount": "amount",
}


@pytest.fixture(autouse=True)
def rani_and_acme(db: None) -> None:
    UserFactory(name="Rani")
    CompanyFactory(name="Acme", at=moment(date(2020, 1, 1)))


def deals(*rows: str, **fields: Any) -> Any:
    return imported("deals", HEADER + "\n".join(rows) + "\n", mapping={"fields": {**FIELDS, **fields}})


def test_an_open_deal_is_dated_as_in_the_data() -> None:
    deals("1,Drills,Rani,Acme,Approach,open,2020-02-01,,500")

    deal = Deal.objects.get()
    opened = deal.stage_changes.get()
    assert (deal.outcome, str(deal.stage), deal.opened_on, deal.amount) == ("open", "Approach", date(2020, 2, 1), 500)
    assert (deal.stage_since, opened.at, opened.kind) == (moment(date(2020, 2, 1)), moment(date(2020, 2, 1)), "opened")


def test_a_won_deal_was_opened_in_its_stage_and_won_into_the_stage_for_won_deals() -> None:
    deals("1,Drills,Rani,Acme,Approach,won,2020-02-01,2020-03-02,500")

    deal = Deal.objects.get()
    won, opened = deal.stage_changes.all()
    assert (deal.outcome, deal.stage.is_for_won, deal.closed_on) == ("won", True, date(2020, 3, 2))
    assert (str(opened.to_stage), str(won.from_stage), won.at) == ("Approach", "Approach", moment(date(2020, 3, 2)))
    assert won.time_in_stage == timedelta(days=30)


def test_a_lost_deal_has_its_reason() -> None:
    deals("1,Drills,Rani,Acme,Approach,lost,2020-02-01,2020-03-02,0", loss_reason={"constant": "price"})

    deal = Deal.objects.get()
    assert (deal.outcome, str(deal.stage), deal.loss_reason.code) == ("lost", "Approach", "price")


def test_a_deal_without_a_date_came_without_one() -> None:
    deals("1,Drills,Rani,,,open,,,")

    deal = Deal.objects.get()
    assert (deal.opened_on, deal.company, str(deal.stage)) == (None, None, "Identify, connect and meet")


def test_a_company_becomes_opportunity_at_its_first_opening_and_customer_at_its_first_win() -> None:
    deals(
        "1,A,Rani,Acme,Approach,won,2020-02-01,2020-09-01,5",
        "2,B,Rani,Acme,Approach,won,2020-05-01,2020-06-01,5",
        "3,C,Rani,Acme,Approach,open,2020-01-15,,5",
        "4,D,Rani,Acme,,open,,,5",
    )

    told = [
        (row.to_stage, row.at.date().isoformat(), row.cause)
        for row in LifecycleChange.objects.of(Company.objects.get())
    ]
    assert told[1:] == [
        ("opportunity", "2020-01-15", "Deal “C” was opened"),
        ("customer", "2020-06-01", "Deal “B” was won"),
    ]
    assert LifecycleChange.objects.first().cause_id == Deal.objects.get(name="B").pk


def test_beginnings_are_found_however_far_apart_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contacts.imports.running.CHUNK", 2)
    monkeypatch.setattr("contacts.imports.surveying.CHUNK", 2)
    late = [f"{number},L{number},Rani,Acme,Approach,won,2021-01-01,2021-02-01,5" for number in range(10, 20)]

    run = deals(
        *late,
        "1,First won,Rani,Acme,Approach,won,2020-02-01,2020-09-01,5",
        *[row.replace("L", "M").replace("1", "9", 1) for row in late[:3]],
        "2,First,Rani,Acme,Approach,open,2020-01-15,,5",
    )

    told = dict(LifecycleChange.objects.of(Company.objects.get()).values_list("to_stage", "cause"))
    assert (run.rows_failed, run.next_row) == (0, 15)
    assert (told["opportunity"], told["customer"]) == ("Deal “First” was opened", "Deal “First won” was won")


def test_people_in_a_deal_and_their_employer_move_too() -> None:
    ContactFactory(
        full_name="Sri", emails=["sri@x.example"], company=Company.objects.get(), at=moment(date(2020, 1, 1))
    )

    deals("1,A,Rani,,Approach,won,2020-02-01,2020-03-01,sri@x.example", amount={"constant": "5"}, contacts="amount")

    deal = Deal.objects.get()
    person = deal.people.get().contact
    assert (person.lifecycle_stage, person.lifecycle_since) == ("customer", moment(date(2020, 3, 1)))
    assert Company.objects.get().lifecycle_stage == "customer"


def test_a_second_run_makes_nothing_new() -> None:
    ProductFactory(name="Drill")
    rows = ["1,A,Rani,Acme,Approach,won,2020-02-01,2020-03-01,5", "2,B,Rani,Acme,,open,,,"]
    deals(*rows, product={"constant": "Drill"})
    changes, told = LifecycleChange.objects.count(), Deal.history.count()

    again = deals(*rows, product={"constant": "Drill"})

    assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "failed": 0}
    assert (LifecycleChange.objects.count(), Deal.history.count(), Deal.objects.get(name="A").lines.count()) == (
        changes,
        told,
        1,
    )


def test_a_deal_that_was_won_since_the_last_file_is_won_by_the_pipelines_own_function(ana: Any) -> None:
    deals("1,A,Rani,Acme,Approach,open,2020-02-01,,5")

    run = deals("1,A,Rani,Acme,Approach,won,2020-02-01,2020-03-01,7")

    deal = Deal.objects.get()
    assert (run.rows_changed, deal.outcome, deal.amount, deal.closed_on) == (1, "won", 7, date(2020, 3, 1))
    assert [change.kind for change in deal.stage_changes.all()] == ["won", "opened"]


def test_a_deal_that_moved_is_moved() -> None:
    deals("1,A,Rani,Acme,Approach,open,2020-02-01,,5")

    deals("1,A,Rani,Acme,Present the product,open,2020-02-01,,5")

    assert [change.kind for change in Deal.objects.get().stage_changes.all()] == ["moved", "opened"]


def test_a_deal_that_is_closed_here_is_not_opened_by_a_file() -> None:
    deals("1,A,Rani,Acme,Approach,won,2020-02-01,2020-03-01,5")

    run = deals("1,A,Rani,Acme,Approach,open,2020-02-01,,5")

    assert problems(run)[0][3] == "deal_closed"
    assert "Reopen it" in run.problems.first().sentence


def test_an_import_does_not_rewrite_histories() -> None:
    deals("1,A,Rani,Acme,Approach,won,2020-02-01,2020-03-01,5")

    run = deals("1,A,Rani,Acme,Approach,won,2020-02-02,2020-03-01,5")

    assert problems(run)[0][3] == "history_differs"


def test_the_product_becomes_a_line_at_the_deals_amount_or_its_list_price() -> None:
    ProductFactory(name="Drill", price=Decimal(120))

    deals(
        "1,A,Rani,Acme,Approach,won,2020-02-01,2020-03-01,99", "2,B,Rani,Acme,,open,,,", product={"constant": "drill"}
    )

    lines = {deal.name: (deal.lines.get().unit_price, deal.amount) for deal in Deal.objects.all()}
    assert lines == {"A": (99, 99), "B": (120, 120)}


def test_a_list_price_in_another_currency_is_no_price() -> None:
    ProductFactory(name="Drill")

    run = deals("1,A,Rani,Acme,,open,,,", product={"constant": "Drill"}, currency={"constant": "IDR"})

    assert problems(run)[0][3] == "price_in_other_currency"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("1,A,Rani,Acme,Approach,won,2020-02-01,,5", "close date", "closing_day_missing"),
        ("1,A,Rani,Acme,Approach,won,2020-02-01,2020-01-01,5", "close date", "closing_day_impossible"),
        ("1,A,Rani,Acme,Approach,won,2020-02-01,2190-01-01,5", "close date", "closing_day_impossible"),
        ("1,A,Rani,Acme,Approach,open,2190-01-01,,5", "opened on", "in_the_future"),
        ("1,A,Rani,Acme,Approach,open,2020-02-01,,-5", "amount", "amount_negative"),
        ("1,A,Rani,Acme,Approach,open,2020-02-01,,5.1234", "amount", "too_many_decimals"),
        ("1,A,Rani,Acme,After-sale care,open,2020-02-01,,5", "stage", "stage_not_open"),
        ("1,A,Rani,Acme,Prospecting,open,2020-02-01,,5", "stage", "stage_of_other_pipeline"),
        ("1,A,Rani,Acme,Nowhere,open,2020-02-01,,5", "stage", "name_unknown"),
        ("1,A,Rani,Bolt,Approach,open,2020-02-01,,5", "company", "name_unknown"),
        ("1,A,,Acme,Approach,open,2020-02-01,,5", "owner", "value_missing"),
        (",A,Rani,Acme,Approach,open,2020-02-01,,5", "id", "value_missing"),
        ("1,A,Rani,Acme,Approach,perhaps,2020-02-01,,5", "outcome", "choice_unknown"),
    ],
)
def test_what_can_not_be_is_told_at_its_cell(row: str, column: str, code: str) -> None:
    run = checked("deals", HEADER + row + "\n", mapping={"fields": FIELDS})

    assert [(problem[1], problem[3]) for problem in problems(run)] == [(column, code)]


def test_an_open_deals_closing_day_is_the_day_one_hopes_for() -> None:
    deals("1,A,Rani,Acme,Approach,open,2020-02-01,2190-01-01,5")

    assert Deal.objects.get().expected_close == date(2190, 1, 1)


def test_stages_are_found_in_the_languages_in_which_they_are_shown() -> None:
    deals("1,A,Rani,Acme,approach,open,2020-02-01,,5")

    assert Deal.objects.get().stage == Stage.objects.get(name="Approach")


def test_events_are_for_what_happens_today() -> None:
    today = timezone.localdate(timezone=timezone.get_default_timezone()).isoformat()

    deals("1,Old,Rani,Acme,Approach,won,2020-02-01,2020-03-01,5", f"2,New,Rani,Acme,Approach,won,2020-02-01,{today},5")

    news = Event.objects.filter(name__startswith="deals.")
    assert [(event.name, event.payload["amount"]) for event in news] == [("deals.deal_won", "5.00")]
    assert news.get().subject_id == Deal.objects.get(name="New").pk


def test_companies_of_deals_are_made_and_known_from_their_first_deal_on() -> None:
    deals(
        "1,A,Rani,Bolt,Approach,won,2019-05-01,2019-06-01,5",
        "2,B,Rani,BOLT,Approach,open,2019-03-01,,5",
        company={"column": "company", "unknown": "create"},
    )

    bolt = Company.objects.get(name="Bolt")
    told = [(row.to_stage, row.at.date().isoformat()) for row in LifecycleChange.objects.of(bolt)]
    assert told == [("lead", "2019-03-01"), ("opportunity", "2019-03-01"), ("customer", "2019-06-01")]


def test_a_person_who_imports_deals_without_owners_owns_them(maya: Any) -> None:
    imported("deals", "id,name\n1,A\n", by=maya)

    assert Deal.objects.get().owner == maya


def test_products_come_with_categories_and_codes() -> None:
    run = imported("products", "product,series,sales price\nGTX Pro,GTX,4821\nMG Special,MG,55.50\n")
    again = imported("products", "product,series,sales price\nGTX Pro,GTX,5000\nMG Special,MG,55.50\n")

    product = Product.objects.get(code="GTX-PRO")
    assert (run.rows_new, again.rows_changed, again.rows_unchanged) == (2, 1, 1)
    assert (product.price, str(product.category), product.currency) == (5000, "GTX", Currency.objects.of_company())
    assert product.history.count() == 2


def test_one_column_for_stages_and_outcomes_is_understood() -> None:
    text = "id,owner,stage,close date\n1,Rani,Closed Won,2020-03-01\n2,Rani,Approach,\n3,Rani,Lost,2020-03-01\n"

    imported("deals", text)

    told = list(Deal.objects.order_by("external_id").values_list("outcome", "stage__name"))
    assert told == [("won", "After-sale care"), ("open", "Approach"), ("lost", "Identify, connect and meet")]


def test_every_name_that_matches_nothing_is_counted_also_in_rows_with_other_problems() -> None:
    run = checked("deals", "id,owner,stage,product\n1,Rani,Nowhere,Nothing\n2,Rani,Nowhere,Nothing\n")

    assert {found["field"]: found["names"] for found in run.findings["unknown"]} == {
        "stage": [["Nowhere", 2]],
        "product": [["Nothing", 2]],
    }
