"""How the ledger is told: on timelines, and as the path of stages with the day each was reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from contacts.lifecycle.models import LifecycleChange
from contacts.people.models import Company, Contact
from contacts.people.stages import ORDER, LifecycleStage
from contacts.people.timeline import TimelineEntry
from contacts.staff.models import User

SHORT_NAMES = {LifecycleStage.MQL: "MQL", LifecycleStage.SQL: "SQL"}


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the path: passed, present, ahead or outside the order, and since when."""

    stage: LifecycleStage
    name: str
    state: str
    since: datetime | None = None


def ledger(subject: Contact | Company) -> list[LifecycleChange]:
    """Return the subject's changes, oldest first; read once however often it is asked."""
    rows = LifecycleChange.objects.select_related("by").order_by("id")
    prefetch_related_objects([subject], Prefetch("lifecycle_changes", queryset=rows))
    return list(subject.lifecycle_changes.all())


def path(subject: Contact | Company) -> list[Step]:
    """Return the seven ordered stages, and Other if that is where the subject is."""
    changes = ledger(subject)
    reached = {change.to_stage: change.at for change in changes}
    present = subject.lifecycle_stage or ""
    steps = [
        Step(
            LifecycleStage(code),
            short_name(code),
            _state(code, present),
            reached.get(code) if _is_past(code, present) else None,
        )
        for code in ORDER
    ]
    if present == LifecycleStage.OTHER:
        steps.append(Step(LifecycleStage.OTHER, short_name(present), "now", reached.get(present)))
    return steps


def short_name(stage: str) -> str:
    """Return a stage's name as it fits into a small space."""
    return SHORT_NAMES.get(LifecycleStage(stage), str(LifecycleStage(stage).label)) if stage else ""


def lifecycle(subject: Contact | Company, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """Which stages the subject went through, and why."""
    newest_first: Sequence[LifecycleChange] = [change for change in reversed(ledger(subject)) if change.at < before]
    for change in newest_first[:limit]:
        record = (change.cause_type, change.cause_id) if change.cause_type and change.cause_id else None
        yield TimelineEntry(
            change.at, "lifecycle", title(change), change.cause, str(change.by or ""), icon="flag", record=record
        )


def title(change: LifecycleChange) -> str:
    """Return a change as a short sentence."""
    if not change.from_stage:
        return _("Began as %(stage)s") % {"stage": change.get_to_stage_display()}
    stages = {"old": change.get_from_stage_display(), "new": change.get_to_stage_display()}
    return _("From %(old)s to %(new)s") % stages


def _is_past(code: str, present: str) -> bool:
    return present in ORDER and ORDER[code] <= ORDER[present]


def _state(code: str, present: str) -> str:
    if code == present:
        return "now"
    if present not in ORDER:
        return "outside"
    return "done" if ORDER[code] < ORDER[present] else "ahead"
