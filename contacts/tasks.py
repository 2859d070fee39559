"""Celery's entry points of contacts: working on imports, sending messages."""

from datetime import timedelta
from functools import partial

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from contacts.imports.models import Import
from contacts.imports.running import work_on
from contacts.messages import sending

log = structlog.get_logger(__name__)
# Well below the time limit of tasks: a long import goes on in a task of its own, from its checkpoint.
BUDGET = timedelta(minutes=10)


@shared_task(name="contacts.run_import")
def run_import(import_id: int) -> None:
    """Check or write one import; harmless at any time and any number of times."""
    if not work_on(import_id, budget=BUDGET):
        run_import.delay(import_id)


@shared_task(name="contacts.resume_imports")
def resume_imports() -> None:
    """Go on with imports that nobody works on: the message was lost, or the worker died."""
    for import_id in Import.objects.abandoned(timezone.now()).order_by("pk").values_list("pk", flat=True)[:20]:
        run_import.delay(import_id)


def enqueue_import(run: Import) -> None:
    """Ask a worker to begin after commit; with the broker away the next resume finds the row."""
    transaction.on_commit(partial(_enqueue, run.pk), robust=True)


def _enqueue(import_id: int) -> None:
    try:
        run_import.delay(import_id)
    except (OperationalError, OSError):
        log.warning("broker_away", import_id=import_id)


@shared_task(name="contacts.send_message")
def send_message(message_id: int, claim: str = "") -> None:
    """Send one message; harmless at any time and any number of times."""
    sending.send_message(message_id, now=timezone.now(), claim=claim)


@shared_task(name="contacts.sweep_messages")
def sweep_messages() -> None:
    """Have messages sent whose time has come: reminders, what failed before, what a crash lost."""
    claim, ids = sending.claim_due_messages(timezone.now())
    for place, message_id in enumerate(ids):
        if not enqueue_message(message_id, claim):
            sending.release_messages(claim, ids[place:])
            break


def enqueue_message(message_id: int, claim: str = "") -> bool:
    """Ask a worker to send; say whether it could be asked. With the broker away the next sweep finds the row."""
    try:
        send_message.delay(message_id, claim)
    except (OperationalError, OSError):
        log.warning("broker_away", message=message_id)
        return False
    return True
