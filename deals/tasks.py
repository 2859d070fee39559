"""Celery's entry points of deals: the delivery of reminders and digests, the pages of what was issued."""

from collections.abc import Sequence
from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from deals.activities import delivering, digest, rezoning, wishes
from deals.billing import printing
from deals.models import Invoice

log = structlog.get_logger(__name__)


@shared_task(name="deals.deliver_reminder")
def deliver_reminder(reminder_id: int) -> None:
    """Deliver one reminder; harmless at any time and any number of times."""
    delivering.deliver_reminder(reminder_id, now=timezone.now())


@shared_task(name="deals.sweep_reminders")
def sweep_reminders() -> None:
    """Have reminders delivered whose moment has come, whatever became of those who were asked before."""
    delivering.release_reminders(ask(deliver_reminder, delivering.claim_due_reminders(timezone.now())))


@shared_task(name="deals.deliver_digest")
def deliver_digest(settings_id: int) -> None:
    """Write one person's digest; harmless at any time and any number of times."""
    digest.deliver_digest(settings_id, now=timezone.now())


@shared_task(name="deals.sweep_digests")
def sweep_digests() -> None:
    """Have digests written whose hour has come; make settings for new people, and follow those who moved."""
    now = timezone.now()
    wishes.make_missing_wishes(now)
    rezoning.rezone_missed()
    ask(deliver_digest, digest.claim_due_digests(now))


@shared_task(name="deals.store_pages")
def store_pages(invoice_id: int) -> None:
    """Print what was issued; harmless at any time and any number of times."""
    printing.pages_of(Invoice.objects.get(pk=invoice_id))


@shared_task(name="deals.sweep_pages")
def sweep_pages() -> None:
    """Have pages made of what was issued and has none: the nudge was lost, or the worker died."""
    ask(store_pages, printing.without_pages())


def ask(task: Any, ids: Sequence[int]) -> Sequence[int]:
    """Ask workers to take these on; return those for which nobody could be asked: the broker is away."""
    for place, pk in enumerate(ids):
        try:
            task.delay(pk)
        except (OperationalError, OSError):
            log.warning("broker_away", task=task.name, left=len(ids) - place)
            return ids[place:]
    return ()
