"""What one does to a payment from its page: each act reads its form and calls one function."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals.admin.billing.answering import Desk, Done
from deals.admin.billing.forms import ActForm, AllocateForm, RefundForm, TakeBackForm, VoidForm
from deals.admin.billing.payment_page import payment_rows, show_payment
from deals.admin.billing.showing import money
from deals.admin.reading import reader_of
from deals.billing import allocating, paying
from deals.models import Allocation, Invoice, Payment

desk = Desk(payment_rows, show_payment)


@desk.act("deals.add_allocation", AllocateForm)
def allocate(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> Done:
    """Let it pay an invoice, by an amount."""
    user = reader_of(request)
    invoice = Invoice.objects.visible_to(user).filter(pk=given["invoice"]).first()
    if invoice is None:
        raise ValidationError(_("Choose one of the open invoices."))
    allocating.allocate(payment, invoice, by=user, amount=given["amount"])
    labels = {"amount": money(given["amount"], payment.currency), "number": invoice.number}
    return Done(_("%(amount)s pays %(number)s.") % labels)


@desk.act("deals.add_allocation", ActForm)
def allocate_oldest(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> Done:
    """Let the rest of it pay the customer's oldest open invoices."""
    number = len(allocating.allocate_oldest(payment, by=reader_of(request)))
    if not number:
        raise ValidationError(_("No invoice of this customer is open any more."))
    return Done(ngettext("It pays %(number)s invoice.", "It pays %(number)s invoices.", number) % {"number": number})


@desk.act("deals.change_allocation", TakeBackForm)
def take_back(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> Done:
    """Take back what it pays of an invoice."""
    allocation = Allocation.objects.select_related("invoice").filter(payment=payment.pk, pk=given["allocation"]).first()
    if allocation is None:
        raise ValidationError(_("This payment does not pay that invoice any more."))
    allocating.take_back(allocation, by=reader_of(request), reason=given["reason"])
    labels = {"amount": money(allocation.amount, payment.currency), "number": allocation.invoice.number}
    return Done(_("%(amount)s taken back: so much of %(number)s is open again.") % labels)


@desk.act("deals.add_refund", RefundForm)
def refund(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> Done:
    """Write down what was paid back."""
    paying.refund(payment, by=reader_of(request), **given)
    return Done(_("%(amount)s was paid back.") % {"amount": money(given["amount"], payment.currency)})


@desk.act("deals.change_payment", VoidForm)
def void(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> Done:
    """Say that it never was."""
    paying.void(payment, by=reader_of(request), reason=given["reason"])
    return Done(_("The payment is voided: what it paid is open again."))
