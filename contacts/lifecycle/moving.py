"""The only ways to change a lifecycle stage: enter, advance, advance by rule, step back. And a preview."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from config.integrations.announcing import announce
from contacts import signals
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.people.models import Company, Contact
from contacts.people.stages import LifecycleStage, higher, is_forward
from contacts.staff.models import User

Row = TypeVar("Row", Contact, Company)
STEP_BACK = "contacts.step_back_lifecycle"


class LifecycleRefused(DomainError):
    """A stage can't be changed that way; the sentence names the rule, the present stage and the way round."""

    code = "lifecycle_refused"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a stage changes: in words, of what kind, and the record behind it if there is one."""

    kind: CauseKind
    words: str | Promise
    record: Model | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a move would do: whether it is allowed, from where to where, by which rule, in words."""

    allowed: bool
    from_stage: str
    to_stage: str
    code: str
    sentence: str


def preview(subject: Contact | Company, *, to: str, won: bool = False) -> Verdict:
    """Say what ``advance`` would do now, without doing it. ``won`` marks the move that a won deal asks for."""
    present = subject.lifecycle_stage or ""
    labels = {"name": subject, "present": _label(present), "to": _label(to)}
    if to not in LifecycleStage.values:
        return Verdict(
            False, present, to, "lifecycle_unknown_stage", _("There is no lifecycle stage “%(to)s”.") % {"to": to}
        )
    if present == to:
        return Verdict(False, present, to, "lifecycle_already_there", _("%(name)s is %(present)s already.") % labels)
    if _may_move(present, to, won=won):
        return Verdict(
            True, present, to, "lifecycle_forward", _("%(name)s moves forward from %(present)s to %(to)s.") % labels
        )
    if LifecycleStage.OTHER in (present, to):
        sentence = _(
            "%(name)s is %(present)s, and Other stands outside the order, so this is no step forward to %(to)s. "
            "Use “Step back” and give a reason."
        )
        return Verdict(False, present, to, "lifecycle_outside_order", sentence % labels)
    sentence = _(
        "Rules only move forward: %(name)s is %(present)s, which comes after %(to)s. "
        "To move backwards, use “Step back” and give a reason."
    )
    return Verdict(False, present, to, "lifecycle_only_forward", sentence % labels)


@transaction.atomic
def enter(
    subject: Row, stage: str, cause: Cause, *, by: User | None = None, at: datetime | None = None
) -> LifecycleChange:
    """Give a subject its first stage, in the transaction that creates it."""
    change = _write(subject, stage, cause, by=by, at=at)
    signal = signals.contact_added if isinstance(subject, Contact) else signals.company_added
    announce(signal, subject=subject, by=by, stage=stage)
    return change


@transaction.atomic
def advance(
    subject: Contact | Company, *, to: str, cause: Cause, by: User | None = None, at: datetime | None = None
) -> LifecycleChange:
    """Move a contact or company forward; refuse every other direction."""
    fresh = _lock(subject)
    verdict = preview(fresh, to=to)
    if not verdict.allowed:
        raise LifecycleRefused(verdict.sentence, code=verdict.code, facts={"present": verdict.from_stage, "to": to})
    return _change(fresh, to, cause, by=by, at=at)


@transaction.atomic
def advance_by_rule(
    subject: Contact | Company,
    *,
    to: str,
    cause: Cause,
    by: User | None = None,
    at: datetime | None = None,
    won: bool = False,
) -> LifecycleChange | None:
    """Move forward if that is forward, else leave the subject where it is: a Customer with a new deal stays a Customer.

    ``won`` also moves a subject that is Other: whoever has bought is a Customer.
    """
    fresh = _lock(subject)
    return _change(fresh, to, cause, by=by, at=at) if preview(fresh, to=to, won=won).allowed else None


@transaction.atomic
def step_back(
    subject: Contact | Company, *, to: str, reason: str, by: User, at: datetime | None = None
) -> LifecycleChange:
    """Move a contact or company backwards, to Other or out of it: a person's decision, with a reason and a right."""
    fresh = _lock(subject)
    present = fresh.lifecycle_stage or ""
    labels = {"name": fresh, "present": _label(present), "to": _label(to)}
    if not by.has_perm(STEP_BACK):
        raise LifecycleRefused(
            _("Your role may not move records backwards. Ask a sales manager or a marketer."),
            code="lifecycle_no_permission",
        )
    if not reason.strip():
        raise LifecycleRefused(
            _("Say why %(name)s goes back from %(present)s to %(to)s.") % labels, code="lifecycle_needs_reason"
        )
    if to not in LifecycleStage.values or to == present:
        raise LifecycleRefused(
            _("%(name)s is %(present)s; choose another stage to step back to.") % labels, code="lifecycle_already_there"
        )
    if is_forward(present, to):
        sentence = _("%(to)s comes after %(present)s, so this is no step back. Use “Advance” for %(name)s.")
        raise LifecycleRefused(sentence % labels, code="lifecycle_is_forward")
    return _change(fresh, to, Cause(CauseKind.PERSON, reason.strip()), by=by, at=at)


def enter_many(
    subjects: Iterable[Row], stage_of: dict[int, str], cause: Cause, *, by: User | None, at_of: dict[int, datetime]
) -> None:
    """Give many new subjects their first stage in one write (imports); missing moments mean now."""
    now = timezone.now()
    rows = [_build(subject, stage_of[subject.pk], cause, by=by, at=at_of.get(subject.pk, now)) for subject in subjects]
    LifecycleChange.objects.bulk_create(rows, batch_size=500)


@dataclass(frozen=True, slots=True)
class StepForward:
    """A step forward that a rule asks for, at a moment that may lie in the past."""

    subject: Contact | Company
    to: str
    at: datetime
    cause: Cause
    won: bool = False


@transaction.atomic
def advance_many(steps: Sequence[StepForward], *, by: User | None) -> list[LifecycleChange]:
    """Do what ``advance_by_rule`` does for many steps in one write, earliest first, and return the changes (imports).

    Announces nothing: what is told of the past is history and no news. Whoever has news announces it.
    """
    fresh: dict[tuple[type, int], Any] = {}
    # Always people before companies, each by id: two writers can't lock each other out.
    for model in (Contact, Company):
        ids = {step.subject.pk for step in steps if isinstance(step.subject, model)}
        rows = model.objects.select_for_update().filter(pk__in=ids).order_by("pk") if ids else ()
        fresh.update({(model, row.pk): row for row in rows})
    changes = []
    for step in sorted(steps, key=lambda step: step.at):
        subject = fresh[type(step.subject), step.subject.pk]
        if not _may_move(subject.lifecycle_stage or "", step.to, won=step.won):
            continue
        change = _build(subject, step.to, step.cause, by=by, at=max(step.at, subject.lifecycle_since or step.at))
        subject.lifecycle_stage, subject.lifecycle_highest, subject.lifecycle_since = (
            change.to_stage,
            change.highest,
            change.at,
        )
        changes.append(change)
    LifecycleChange.objects.bulk_create(changes, batch_size=500)
    return changes


def _may_move(present: str, to: str, *, won: bool) -> bool:
    return not present or is_forward(present, to) or (won and present == LifecycleStage.OTHER)


def _lock(subject: Any) -> Any:
    # The caller's copy may be stale: decide on the locked row.
    return type(subject).objects.select_for_update().get(pk=subject.pk)


def _change(subject: Any, to: str, cause: Cause, *, by: User | None, at: datetime | None) -> LifecycleChange:
    change = _write(subject, to, cause, by=by, at=at)
    announce(
        signals.lifecycle_changed,
        subject=subject,
        by=by,
        change=change.pk,
        from_stage=change.from_stage,
        to_stage=to,
        cause=change.cause,
    )
    return change


def _write(subject: Any, to: str, cause: Cause, *, by: User | None, at: datetime | None) -> LifecycleChange:
    at = at or timezone.now()
    if subject.lifecycle_since and at < subject.lifecycle_since:
        # History stays in order: what an import tells of the past can't come before what we already know.
        at = subject.lifecycle_since
    change = _build(subject, to, cause, by=by, at=at)
    change.save()
    subject.refresh_from_db(fields=["lifecycle_stage", "lifecycle_highest", "lifecycle_since", "updated_at"])
    return change


def _build(subject: Contact | Company, to: str, cause: Cause, *, by: User | None, at: datetime) -> LifecycleChange:
    return LifecycleChange(
        contact=subject if isinstance(subject, Contact) else None,
        company=subject if isinstance(subject, Company) else None,
        from_stage=subject.lifecycle_stage or "",
        to_stage=to,
        highest=higher(subject.lifecycle_highest or to, to),
        at=at,
        by=by,
        cause_kind=cause.kind,
        cause=str(cause.words)[:500],
        cause_type=cause.record._meta.label_lower if cause.record else "",
        cause_id=cause.record.pk if cause.record else None,
    )


def _label(stage: str) -> str:
    return str(LifecycleStage(stage).label) if stage in LifecycleStage.values else stage
