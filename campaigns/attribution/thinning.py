"""Old versions that the house made by itself are thinned out: what people asked for is kept for ever, and so is enough
of the rest to see how the shares have changed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.attribution.models import AttributionRun, RunDeal, Share

# All versions of so long, then the last one of each day for so long, then the last one of each month.
ALL_FOR = timedelta(days=2)
DAYS_FOR = timedelta(days=31)


def thin_runs(now: datetime) -> int:
    """Delete the versions made by the house that a later one of the same day (or month) has replaced; return how many.

    Each goes in a transaction of its own, so that the work can be stopped at any time.
    """
    old = AttributionRun.objects.filter(by__isnull=True, is_current=False, started_at__lt=now - ALL_FOR)
    rows = old.order_by("model", "-number").values_list("pk", "model", "started_at")
    found = list(_replaced(rows, now))
    for pk in found:
        _delete(pk)
    return len(found)


def _replaced(rows: Iterable[tuple[int, int, datetime]], now: datetime) -> Iterator[int]:
    """Yield those that aren't the last of their day or month; rows come model by model, the newest first."""
    kept: set[tuple[int, str]] = set()
    for pk, model, started_at in rows:
        day = timezone.localdate(started_at, timezone.get_default_timezone())
        period = (model, f"{day:%Y-%m-%d}" if started_at >= now - DAYS_FOR else f"{day:%Y-%m}")
        if period in kept:
            yield pk
        kept.add(period)


@transaction.atomic
def _delete(run: int) -> None:
    for part in (Share, RunDeal):
        part.objects.filter(run=run)._raw_delete(using="default")
    AttributionRun.objects.filter(pk=run).delete()
