"""What the goals of plans and campaigns have come to: the same figures that the results show, until a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from campaigns.execution.models import Campaign
from campaigns.plans.goals import register_counter
from campaigns.plans.plan import OF_MONEY, Goal, Measure
from campaigns.results.asking import Question
from campaigns.results.figures import assemble
from campaigns.results.numbers import MONEY, PEOPLE, TOUCHES, count

_OF_TOUCHES = (Measure.TOUCHES, Measure.RESPONSES)
COUNTED = tuple(measure for measure in Measure if measure != Measure.BY_HAND)


def register() -> None:
    """Let goals be counted; called by ``ready``."""
    for measure in COUNTED:
        register_counter(measure, actual_of)


def actual_of(goal: Goal, whole: Any, day: date) -> Decimal | None:
    """Return what a goal of a plan or campaign has come to by a day, for the whole house.

    Touches count from the goal's first day. People, deals and money count if they came from that day on, whenever the
    campaign had touched them before.
    """
    last = min(day, goal.due_on)
    if last < goal.starts_on:
        return None
    scope = {"campaign" if isinstance(whole, Campaign) else "plan": whole.pk}
    if goal.measure in _OF_TOUCHES:
        question = Question(None, first=goal.starts_on, last=last, **scope)
    else:
        question = Question(None, last=last, since=goal.starts_on, until=last, **scope)
    family = TOUCHES if goal.measure in _OF_TOUCHES else MONEY if goal.measure in OF_MONEY else PEOPLE
    figure = assemble(count(question, families=[family]), 0)[goal.measure]
    # Nothing was won yet is zero towards a goal; that nobody can say is none.
    return figure.value if figure.value is not None or not figure.behind else Decimal(0)
