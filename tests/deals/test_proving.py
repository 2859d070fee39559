"""Proofs of deals: silent on good rows; each finds the fault planted for it, and names the row."""

from decimal import Decimal
from typing import Any

import pytest

from config.common.integrity import prove
from contacts.models import User
from deals.models import Currency, Deal, Stage, StageChange
from deals.pipeline.editing import LineInput, set_lines
from deals.pipeline.moving import move, reopen, win
from deals.pipeline.undoing import undo
from tests.factories.deals import DealFactory, ProductFactory
from tests.planting import plant

pytestmark = pytest.mark.django_db


def found(name: str) -> list[tuple[str, str]]:
    return [(each.subject, each.sentence) for verdict in prove([name]) for each in verdict.findings]


@pytest.fixture
def deal(rani: User) -> Deal:
    """A deal with a history: moved, won, opened again, moved and taken back, won; and with lines."""
    deal = DealFactory(owner=rani)
    second, third = Stage.objects.filter(pipeline=deal.pipeline, is_for_won=False).order_by("position")[1:3]
    deal = reopen(win(move(deal, second, by=rani), by=rani), reason="Not yet", by=rani)
    deal = move(deal, third, by=rani)
    newest = StageChange.objects.filter(deal=deal).first()
    assert newest is not None
    deal = win(undo(deal, newest.pk, by=rani), by=rani)
    lines = [
        LineInput(ProductFactory(), Decimal("0.333"), discount=Decimal("12.5")),
        LineInput(ProductFactory(), Decimal(3)),
    ]
    return set_lines(deal, lines)


@pytest.mark.parametrize("name", ["stages", "history", "amounts"])
def test_good_rows_hold(deal: Deal, name: str) -> None:
    DealFactory()
    DealFactory(lost=True)

    assert found(f"deals.{name}") == []


def test_a_deal_in_another_stage_than_its_history_is_found(deal: Deal) -> None:
    other = Stage.objects.exclude(pk=deal.stage_id).first()
    assert other is not None
    plant("UPDATE deals_deal SET stage_id = %s WHERE id = %s", [other.pk, deal.pk])

    [(subject, sentence)] = found("deals.stages")
    assert subject == f"deals.deal {deal.pk}"
    assert sentence == f"It is won in stage {other.pk}, and its history ends with won in stage {deal.stage_id}."


def test_a_deal_with_another_outcome_than_its_history_is_found(deal: Deal) -> None:
    plant("UPDATE deals_deal SET outcome = 'lost' WHERE id = %s", [deal.pk])

    [(subject, sentence)] = found("deals.stages")
    assert subject == f"deals.deal {deal.pk}"
    assert "It is lost" in sentence


def test_a_deal_that_was_opened_behind_its_historys_back_is_found(deal: Deal) -> None:
    plant("UPDATE deals_deal SET outcome = 'open', closed_on = NULL WHERE id = %s", [deal.pk])

    assert {subject for subject, _sentence in found("deals.stages")} == {f"deals.deal {deal.pk}"}


def test_a_deal_closed_on_another_day_than_its_history_is_found(deal: Deal) -> None:
    plant("UPDATE deals_deal SET closed_on = '2199-01-01' WHERE id = %s", [deal.pk])

    [(subject, sentence)] = found("deals.stages")
    assert subject == f"deals.deal {deal.pk}"
    assert "It was closed on 2199-01-01" in sentence


def test_a_deal_without_a_history_is_found(deal: Deal) -> None:
    plant("DELETE FROM deals_stagechange WHERE deal_id = %s", [deal.pk])

    assert found("deals.stages") == [(f"deals.deal {deal.pk}", "It has no history.")]


@pytest.mark.parametrize(("column", "value"), [("from_stage_id", None), ("from_outcome", "lost"), ("from_outcome", "")])
def test_a_row_of_the_history_that_was_changed_is_found(deal: Deal, column: str, value: Any) -> None:
    changed = StageChange.objects.filter(deal=deal).order_by("pk")[2]
    plant(f"UPDATE deals_stagechange SET {column} = %s WHERE id = %s", [value, changed.pk])

    assert [subject for subject, _sentence in found("deals.history")] == [f"deals.stagechange {changed.pk}"]


def test_a_row_taken_out_of_the_history_is_found(deal: Deal) -> None:
    first, second = StageChange.objects.filter(deal=deal).order_by("pk")[:2]
    plant("DELETE FROM deals_stagechange WHERE id = %s", [first.pk])

    [(subject, sentence)] = found("deals.history")
    assert subject == f"deals.stagechange {second.pk}"
    assert sentence == f"It begins open in stage {second.from_stage_id}, and the row before ended – in stage –."


def test_an_amount_that_is_not_the_sum_of_the_lines_is_found(deal: Deal) -> None:
    plant("UPDATE deals_deal SET amount = amount + 0.01 WHERE id = %s", [deal.pk])

    assert deal.amount == Decimal("32.91")
    assert found("deals.amounts") == [(f"deals.deal {deal.pk}", "Its amount is 32.920, and its lines come to 32.91.")]


def test_each_line_is_rounded_in_the_deals_currency(rani: User) -> None:
    rupiah = DealFactory(owner=rani, currency=Currency.objects.get(code="IDR"))
    set_lines(rupiah, [LineInput(ProductFactory(), Decimal("0.5"), Decimal(1)) for _time in range(3)])

    assert found("deals.amounts") == []
    plant("UPDATE deals_deal SET amount = 2 WHERE id = %s", [rupiah.pk])
    assert found("deals.amounts") == [(f"deals.deal {rupiah.pk}", "Its amount is 2.000, and its lines come to 3.")]
