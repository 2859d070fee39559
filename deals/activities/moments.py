"""Moments of a person's days: when an hour of their clock comes, and when a day of their calendar ends.

All moments are UTC. An hour that a change of the clocks leaves out is taken with the offset before the gap: 02:30 of
the day in spring comes at 03:30. An hour that comes twice is the first of the two. (RFC 5545, 3.3.5, says the same.)
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from contacts.models import User


def zone_of(user: User) -> ZoneInfo:
    """Return the time zone in which a person lives. Raises ZoneInfoNotFoundError for a zone that is no longer known."""
    return ZoneInfo(user.time_zone)


def local_moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the moment at which the clocks of ``zone`` show ``at`` on ``day``."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which the next day begins in ``zone``."""
    return local_moment(day + timedelta(days=1), time(0), zone)


def local_day(moment: datetime, zone: tzinfo) -> date:
    """Return the day that a calendar in ``zone`` shows at a moment."""
    return moment.astimezone(zone).date()


def due_moment(starts_at: datetime | None, due_on: date, zone: tzinfo) -> datetime:
    """Return the moment from which a promise is late: its start, or the end of its day."""
    return starts_at or end_of_day(due_on, zone)
