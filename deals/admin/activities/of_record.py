"""The activities that a page shows of its deal, contact or company: the newest, and what is planned, in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, When, Window
from django.db.models.functions import Coalesce, RowNumber

from contacts.models import Company, Contact, User
from deals.activities.kinds import ActivityState
from deals.models import Activity, ActivityAttendee, Deal

MOST_PLANNED = 5
# When a row of a timeline happened: when it was done or cancelled, else when it was planned.
_AT = Coalesce(F("done_at"), F("cancelled_at"), F("created_at"))


@dataclass(frozen=True, slots=True)
class ActivitiesOfPage:
    """What was read: the newest before a moment, the first that are planned, and how many are planned in all."""

    newest: list[Any]
    planned: list[Activity]
    planned_in_all: int


def read(record: Any, reader: User, before: datetime | None = None, limit: int = 0) -> ActivitiesOfPage:
    """Return the activities of a record for a reader. Read once for a page: the record remembers what was asked last.

    Without ``before`` any answer that is there will do: what is planned is in each of them.
    """
    known: dict[Any, ActivitiesOfPage] = record.__dict__.setdefault("activities_of_page", {})
    if before is None and known:
        return next(iter(known.values()))
    if (before, limit) not in known:
        known[before, limit] = _ask(record, reader, before, limit)
    return known[before, limit]


def about(record: Any) -> Q:
    """Return the condition that an activity is about a record; of a contact, that it is with them."""
    if isinstance(record, Deal):
        return Q(deal=record)
    if isinstance(record, Company):
        return Q(company=record)
    assert isinstance(record, Contact)  # noqa: S101  there is no fourth kind
    attended = ActivityAttendee.objects.filter(contact=record).values("activity")
    return Q(contact=record) | Q(pk__in=attended)


def _ask(record: Any, reader: User, before: datetime | None, limit: int) -> ActivitiesOfPage:
    rows: Any = Activity.objects.visible_to(reader).filter(about(record)).annotate(at=_AT)
    is_older = Q(at__lt=before) if before else Q(pk__isnull=True)
    older = Case(When(is_older, then=1), default=0, output_field=IntegerField())
    ranked = rows.annotate(
        is_older=older,
        by_time=Window(RowNumber(), partition_by=[older], order_by=[F("at").desc(), F("pk").desc()]),
        by_due=Window(RowNumber(), partition_by=[F("state")], order_by=[F("due_at").asc(), F("pk").asc()]),
        in_all=Window(Count("pk"), partition_by=[F("state")]),
    )
    wanted = Q(is_older=1, by_time__lte=limit) | Q(state=ActivityState.PLANNED, by_due__lte=MOST_PLANNED)
    found = list(ranked.filter(wanted).select_related("owner", "done_by").order_by("-at", "-pk"))
    planned = sorted((each for each in found if each.is_planned), key=lambda each: each.by_due)
    return ActivitiesOfPage(
        newest=[each for each in found if each.is_older and each.by_time <= limit],
        planned=planned[:MOST_PLANNED],
        planned_in_all=planned[0].in_all if planned else 0,
    )
