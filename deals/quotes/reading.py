"""Noting that the customer opened the page of a revision, so that a rep knows when to call."""

from datetime import datetime, timedelta

from django.db.models import F

from deals.quotes.answer import QuoteReading
from deals.quotes.revision import QuoteRevision

# Turning back to an open page within this time is the same look.
_SAME_LOOK = timedelta(minutes=30)


def note_reading(revision: QuoteRevision, *, at: datetime) -> None:
    """Note that the page of a revision was opened; the first time stays, and looks that follow closely are one."""
    reading, is_first = QuoteReading.objects.get_or_create(revision=revision, defaults={"first_at": at, "last_at": at})
    if not is_first and at - reading.last_at > _SAME_LOOK:
        earlier = QuoteReading.objects.filter(pk=reading.pk, last_at=reading.last_at)
        earlier.update(last_at=at, times=F("times") + 1)
