"""Telling the house who entered a segment, and who left: in batches of at most a thousand."""

from collections.abc import Sequence
from typing import Any

from campaigns.segments.models import Segment
from config.integrations.announcing import EventSignal, announce, build_event
from config.integrations.models import Event
from contacts.models import User

BATCH = 1000
# Receivers are nudged for so many batches; a greater crowd is left to the sweep over events.
NUDGED = 5


def tell(signal: EventSignal, segment: Segment, contacts: Sequence[int], *, by: User | None) -> None:
    """Write the events in the surrounding transaction, one for each batch of contacts."""
    batches = [contacts[start : start + BATCH] for start in range(0, len(contacts), BATCH)]
    payloads: list[dict[str, Any]] = [
        {"contacts": list(batch), "rule_version": segment.rule_version} for batch in batches
    ]
    if len(payloads) <= NUDGED:
        for payload in payloads:
            announce(signal, subject=segment, by=by, **payload)
        return
    Event.objects.bulk_create(
        (build_event(signal, subject=segment, by=by, payload=payload) for payload in payloads), batch_size=100
    )
