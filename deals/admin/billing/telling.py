"""What was done to invoices, told as entries of timelines."""

from collections.abc import Iterable, Iterator
from typing import Any

from contacts.people.timeline import TimelineEntry
from deals.billing.kinds import InvoiceChangeKind

ICONS = {
    InvoiceChangeKind.DRAFTED: "edit_note",
    InvoiceChangeKind.ISSUED: "verified",
    InvoiceChangeKind.SENT: "send",
    InvoiceChangeKind.CREDITED: "undo",
    InvoiceChangeKind.PAID: "payments",
    InvoiceChangeKind.REOPENED: "lock_open",
    InvoiceChangeKind.REMINDED: "notification_important",
    InvoiceChangeKind.DISCARDED: "delete",
}


def change_entries(changes: Iterable[Any]) -> Iterator[TimelineEntry]:
    """Return the history of one invoice, newest first."""
    for change in sorted(changes, key=lambda each: -each.pk):
        kind = InvoiceChangeKind(change.kind)
        yield TimelineEntry(change.at, change.kind, kind.label, change.reason, str(change.by or ""), icon=ICONS[kind])
