"""The complete list of what integrations reacts to: every recorded event is delivered at once by a worker."""

from typing import Any

import structlog
from kombu.exceptions import OperationalError

from config.integrations.announcing import event_recorded
from config.integrations.tasks import deliver_event

log = structlog.get_logger(__name__)


def connect() -> None:
    """Connect the receivers; called once by ``ready``."""
    event_recorded.connect(enqueue_delivery, dispatch_uid="integrations.enqueue_delivery")


def enqueue_delivery(*, event_id: int, **kwargs: Any) -> None:
    """Ask a worker to deliver; with the broker away the sweep will find the row."""
    try:
        deliver_event.delay(event_id)
    except (OperationalError, OSError):
        log.warning("broker_away", event_id=event_id)
