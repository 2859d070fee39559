"""How goals are written for people, on the pages of plans and of campaigns alike."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from campaigns.plans.goals import Pace, PaceState
from campaigns.plans.plan import OF_MONEY, Measure
from config.common.money import show_money, show_number
from deals.models import Currency

BADGES = {
    PaceState.ON_PACE: "td-badge-good",
    PaceState.REACHED: "td-badge-good",
    PaceState.BEHIND: "td-badge-warn",
    PaceState.MISSED: "td-badge-bad",
}


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal as its row on the page shows it."""

    pace: Pace
    target: str
    actual: str
    expected: str
    projection: str
    word: str
    badge: str
    is_by_hand: bool


def goal_row(pace: Pace, currency: Currency) -> GoalRow:
    """Return a goal with its numbers as people write them."""
    goal: Any = pace.goal

    def text(number: Decimal | None) -> str:
        if number is None:
            return "–"
        if goal.measure in OF_MONEY:
            return show_money(number, currency.code, currency.minor_units)
        return show_number(number.quantize(Decimal("0.1")).normalize())

    return GoalRow(
        pace,
        text(goal.target),
        text(pace.actual),
        text(pace.expected),
        text(pace.projection),
        pace_word(pace.state),
        BADGES.get(pace.state, ""),
        goal.measure == Measure.BY_HAND,
    )


def pace_word(state: PaceState) -> str:
    """Return how a goal stands, in words."""
    return {
        PaceState.UNKNOWN: _("Not counted yet"),
        PaceState.NOT_BEGUN: _("Not begun"),
        PaceState.ON_PACE: _("On pace"),
        PaceState.BEHIND: _("Behind"),
        PaceState.REACHED: _("Reached"),
        PaceState.MISSED: _("Missed"),
    }[state]
