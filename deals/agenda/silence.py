"""Deals that have gone silent: nobody was in touch for longer than deals usually stay in their stage."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from deals.activities.activity import Activity
from deals.activities.kinds import ActivityState
from deals.pipeline.deal import DealNote, Outcome
from deals.pipeline.filtering import WholeDaysSince

# Where a stage doesn't say how long deals usually stay.
USUAL_DAYS = 14


def with_silence(deals: QuerySet[Any], now: datetime | None = None) -> QuerySet[Any]:
    """Add ``last_touch_at``, ``silent_days`` and ``usual_days`` to deals.

    The last touch is the newest of: an activity done, a note, a move to another stage.
    """
    told: QuerySet[Any] = deals.annotate(last_touch_at=_last_touch()).annotate(
        silent_days=WholeDaysSince(F("last_touch_at"), Value(now or timezone.now())),
        usual_days=_usual_days(),
    )
    return told


def is_silent(now: datetime | None = None) -> Q:
    """Return the condition that an open deal is silent for longer than usual and no next step is planned ahead."""
    now = now or timezone.now()
    longer = GreaterThan(WholeDaysSince(_last_touch(), Value(now)), _usual_days())
    ahead = Activity.objects.filter(deal=OuterRef("pk"), state=ActivityState.PLANNED, due_at__gte=now)
    return Q(outcome=Outcome.OPEN) & Q(longer) & ~Q(Exists(ahead))


def _usual_days() -> Coalesce:
    return Coalesce(F("stage__expected_days"), Value(USUAL_DAYS), output_field=IntegerField())


def _last_touch() -> Greatest:
    moment = DateTimeField()
    done = Activity.objects.filter(deal=OuterRef("pk"), state=ActivityState.DONE).order_by("-done_at")
    notes = DealNote.objects.filter(deal=OuterRef("pk")).order_by("-created_at")
    return Greatest(
        F("stage_since"),
        Coalesce(Subquery(done.values("done_at")[:1]), F("stage_since"), output_field=moment),
        Coalesce(Subquery(notes.values("created_at")[:1]), F("stage_since"), output_field=moment),
        output_field=moment,
    )
