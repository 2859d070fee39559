"""How far a goal has come and whether that is fast enough. What is counted is said by whoever can count it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from campaigns.plans.plan import Goal, Measure
from config.common.money import round_to

DECIMALS = 3

# Counts what goals of a plan or a campaign measure, until a day; None where it can't be said.
Counter = Callable[[Sequence[Goal], Any, date], Sequence[Decimal | None]]
_counters: dict[str, Counter] = {}


class PaceState(StrEnum):
    """How a goal stands on a day."""

    UNKNOWN = "unknown"
    NOT_BEGUN = "not_begun"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    REACHED = "reached"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Pace:
    """A goal on a day: the actual count, what was to be expected by then, and where it leads at this pace."""

    goal: Goal
    actual: Decimal | None
    expected: Decimal
    projection: Decimal | None
    state: PaceState

    @property
    def percent(self) -> int:
        """How much of the target is reached, for a bar; never above a hundred."""
        return 0 if self.actual is None else max(0, min(100, int(self.actual * 100 / self.goal.target)))

    @property
    def expected_percent(self) -> int:
        """How much of the target was to be expected."""
        return int(self.expected * 100 / self.goal.target)


def register_counter(measure: Measure, counter: Counter) -> None:
    """Let an area above count a measure of the catalogue; called by ``ready``."""
    _counters[measure] = counter


def actuals_of(goals: Sequence[Goal], whole: Any, day: date) -> list[Decimal | None]:
    """Return what each goal of a plan or campaign has come to by a day: counted by hand, or from the records."""
    found: dict[int, Decimal | None] = {}
    together: dict[Counter, list[int]] = defaultdict(list)
    for place, goal in enumerate(goals):
        if goal.measure in _counters:
            together[_counters[goal.measure]].append(place)
        else:
            found[place] = goal.counted if goal.measure == Measure.BY_HAND else None
    for counter, places in together.items():
        found |= zip(places, counter([goals[place] for place in places], whole, day), strict=True)
    return [found[place] for place in range(len(goals))]


def pace(goal: Goal, actual: Decimal | None, day: date) -> Pace:
    """Compare what was reached with a straight line from the first day to the last."""
    days, gone = (goal.due_on - goal.starts_on).days + 1, (day - goal.starts_on).days + 1
    gone = max(0, min(days, gone))
    expected = round_to(goal.target * gone / days, DECIMALS)
    projection = round_to(actual * days / gone, DECIMALS) if actual is not None and gone else None
    return Pace(goal, actual, expected, projection, _state(goal, actual, expected, day))


def paces(goals: Iterable[Goal], whole: Any, day: date) -> list[Pace]:
    """Return how all goals of a plan or campaign stand on a day."""
    listed = list(goals)
    return [pace(goal, actual, day) for goal, actual in zip(listed, actuals_of(listed, whole, day), strict=True)]


def _state(goal: Goal, actual: Decimal | None, expected: Decimal, day: date) -> PaceState:
    if day < goal.starts_on:
        return PaceState.NOT_BEGUN
    if actual is None:
        return PaceState.UNKNOWN
    if actual >= goal.target:
        return PaceState.REACHED
    if day > goal.due_on:
        return PaceState.MISSED
    return PaceState.ON_PACE if actual >= expected else PaceState.BEHIND
