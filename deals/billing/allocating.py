"""What payments pay: so much of a payment to an invoice, taken back again, never more than is open or left."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import show_money
from contacts.models import User
from deals.billing.invoice import Invoice
from deals.billing.locking import lock_invoice, lock_invoices, lock_payment, lock_payments
from deals.billing.payment import Allocation, Payment
from deals.billing.refusals import PaymentRefused, check_issued_invoice
from deals.billing.settling import note_whether_paid
from deals.catalogue.amounts import check_exact


@transaction.atomic
def allocate(payment: Payment, invoice: Invoice, *, by: User, amount: Decimal | None = None) -> Allocation:
    """Let a payment pay an invoice, by an amount or by as much as fits.

    Refuses with ``invoice_not_issued``, ``not_an_invoice``, ``payment_voided``, ``payment_of_other_seller``,
    ``payment_of_other_customer``, ``payment_in_other_currency``, ``more_than_open``, ``more_than_left``; raises
    ValidationError for an amount that is none.
    """
    open_invoice, money = lock_invoice(invoice.pk), lock_payment(payment.pk)
    return allocate_locked(money, open_invoice, amount=amount, by=by)


@transaction.atomic
def allocate_oldest(payment: Payment, *, by: User) -> list[Allocation]:
    """Let a payment pay the customer's open invoices in its currency, those due first first, as far as it goes."""
    owed = Invoice.objects.owed().filter(customer_of(payment), seller=payment.seller_id, currency=payment.currency_id)
    invoices = lock_invoices(owed.values_list("pk", flat=True))
    money = lock_payment(payment.pk)
    _check_usable(money)
    allocations = []
    for invoice in sorted(invoices.values(), key=lambda each: (each.due_on, each.issued_on, each.pk)):
        # Others may have paid it before it was locked.
        if money.credit > 0 and invoice.open_amount > 0:
            allocations.append(allocate_locked(money, invoice, by=by))
    return allocations


@transaction.atomic
def take_back(allocation: Allocation, *, by: User, reason: str) -> Allocation:
    """Take an allocation back: the invoice is open again by so much, and the payment has it as credit.

    Refuses with ``already_taken_back``, ``take_back_needs_reason``.
    """
    if not reason.strip():
        raise PaymentRefused(_("Say why the allocation is taken back."), code="take_back_needs_reason")
    invoice = lock_invoice(allocation.invoice_id)
    lock_payment(allocation.payment_id)
    fresh = Allocation.objects.get(pk=allocation.pk)
    if fresh.taken_back_at is not None:
        raise PaymentRefused(_("This allocation was taken back already."), code="already_taken_back")
    take_back_locked(fresh, by=by, reason=reason)
    note_whether_paid(invoice, by=by, was_open=invoice.open_amount > 0, reason=reason)
    return fresh


def allocate_locked(payment: Payment, invoice: Invoice, *, by: User, amount: Decimal | None = None) -> Allocation:
    """Allocate where both are locked and carry their balances, which follow."""
    check_issued_invoice(invoice)
    _check_usable(payment)
    _check_fit_together(payment, invoice)
    amount = _amount(payment, invoice, amount)
    allocation = Allocation.objects.create(payment=payment, invoice=invoice, amount=amount, at=timezone.now(), by=by)
    payment.credit -= amount
    invoice.open_amount -= amount
    note_whether_paid(invoice, by=by, was_open=True)
    return allocation


def take_back_locked(allocation: Allocation, *, by: User, reason: str) -> None:
    """Take back where invoice and payment are locked."""
    allocation.taken_back_at, allocation.taken_back_by = timezone.now(), by
    allocation.taken_back_reason = reason.strip()[:500]
    allocation.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason", "updated_at"])


def give_back(invoice: Invoice, amount: Decimal, *, by: User, reason: str) -> None:
    """Free so much of a locked invoice of its newest allocations; nothing if the amount isn't above zero.

    An allocation says one amount for ever: one that is given back in part is taken back, and its rest allocated anew.
    """
    active = list(invoice.allocations.filter(taken_back_at__isnull=True).order_by("-pk")) if amount > 0 else []
    freed = []
    for allocation in active:
        if amount <= 0:
            break
        freed.append((allocation, max(allocation.amount - amount, Decimal(0))))
        amount -= allocation.amount
    lock_payments(allocation.payment_id for allocation, _kept in freed)
    for allocation, kept in freed:
        take_back_locked(allocation, by=by, reason=reason)
        if kept:
            Allocation.objects.create(
                payment_id=allocation.payment_id, invoice=invoice, amount=kept, at=timezone.now(), by=by
            )


def customer_of(row: Payment | Invoice) -> Q:
    """Return the condition that an invoice or payment is of the same customer: the company, or the person alone."""
    if row.company_id is not None:
        return Q(company=row.company_id)
    return Q(company__isnull=True, contact=row.contact_id)


def _check_usable(payment: Payment) -> None:
    if payment.voided_at is not None:
        raise PaymentRefused(_("This payment was voided. Record it anew."), code="payment_voided")


def _check_fit_together(payment: Payment, invoice: Invoice) -> None:
    labels = {"invoice": invoice.number, "seller": invoice.seller, "currency": invoice.currency_id}
    if payment.seller_id != invoice.seller_id:
        sentence = _("%(invoice)s was issued by %(seller)s, and another company of ours was paid.")
        raise PaymentRefused(sentence % labels, code="payment_of_other_seller")
    if payment.currency_id != invoice.currency_id:
        sentence = _("%(invoice)s is in %(currency)s. Record what was received in %(currency)s.")
        raise PaymentRefused(sentence % labels, code="payment_in_other_currency")
    same_company = payment.company_id == invoice.company_id
    if not same_company or (payment.company_id is None and payment.contact_id != invoice.contact_id):
        sentence = _("%(invoice)s is another customer's. Record the payment under the customer who owes it.")
        raise PaymentRefused(sentence % labels, code="payment_of_other_customer")


def _amount(payment: Payment, invoice: Invoice, amount: Decimal | None) -> Decimal:
    """Return what is allocated; refuse what is more than open, or more than left."""
    wanted = min(payment.credit, invoice.open_amount) if amount is None else amount
    check_exact(wanted, invoice.currency)
    if amount is not None and amount <= 0:
        raise ValidationError({"amount": [_("An amount is above zero.")]})
    if wanted > invoice.open_amount or (amount is None and invoice.open_amount <= 0):
        sentence, left = _("Only %(left)s is open on %(invoice)s."), invoice.open_amount
        code = "more_than_open"
    elif wanted > payment.credit or wanted <= 0:
        sentence, left, code = _("Only %(left)s is left of the payment."), payment.credit, "more_than_left"
    else:
        return wanted
    shown = show_money(left, payment.currency_id, payment.currency.minor_units)
    raise PaymentRefused(sentence % {"left": shown, "invoice": invoice.number}, code=code)
