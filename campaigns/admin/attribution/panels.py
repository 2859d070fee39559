"""“Where it came from” on the pages of deals, invoices and payments, and a campaign's money on its page."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from campaigns.admin.attribution.page import money_of
from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.attribution.comparing import settings_of
from campaigns.attribution.tracing import Trace, TracedTouch, trace_deal, trace_invoice, trace_payment
from campaigns.attribution.wording import percent
from campaigns.models import AttributionRun, Campaign, Share
from config.common.money import ZERO, show_money
from config.common.sql import exact
from contacts.models import User
from contacts.people.panels import Panel, PanelRow, register_panel
from deals.admin.billing.showing import page_or_nothing
from deals.models import Deal, Invoice, Payment

MAY_SEE = "campaigns.view_share"
MOST_ROWS = 8


def register() -> None:
    """Register the panels; called by ``ready``."""
    register_panel("deals.deal", panel_of_deal)
    register_panel("deals.invoice", panel_of_invoice)
    register_panel("deals.payment", panel_of_payment)
    register_campaign_part(part_of_campaign, Tab.RESULTS, styles="campaigns/attribution.css")


def panel_of_deal(deal: Deal, reader: User) -> Panel | None:
    """The touches behind a won deal's money."""
    if not reader.has_perm(MAY_SEE) or deal.outcome != "won":
        return None
    run = AttributionRun.objects.of_default()
    return _panel(run, [] if run is None else [trace_deal(deal, run, reader)], deal)


def panel_of_invoice(invoice: Invoice, reader: User) -> Panel | None:
    """The touches behind what was billed."""
    if not reader.has_perm(MAY_SEE) or not invoice.is_issued or invoice.deal_id is None:
        return None
    run = AttributionRun.objects.of_default()
    return _panel(run, [] if run is None else [trace_invoice(invoice, run, reader)], invoice.deal)


def panel_of_payment(payment: Payment, reader: User) -> Panel | None:
    """The touches behind what was paid of deals' invoices."""
    if not reader.has_perm(MAY_SEE):
        return None
    run = AttributionRun.objects.of_default()
    traces = [] if run is None else trace_payment(payment, run, reader)
    return _panel(run, traces, traces[0].deal if len(traces) == 1 else None) if traces else None


def _panel(run: AttributionRun | None, traces: list[Trace], deal: Deal | None) -> Panel:
    if run is None:
        return Panel(_("Where it came from"), order=40, empty=_("No attribution model was run yet."))
    rows = [_row(trace, each) for trace in traces for each in trace.touches]
    more = ""
    if deal is not None and rows:
        more = f"{reverse('admin:campaigns_share_changelist')}?{urlencode({'run': run.pk, 'deal': deal.pk})}"
    return Panel(
        _("Where it came from (%(run)s)") % {"run": run},
        rows[:MOST_ROWS],
        order=40,
        empty=_("No touch in the window before it was won, or not shared yet."),
        more=more,
        more_title=_("All shares"),
    )


def _row(trace: Trace, each: TracedTouch) -> PanelRow:
    return PanelRow(
        f"{each.touch.campaign} · {each.touch.channel}",
        page_or_nothing("admin:campaigns_campaign_change", each.touch.campaign_id),
        f"{each.touch} · {each.why}",
        f"{show_money(each.amount, trace.currency.pk, trace.currency.minor_units)} ({percent(each.weight)})",
    )


def part_of_campaign(campaign: Campaign, user: Any) -> Part | None:
    """A campaign's money by each model in use. Costs two queries."""
    if not user.has_perm(MAY_SEE):
        return None
    rows = Share.objects.visible_to(user).current().of_campaign(campaign).order_by().values_list("run")
    found: dict[int, tuple[Decimal, int]] = {
        pk: (amount, deals)
        for pk, amount, deals in rows.annotate(amount=exact(Sum("amount")), deals=Count("deal", distinct=True))
    }
    shown = [
        (run, settings_of(run), money_of(run, found.get(run.pk, (ZERO, 0))[0]), found.get(run.pk, (ZERO, 0))[1])
        for run in AttributionRun.objects.in_use()
    ]
    return Part(_("Money by attribution model"), "campaigns/attribution/part.html", {"rows": shown}, 60, Tab.RESULTS)
