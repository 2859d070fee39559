"""What billing says no to."""

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceState


class InvoiceRefused(DomainError):
    """An invoice or credit note can't be drafted, changed, issued or corrected that way now."""

    code = "invoice_refused"


class PaymentRefused(DomainError):
    """A payment can't be recorded, allocated, paid back or voided that way now."""

    code = "payment_refused"


class DunningRefused(DomainError):
    """Reminders can't be sent that way now."""

    code = "dunning_refused"


def check_draft(invoice: Invoice) -> None:
    """Refuse (``invoice_issued``, ``invoice_discarded``) what is no draft any more."""
    if invoice.state == InvoiceState.ISSUED:
        sentence = _("%(number)s is issued and can't be changed. Correct it by a credit note.")
        raise InvoiceRefused(sentence % {"number": invoice.number}, code="invoice_issued")
    if invoice.state == InvoiceState.DISCARDED:
        raise InvoiceRefused(_("This draft was discarded. Make a new one."), code="invoice_discarded")


def check_issued(document: Invoice) -> None:
    """Refuse (``invoice_not_issued``) what isn't a fact yet."""
    if document.state != InvoiceState.ISSUED:
        raise InvoiceRefused(_("This isn't issued yet. Issue it first."), code="invoice_not_issued")


def check_issued_invoice(invoice: Invoice) -> None:
    """Refuse (``invoice_not_issued``, ``not_an_invoice``) what nobody can owe."""
    if invoice.credits_id is not None:
        sentence = _("%(number)s is a credit note. Choose the invoice that it corrects.")
        raise InvoiceRefused(sentence % {"number": invoice}, code="not_an_invoice")
    check_issued(invoice)
