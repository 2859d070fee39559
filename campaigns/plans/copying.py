"""Copies of the parts of a plan: for its next version, or what worked for the next plan."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from campaigns.plans.plan import MarketingPlan, PlanGoal
from campaigns.plans.strategy import ItemState, PlanAnswer, PlanItem, Strategy

_OF_GOAL = ("measure", "title", "target", "starts_on", "due_on", "counted", "counted_on")
_OF_STRATEGY = ("segment_id", "persona_id", "statement", "position")
_OF_ITEM = (
    "topic", "text", "channel_id", "starts_on", "ends_on", "product_id", "list_price", "discount", "floor", "owner_id",
    "due_on", "state", "cost", "result", "worked", "position",
)  # fmt: skip


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def copy_goals(source: MarketingPlan, target: MarketingPlan) -> None:
    """Copy all goals."""
    PlanGoal.objects.bulk_create(PlanGoal(plan=target, **_values(goal, _OF_GOAL)) for goal in source.goals.all())


def copy_answers(source: MarketingPlan, target: MarketingPlan) -> None:
    """Copy the answers to the two questions with their evidence."""
    for answer in source.answers.prefetch_related("findings"):
        copy = PlanAnswer.objects.create(plan=target, **_values(answer, ("question", "answer", "text")))
        copy.findings.set(answer.findings.all())


def strategies_for(rows: Sequence[Strategy], target: MarketingPlan) -> dict[int, Strategy]:
    """Return the target's strategy for the segment of each given one, by its id; those that are missing are made."""
    present = {strategy.segment_id: strategy for strategy in target.strategies.all()}
    found = {}
    for row in rows:
        if row.segment_id not in present:
            present[row.segment_id] = Strategy.objects.create(plan=target, **_values(row, _OF_STRATEGY))
        found[row.pk] = present[row.segment_id]
    return found


def copy_items(items: Sequence[PlanItem], target: MarketingPlan, *, afresh: bool = False) -> list[PlanItem]:
    """Copy items with their products and findings into the strategies for the same segments.

    ``afresh`` copies for another period: nothing is done yet, and days move as far as the plans are apart.
    """
    strategies = strategies_for([item.strategy for item in items if item.strategy is not None], target)
    copies = []
    for item in items:
        strategy = strategies[item.strategy_id] if item.strategy_id is not None else None
        copy = PlanItem(plan=target, strategy=strategy, copied_from=item, **_values(item, _OF_ITEM))
        if afresh:
            _begin_again(copy, target.starts_on - item.plan.starts_on)
        copy.save()
        copy.products.set(item.products.all())
        copy.findings.set(item.findings.all())
        copies.append(copy)
    return copies


def _begin_again(copy: PlanItem, later: timedelta) -> None:
    copy.state, copy.result, copy.worked = ItemState.OPEN, "", None
    for name in ("starts_on", "ends_on", "due_on"):
        if (day := getattr(copy, name)) is not None:
            setattr(copy, name, day + later)
