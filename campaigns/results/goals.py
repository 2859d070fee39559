"""What the goals of plans and campaigns have come to: the same figures that the results show, until a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from campaigns.execution.models import Campaign
from campaigns.plans.goals import register_counter
from campaigns.plans.plan import OF_MONEY, Goal, Measure
from campaigns.results.asking import Question
from campaigns.results.figures import Figure, assemble
from campaigns.results.numbers import MONEY, PEOPLE, TOUCHES, WEIGHED, count

_OF_TOUCHES = (Measure.TOUCHES, Measure.RESPONSES)
COUNTED = tuple(measure for measure in Measure if measure != Measure.BY_HAND)


def register() -> None:
    """Let goals be counted; called by ``ready``."""
    for measure in COUNTED:
        register_counter(measure, actuals_of)


def actuals_of(goals: Sequence[Goal], whole: Any, day: date) -> list[Decimal | None]:
    """Return what goals of a plan or campaign have come to by a day, for the whole house.

    Touches count from the goal's first day. People, deals and money count if they came from that day on, whenever the
    campaign had touched them before. Goals of one period are counted together.
    """
    asked = [_question_of(goal, whole, day) for goal in goals]
    families: dict[Question, set[str]] = defaultdict(set)
    for goal, question in zip(goals, asked, strict=True):
        if question is not None:
            families[question].update(_families_of(goal))
    results = {question: assemble(count(question, families=wanted), 0) for question, wanted in families.items()}
    return [
        None if question is None else _value_of(results[question][goal.measure])
        for goal, question in zip(goals, asked, strict=True)
    ]


def _question_of(goal: Goal, whole: Any, day: date) -> Question | None:
    """Return what a goal asks until a day; nothing before it begins."""
    last = min(day, goal.due_on)
    if last < goal.starts_on:
        return None
    scope = {"campaign" if isinstance(whole, Campaign) else "plan": whole.pk}
    if goal.measure in _OF_TOUCHES:
        return Question(None, first=goal.starts_on, last=last, **scope)
    return Question(None, last=last, since=goal.starts_on, until=last, **scope)


def _families_of(goal: Goal) -> tuple[str, ...]:
    if goal.measure in _OF_TOUCHES:
        return (TOUCHES,)
    return (MONEY, WEIGHED) if goal.measure in OF_MONEY else (PEOPLE,)


def _value_of(figure: Figure) -> Decimal | None:
    """Nothing was won yet is zero towards a goal; that nobody can say is none."""
    return figure.value if figure.value is not None or not figure.behind else Decimal(0)
