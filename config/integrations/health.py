"""Is the house alive, and is it ready: database, broker, the beat's last tick, the oldest undelivered event."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.db.models import Min
from django.utils import timezone

from config.integrations.models import Event, Heartbeat

BEAT = "beat"
BEAT_LATE_AFTER = timedelta(minutes=2)
EVENT_LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer of ``/readyz``: each part with its verdict and its figure."""

    ready: bool
    parts: dict[str, Any]


def beat_ticked(now: datetime) -> None:
    """Record that the beat is alive."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": now})


def readiness(now: datetime | None = None) -> Readiness:
    """Look at every part. Not ready (503) means: send no traffic here; a late beat or event is a warning only."""
    now = now or timezone.now()
    database = _database_answers()
    parts: dict[str, Any] = {"database": {"ok": database}, "broker": {"ok": _broker_answers()}}
    if database:
        parts["beat"] = _age(
            Heartbeat.objects.filter(name=BEAT).aggregate(oldest=Min("at"))["oldest"],
            now,
            BEAT_LATE_AFTER,
            never_ok=False,
        )
        waiting = Event.objects.filter(delivered_at__isnull=True).aggregate(oldest=Min("occurred_at"))["oldest"]
        parts["undelivered_event"] = _age(waiting, now, EVENT_LATE_AFTER, never_ok=True)
    return Readiness(ready=database and parts["broker"]["ok"], parts=parts)


def _age(since: datetime | None, now: datetime, limit: timedelta, *, never_ok: bool) -> dict[str, Any]:
    if since is None:
        return {"ok": never_ok, "age_seconds": None}
    age = max(timedelta(0), now - since)
    return {"ok": age <= limit, "age_seconds": round(age.total_seconds(), 1)}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except DatabaseError:
        return False


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=0, timeout=2)
            return True
    except Exception:
        return False
