"""Activities as calendars know them: the private feed that a person's calendar program reads, and single entries."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from icalendar import Calendar, Event

from config.common.links import page_of
from contacts.models import User
from deals.activities.activity import Activity, ActivityAttendee
from deals.activities.kinds import ActivityState
from deals.activities.moments import local_day, zone_of
from deals.activities.reminder import CalendarFeed, FollowUpSettings
from deals.activities.telling import about_texts, language_of
from deals.activities.wishes import wishes_of

PAST, FUTURE = timedelta(days=30), timedelta(days=365)
MOST_ENTRIES = 2000
# How long an appointment lasts of which nobody said it.
USUAL_LENGTH = timedelta(minutes=30)
_READ_AGAIN_AFTER = timedelta(hours=1)


def feed(user: User) -> bytes:
    """Return what a person has promised or takes part in, from 30 days ago until a year from now, as iCalendar.

    What has an hour is an appointment, and stays in the calendar when it is done. What is for a whole day stands at
    the top of that day, as an entry that blocks no time, until it is done: many calendar programs show no to-dos.
    Nothing is in it that the person may not see. The same rows give the same bytes.
    """
    rows = _entries(user, timezone.now())
    with language_of(user):
        abouts = about_texts(rows, user)
        calendar = new_calendar("PUBLISH")
        calendar.add("name", "Tandem")
        calendar.add("x-wr-calname", "Tandem")
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for activity in rows:
            entry = new_entry(activity, stamp=activity.updated_at)
            said = (activity.get_kind_display(), abouts[activity.pk], activity.note, page_of(activity))
            entry.add("description", "\n".join(part for part in said if part))
            calendar.add_component(entry)
    return bytes(calendar.to_ical())


def new_calendar(method: str) -> Calendar:
    """Return an empty calendar with what every one has."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tandem//Follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def new_entry(activity: Activity, *, stamp: datetime) -> Event:
    """Return an activity as a calendar's entry: when, what and where. Times are UTC, so no change of clocks moves them.

    Programs know it by its UID, which never changes, and take the one with the highest SEQUENCE.
    """
    entry = Event()
    entry.add("uid", str(activity.uid))
    entry.add("sequence", activity.sequence)
    entry.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    entry.add("summary", activity.subject)
    if activity.starts_at is not None:
        entry.add("dtstart", activity.starts_at.astimezone(UTC))
        length = timedelta(minutes=activity.minutes) if activity.minutes else USUAL_LENGTH
        entry.add("dtend", activity.starts_at.astimezone(UTC) + length)
    elif activity.due_on is not None:
        entry.add("dtstart", activity.due_on)
        entry.add("dtend", activity.due_on + timedelta(days=1))
        entry.add("transp", "TRANSPARENT")
    entry.add("status", "CANCELLED" if activity.state == ActivityState.CANCELLED else "CONFIRMED")
    if activity.place:
        entry.add("location", activity.place)
    return entry


@transaction.atomic
def make_feed(user: User) -> str:
    """Make a person's private address anew and return its token: the only time it can be read.

    The address that there was before is dead from now on.
    """
    # One at a time: the settings are there to be locked.
    FollowUpSettings.objects.select_for_update(of=("self",)).get(pk=wishes_of(user).pk)
    revoke_feed(user)
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(user=user, token_sha256=_digest(token))
    return token


def revoke_feed(user: User) -> bool:
    """Let a person's private address die; say whether there was one."""
    now = timezone.now()
    in_use = CalendarFeed.objects.filter(user=user, revoked_at=None)
    return in_use.update(revoked_at=now, updated_at=now) > 0


def user_of(token: str) -> User | None:
    """Return whose feed a token opens; None for one that was revoked or never was, and for who can't sign in."""
    in_use = CalendarFeed.objects.filter(token_sha256=_digest(token), revoked_at=None)
    row = in_use.select_related("user__role").first()
    if row is None:
        return None
    user: User = row.user
    if not user.is_staff:
        return None
    now = timezone.now()
    if row.last_read_at is None or row.last_read_at < now - _READ_AGAIN_AFTER:
        CalendarFeed.objects.filter(pk=row.pk).update(last_read_at=now)
    return user


def _entries(user: User, now: datetime) -> list[Activity]:
    today = local_day(now, zone_of(user))
    planned, held = Q(state=ActivityState.PLANNED), Q(state=ActivityState.DONE, starts_at__isnull=False)
    own = Q(owner=user) | Q(pk__in=ActivityAttendee.objects.filter(user=user).values("activity"))
    rows = Activity.objects.visible_to(user).filter(planned | held, own)
    rows = rows.filter(due_on__gte=today - PAST, due_on__lte=today + FUTURE)
    ordered = rows.select_related("deal", "contact", "company").order_by("due_on", "due_at", "pk")
    return list(ordered[:MOST_ENTRIES])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
