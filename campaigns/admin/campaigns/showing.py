"""How campaigns and their money are written for people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.budgets.figures import Standing
from campaigns.budgets.watch import BudgetLevel
from campaigns.execution.campaign import CampaignState
from campaigns.execution.work import ContentState
from config.common.money import show_money
from deals.models import Currency

COLOURS = {
    CampaignState.PLANNED: "info",
    CampaignState.RUNNING: "success",
    CampaignState.PAUSED: "warning",
    CampaignState.CANCELLED: "danger",
}
BADGES = {
    CampaignState.RUNNING: "td-badge-good",
    CampaignState.PAUSED: "td-badge-warn",
    CampaignState.CANCELLED: "td-badge-bad",
}
CONTENT_BADGES = {
    ContentState.PUBLISHED: "td-badge-good",
    ContentState.REVIEW: "td-badge-warn",
    ContentState.DROPPED: "td-badge-bad",
}
TONES = {BudgetLevel.NEAR: "warn", BudgetLevel.OVER: "bad"}


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes amounts in the company's currency."""

    currency: Currency

    def money(self, amount: Decimal) -> str:
        """Return an amount as the reader writes it."""
        return show_money(amount, self.currency.code, self.currency.minor_units)

    def sentence(self, standing: Standing) -> str:
        """Tell in one sentence how a budget stands."""
        labels = {
            "planned": self.money(standing.planned),
            "spent": self.money(standing.actual),
            "committed": self.money(standing.committed),
            "left": self.money(abs(standing.left)),
            "percent": standing.percent or 0,
        }
        if not standing.has_budget:
            return _("No budget yet, spent %(spent)s, committed %(committed)s") % labels
        if standing.is_over:
            sentence = _("Budget %(planned)s, spent %(spent)s, committed %(committed)s: %(left)s too much")
        else:
            sentence = _("Budget %(planned)s, spent %(spent)s, committed %(committed)s, left %(left)s")
        return sentence % labels


def used_bar(standing: Standing, teller: Teller, warn_at: int) -> SafeString:
    """Return how much of a budget is used, as a bar with its figures."""
    if not standing.has_budget:
        return format_html('<span class="cp-none">{}</span>', _("no budget"))
    tone = TONES.get(standing.level(warn_at), "good")
    return format_html(
        '<span class="cp-used"><span class="cp-bar"><span class="cp-bar-{}" style="width: {}%"></span></span>'
        "<span>{}</span></span>",
        tone,
        min(standing.percent or 0, 100),
        _("%(percent)s %% of %(planned)s")
        % {
            "percent": standing.percent if standing.percent is not None else "–",
            "planned": teller.money(standing.planned),
        },
    )


def period_text(first: date, last: date) -> str:
    """Return “1 Mar – 30 Apr 2026”."""
    start = date_format(first, "j M" if first.year == last.year else "j M Y")
    return f"{start} – {date_format(last, 'j M Y')}"


def campaign_address(campaign: Any, tab: str = "") -> str:
    """Return the address of a campaign's page, at one of its tabs."""
    pk = getattr(campaign, "pk", campaign)
    address = reverse("admin:campaigns_campaign_change", args=[pk])
    return f"{address}?tab={tab}" if tab else address


def teller() -> Teller:
    """Return who writes amounts. Costs a query."""
    return Teller(Currency.objects.of_company())
