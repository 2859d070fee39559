"""Brings events to their subscribers: each subscriber once, whatever crashes in between."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from config.integrations.announcing import EventSignal
from config.integrations.models import Delivery, Event

log = structlog.get_logger(__name__)

Subscriber = Callable[[Event], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}

LONGEST_PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 500


def subscribe(signal: EventSignal, uid: str, subscriber: Subscriber) -> None:
    """Have ``subscriber`` called once for every event of this signal, in a transaction with the ledger's row.

    ``uid`` is the subscriber's name in the ledger and must never change. What the subscriber writes to the database
    happens exactly once; what it does outside may happen again after a crash.
    """
    _subscribers.setdefault(signal.name, {})[uid] = subscriber


def subscriptions() -> list[tuple[str, str]]:
    """Return the names of events with the subscribers that are told of them."""
    return [(name, uid) for name, subscribers in sorted(_subscribers.items()) for uid in sorted(subscribers)]


def deliver_event(event_id: int, *, now: datetime) -> bool:
    """Tell every subscriber that has not been told; say whether the event is now delivered to all.

    One failing subscriber does not keep the others waiting. The event is tried again later, with growing pauses.
    """
    if not Event.objects.filter(pk=event_id).claim(now):
        return False
    event = Event.objects.get(pk=event_id)
    failures = [failure for uid, subscriber in _waiting(event) if (failure := _tell(event, uid, subscriber))]
    if failures:
        pause = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(event.attempts, 12))) * random.uniform(0.5, 1.5)  # noqa: S311
        changes = {"last_error": "; ".join(failures)[:2000], "next_attempt_at": now + pause}
    else:
        changes = {"delivered_at": now, "last_error": ""}
    Event.objects.filter(pk=event_id).update(claimed_at=None, attempts=event.attempts + 1, **changes)
    return not failures


def _waiting(event: Event) -> list[tuple[str, Subscriber]]:
    subscribers = _subscribers.get(event.name, {})
    if not subscribers:
        return []
    told = set(event.deliveries.values_list("subscriber", flat=True))
    return [(uid, subscriber) for uid, subscriber in subscribers.items() if uid not in told]


def _tell(event: Event, uid: str, subscriber: Subscriber) -> str:
    """Return the failure in words, or an empty string."""
    try:
        with transaction.atomic():
            # The unique row comes first: a second worker stops here instead of doing the work twice.
            _row, first = Delivery.objects.get_or_create(event=event, subscriber=uid)
            if first:
                subscriber(event)
    except Exception as error:
        log.exception("subscriber_failed", subscriber=uid, event_id=event.pk)
        return f"{uid}: {type(error).__name__}"
    return ""


def due_events(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Return the ids of events that wait for delivery, oldest first."""
    return list(Event.objects.undelivered(now).order_by("next_attempt_at").values_list("pk", flat=True)[:most])


def settle_unsubscribed(now: datetime) -> int:
    """Mark at once all waiting events that nobody subscribes to; return how many."""
    return Event.objects.undelivered(now).exclude(name__in=_subscribers).update(delivered_at=now)
