"""How a deal may change: every allowed and every refused step, what it does to people, what it is worth."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from contacts.lifecycle.models import LifecycleChange
from contacts.lifecycle.moving import step_back
from contacts.models import Company, Contact, User
from deals.models import Currency, Deal, DealLine, LossReason, Pipeline, Product, Stage, StageChange
from deals.pipeline.editing import LineInput, add_person, change_deal, set_lines
from deals.pipeline.moving import DealRefused, lose, move, open_deal, reopen, win
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stages() -> list[Stage]:
    return list(Pipeline.objects.get(is_default=True).stages.order_by("position"))


def price() -> LossReason:
    return LossReason.objects.get(code="price")


def today() -> Any:
    return timezone.localdate(timezone=timezone.get_default_timezone())


STEPS: dict[str, Callable[[Deal, User], Deal]] = {
    "move": lambda deal, by: move(deal, Stage.objects.get(pipeline=deal.pipeline, position=2), by=by),
    "win": lambda deal, by: win(deal, by=by),
    "lose": lambda deal, by: lose(deal, reason=price(), by=by),
    "reopen": lambda deal, by: reopen(deal, reason="They called", by=by),
}


@pytest.mark.parametrize(
    ("outcome", "step", "then"),
    [
        ("open", "move", "open"),
        ("open", "win", "won"),
        ("open", "lose", "lost"),
        ("won", "reopen", "open"),
        ("lost", "reopen", "open"),
    ],
)
def test_a_deal_takes_each_step_that_is_allowed(outcome: str, step: str, then: str) -> None:
    deal = DealFactory(won=outcome == "won", lost=outcome == "lost")

    after = STEPS[step](deal, deal.owner)

    newest = StageChange.objects.filter(deal=deal).first()
    assert newest is not None
    assert (after.outcome, newest.to_outcome, newest.from_outcome, newest.by) == (then, then, outcome, deal.owner)


@pytest.mark.parametrize(
    ("outcome", "step", "code"),
    [
        ("open", "reopen", "deal_open"),
        ("won", "move", "deal_closed"),
        ("won", "win", "deal_closed"),
        ("won", "lose", "deal_closed"),
        ("lost", "move", "deal_closed"),
        ("lost", "win", "deal_closed"),
        ("lost", "lose", "deal_closed"),
    ],
)
def test_every_other_step_is_refused_and_changes_nothing(outcome: str, step: str, code: str) -> None:
    deal = DealFactory(won=outcome == "won", lost=outcome == "lost")
    rows = StageChange.objects.filter(deal=deal).count()

    with pytest.raises(DealRefused) as refusal:
        STEPS[step](deal, deal.owner)

    deal.refresh_from_db()
    assert refusal.value.code == code
    assert (deal.outcome, StageChange.objects.filter(deal=deal).count()) == (outcome, rows)


def test_a_refusal_of_a_closed_deal_says_when_it_was_closed_and_the_way_round() -> None:
    deal = DealFactory(name="Racking", won=True)

    with pytest.raises(DealRefused, match=r"was won on .*Reopen it with a reason"):
        win(deal, by=deal.owner)


def test_a_stale_page_loses(stages: list[Stage]) -> None:
    deal = DealFactory()
    seen = deal.stage_id
    move(deal, stages[1], by=deal.owner)

    with pytest.raises(DealRefused, match="somebody moved it since this page was loaded") as refusal:
        move(deal, stages[2], by=deal.owner, seen_stage=seen)

    assert refusal.value.code == "deal_moved_meanwhile"


def test_moving_backwards_is_allowed_and_visible(stages: list[Stage]) -> None:
    deal = move(DealFactory(), stages[3], by=DealFactory().owner)

    move(deal, stages[1], by=deal.owner, reason="They want to see it again")

    newest = StageChange.objects.filter(deal=deal).first()
    assert newest is not None
    assert (newest.from_stage, newest.to_stage, newest.reason) == (stages[3], stages[1], "They want to see it again")


def test_a_deal_does_not_move_to_where_it_is(stages: list[Stage]) -> None:
    deal = DealFactory()

    with pytest.raises(DealRefused) as refusal:
        move(deal, stages[0], by=deal.owner)

    assert refusal.value.code == "deal_already_there"


def test_nobody_drifts_into_the_stage_for_won_deals(stages: list[Stage]) -> None:
    deal = DealFactory()

    with pytest.raises(DealRefused, match="Mark the deal as won"):
        move(deal, stages[-1], by=deal.owner)


def test_a_deal_stays_in_its_own_pipeline() -> None:
    deal = DealFactory()

    with pytest.raises(DealRefused) as refusal:
        move(deal, Stage.objects.exclude(pipeline=deal.pipeline).earliest("pk"), by=deal.owner)

    assert refusal.value.code == "stage_of_other_pipeline"


def test_winning_brings_a_deal_into_the_stage_for_won_deals(stages: list[Stage]) -> None:
    deal = win(move(DealFactory(), stages[2], by=DealFactory().owner), by=DealFactory().owner)

    assert (deal.stage, deal.closed_on) == (stages[-1], today())


def test_losing_leaves_a_deal_in_the_stage_where_it_was_lost(stages: list[Stage]) -> None:
    deal = move(DealFactory(), stages[2], by=DealFactory().owner)

    deal = lose(deal, reason=price(), note="Half the money", by=deal.owner)

    assert (deal.stage, deal.loss_reason, deal.loss_note) == (stages[2], price(), "Half the money")


def test_a_reopened_deal_returns_to_the_stage_it_was_closed_in(stages: list[Stage]) -> None:
    deal = win(move(DealFactory(), stages[2], by=DealFactory().owner), by=DealFactory().owner)

    deal = reopen(deal, reason="The order was cancelled", by=deal.owner)

    assert (deal.stage, deal.outcome, deal.closed_on) == (stages[2], "open", None)


def test_reopening_needs_a_reason() -> None:
    deal = DealFactory(lost=True)

    with pytest.raises(DealRefused) as refusal:
        reopen(deal, reason="  ", by=deal.owner)

    assert refusal.value.code == "reopen_needs_reason"


def test_a_retired_reason_is_no_longer_given() -> None:
    deal, reason = DealFactory(), price()
    reason.retired_at = timezone.now()

    with pytest.raises(DealRefused) as refusal:
        lose(deal, reason=reason, by=deal.owner)

    assert refusal.value.code == "loss_reason_retired"


@pytest.mark.parametrize("days", [1, -400])
def test_a_deal_closes_between_its_opening_and_today(days: int) -> None:
    deal = DealFactory()

    with pytest.raises(DealRefused) as refusal:
        win(deal, by=deal.owner, on=today() + timedelta(days=days))

    assert refusal.value.code == "closing_day_impossible"


def test_history_says_how_long_a_deal_was_in_the_stage_it_left(stages: list[Stage]) -> None:
    then = timezone.now() - timedelta(days=9)
    deal = DealFactory(at=then)

    move(deal, stages[1], by=deal.owner, at=then + timedelta(days=4))

    newest = StageChange.objects.filter(deal=deal).first()
    assert newest is not None
    assert newest.time_in_stage == timedelta(days=4)


def test_history_is_never_rewritten() -> None:
    deal = DealFactory()

    with pytest.raises(TypeError):
        StageChange.objects.filter(deal=deal).update(kind="won")
    with pytest.raises(TypeError):
        StageChange.objects.filter(deal=deal).delete()
    with pytest.raises(TypeError):
        StageChange.objects.get(deal=deal).save()


@pytest.mark.parametrize(
    "columns",
    [
        "outcome = 'won'",
        "closed_on = '2026-01-01'",
        "amount = -1",
        "own_probability = 101",
        "outcome = 'gone', closed_on = '2026-01-01'",
    ],
)
def test_the_database_refuses_a_deal_that_can_not_be(columns: str) -> None:
    deal = DealFactory()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE deals_deal SET {columns} WHERE id = %s", [deal.pk])


# --- What a deal does to people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "opened", "won"),
    [
        ("subscriber", "opportunity", "customer"),
        ("lead", "opportunity", "customer"),
        ("mql", "opportunity", "customer"),
        ("sql", "opportunity", "customer"),
        ("opportunity", "opportunity", "customer"),
        ("customer", "customer", "customer"),
        ("evangelist", "evangelist", "evangelist"),
        ("other", "other", "customer"),
    ],
)
@pytest.mark.parametrize("factory", [ContactFactory, CompanyFactory])
def test_a_deal_moves_lifecycles_forward_only(factory: Any, before: str, opened: str, won: str) -> None:
    subject = factory(stage=before)
    taking_part = {"contacts": [subject]} if isinstance(subject, Contact) else {"company": subject}

    deal = DealFactory(**taking_part)
    subject.refresh_from_db()
    after_opening = subject.lifecycle_stage
    win(deal, by=deal.owner)
    subject.refresh_from_db()

    assert (after_opening, subject.lifecycle_stage) == (opened, won)


def test_losing_moves_nobody(ana: User) -> None:
    talking, recycled = ContactFactory(), ContactFactory()
    deal = DealFactory(contacts=[talking, recycled])
    step_back(recycled, to="lead", reason="Recycled to marketing", by=ana)

    lose(deal, reason=price(), by=deal.owner)

    talking.refresh_from_db()
    recycled.refresh_from_db()
    assert (talking.lifecycle_stage, recycled.lifecycle_stage) == ("opportunity", "lead")


def test_without_a_company_of_its_own_a_deal_moves_the_employers_of_its_people() -> None:
    company: Company = CompanyFactory()
    contact = ContactFactory(company=company)

    DealFactory(contacts=[contact])

    company.refresh_from_db()
    assert company.lifecycle_stage == "opportunity"


def test_the_ledger_links_the_deal_that_caused_it() -> None:
    contact = ContactFactory()

    deal = DealFactory(contacts=[contact])

    newest = LifecycleChange.objects.of(contact).last()
    assert newest is not None
    assert (newest.cause_kind, newest.cause_type, newest.cause_id) == ("deal", "deals.deal", deal.pk)


def test_a_deal_and_the_lifecycles_it_moves_stand_or_fall_together() -> None:
    contact = ContactFactory()

    with transaction.atomic():
        DealFactory(contacts=[contact])
        transaction.set_rollback(True)

    contact.refresh_from_db()
    assert contact.lifecycle_stage == "lead"
    assert not Deal.objects.exists()


@pytest.mark.parametrize(("won", "stage"), [(False, "opportunity"), (True, "customer")])
def test_whoever_joins_later_follows_too(won: bool, stage: str) -> None:
    deal, contact = DealFactory(won=won), ContactFactory()

    add_person(deal, contact, by=deal.owner)

    contact.refresh_from_db()
    assert contact.lifecycle_stage == stage


def test_a_company_given_later_follows_too() -> None:
    deal, company = DealFactory(), CompanyFactory()

    change_deal(deal, {"company": company}, by=deal.owner)

    company.refresh_from_db()
    assert company.lifecycle_stage == "opportunity"


def test_a_recycled_lead_becomes_an_opportunity_again_with_the_next_deal(ana: User) -> None:
    contact = ContactFactory()
    DealFactory(contacts=[contact], lost=True)
    step_back(contact, to="lead", reason="Recycled to marketing", by=ana)

    DealFactory(contacts=[contact])

    contact.refresh_from_db()
    assert contact.lifecycle_stage == "opportunity"


# --- What a deal is worth ---------------------------------------------------------------------------------------------


def of(code: str) -> Currency:
    return Currency.objects.get(code=code)


def line(product: Product, quantity: str, unit_price: str, discount: str = "0") -> LineInput:
    return LineInput(product, Decimal(quantity), Decimal(unit_price), Decimal(discount))


@pytest.mark.parametrize(
    ("currency", "quantity", "unit_price", "discount", "amount"),
    [
        ("USD", "3", "0.335", "0", "1.01"),
        ("USD", "1", "10", "33.33", "6.67"),
        ("IDR", "3", "1500.5", "0", "4502"),
        ("VND", "0.5", "999", "0", "500"),
        ("VND", "1", "25000", "12.5", "21875"),
        ("KWD", "3", "0.1115", "0", "0.335"),
    ],
)
def test_a_line_is_rounded_half_up_to_its_currencys_minor_unit(
    currency: str, quantity: str, unit_price: str, discount: str, amount: str
) -> None:
    deal = DealFactory(currency=of(currency))
    priced = DealLine(
        deal=deal,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        discount=Decimal(discount),
    )

    assert priced.total(deal.currency.minor_units) == Decimal(amount)


def test_the_amount_is_the_sum_of_the_rounded_lines() -> None:
    deal, product = DealFactory(currency=of("IDR")), ProductFactory()

    deal = set_lines(deal, [line(product, "3", "1500.5"), line(product, "3", "1500.5")])

    assert deal.amount == Decimal(9004)


def test_the_amount_follows_its_lines_when_they_change() -> None:
    deal, product = DealFactory(amount=Decimal(7)), ProductFactory()
    set_lines(deal, [line(product, "2", "10")])

    deal = set_lines(deal, [line(product, "1", "10")])

    assert deal.amount == Decimal(10)


def test_an_amount_can_not_be_written_over_lines() -> None:
    deal = DealFactory()
    deal = set_lines(deal, [line(ProductFactory(), "2", "10")])

    with pytest.raises(ValidationError, match="sum of the lines"):
        change_deal(deal, {"amount": Decimal(5)}, by=deal.owner)


def test_the_currency_can_not_change_under_lines() -> None:
    deal = DealFactory()
    deal = set_lines(deal, [line(ProductFactory(), "2", "10")])

    with pytest.raises(ValidationError, match="present currency"):
        change_deal(deal, {"currency": of("VND")}, by=deal.owner)


def test_a_product_in_another_currency_needs_a_price_in_the_deals() -> None:
    deal = DealFactory(currency=of("IDR"))

    with pytest.raises(ValidationError, match="give the unit price in IDR"):
        set_lines(deal, [LineInput(ProductFactory())])


def test_a_deal_needs_neither_company_nor_contacts(rani: User) -> None:
    deal = open_deal(name="Walk-in", owner=rani, by=rani)

    assert (deal.company, deal.people.count(), deal.outcome) == (None, 0, "open")


def test_the_probability_is_the_stages_until_a_person_sets_it(stages: list[Stage]) -> None:
    deal = DealFactory()
    from_stage = (deal.probability, deal.probability_source)

    deal = change_deal(deal, {"own_probability": Decimal(35)}, by=deal.owner)

    assert from_stage == (stages[0].probability, "stage")
    assert (deal.probability, deal.probability_source) == (Decimal(35), "person")


@pytest.mark.parametrize(("closing", "probability"), [({"won": True}, 100), ({"lost": True}, 0)])
def test_once_closed_the_outcome_is_the_probability(closing: dict[str, bool], probability: int) -> None:
    deal = DealFactory(**closing)

    chance = Deal.objects.with_chance().get(pk=deal.pk).chance
    assert (deal.probability, deal.probability_source, chance) == (probability, "outcome", probability)
