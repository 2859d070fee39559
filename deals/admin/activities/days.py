"""Lays activities out on days: which fall on which, and where each stands on a day's clock beside those at its time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from deals.admin.activities.showing import hour_of, icon_of, late_text, page_of
from deals.admin.showing import initials
from deals.models import Activity

USUAL_FIRST_HOUR, USUAL_LAST_HOUR = 8, 18
# What has no length takes this much room on the clock.
USUAL_MINUTES, LEAST_MINUTES = 30, 25
# Below this there is room for one line only.
SHORT_MINUTES = 45
_MINUTES_A_DAY = 24 * 60


@dataclass(slots=True)
class Entry:
    """An activity on the calendar."""

    activity: Activity
    address: str
    icon: str
    hour: str
    is_done: bool
    is_late: bool
    # The owner in two letters.
    who: str
    # Minutes since midnight; none for what is for the whole day.
    start: int | None = None
    end: int = 0
    lane: int = 0
    lanes: int = 1
    # Where it stands on the clock, in per cent of the hours shown.
    place: str = ""

    @property
    def is_short(self) -> bool:
        """Whether there is room for one line only."""
        return self.start is not None and self.end - self.start < SHORT_MINUTES


@dataclass(slots=True)
class Day:
    """A day of the calendar with what falls on it."""

    day: date
    is_today: bool
    is_outside: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def all_day(self) -> list[Entry]:
        """What has no hour."""
        return [entry for entry in self.entries if entry.start is None]

    @property
    def timed(self) -> list[Entry]:
        """What has an hour."""
        return [entry for entry in self.entries if entry.start is not None]


def lay_out(days: Iterable[date], activities: Iterable[Activity], now: datetime) -> list[Day]:
    """Return the days with their activities: what is for the whole day first, then by the clock."""
    today = timezone.localdate(now)
    by_day = {day: Day(day, day == today) for day in days}
    for activity in activities:
        day = day_of(activity)
        if day in by_day:
            by_day[day].entries.append(_entry(activity, now))
    for each in by_day.values():
        each.entries.sort(key=lambda entry: (entry.start is not None, entry.start or 0, entry.activity.pk))
    return list(by_day.values())


def day_of(activity: Activity) -> date | None:
    """Return the reader's day on which an activity falls: its start, its day, or when it was done."""
    moment = activity.starts_at or (activity.done_at if activity.due_on is None else None)
    return timezone.localdate(moment) if moment else activity.due_on


def hours_of(days: Iterable[Day]) -> range:
    """Return the hours that a week shows: the usual ones, and as many more as it needs."""
    timed = [entry for day in days for entry in day.timed]
    first = min([USUAL_FIRST_HOUR * 60, *(entry.start or 0 for entry in timed)]) // 60
    last = -(-max([USUAL_LAST_HOUR * 60, *(entry.end for entry in timed)]) // 60)
    return range(first, min(last, 24))


def place_on_clock(days: Iterable[Day], hours: range) -> None:
    """Say where each entry with an hour stands: down the clock, beside each other where they overlap."""
    first, length = hours.start * 60, len(hours) * 60
    for day in days:
        _share_lanes(day.timed)
        for entry in day.timed:
            start = (entry.start or 0) - first
            top, height = 100 * start / length, 100 * (entry.end - (entry.start or 0)) / length
            left, width = 100 * entry.lane / entry.lanes, 100 / entry.lanes
            entry.place = f"top:{top:.3f}%;height:{height:.3f}%;left:{left:.3f}%;width:{width:.3f}%"


def _entry(activity: Activity, now: datetime) -> Entry:
    start = activity.starts_at or (activity.done_at if activity.due_on is None else None)
    entry = Entry(
        activity=activity,
        address=page_of(activity),
        icon=icon_of(activity.kind),
        hour=hour_of(start) if start else "",
        is_done=not activity.is_planned,
        is_late=bool(late_text(activity, now)),
        who=initials(activity.owner),
    )
    if start is not None:
        local = timezone.localtime(start)
        entry.start = local.hour * 60 + local.minute
        entry.end = min(entry.start + max(activity.minutes or USUAL_MINUTES, LEAST_MINUTES), _MINUTES_A_DAY)
    return entry


def _share_lanes(entries: list[Entry]) -> None:
    """Give entries that overlap lanes of their own; a group that overlaps shares one number of lanes."""
    group: list[Entry] = []
    for entry in entries:
        if group and (entry.start or 0) >= max(each.end for each in group):
            _finish(group)
            group = []
        taken = {each.lane for each in group if each.end > (entry.start or 0)}
        entry.lane = next(lane for lane in range(len(entries)) if lane not in taken)
        group.append(entry)
    _finish(group)


def _finish(group: list[Entry]) -> None:
    lanes = max((entry.lane for entry in group), default=0) + 1
    for entry in group:
        entry.lanes = lanes


def weeks_of_month(day: date, first_weekday: int) -> list[list[date]]:
    """Return the whole weeks that a month touches, from the weekday with which weeks begin (Sunday is 0)."""
    first = day.replace(day=1)
    start = week_of(first, first_weekday)[0]
    weeks = []
    while start <= last_of_month(day):
        weeks.append([start + timedelta(days=number) for number in range(7)])
        start += timedelta(days=7)
    return weeks


def week_of(day: date, first_weekday: int) -> list[date]:
    """Return the days of the week in which a day falls."""
    back = (day.isoweekday() - first_weekday) % 7
    return [day - timedelta(days=back) + timedelta(days=number) for number in range(7)]


def last_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
