"""The hour that does not exist and the one that comes twice: reminders at an hour of the day, and the end of days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from deals.activities.moments import end_of_day, local_moment
from deals.activities.rules import Rule
from deals.activities.wishes import change_wishes
from deals.models import Activity, Reminder
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import UserFactory

# The zones of our customers never changed their clocks in living memory; long ago they did.
LEFT_OUT = [
    ("Asia/Jakarta", "1948-05-01 00:15", "1948-04-30 16:45"),
    ("Asia/Ho_Chi_Minh", "1959-12-31 23:30", "1959-12-31 16:30"),
    ("Europe/Berlin", "2027-03-28 02:30", "2027-03-28 01:30"),
    ("America/New_York", "2027-03-14 02:30", "2027-03-14 07:30"),
    ("Australia/Lord_Howe", "2027-10-03 02:15", "2027-10-02 15:45"),
    ("America/Sao_Paulo", "2018-11-04 00:30", "2018-11-04 03:30"),
    ("Africa/Casablanca", "2027-03-14 02:30", "2027-03-14 02:30"),
    ("Pacific/Apia", "2020-09-27 03:30", "2020-09-26 14:30"),
    # Samoa left out a whole day when it crossed the date line.
    ("Pacific/Apia", "2011-12-30 10:00", "2011-12-30 20:00"),
    ("Asia/Tehran", "2022-03-22 00:30", "2022-03-21 21:00"),
    ("Europe/Dublin", "2027-03-28 01:30", "2027-03-28 01:30"),
    ("America/Havana", "2027-03-14 00:30", "2027-03-14 05:30"),
]
COMES_TWICE = [
    ("Asia/Jakarta", "1963-12-31 23:45", "1963-12-31 16:15"),
    ("Asia/Ho_Chi_Minh", "1975-06-12 23:30", "1975-06-12 15:30"),
    ("Europe/Berlin", "2027-10-31 02:30", "2027-10-31 00:30"),
    ("America/New_York", "2027-11-07 01:30", "2027-11-07 05:30"),
    ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45"),
    ("America/Sao_Paulo", "2019-02-16 23:30", "2019-02-17 01:30"),
    ("Africa/Casablanca", "2027-02-07 02:30", "2027-02-07 01:30"),
    ("Pacific/Apia", "2021-04-04 03:30", "2021-04-03 13:30"),
    ("Asia/Tehran", "2022-09-21 23:30", "2022-09-21 19:00"),
    ("Europe/Dublin", "2027-10-31 01:30", "2027-10-31 00:30"),
    ("America/Havana", "2027-11-07 00:30", "2027-11-07 04:30"),
]
ENDS = [
    # The midnight that ends the day does not exist.
    ("Asia/Jakarta", "1948-04-30", "1948-04-30 16:30"),
    ("Asia/Ho_Chi_Minh", "1959-12-31", "1959-12-31 16:00"),
    ("America/Sao_Paulo", "2018-11-03", "2018-11-04 03:00"),
    ("Asia/Tehran", "2022-03-21", "2022-03-21 20:30"),
    ("America/Havana", "2027-03-13", "2027-03-14 05:00"),
    ("Pacific/Apia", "2011-12-29", "2011-12-30 10:00"),
    # The last hour of the day comes twice, or midnight does.
    ("Asia/Jakarta", "1963-12-31", "1963-12-31 17:00"),
    ("Asia/Ho_Chi_Minh", "1975-06-12", "1975-06-12 17:00"),
    ("America/Sao_Paulo", "2019-02-16", "2019-02-17 03:00"),
    ("Asia/Tehran", "2022-09-21", "2022-09-21 20:30"),
    ("America/Havana", "2027-11-06", "2027-11-07 04:00"),
    # The day is shorter or longer than others.
    ("Europe/Berlin", "2027-03-28", "2027-03-28 22:00"),
    ("Europe/Berlin", "2027-10-31", "2027-10-31 23:00"),
    ("America/New_York", "2027-03-14", "2027-03-15 04:00"),
    ("America/New_York", "2027-11-07", "2027-11-08 05:00"),
    ("Australia/Lord_Howe", "2027-10-03", "2027-10-03 13:00"),
    ("Australia/Lord_Howe", "2027-04-04", "2027-04-04 13:30"),
    ("Africa/Casablanca", "2027-03-14", "2027-03-14 23:00"),
    ("Pacific/Apia", "2020-09-27", "2020-09-27 10:00"),
    ("Europe/Dublin", "2027-03-28", "2027-03-28 23:00"),
]
# A year, so that each zone has both changes in it.
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ZONES = st.sampled_from(sorted({zone for zone, *_rest in [*LEFT_OUT, *COMES_TWICE, *ENDS]}))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def promised(zone: str, day: date, at: time | None = None) -> tuple[Activity, Reminder | None]:
    """Promise something for a day in a zone, two days before, with a reminder at an hour of that day."""
    with time_machine.travel(datetime.combine(day, time(12), tzinfo=UTC) - timedelta(days=3), tick=False):
        owner = UserFactory(time_zone=zone)
        rules = [Rule(at_time=at)] if at else []
        promise: Activity = ActivityFactory(owner=owner, due_on=day, reminders=rules)
    return promise, promise.reminders.filter(purpose="remind").first()


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "wanted", "moment"), LEFT_OUT)
def test_an_hour_that_is_left_out_is_taken_with_the_offset_before_it(zone: str, wanted: str, moment: str) -> None:
    clock = datetime.fromisoformat(wanted)

    _promise, reminder = promised(zone, clock.date(), clock.time())

    assert reminder is not None
    assert reminder.due_at == utc(moment)
    # The clocks never show it: they show one that is later by as much as was left out.
    assert reminder.due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) > clock


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "wanted", "moment"), COMES_TWICE)
def test_of_an_hour_that_comes_twice_the_first_counts(zone: str, wanted: str, moment: str) -> None:
    clock = datetime.fromisoformat(wanted)

    _promise, reminder = promised(zone, clock.date(), clock.time())

    assert reminder is not None
    assert reminder.due_at == utc(moment)
    later = reminder.due_at + timedelta(hours=1)
    assert reminder.due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == clock
    assert later.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < clock + timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day", "moment"), ENDS)
def test_a_whole_day_is_over_when_the_next_begins(zone: str, day: str, moment: str) -> None:
    promise, _reminder = promised(zone, date.fromisoformat(day))

    assert promise.due_at == utc(moment)
    assert (promise.due_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == date.fromisoformat(day)
    assert promise.due_at.astimezone(ZoneInfo(zone)).date() > date.fromisoformat(day)


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "wanted", "moment"), [*LEFT_OUT, *COMES_TWICE])
def test_so_it_is_with_the_digest(zone: str, wanted: str, moment: str) -> None:
    clock = datetime.fromisoformat(wanted)
    with time_machine.travel(utc(moment) - timedelta(hours=20), tick=False):
        wishes = change_wishes(UserFactory(time_zone=zone), digest_time=clock.time())

    assert wishes.next_digest_at == utc(moment)


def shown(zone: ZoneInfo, day: date) -> dict[datetime, datetime]:
    """Return what the clocks of a zone show around a day, minute by minute: the first moment of each clock reading."""
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=26)
    first: dict[datetime, datetime] = {}
    for minute in range(0, 76 * 60):
        moment = start + timedelta(minutes=minute)
        first.setdefault(moment.astimezone(zone).replace(tzinfo=None), moment)
    return first


@settings(max_examples=40, deadline=None)
@given(zone=ZONES, day=DAYS, at=st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_moment_is_when_the_clocks_first_show_the_hour(zone: str, day: date, at: time) -> None:
    clocks, wanted = shown(ZoneInfo(zone), day), datetime.combine(day, at)
    left_out = timedelta(0)
    while wanted - left_out not in clocks:
        left_out += timedelta(minutes=1)

    # One that is left out comes so long after the last minute before the gap as it would have without it.
    assert local_moment(day, at, ZoneInfo(zone)) == clocks[wanted - left_out] + left_out


@settings(max_examples=40, deadline=None)
@given(zone=ZONES, day=DAYS)
def test_a_day_ends_when_the_clocks_first_show_a_later_one(zone: str, day: date) -> None:
    clocks = shown(ZoneInfo(zone), day)

    assert end_of_day(day, ZoneInfo(zone)) == min(moment for clock, moment in clocks.items() if clock.date() > day)
