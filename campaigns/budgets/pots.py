"""Whose money it is: a campaign's, or a plan's own.

What a line, a commitment or a cost belongs to is said by its campaign where it names one, and only else by its plan.

- A line of a campaign is money that the campaign may spend. Through the campaign it is part of the plan's budget.
- A line of a plan without a campaign is what the plan keeps beside its campaigns: for what belongs to none, or for
  campaigns to come. Whoever gives it to a campaign lowers the plan's line and writes the campaign's.

So the budget of a plan is the sum of its own lines and of its campaigns' lines, its costs are its own and its
campaigns', and nothing is counted twice.
"""

from dataclasses import dataclass

from django.db.models import Q

from campaigns.budgets.refusing import BudgetRefused, nobody_pays, plan_of_other, plan_replaced
from campaigns.execution.locking import lock_campaign
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from campaigns.plans.plan import PlanState


@dataclass(frozen=True, slots=True)
class Pot:
    """The money of a campaign, or what a plan keeps beside its campaigns."""

    campaign: Campaign | None = None
    plan: MarketingPlan | None = None

    @property
    def condition(self) -> Q:
        """The condition on lines, commitments and costs that they are of this pot."""
        if self.campaign is not None:
            return Q(campaign=self.campaign.pk)
        return own_of(self.plan) if self.plan is not None else Q(pk__in=())

    @property
    def columns(self) -> dict[str, Campaign | MarketingPlan | None]:
        """What a row of this pot says in its columns."""
        return {"campaign": self.campaign, "plan": None if self.campaign is not None else self.plan}

    @property
    def whole_plan(self) -> MarketingPlan | None:
        """The plan in whose budget this money stands."""
        return self.campaign.plan if self.campaign is not None else self.plan


def own_of(plan: MarketingPlan) -> Q:
    """Return the condition that a line, commitment or cost is the plan's own."""
    return Q(campaign__isnull=True, plan=plan.pk)


def whole_of(plan: MarketingPlan) -> Q:
    """Return the condition that a line, commitment or cost counts for the plan: its own and its campaigns'."""
    return own_of(plan) | Q(campaign__plan=plan.pk)


def pot_of(campaign: Campaign | None, plan: MarketingPlan | None) -> Pot:
    """Return the pot that a row with these columns is of; the campaign decides.

    Refuses ``nobody_pays``, and ``plan_of_other`` for a plan that isn't the campaign's.
    """
    if campaign is None and plan is None:
        raise nobody_pays()
    if campaign is not None and plan is not None and campaign.plan_id != plan.pk:
        raise plan_of_other(campaign)
    return Pot(campaign=campaign) if campaign is not None else Pot(plan=plan)


def lock_pot(pot: Pot) -> Pot:
    """Lock the campaign and then its plan, or the plan, and return the pot as it is now.

    Whoever changes lines or spending takes these locks first, in this order: two costs that come at once are judged
    one after the other.
    """
    if pot.campaign is not None:
        campaign = lock_campaign(pot.campaign.pk)
        if campaign.plan_id is not None:
            campaign.plan = _lock_plan(campaign.plan_id)
        return Pot(campaign=campaign)
    if pot.plan is None:
        raise nobody_pays()
    return Pot(plan=_lock_plan(pot.plan.pk))


def lock_paying(pot: Pot) -> Pot:
    """Lock a pot to which money is to be written. Refuses ``plan_replaced``: a newer version has it now."""
    locked = lock_pot(pot)
    if locked.plan is not None and locked.plan.state == PlanState.REPLACED:
        raise plan_replaced(locked.plan)
    return locked


def check_same(pot: Pot, other: Pot, refusal: BudgetRefused) -> None:
    """Refuse where two rows are not of one pot."""
    if pot.columns != other.columns:
        raise refusal


def _lock_plan(pk: int) -> MarketingPlan:
    locked: MarketingPlan = MarketingPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    return locked
