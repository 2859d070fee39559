"""What became of a version while its successor was being written goes along when the successor takes over."""

from campaigns.plans.plan import MarketingPlan
from config.common.saving import save_changed

# What one writes down about an item or a goal while its plan runs.
OF_ITEM = ("state", "result", "worked", "owner")
OF_GOAL = ("counted", "counted_on")


def carry_on(before: MarketingPlan, after: MarketingPlan) -> None:
    """Bring the items and goals of ``after`` up to what was written down at those of ``before`` since it was made."""
    _carry_items(before, after)
    _carry_goals(before, after)


def _carry_items(before: MarketingPlan, after: MarketingPlan) -> None:
    newer = {row.pk: row for row in before.items.filter(updated_at__gt=after.created_at)}
    for item in after.items.filter(copied_from__in=newer):
        old = newer[item.copied_from_id]
        for name in OF_ITEM:
            setattr(item, name, getattr(old, name))
        save_changed(item, OF_ITEM)


def _carry_goals(before: MarketingPlan, after: MarketingPlan) -> None:
    counted = {(row.measure, row.title): row for row in before.goals.exclude(counted_on=None)}
    for goal in after.goals.all():
        old = counted.get((goal.measure, goal.title))
        if old is not None and (goal.counted_on is None or goal.counted_on < old.counted_on):
            goal.counted, goal.counted_on = old.counted, old.counted_on
            save_changed(goal, OF_GOAL)
