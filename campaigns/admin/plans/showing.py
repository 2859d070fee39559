"""How plans are written for people: badges, days, amounts, and what to do next."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import MarketingPlan
from campaigns.plans.plan import PlanState
from campaigns.plans.pricing import Pricing, Unknown
from campaigns.plans.strategy import ItemState
from config.common.money import show_money

COLOURS = {
    PlanState.DRAFT: "",
    PlanState.APPROVED: "info",
    PlanState.RUNNING: "success",
    PlanState.CLOSED: "",
    PlanState.REPLACED: "warning",
}
BADGES = {
    PlanState.RUNNING: "td-badge-good",
    PlanState.REPLACED: "td-badge-warn",
    ItemState.DONE: "td-badge-good",
    ItemState.DROPPED: "td-badge-warn",
}
PATH = (PlanState.DRAFT, PlanState.APPROVED, PlanState.RUNNING, PlanState.CLOSED)


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do with a plan now, and why."""

    code: str
    sentence: str


def day_text(day: Any) -> str:
    """Return a day as lists write it."""
    return date_format(day, "j M Y") if day else "–"


def period_text(first: Any, last: Any) -> str:
    """Return two days as a period; one is enough."""
    if first is None and last is None:
        return ""
    return f"{day_text(first)} – {day_text(last)}"


def plan_path(plan: MarketingPlan) -> list[dict[str, Any]]:
    """Return the steps of a plan for ``admin/tandem/path.html``."""
    place = PATH.index(PlanState(plan.state)) if plan.state in PATH else len(PATH)
    steps = []
    for number, state in enumerate(PATH):
        how = "now" if number == place else "done" if number < place else "ahead"
        note = ""
        if state == PlanState.APPROVED and plan.approved_at is not None and plan.approved_by is not None:
            day = day_text(timezone.localdate(plan.approved_at))
            note = _("by %(who)s, %(day)s") % {"who": plan.approved_by, "day": day}
        steps.append({"label": state.label, "state": how, "note": note})
    return steps


def next_action(plan: MarketingPlan, gaps: int, *, may_approve: bool) -> NextAction | None:
    """Return what to do next: fill gaps and approve, start, close and learn, copy what worked."""
    if plan.state == PlanState.DRAFT:
        return _of_draft(gaps, may_approve)
    if plan.state == PlanState.APPROVED:
        return NextAction("start", _("The plan is approved. Start it when its time has come."))
    if plan.state == PlanState.RUNNING and plan.ends_on < timezone.localdate():
        return NextAction("close", _("The period is over. Close the plan and write down what you learned."))
    if plan.state == PlanState.RUNNING:
        return NextAction("run", _("The plan runs. Write down at its items what came of them."))
    if plan.state == PlanState.CLOSED:
        return NextAction("copy", _("The plan is closed. Copy what worked into the next one."))
    return None


def _of_draft(gaps: int, may_approve: bool) -> NextAction:
    if gaps:
        sentence = ngettext("%(number)s gap is not filled in yet.", "%(number)s gaps are not filled in yet.", gaps)
        words = sentence % {"number": gaps}
    else:
        words = _("Everything is filled in.")
    if may_approve:
        return NextAction("approve", words)
    return NextAction("wait", _("%(words)s Then a manager approves the plan.") % {"words": words})


def price_lines(pricing: Pricing) -> list[tuple[str, bool]]:
    """Return what is to be said of a price, each line with whether it is a warning."""

    def text(amount: Decimal) -> str:
        return show_money(amount, pricing.currency.code, pricing.currency.minor_units)

    discount = f"{pricing.item.discount.normalize():f}"
    labels = {"price": text(pricing.list_price), "discount": discount, "net": text(pricing.net)}
    lines = [(_("List %(price)s, less %(discount)s %%: %(net)s") % labels, False)]
    if pricing.is_below_floor and pricing.floor is not None:
        lines.append((_("That is below the floor of %(floor)s.") % {"floor": text(pricing.floor)}, True))
    elif pricing.floor is not None:
        lines.append((_("Floor %(floor)s") % {"floor": text(pricing.floor)}, False))
    return [*lines, *_margin_lines(pricing, text)]


def _margin_lines(pricing: Pricing, text: Any) -> list[tuple[str, bool]]:
    if pricing.unknown == Unknown.NO_COST:
        return [(_("Margin unknown: the product has no cost."), True)]
    if pricing.unknown == Unknown.NO_RATE:
        return [(_("Margin unknown: there is no exchange rate for the product's cost."), True)]
    assert pricing.margin is not None  # noqa: S101  it is known
    percent = "–" if pricing.margin_percent is None else f"{pricing.margin_percent:f}"
    labels = {"margin": text(pricing.margin), "percent": percent}
    lines = [(_("Margin after discount %(margin)s (%(percent)s %%)") % labels, pricing.margin < 0)]
    if pricing.floor_margin is not None and pricing.floor_margin < 0:
        loss = text(-pricing.floor_margin)
        lines.append((_("At the floor it sells at a loss of %(loss)s.") % {"loss": loss}, True))
    return lines
