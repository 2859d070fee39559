"""Writes the demo company's follow-ups into the diary: what was done, the next steps, meetings, and care after wins."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from config.common.demo import Diary, read_table
from deals.activities.caring import start_care
from deals.activities.doing import complete, log
from deals.activities.models import Activity
from deals.activities.planning import plan
from deals.demo.conversations import CARE_WORDS, LOGS, MEETINGS
from deals.pipeline.deal import Outcome
from deals.pipeline.models import Deal

# Older customers were won before the company had a care plan.
CARED_FOR_SINCE = 125
# Here the newest step was forgotten: the demo shows what that looks like.
FORGOTTEN = ("Small roastery package",)


def write_follow_ups(diary: Diary) -> None:
    """Note every conversation, planned meeting and care step; deals are known by their names."""
    rows = read_table(LOGS)
    for place, row in enumerate(rows):
        # A next step was for the day on which the next line keeps it; the last one is still to come, or late.
        later = [int(each[1]) for each in rows[place + 1 :] if each[0] == row[0]]
        due = diary.day(later[0]) if later else diary.today + timedelta(days=int(row[9] or 0))
        diary.note(diary.moment(int(row[1]), 15), partial(_log, diary, row, due), by=diary.rows[row[2]])
    for row in read_table(MEETINGS):
        diary.note(diary.moment(1, 17), partial(_meet, diary, row))


def write_care(diary: Diary, deal_name: str, won_ago: int) -> None:
    """Note the care that follows a win so many days ago: the plan starts, and its steps are kept when they are due."""
    if won_ago > CARED_FOR_SINCE:
        return
    diary.note(diary.moment(won_ago, 13), lambda: start_care(diary.rows[deal_name]))
    words = cycle(CARE_WORDS)
    past = [days_after for days_after in (2, 14, 30, 90) if days_after + 4 < won_ago]
    for days_after in past[:-1] if deal_name in FORGOTTEN else past:
        # A step that falls on a weekend waits until Monday.
        kept = partial(_keep_care, diary, deal_name, next(words))
        diary.note(diary.moment(won_ago - days_after - 3, 11), kept)


def _log(diary: Diary, row: list[str], due: date) -> None:
    name, _days, who, kind, outcome, minutes, what, next_kind, next_step, _due = row
    deal: Deal = diary.rows[name]
    promised = Activity.objects.planned().filter(deal=deal, care_step=None, starts_at=None).first()
    following: dict[str, Any] = {}
    if next_step:
        following = {"next_kind": next_kind, "next_step": next_step, "next_on": due}
    log(
        kind=kind,
        what_happened=what,
        by=diary.rows[who],
        deal=deal,
        outcome=outcome,
        minutes=int(minutes) if minutes else None,
        completes=promised,
        **following,
    )


def _meet(diary: Diary, row: list[str]) -> None:
    name, kind, subject, when, minutes, place, colleagues, people = row
    deal: Deal = diary.rows[name]
    days, hour = map(int, when.split())
    day = diary.today + timedelta(days=days)
    zone = ZoneInfo(deal.owner.time_zone)
    plan(
        kind=kind,
        subject=subject,
        owner=deal.owner,
        by=deal.owner,
        deal=deal,
        starts_at=datetime.combine(day, time(hour), tzinfo=zone),
        minutes=int(minutes),
        place=place,
        attendees=[*_rows(diary, colleagues), *_rows(diary, people)],
    )


def _rows(diary: Diary, names: str) -> Iterator[Any]:
    return (diary.rows[name.strip()] for name in names.split(",") if name.strip())


def _keep_care(diary: Diary, deal_name: str, words: str) -> None:
    deal = Deal.objects.get(pk=diary.rows[deal_name].pk)
    if deal.outcome != Outcome.WON:
        return
    due = Activity.objects.planned().filter(deal=deal, care_step__isnull=False).order_by("due_at").first()
    if due is not None:
        complete(due, by=due.owner, note=words, outcome="reached" if due.kind == "call" else "")
