"""Why something can't be done with a plan now, each with the way round."""

from django.utils.translation import gettext as _

from campaigns.plans.plan import MarketingPlan, PlanState
from config.common.errors import DomainError

# Versions whose contents are settled, and still count.
SETTLED = (PlanState.APPROVED, PlanState.RUNNING)


class PlanRefused(DomainError):
    """A plan can't be changed or moved that way now."""

    code = "plan_refused"


def check_draft(plan: MarketingPlan) -> None:
    """Refuse to change what an approved plan says: it is revised, and the next version approved."""
    if plan.is_draft:
        return
    if plan.state in SETTLED:
        sentence = _("“%(plan)s” is approved, so what it says stays. Make a new version and change that.")
    else:
        sentence = _("“%(plan)s” is over, so what it says stays. Plan the next period instead.")
    raise PlanRefused(sentence % {"plan": plan}, code="plan_not_draft", facts={"state": plan.state})
