"""What results add to the pages of campaigns and plans: what came of it, against what it cost, and the bills behind."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.admin.campaigns.parts import Part as CampaignPart
from campaigns.admin.campaigns.parts import Tab, register_campaign_part
from campaigns.admin.plans.parts import Part as PlanPart
from campaigns.admin.plans.parts import PlanTab, register_plan_tab
from campaigns.admin.results.showing import (
    PERMISSION,
    STYLES,
    as_context,
    link_of,
    may_read,
    models_of,
    page_address,
    sentence_of,
)
from campaigns.models import Campaign, MarketingPlan
from campaigns.results.asking import Question
from campaigns.results.figures import assemble, results_of
from campaigns.results.invoices import invoices_behind
from campaigns.results.numbers import COSTS, MARGIN, MONEY, count
from config.common.admin.base import change_address
from config.common.admin.navigation import Group, Item, register_item
from config.common.money import show_money
from deals.models import Currency


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice behind the money: who paid, what it brought, what of that the campaign is owed."""

    number: str
    link: str
    payer: str
    brought: str
    share: str


def register() -> None:
    """Register everything; called by ``ready``."""
    register_campaign_part(return_line, Tab.OVERVIEW, styles=STYLES)
    register_campaign_part(results_part, Tab.RESULTS, styles=STYLES)
    register_campaign_part(bills_part, Tab.RESULTS)
    register_plan_tab(PlanTab("results", gettext_lazy("Results"), plan_results, may_read))
    register_item(
        Item(
            Group.INSIGHT,
            12,
            gettext_lazy("Campaign results"),
            "query_stats",
            "admin:campaign_results",
            PERMISSION,
            suits=may_read,
        )
    )
    register_item(Item(Group.INSIGHT, 14, gettext_lazy("Funnel"), "filter_alt", "admin:funnel", PERMISSION))


def return_line(campaign: Campaign, user: Any) -> CampaignPart | None:
    """Return the campaign's answer in one line: what it brought against what it cost, by which model."""
    if not may_read(user):
        return None
    found = assemble(count(Question(user, campaign=campaign.pk), families=(COSTS, MONEY, MARGIN)), 0)
    context = {
        "sentence": sentence_of(found),
        "formula": found["return"].formula,
        "left_out": [each.sentence for each in found["return"].left_out],
        "link": f"{reverse('admin:campaigns_campaign_change', args=[campaign.pk])}?tab={Tab.RESULTS}",
        "list": link_of(found, found["return"]),
    }
    return CampaignPart(_("Return"), "campaigns/results/line.html", context, order=5)


def results_part(campaign: Campaign, user: Any) -> CampaignPart | None:
    """Return every figure of a campaign, its funnel and its money against its cost."""
    if not may_read(user):
        return None
    context = _context(Question(user, campaign=campaign.pk), user)
    return CampaignPart(_("Results"), "campaigns/results/part.html", context, order=10, tab=Tab.RESULTS)


def bills_part(campaign: Campaign, user: Any) -> CampaignPart | None:
    """Return the invoices behind a campaign's money, each with the share that the campaign is owed."""
    if not (may_read(user) and user.has_perm("deals.view_invoice")):
        return None
    bills = _bills(Question(user, campaign=campaign.pk))
    if not bills:
        return None
    return CampaignPart(
        _("Invoices behind the money"), "campaigns/results/bills.html", {"bills": bills}, order=20, tab=Tab.RESULTS
    )


def plan_results(plan: MarketingPlan, user: Any) -> PlanPart:
    """Return what came of a plan's campaigns."""
    question = Question(user, plan=plan.pk)
    return PlanPart("campaigns/results/part.html", _context(question, user))


def _context(question: Question, user: Any) -> dict[str, Any]:
    shown = as_context(results_of(question), user)
    return {"shown": shown, "models": models_of(question), "page": page_address(question)}


def _bills(question: Question) -> list[Bill]:
    currency = Currency.objects.of_company()

    def money(amount: Any) -> str:
        return show_money(amount, currency.code, currency.minor_units)

    return [
        Bill(
            each.invoice.number,
            change_address(each.invoice),
            str(each.invoice.company or each.invoice.contact or ""),
            money(each.brought),
            money(each.share),
        )
        for each in invoices_behind(question)
    ]
