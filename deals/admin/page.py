"""What stands on the page of a deal: its figures, its path, its people, lines, history and timeline."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.records import addresses
from config.common.money import show_money
from contacts.people.panels import panels
from contacts.people.timeline import timeline_page
from deals.admin.activities.of_deal import steps_of_deal
from deals.admin.billing.panels import deal_money_panel
from deals.admin.lines import lines_formset
from deals.admin.quotes.page import quotes_of, shown_quotes
from deals.admin.showing import age_text, amount_text, days_text, percent, probability_text
from deals.models import Deal, DealContact, DealLine, LossReason, Stage, StageChange
from deals.pipeline.attention import age_of, is_overdue
from deals.pipeline.board import columns_of
from deals.pipeline.deal import BuyingRole
from deals.pipeline.history import ChangeKind

ENTRIES = 20
# Moments further away can't be turned into every time zone.
FIRST_YEAR, LAST_YEAR = 1900, 9000


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the path: done, now or ahead, and where a click posts to."""

    label: str
    state: str
    note: str = ""
    action: str = ""
    title: str = ""
    fields: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a deal was in a stage."""

    stage: Stage
    days: str
    is_now: bool = False


def deal_with_parts(deals: Any) -> Any:
    """Return the deals with everything that their pages show, one query a kind of part.

    Whoever sees a deal sees its company and its people (the grounds registered with contacts), so that these need no
    question of their own.
    """
    steps = StageChange.objects.select_related("from_stage", "to_stage", "by")
    return deals.select_related("stage", "pipeline", "currency", "owner", "company", "loss_reason").prefetch_related(
        Prefetch("stage_changes", queryset=steps),
        Prefetch("people", queryset=DealContact.objects.select_related("contact")),
        Prefetch("lines", queryset=DealLine.objects.select_related("product")),
    )


def deal_page(request: HttpRequest, deal: Deal) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader."""
    user: Any = request.user
    age, before = age_of(deal), _before(request)
    history = sorted(deal.stage_changes.all(), key=lambda change: change.pk)
    entries, older = timeline_page(deal, reader=user, before=before, limit=ENTRIES)
    records = sorted({entry.record for entry in entries if entry.record})
    links = addresses(records, user) if records else {}
    may_change, may_edit_lines = user.has_perm("deals.change_deal"), user.has_perm("deals.change_dealline")
    digits, quotes = deal.currency.minor_units, quotes_of(deal, user)
    return {
        "deal": deal,
        "page_version": deal.version,
        "amount_text": amount_text(deal),
        "probability": percent(deal.probability),
        "probability_text": probability_text(deal),
        "age_text": age_text(age),
        "is_stalled": age.stalled,
        "is_overdue": is_overdue(deal),
        "path": _path(deal, history, may_change=may_change),
        "stays": _stays(deal, history),
        "buying_roles": BuyingRole.choices,
        "line_rows": [(line, show_money(line.total(digits), deal.currency_id, digits)) for line in deal.lines.all()],
        "edits_lines": may_edit_lines and request.GET.get("edit") == "lines",
        "lines": lines_formset(deal, user) if may_edit_lines and request.GET.get("edit") == "lines" else None,
        "reasons": LossReason.objects.usable(),
        "entries": [replace(entry, link=links.get(entry.record, "")) if entry.record else entry for entry in entries],
        "more": f"?{urlencode({'before': older.isoformat()})}#timeline" if older else "",
        "may_change": may_change,
        "may_quote": deal.outcome != "lost" and user.has_perm("deals.add_quote"),
        "quotes": shown_quotes(quotes),
        "may_add_people": user.has_perm("deals.add_dealcontact"),
        "may_remove_people": user.has_perm("deals.delete_dealcontact"),
        "may_change_lines": may_edit_lines,
        **deal_money_panel(request, deal, quotes),
        **steps_of_deal(request, deal, reverse("admin:deals_deal_change", args=[deal.pk])),
        "panels": panels(deal, user),
        "board_address": f"{reverse('admin:deals_deal_board')}?{urlencode({'pipeline': deal.pipeline_id})}",
    }


def _path(deal: Deal, history: list[StageChange], *, may_change: bool) -> list[Step]:
    stages = columns_of(deal.pipeline)
    if deal.is_open and deal.stage not in stages:
        stages = sorted([*stages, deal.stage], key=lambda stage: (stage.position, stage.pk))
    last = (
        deal.stage
        if deal.is_open
        else next(
            (change.from_stage for change in reversed(history) if change.kind in (ChangeKind.WON, ChangeKind.LOST)),
            None,
        )
    )
    reached = last.position if last else deal.stage.position
    steps = []
    for stage in stages:
        is_now = deal.is_open and stage.pk == deal.stage_id
        is_done = not is_now and (stage.position < reached or (not deal.is_open and stage.position == reached))
        clickable = may_change and deal.is_open and not is_now
        steps.append(
            Step(
                label=str(stage),
                state="now" if is_now else "done" if is_done or deal.outcome == "won" else "ahead",
                note=percent(stage.probability),
                action=reverse("admin:deals_deal_move", args=[deal.pk]) if clickable else "",
                title=_("Move to “%(stage)s”") % {"stage": stage},
                fields={"stage": stage.pk, "seen_stage": deal.stage_id},
            )
        )
    if not deal.is_open:
        steps.append(
            Step(
                label=deal.get_outcome_display(),
                state="now",
                note=date_format(deal.closed_on, "j M Y") if deal.closed_on else "",
            )
        )
    return steps


def _stays(deal: Deal, history: list[StageChange]) -> list[Stay]:
    stays = [Stay(change.from_stage, days_text(change.time_in_stage.days)) for change in history if change.from_stage]
    if deal.is_open:
        stays.append(Stay(deal.stage, days_text(deal.days_in_stage), is_now=True))
    return stays


def _before(request: HttpRequest) -> datetime:
    try:
        given = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        given = None
    if given is None or not FIRST_YEAR < given.year < LAST_YEAR:
        # A step that was written in this very moment belongs to the page.
        return timezone.now() + timedelta(minutes=1)
    return given if timezone.is_aware(given) else timezone.make_aware(given)
