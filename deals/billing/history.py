"""The history of invoices: what was done to each, by whom and why."""

from django.utils import timezone

from contacts.models import User
from deals.billing.invoice import Invoice, InvoiceChange
from deals.billing.kinds import InvoiceChangeKind


def record(invoice: Invoice, kind: InvoiceChangeKind, *, by: User | None, reason: str = "") -> InvoiceChange:
    """Write down what was done to an invoice."""
    return InvoiceChange.objects.create(
        document=invoice, kind=kind, at=timezone.now(), by=by, reason=reason.strip()[:500]
    )
