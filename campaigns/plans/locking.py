"""The lock of a plan: whoever changes it or its parts holds it."""

from campaigns.plans.plan import MarketingPlan


def lock_plan(pk: int) -> MarketingPlan:
    """Lock a plan and return it as it is now."""
    locked: MarketingPlan = MarketingPlan.objects.select_for_update(of=("self",)).get(pk=pk)
    return locked
