"""What follows when money moves: an invoice of which nothing is open any more is paid, and told so once."""

from config.integrations.announcing import announce
from contacts.models import User
from deals import signals
from deals.billing.history import record
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceChangeKind


def note_whether_paid(invoice: Invoice, *, by: User | None, was_open: bool, reason: str = "") -> None:
    """Write down and announce that a locked invoice was paid, or that it is open again; nothing if neither changed.

    An invoice that was credited as a whole is not paid.
    """
    now = Invoice.objects.with_balance().get(pk=invoice.pk)
    if now.open_amount > 0 and not was_open:
        record(invoice, InvoiceChangeKind.REOPENED, by=by, reason=reason)
    elif now.open_amount <= 0 and was_open and (now.paid > 0 or now.credited < now.total or not now.total):
        record(invoice, InvoiceChangeKind.PAID, by=by, reason=reason)
        announce(signals.invoice_paid, subject=invoice, by=by, number=invoice.number, deal=invoice.deal_id)
