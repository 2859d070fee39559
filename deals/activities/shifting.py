"""Moves a promise: to another time, a little later, to somebody else; and corrects what it says."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Contact, User
from deals.activities.activity import Activity, ActivityAttendee, ActivityChangeKind
from deals.activities.invitations import tell_guests
from deals.activities.moments import local_day, local_moment, zone_of
from deals.activities.planning import new_attendee, set_time, tell_owner
from deals.activities.recording import lock, record, save
from deals.activities.refusing import ActivityRefused, refuse_too_far, refuse_unless_able, refuse_unless_planned
from deals.activities.reminder import ReminderPurpose
from deals.activities.scheduling import cancel_reminder, follow, locked_reminders

_MANY = 200 * 365
_TIME = ("starts_at", "due_on", "due_at")
# What guests are told; the note is ours.
_ON_THE_INVITATION = {"kind", "subject", "place", "minutes"}


@transaction.atomic
def reschedule(
    activity: Activity,
    *,
    by: User,
    starts_at: datetime | None = None,
    due_on: date | None = None,
    reason: str = "",
) -> Activity:
    """Move a promise to another moment or day; its reminders move with it.

    Refuses what is not planned (``activity_done``, ``activity_cancelled``), and (``activity_needs_a_time``,
    ``activity_too_far``) a call without a time, or for one that nobody will see.
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    return _move(activity, starts_at, due_on, by=by, reason=reason)


@transaction.atomic
def snooze(
    activity: Activity, *, by: User, days: int | None = None, until: date | datetime | None = None, reason: str = ""
) -> Activity:
    """Put a promise off by so many ``days``, or ``until`` a day or moment. It keeps its hour.

    Days are counted from its day, or from today if that has passed. Refuses what is not planned, and
    (``snooze_needs_a_day``) a call that says neither or moves nothing into the future, and ``activity_too_far``.
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    zone = zone_of(activity.owner)
    today = local_day(timezone.now(), zone)
    if isinstance(until, datetime):
        if until <= timezone.now():
            raise ActivityRefused(_("Say until which day: today or later."), code="snooze_needs_a_day")
        return _move(activity, until, None, by=by, reason=reason)
    if until is None and days and days > 0:
        # More days than anybody lives are refused below, in words.
        until = max(activity.due_on or today, today) + timedelta(days=min(days, _MANY))
    if until is None or until < today:
        raise ActivityRefused(_("Say until which day: today or later."), code="snooze_needs_a_day")
    refuse_too_far(until)
    if activity.starts_at is None:
        return _move(activity, None, until, by=by, reason=reason)
    hour = activity.starts_at.astimezone(zone).time()
    return _move(activity, local_moment(until, hour, zone), None, by=by, reason=reason)


@transaction.atomic
def reassign(activity: Activity, *, to: User, by: User, reason: str = "") -> Activity:
    """Give a promise to somebody else: its day is a day of their calendar, its reminders are theirs.

    Refuses what is not planned, ``owner_inactive``, and ``activity_already_theirs``.
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    refuse_unless_able(to)
    if activity.owner_id == to.pk:
        labels = {"activity": activity.subject, "name": to}
        sentence = _("“%(activity)s” is with %(name)s already.")
        raise ActivityRefused(sentence % labels, code="activity_already_theirs")
    old, activity.owner = activity.owner, to
    set_time(activity, activity.starts_at, activity.due_on)
    save(activity, "owner", *_TIME)
    change = record(activity, ActivityChangeKind.REASSIGNED, by=by, at=timezone.now(), reason=reason)
    _hand_over_reminders(activity, old)
    follow(activity, now=timezone.now())
    tell_guests(activity)
    tell_owner(change)
    return activity


@transaction.atomic
def change_activity(activity: Activity, *, by: User, **changes: Any) -> Activity:
    """Correct what an activity says: ``kind``, ``subject``, ``note``, ``place``, ``minutes``; a done one's too.

    Raises ValidationError; refuses ``activity_cancelled``.
    """
    if unknown := changes.keys() - {"kind", "subject", "note", "place", "minutes"}:
        raise TypeError(f"This is not changed here: {sorted(unknown)}.")
    activity = lock(activity)
    if activity.cancelled_at is not None:
        refuse_unless_planned(activity)
    before = {name: getattr(activity, name) for name in _ON_THE_INVITATION}
    for name, value in changes.items():
        setattr(activity, name, value)
    save(activity, *changes)
    if any(getattr(activity, name) != value for name, value in before.items()):
        tell_guests(activity)
    return activity


@transaction.atomic
def set_attendees(activity: Activity, people: Iterable[User | Contact], *, by: User) -> Activity:
    """Make exactly these take part. New ones are invited, those taken off hear of it; a done one's can be corrected.

    Refuses ``activity_cancelled``.
    """
    activity = lock(activity)
    if activity.cancelled_at is not None:
        refuse_unless_planned(activity)
    wanted = dict.fromkeys(people)
    rows = {row.user or row.contact: row for row in activity.attendees.select_related("user", "contact")}
    activity.attendees.filter(pk__in=[row.pk for person, row in rows.items() if person not in wanted]).delete()
    ActivityAttendee.objects.bulk_create(new_attendee(activity, person) for person in wanted if person not in rows)
    activity.save(update_fields=["updated_at"])
    tell_guests(activity, everybody=False)
    return activity


def _move(activity: Activity, starts_at: datetime | None, due_on: date | None, *, by: User, reason: str) -> Activity:
    set_time(activity, starts_at, due_on)
    save(activity, *_TIME)
    now = timezone.now()
    record(activity, ActivityChangeKind.RESCHEDULED, by=by, at=now, reason=reason)
    follow(activity, now=now)
    tell_guests(activity)
    return activity


def _hand_over_reminders(activity: Activity, old: User) -> None:
    theirs = {
        (each.minutes_before, each.days_before, each.at_time)
        for each in locked_reminders(activity)
        if each.user_id == activity.owner_id
    }
    for reminder in locked_reminders(activity).filter(user=old, purpose=ReminderPurpose.REMIND):
        if (reminder.minutes_before, reminder.days_before, reminder.at_time) in theirs:
            # The new owner asked for the same one when it was not theirs yet.
            cancel_reminder(reminder, _("It was given to somebody else."))
        else:
            reminder.user = activity.owner
            reminder.save(update_fields=["user", "updated_at"])
