"""When and by whose calendar a rule is asked, and the days that a relative date stands for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from contacts.models import User
from deals.activities.moments import local_day, local_moment, zone_of


@dataclass(frozen=True)
class Asking:
    """A moment, as the calendar of a segment's owner shows it."""

    now: datetime
    zone: ZoneInfo
    # The rows of relations that were read at this moment, by relation and contact.
    read: dict[tuple[str, int], list[Any]] = field(default_factory=dict, compare=False)

    @cached_property
    def today(self) -> date:
        """The owner's day."""
        return local_day(self.now, self.zone)


def asking(owner: User, now: datetime) -> Asking:
    """Return the moment in the owner's time zone."""
    return Asking(now, zone_of(owner))


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` on, to the one before ``until``; None is open."""

    first: date | None
    until: date | None

    def moments(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """Return the moments at which it begins and has ended in a time zone."""
        midnight = time(0)
        first = local_moment(self.first, midnight, zone) if self.first else None
        return first, local_moment(self.until, midnight, zone) if self.until else None


def span_of(operator: str, value: object, today: date) -> Span:
    """Return the days that a dated operator means. Raises KeyError for another one."""
    return _SPANS[operator](value, today)


def _last_days(days: object, today: date) -> Span:
    return Span(today - timedelta(days=_days(days)), today + timedelta(days=1))


def _earlier(days: object, today: date) -> Span:
    return Span(None, today - timedelta(days=_days(days)))


def _next_days(days: object, today: date) -> Span:
    return Span(today, today + timedelta(days=_days(days) + 1))


def _this_month(value: object, today: date) -> Span:
    first = today.replace(day=1)
    return Span(first, _month_after(first))


def _last_month(value: object, today: date) -> Span:
    until = today.replace(day=1)
    return Span((until - timedelta(days=1)).replace(day=1), until)


def _this_year(value: object, today: date) -> Span:
    return Span(date(today.year, 1, 1), date(today.year + 1, 1, 1))


def _before(day: object, today: date) -> Span:
    return Span(None, _day(day))


def _on(day: object, today: date) -> Span:
    return Span(_day(day), _day(day) + timedelta(days=1))


def _after(day: object, today: date) -> Span:
    return Span(_day(day) + timedelta(days=1), None)


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _days(value: object) -> int:
    return int(str(value))


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


_SPANS: dict[str, Callable[[object, date], Span]] = {
    "in_last_days": _last_days,
    "more_than_days_ago": _earlier,
    "in_next_days": _next_days,
    "this_month": _this_month,
    "last_month": _last_month,
    "this_year": _this_year,
    "before": _before,
    "on": _on,
    "after": _after,
}
