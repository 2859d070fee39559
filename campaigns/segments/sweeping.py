"""Finding the segments whose refresh is due, those first that others ask for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from campaigns.segments.models import Segment
from campaigns.segments.references import rules_in_use

# A worker that took a segment on and died frees it after this long.
LEASE = timedelta(minutes=15)
MOST_AT_ONCE = 20


def claim_due_segments(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Reserve segments that are due and return their ids, the longest due first.

    One that asks for the members of another waits until that one is refreshed: its own answer would be stale.
    """
    live = Segment.objects.in_use().filter(rule__isnull=False)
    due = live.filter(refresh_due_at__lte=now)
    if not due.exists():
        return []
    asks, unfinished = rules_in_use(), set(due.values_list("pk", flat=True))
    ready = [pk for pk in unfinished if not asks.get(pk, set()) & unfinished]
    with transaction.atomic():
        free = due.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), pk__in=ready)
        ordered = free.order_by("refresh_due_at", "pk").select_for_update(of=("self",), skip_locked=True)
        ids = list(ordered.values_list("pk", flat=True)[:most])
        Segment.objects.filter(pk__in=ids).update(claimed_until=now + LEASE)
    return ids


def release_segments(ids: Sequence[int]) -> None:
    """Give claimed segments back, so that the next sweep needs not wait: no worker could be asked."""
    if ids:
        Segment.objects.filter(pk__in=ids).update(claimed_until=None)
