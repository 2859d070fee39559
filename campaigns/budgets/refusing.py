"""Why something can't be done with budgets and costs, each with the way round."""

from django.utils.translation import gettext as _

from config.common.errors import DomainError


class BudgetRefused(DomainError):
    """A budget, commitment or cost can't be changed that way now."""

    code = "budget_refused"


def nobody_pays() -> BudgetRefused:
    """Return the refusal of money that is of no campaign and no plan."""
    return BudgetRefused(_("Choose the campaign or the plan that pays."), code="nobody_pays")


def plan_replaced(plan: object) -> BudgetRefused:
    """Return the refusal of money for a version of a plan that isn't the newest any more."""
    sentence = _("A newer version took over from “%(plan)s”, with all its money. Write it there.")
    return BudgetRefused(sentence % {"plan": plan}, code="plan_replaced")


def plan_of_other(campaign: object) -> BudgetRefused:
    """Return the refusal of money of a campaign that is said to be of another plan than the campaign."""
    sentence = _("“%(campaign)s” is not of this plan. Name the campaign alone: its plan follows.")
    return BudgetRefused(sentence % {"campaign": campaign}, code="plan_of_other")


def reason_missing() -> BudgetRefused:
    """Return the refusal of a decision without a reason."""
    return BudgetRefused(_("Say why, in a few words."), code="reason_missing")
