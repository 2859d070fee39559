"""Proof of the outbox: of an event that counts as delivered, the ledger has a row for each subscriber."""

from collections.abc import Iterator

from django.db.models import Exists, Min, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from config.integrations.delivering import subscriptions
from config.integrations.models import Delivery, Event, EventQuerySet


def _delivered() -> EventQuerySet:
    # What was never attempted had no subscriber, or is history that was written as delivered.
    return Event.objects.filter(delivered_at__isnull=False, attempts__gt=0)


def count_delivered() -> int:
    """Return how many events were delivered by a worker."""
    return _delivered().count()


def delivered_events_have_their_ledger_rows() -> Iterator[Finding]:
    """Find delivered events that a subscriber was not told of, though it had been told of such events before.

    A subscriber that came later was not to be told of what had been delivered by then.
    """
    for name, uid in subscriptions():
        told = Delivery.objects.filter(subscriber=uid)
        first = told.filter(event__name=name).aggregate(first=Min("delivered_at"))["first"]
        if first is None:
            continue
        events = _delivered().filter(~Exists(told.filter(event=OuterRef("pk"))), name=name, delivered_at__gt=first)
        for pk in events.order_by("pk").values_list("pk", flat=True).iterator():
            sentence = _("It counts as delivered, and the ledger has no row for the subscriber %(subscriber)s.")
            yield Finding(Event, pk, sentence % {"subscriber": uid})


def register() -> None:
    """Register the check; called once when the app is ready."""
    register_check(
        "integrations.deliveries",
        gettext_lazy("Delivered events have their ledger rows"),
        delivered_events_have_their_ledger_rows,
        count=count_delivered,
    )
