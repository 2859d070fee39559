"""The budget's sections on the pages of campaigns and plans, and the view that saves their tables."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from campaigns.admin.budgets.sheet import PLAN_TAB, facts, grid, plan_sheet, pot_asked, save_grid, spending
from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.admin.campaigns.showing import Teller, campaign_address, teller
from campaigns.admin.plans.parts import Part as PlanPart
from campaigns.admin.plans.parts import PlanTab, register_plan_tab
from campaigns.budgets.figures import Sheet, read
from campaigns.budgets.pots import Pot, whole_of
from campaigns.models import Campaign, MarketingPlan
from config.common.admin.base import sentence_of
from config.common.admin.pages import register_page
from config.common.errors import DomainError
from deals.admin.reading import reader_of

VIEW = "campaigns.view_budgetline"


def register() -> None:
    """Register the parts; called by ``ready``."""
    register_campaign_part(of_campaign, Tab.BUDGET)
    register_campaign_part(spending_of_campaign, Tab.BUDGET)
    register_plan_tab(PlanTab(PLAN_TAB, gettext_lazy("Budget"), of_plan, lambda user: bool(user.has_perm(VIEW))))


def of_campaign(campaign: Campaign, user: Any) -> Part | None:
    """The campaign's table, sums and pace."""
    if not user.has_perm(VIEW):
        return None
    pot, (sheet, tell) = Pot(campaign=campaign), _figures(campaign)
    context = {
        **facts(campaign, sheet, tell),
        "grid": grid(pot, sheet, tell),
        "campaign": campaign,
        "may_plan": user.has_perm("campaigns.change_budgetline"),
        "currency": tell.currency.code,
    }
    return Part(_("Budget"), "campaigns/budgets/budget.html", context, order=10, tab=Tab.BUDGET)


def spending_of_campaign(campaign: Campaign, user: Any) -> Part | None:
    """The campaign's latest costs and open commitments."""
    if not user.has_perm("campaigns.view_cost"):
        return None
    pot = Pot(campaign=campaign)
    sheet, _tell = _figures(campaign)
    context = {**spending(pot.condition, sheet, user), "query": f"campaign={campaign.pk}"}
    return Part(_("Costs and commitments"), "campaigns/budgets/spending.html", context, order=20, tab=Tab.BUDGET)


def of_plan(plan: MarketingPlan, user: Any) -> PlanPart:
    """The plan's whole budget, what each campaign has of it, and the table of what it keeps beside them."""
    tell, sheet, own = teller(), plan_sheet(plan), Pot(plan=plan)
    by_campaign = sheet.by_campaign()
    campaigns = Campaign.objects.visible_to(user).filter(plan=plan.pk)
    none = by_campaign.get(None)
    context = {
        **facts(plan, sheet, tell),
        **spending(whole_of(plan), sheet, user),
        "grid": grid(own, read(own.condition), tell),
        "plan": plan,
        "query": f"plan={plan.pk}",
        "campaigns": [
            (each, campaign_address(each, Tab.BUDGET), *_told(by_campaign[each.pk], tell))
            for each in campaigns
            if each.pk in by_campaign
        ],
        "own": _told(none, tell) if none else None,
        "may_plan": user.has_perm("campaigns.change_budgetline"),
        "currency": tell.currency.code,
    }
    return PlanPart("campaigns/budgets/of_plan.html", context)


def _figures(campaign: Any) -> tuple[Sheet, Teller]:
    """Return the campaign's sheet as its page has read it already, or read it."""
    if hasattr(campaign, "sheet"):
        return campaign.sheet, campaign.teller
    return read(Pot(campaign=campaign).condition), teller()


def _told(standing: Any, tell: Any) -> tuple[str, str, str, str]:
    amounts = (standing.planned, standing.committed, standing.actual, standing.left)
    planned, committed, actual, left = (tell.money(amount) for amount in amounts)
    return planned, committed, actual, left


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the table of a campaign or a plan, and come back to it."""
    if not reader_of(request).has_perm("campaigns.change_budgetline"):
        raise PermissionDenied
    pot, back = pot_asked(request)
    try:
        with transaction.atomic():
            save_grid(request, pot)
    except (DomainError, ValidationError) as refusal:
        messages.error(request, sentence_of(refusal))
    else:
        messages.success(request, _("The budget is saved."))
    return HttpResponseRedirect(back)


register_page("campaigns/budget/", "campaigns_budget_save", save_view)
