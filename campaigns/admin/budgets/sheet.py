"""The budget on the pages of campaigns and plans: a table of channels and months in which one writes the plan."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.admin.campaigns.showing import TONES, Teller, campaign_address
from campaigns.budgets.figures import Sheet, Standing, read, without_rate
from campaigns.budgets.lines import months_of, set_lines
from campaigns.budgets.models import CostState
from campaigns.budgets.pace import pace
from campaigns.budgets.pots import Pot, whole_of
from campaigns.models import Campaign, Channel, Commitment, Cost, MarketingPlan
from campaigns.policy.models import MarketingPolicy
from config.common.money import round_to
from deals.admin.reading import as_id

MOST_ROWS = 12
# The tab of a plan's page on which its budget stands.
PLAN_TAB = "budget"


@dataclass(frozen=True, slots=True)
class Cell:
    """A channel in a month: the name and text of its input, and what was spent and ordered of it."""

    name: str
    label: str
    planned: str
    used: str
    left: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A channel with its months and its sum."""

    channel: Channel
    cells: list[Cell]
    total: str
    used: str
    is_over: bool


def input_name(channel: int, month: date) -> str:
    """Return the name of a cell's input."""
    return f"c{channel}-{month:%Y-%m}"


def grid(pot: Pot, sheet: Sheet, tell: Teller) -> dict[str, Any]:
    """Return the table of a pot: rows of channels, columns of months, and the sums below."""
    cells = sheet.by_channel_and_month()
    channels, months = axes(pot, sheet)
    by_channel, by_month = sheet.by(lambda key: key[1]), sheet.by(lambda key: key[2])
    rows = []
    for channel in channels:
        line = [_cell(channel, month, cells.get((channel.pk, month), Standing()), tell) for month in months]
        whole = by_channel.get(channel.pk, Standing())
        rows.append(Row(channel, line, tell.money(whole.planned), tell.money(whole.used), whole.is_over))
    used_channels = [channel.pk for channel in channels]
    return {
        "rows": rows,
        "months": [(month, date_format(month, "M Y"), f"n-{month:%Y-%m}") for month in months],
        "sums": [_summed(by_month.get(month, Standing()), tell) for month in months],
        "others": Channel.objects.filter(is_active=True).exclude(pk__in=used_channels),
    }


def axes(pot: Pot, sheet: Sheet) -> tuple[list[Channel], list[date]]:
    """Return the channels and months that a pot's table has."""
    subject: Any = pot.campaign or pot.plan
    wanted = {key[1] for key in sheet.cells}
    if pot.campaign is not None:
        wanted |= set(pot.campaign.channels.values_list("pk", flat=True))
    months = set(months_of(subject.starts_on, subject.ends_on)) | {key[2] for key in sheet.cells}
    return list(Channel.objects.filter(pk__in=wanted)), sorted(months)


def facts(subject: Any, sheet: Sheet, tell: Teller) -> dict[str, Any]:
    """Return the sums, the pace and the warning of a budget."""
    total = sheet.total()
    digits = tell.currency.minor_units
    paced = pace(total, subject.starts_on, subject.ends_on, timezone.localdate(), digits)
    level = total.level(MarketingPolicy.objects.current().warn_at)
    labels = {"period": paced.period_percent, "used": paced.used_percent}
    sentence = ""
    if total.has_budget and paced.used_percent is not None:
        sentence = _("%(period)s %% of the time and %(used)s %% of the budget are gone.") % labels
    if paced.projected is not None and total.has_budget:
        sentence += " " + _("At this pace %(amount)s will be spent by the end.") % {
            "amount": tell.money(paced.projected)
        }
    return {
        "sums": [
            (_("Planned"), tell.money(total.planned), ""),
            (_("Committed"), tell.money(total.committed), ""),
            (_("Spent"), tell.money(total.actual), ""),
            (_("Left"), tell.money(total.left), TONES.get(level, "")),
        ],
        "waiting": tell.money(total.waiting) if total.number_waiting else "",
        "pace": sentence,
        "level": level.label if level in TONES else "",
        "tone": TONES.get(level, ""),
    }


def spending(condition: Q, sheet: Sheet, user: Any) -> dict[str, Any]:
    """Return the latest costs, the open commitments, and what no rate brings into the sums."""
    costs = Cost.objects.visible_to(user).filter(condition).exclude(state=CostState.TAKEN_BACK)
    orders = Commitment.objects.visible_to(user).filter(condition, closed_at__isnull=True)
    return {
        "costs": costs.select_related("channel", "currency", "campaign")[:MOST_ROWS],
        "commitments": orders.select_related("channel", "currency")[:MOST_ROWS],
        "unrated": without_rate(condition) if sheet.total().unrated else [],
        "may_add_cost": user.has_perm("campaigns.add_cost"),
        "may_add_commitment": user.has_perm("campaigns.add_commitment"),
    }


def pot_asked(request: HttpRequest) -> tuple[Pot, str]:
    """Return the pot that a post names, and the page to come back to; 404 for what the reader can't see."""
    user: Any = request.user
    for name, model in (("campaign", Campaign), ("plan", MarketingPlan)):
        if given := request.POST.get(name, ""):
            rows: Any = model._default_manager
            row = rows.visible_to(user).filter(pk=as_id(given)).first()
            if row is not None:
                plan_page = reverse("admin:campaigns_marketingplan_changelist")
                back = (
                    campaign_address(row, "budget")
                    if name == "campaign"
                    else f"{plan_page}{row.pk}/change/?tab={PLAN_TAB}"
                )
                return (Pot(campaign=row) if name == "campaign" else Pot(plan=row)), back
    raise PermissionDenied


def save_grid(request: HttpRequest, pot: Pot) -> int:
    """Write the table as it was sent; return how many lines changed."""
    user: Any = request.user
    channels, months = axes(pot, read(pot.condition))
    amounts: dict[tuple[Channel, date], Decimal | None] = {}
    for channel in channels:
        for month in months:
            name = input_name(channel.pk, month)
            if name in request.POST:
                amounts[channel, month] = _amount(request.POST[name])
    chosen = as_id(request.POST.get("new_channel", ""))
    added = Channel.objects.filter(is_active=True, pk=chosen).first() if chosen else None
    for month in months:
        given = _amount(request.POST.get(f"n-{month:%Y-%m}", ""))
        if given is not None and added is None:
            raise ValidationError(_("Choose the channel of the new row."))
        if given is not None and added is not None:
            amounts[added, month] = given
    return len(set_lines(pot, amounts, by=user))


def plan_sheet(plan: MarketingPlan) -> Sheet:
    """Return the sheet of a plan with its campaigns."""
    return read(whole_of(plan))


def _amount(text: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValidationError(_("“%(text)s” is no amount. Write it like 1200 or 1200.50.") % {"text": text[:30]})
    return amount


def _cell(channel: Channel, month: date, standing: Standing, tell: Teller) -> Cell:
    planned = f"{round_to(standing.planned, tell.currency.minor_units):f}" if standing.has_budget else ""
    label = _("%(channel)s, %(month)s") % {"channel": channel, "month": date_format(month, "F Y")}
    used = tell.money(standing.used) if standing.used else ""
    left = tell.money(standing.left) if standing.used and standing.has_budget else ""
    return Cell(input_name(channel.pk, month), label, planned, used, left, standing.left < 0)


def _summed(standing: Standing, tell: Teller) -> tuple[str, str]:
    return tell.money(standing.planned), tell.money(standing.used) if standing.used else ""
