"""What stands on the page of a contact or company: its path, why it is where it is, its timeline, its panels."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.records import addresses
from config.common.admin.showing import short_day
from contacts.lifecycle.models import LifecycleChange
from contacts.lifecycle.moving import STEP_BACK
from contacts.lifecycle.telling import ledger, path, title
from contacts.models import Company, Contact, User
from contacts.people.panels import Panel, box, buttons, panels
from contacts.people.stages import LifecycleStage, is_forward
from contacts.people.timeline import TimelineEntry, timeline_page

ENTRIES = 15
# How long the page offers to take a step back that was just made.
UNDO_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A stage on the path: passed, present or ahead, and where a click posts to."""

    label: str
    state: str
    note: str = ""
    action: str = ""
    title: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """A row of the ledger as the page tells it, with the record behind it if the reader may see that."""

    change: LifecycleChange
    title: str
    link: str


def subject_page(request: HttpRequest, subject: Contact | Company, own_panels: Sequence[Panel]) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader."""
    user: Any = request.user
    model = subject._meta.model_name
    changes = ledger(subject)
    before = _before(request)
    entries, older = timeline_page(subject, reader=user, before=before or _now(), limit=ENTRIES)
    records = {entry.record for entry in entries if entry.record}
    records |= {(change.cause_type, change.cause_id) for change in changes if change.cause_type and change.cause_id}
    links = addresses(sorted(records), user)
    may_change = user.has_perm(f"contacts.change_{model}") and not subject.is_archived
    return {
        "subject": subject,
        "page_title": str(subject),
        "path": _path(subject, may_change=may_change),
        "path_label": _("Lifecycle"),
        "reasons": [_reason(change, links) for change in reversed(changes)],
        "back_to": _stages_behind(subject) if may_change and user.has_perm(STEP_BACK) else [],
        "undo": _undoable(request, changes, user) if may_change else None,
        "entries": [_linked(entry, links) for entry in entries],
        "more": f"?{urlencode({'before': older.isoformat()})}#timeline" if older else "",
        "shows_older": before is not None,
        "panels": sorted([*own_panels, *panels(subject, user)], key=lambda panel: panel.order),
        "box": None if subject.is_archived or before else box(subject, user),
        "page_buttons": [] if subject.is_archived else buttons(subject, user),
        "may_change": may_change,
        "may_note": user.has_perm("contacts.add_note") and not subject.is_archived,
        "may_archive": user.has_perm(f"contacts.change_{model}"),
        "act": {
            name.replace("-", "_"): reverse(f"admin:contacts_{model}_{name}", args=[subject.pk])
            for name in ("note", "step-back", "archive", "restore")
        },
    }


def _path(subject: Contact | Company, *, may_change: bool) -> list[PathStep]:
    action = reverse(f"admin:contacts_{subject._meta.model_name}_advance", args=[subject.pk])
    present = subject.lifecycle_stage or ""
    steps = []
    for step in path(subject):
        clickable = may_change and is_forward(present, step.stage)
        day = short_day(step.since) if step.since else ""
        steps.append(
            PathStep(
                label=step.name,
                state=step.state,
                note=_("since %(day)s") % {"day": day} if step.state == "now" and day else day,
                action=action if clickable else "",
                title=_("Move forward to %(stage)s") % {"stage": step.stage.label}
                if clickable
                else str(step.stage.label),
                fields={"to": step.stage.value},
            )
        )
    return steps


def _stages_behind(subject: Contact | Company) -> list[tuple[str, Any]]:
    """Return the stages that one can step back to: all that are not ahead, and Other."""
    present = subject.lifecycle_stage or ""
    return [
        (stage.value, stage.label)
        for stage in LifecycleStage
        if stage != present and not is_forward(present, stage.value)
    ]


def _reason(change: LifecycleChange, links: dict[Any, str]) -> Reason:
    return Reason(change, title(change), links.get((change.cause_type, change.cause_id), ""))


def _linked(entry: TimelineEntry, links: dict[Any, str]) -> TimelineEntry:
    return replace(entry, link=links.get(entry.record, entry.link)) if entry.record else entry


def _undoable(request: HttpRequest, changes: list[LifecycleChange], user: User) -> LifecycleChange | None:
    """Return the step that this person made a moment ago, if it is the newest and they may take it back."""
    if not changes or not user.has_perm(STEP_BACK):
        return None
    newest = changes[-1]
    just_made = newest.by_id == user.pk and newest.recorded_at > timezone.now() - UNDO_FOR
    asked = request.GET.get("moved", "") == str(newest.pk)
    return newest if asked and just_made and is_forward(newest.from_stage, newest.to_stage) else None


def _before(request: HttpRequest) -> datetime | None:
    try:
        given = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    if given is None:
        return None
    try:
        return given if timezone.is_aware(given) else timezone.make_aware(given)
    except (OverflowError, ValueError):
        return None


def _now() -> datetime:
    # What was written in this very moment belongs to the page.
    return timezone.now() + timedelta(minutes=1)
