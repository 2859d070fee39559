"""Celery's entry points: the beat's heartbeat, the delivery of events, the end of old keys."""

from celery import shared_task
from django.utils import timezone

from config.integrations import delivering, health, keys


@shared_task(name="integrations.beat_tick")
def beat_tick() -> None:
    """Record that beat and worker are alive."""
    health.beat_ticked(timezone.now())


@shared_task(name="integrations.deliver_event")
def deliver_event(event_id: int) -> None:
    """Deliver one event; harmless at any time and any number of times."""
    delivering.deliver_event(event_id, now=timezone.now())


@shared_task(name="integrations.sweep_events")
def sweep_events() -> None:
    """Deliver what nobody was told of: the nudge was lost, or a subscriber failed and it is time to try again."""
    now = timezone.now()
    delivering.settle_unsubscribed(now)
    for event_id in delivering.due_events(now):
        delivering.deliver_event(event_id, now=timezone.now())


@shared_task(name="integrations.forget_old_keys")
def forget_old_keys() -> None:
    """Delete the idempotency keys that were kept long enough."""
    keys.forget_old(timezone.now())
