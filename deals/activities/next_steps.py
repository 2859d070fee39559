"""The next step of a deal: its first planned activity, and which open deals have none or a late one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from deals.activities.activity import Activity
from deals.activities.kinds import ActivityState
from deals.pipeline.deal import Deal, Outcome


def next_steps(deals: Iterable[Deal]) -> dict[int, Activity]:
    """Return the next step of each deal that has one, by the deal's id; in one query. The first that is due counts."""
    rank = Window(RowNumber(), partition_by=[F("deal")], order_by=[F("due_at").asc(), F("id").asc()])
    planned = Activity.objects.planned().filter(deal__in=[deal.pk for deal in deals]).annotate(rank=rank)
    return {step.deal_id: step for step in planned.filter(rank=1).order_by("deal")}


def with_next_step(deals: QuerySet[Any]) -> QuerySet[Any]:
    """Add ``next_step`` (its subject) and ``next_step_id``, ``_kind``, ``_on`` (its day) and ``_due`` to deals.

    All are null where nothing is planned; the first that is due counts.
    """
    first = Activity.objects.filter(deal=OuterRef("pk"), state=ActivityState.PLANNED).order_by("due_at", "id")
    told: QuerySet[Any] = deals.annotate(
        next_step=Subquery(first.values("subject")[:1]),
        next_step_id=Subquery(first.values("pk")[:1]),
        next_step_kind=Subquery(first.values("kind")[:1]),
        next_step_on=Subquery(first.values("due_on")[:1]),
        next_step_due=Subquery(first.values("due_at")[:1]),
    )
    return told


def without_next_step() -> Q:
    """Return the condition that a deal is open and nothing is planned for it."""
    planned = Activity.objects.filter(deal=OuterRef("pk"), state=ActivityState.PLANNED)
    return Q(outcome=Outcome.OPEN) & ~Q(Exists(planned))


def with_late_step(now: datetime | None = None) -> Q:
    """Return the condition that a deal is open and something planned for it is late."""
    late = Activity.objects.filter(deal=OuterRef("pk"), state=ActivityState.PLANNED, due_at__lt=now or timezone.now())
    return Q(outcome=Outcome.OPEN) & Q(Exists(late))
