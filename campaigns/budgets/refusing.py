"""Why something can't be done with budgets and costs, each with the way round."""

from django.utils.translation import gettext as _

from config.common.errors import DomainError


class BudgetRefused(DomainError):
    """A budget, commitment or cost can't be changed that way now."""

    code = "budget_refused"


def nobody_pays() -> BudgetRefused:
    """Return the refusal of money that is of no campaign and no plan."""
    return BudgetRefused(_("Choose the campaign or the plan that pays."), code="nobody_pays")


def reason_missing() -> BudgetRefused:
    """Return the refusal of a decision without a reason."""
    return BudgetRefused(_("Say why, in a few words."), code="reason_missing")
