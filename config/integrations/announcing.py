"""``announce``: tell the house, and whoever integrates with it, that something happened."""

from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Model
from django.dispatch import Signal
from django.utils import timezone

from config.integrations.models import Event


class EventSignal(Signal):
    """A signal with the name under which its events are stored and delivered.

    ``provides`` documents the payload: plain values and ids, never rows. Receivers that must not miss an event
    subscribe by ``subscribe``; a plain ``connect`` is a nudge that a crash may lose.
    """

    def __init__(self, name: str, *, provides: dict[str, str]) -> None:
        super().__init__()
        self.name = name
        self.provides = provides


# Sent after commit for every event, whatever its name; the edge listens and enqueues the delivery.
event_recorded = Signal()


def announce(signal: EventSignal, *, subject: Model, by: Any = None, **payload: Any) -> Event:
    """Write the event in the surrounding transaction; after commit nudge the receivers.

    The row is the truth: a sweep delivers what a crash lost between commit and nudge. A failing receiver is logged
    and never undoes the change that was announced. Payload keys must be those that the signal documents.
    """
    if unknown := set(payload) - set(signal.provides):
        raise TypeError(f"{signal.name} does not provide {sorted(unknown)}.")
    event = build_event(signal, subject=subject, by=by, payload=payload)
    event.save()
    # What is told of the past (the demo company's history) is stored as delivered: it is no news.
    if event.delivered_at is None:
        transaction.on_commit(partial(nudge, signal, event.pk), robust=True)
    return event


def build_event(signal: EventSignal, *, subject: Model, by: Any, payload: dict[str, Any]) -> Event:
    """Return an unsaved event, for bulk paths that write thousands at once and leave the delivery to the sweep."""
    now = timezone.now()
    return Event(
        name=signal.name,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor=by,
        payload=payload,
        occurred_at=now,
        next_attempt_at=now,
        transaction_id=current_transaction_id(),
    )


def current_transaction_id() -> models.Func | int:
    """Return an expression for PostgreSQL's number of this transaction; zero elsewhere."""
    if connection.vendor == "postgresql":
        return models.Func(function="txid_current", output_field=models.BigIntegerField())
    return 0


def nudge(signal: EventSignal, event_id: int) -> None:
    """Tell the connected receivers that an event was committed; errors are logged by ``send_robust``."""
    event_recorded.send_robust(sender=Event, event_id=event_id)
    signal.send_robust(sender=Event, event_id=event_id)
