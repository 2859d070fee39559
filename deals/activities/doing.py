"""What becomes of a promise: done, cancelled, opened again; and what was done without one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.integrations.announcing import announce
from contacts.models import Company, Contact, User
from deals import signals
from deals.activities.activity import Activity, ActivityChangeKind
from deals.activities.invitations import tell_guests
from deals.activities.kinds import ActivityKind, ActivityState
from deals.activities.planning import main_contact, plan
from deals.activities.recording import lock, lock_deal, record, save
from deals.activities.refusing import ActivityRefused, refuse_unless_planned
from deals.activities.scheduling import follow, stop
from deals.pipeline.deal import Deal


@dataclass(frozen=True, slots=True)
class Logged:
    """What one act left behind: what was done, and the next step if one was promised."""

    activity: Activity
    next_step: Activity | None


@transaction.atomic
def log(
    *,
    kind: str,
    what_happened: str,
    by: User,
    deal: Deal | None = None,
    contact: Contact | None = None,
    company: Company | None = None,
    outcome: str = "",
    minutes: int | None = None,
    at: datetime | None = None,
    next_step: str = "",
    next_kind: str = ActivityKind.TASK,
    next_on: date | None = None,
    next_at: datetime | None = None,
    completes: Activity | None = None,
    owner: User | None = None,
) -> Logged:
    """Keep what happened and promise the next step, in one act: both are written, or nothing.

    ``completes`` is the promise that was kept by it. The next step (``next_step`` with a day or a moment; its kind's
    name where it has no words) follows the activity. Both are ``owner``'s, who is ``by`` if nobody else is named.
    Raises ValidationError, ActivityRefused (``next_step_needs_a_day``, ``done_in_future``, and what ``complete`` and
    ``plan`` refuse).
    """
    if next_step.strip() and next_on is None and next_at is None:
        sentence = _("Say on which day the next step is to be done.")
        raise ActivityRefused(sentence, code="next_step_needs_a_day")
    if completes is not None:
        lock_deal(completes.deal_id)
        done = complete(completes, by=by, outcome=outcome, note=what_happened, minutes=minutes, at=at)
    else:
        done = _write_done(
            kind,
            what_happened,
            owner=owner or by,
            by=by,
            outcome=outcome,
            minutes=minutes,
            at=at,
            deal=deal,
            contact=contact,
            company=company,
        )
    if next_on is None and next_at is None:
        return Logged(done, None)
    following = plan(
        kind=next_kind,
        subject=next_step.strip() or str(ActivityKind(next_kind).label),
        owner=owner or by,
        by=by,
        deal=done.deal,
        contact=done.contact,
        company=done.company,
        due_on=next_on,
        starts_at=next_at,
        follows=done,
    )
    return Logged(done, following)


@transaction.atomic
def complete(
    activity: Activity,
    *,
    by: User,
    outcome: str = "",
    note: str = "",
    minutes: int | None = None,
    at: datetime | None = None,
) -> Activity:
    """Mark a promise as kept. What was noted is added to its note; nobody is reminded of it any more.

    Raises ValidationError, ActivityRefused (``activity_done``, ``activity_cancelled``, ``done_in_future``).
    """
    now = timezone.now()
    activity = lock(activity)
    refuse_unless_planned(activity)
    activity.state, activity.done_at, activity.done_by = ActivityState.DONE, _past(at, now), by
    activity.outcome = outcome
    activity.minutes = minutes or activity.minutes
    activity.note = "\n\n".join(part for part in (activity.note, _clean(note)) if part)
    save(activity, "state", "done_at", "done_by", "outcome", "minutes", "note")
    record(activity, ActivityChangeKind.DONE, by=by, at=now)
    stop(activity, _("It is done."))
    announce(signals.activity_done, subject=activity, by=by, deal=activity.deal_id, contact=activity.contact_id)
    return activity


@transaction.atomic
def cancel(activity: Activity, *, by: User | None, reason: str = "", is_moot: bool = False) -> Activity:
    """Take a promise back. Once this is committed, nobody is reminded of it.

    ``is_moot`` says that nobody took it back: its deal was closed. Refuses what is not planned (``activity_done``,
    ``activity_cancelled``).
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    now = timezone.now()
    activity.state, activity.cancelled_at = ActivityState.CANCELLED, now
    save(activity, "state", "cancelled_at")
    kind = ActivityChangeKind.MOOT if is_moot else ActivityChangeKind.CANCELLED
    record(activity, kind, by=by, at=now, reason=reason)
    stop(activity, reason.strip() or _("It was cancelled."))
    tell_guests(activity)
    return activity


@transaction.atomic
def reopen(activity: Activity, *, by: User | None, reason: str = "") -> Activity:
    """Make a promise of what was done or cancelled again; reminders whose moment is to come wait again.

    Refuses (``activity_planned``) what is planned, (``activity_never_planned``) what was logged without a promise, and
    (``care_step_planned``) a step of a care plan that was begun anew since.
    """
    deal = lock_deal(activity.deal_id)
    activity = lock(activity)
    labels = {"activity": activity.subject}
    if activity.is_planned:
        raise ActivityRefused(_("“%(activity)s” is still to be done.") % labels, code="activity_planned")
    if activity.due_on is None:
        sentence = _("“%(activity)s” was logged when it was done, so there is nothing to do again. Plan a new one.")
        raise ActivityRefused(sentence % labels, code="activity_never_planned")
    if activity.care_step_id and _is_there_again(activity):
        sentence = _("This step of the care plan was planned again since. Look for it among what is planned.")
        raise ActivityRefused(sentence, code="care_step_planned")
    now = timezone.now()
    activity.state, activity.outcome = ActivityState.PLANNED, ""
    activity.done_at, activity.done_by, activity.cancelled_at = None, None, None
    activity.deal_outcome = deal.outcome if deal else ""
    save(activity, "state", "outcome", "done_at", "done_by", "cancelled_at", "deal_outcome")
    record(activity, ActivityChangeKind.REOPENED, by=by, at=now, reason=reason)
    follow(activity, now=now)
    tell_guests(activity)
    return activity


def _write_done(
    kind: str,
    what_happened: str,
    *,
    owner: User,
    by: User,
    outcome: str,
    minutes: int | None,
    at: datetime | None,
    deal: Deal | None,
    contact: Contact | None,
    company: Company | None,
) -> Activity:
    now, words = timezone.now(), _clean(what_happened)
    subject = words.partition("\n")[0][:200].strip()
    activity = Activity(
        kind=kind,
        subject=subject,
        # The first line says it; the note is there where there is more to say.
        note=words if words != subject else "",
        owner=owner,
        deal=deal,
        contact=contact or (main_contact(deal) if deal else None),
        company=company or (deal.company if deal else None),
        state=ActivityState.DONE,
        outcome=outcome,
        minutes=minutes,
        done_at=_past(at, now),
        done_by=by,
        created_by=by,
    )
    activity.full_clean()
    activity.save()
    record(activity, ActivityChangeKind.DONE, by=by, at=now)
    announce(signals.activity_done, subject=activity, by=by, deal=activity.deal_id, contact=activity.contact_id)
    return activity


def _is_there_again(activity: Activity) -> bool:
    same = Activity.objects.filter(deal=activity.deal_id, care_step=activity.care_step_id).exclude(pk=activity.pk)
    return same.exclude(state=ActivityState.CANCELLED).exists()


def _past(at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        sentence = _("This is still to come, so it can't be done. Plan it instead, or correct the time.")
        raise ActivityRefused(sentence, code="done_in_future")
    return at or now


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()
