"""Money that comes in and goes back: receiving, paying one invoice, refunding, voiding."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import Conflict
from config.common.money import as_text, show_money
from config.integrations.announcing import announce
from contacts.models import Company, Contact, User
from deals import signals
from deals.billing.allocating import allocate_locked, allocate_oldest, take_back_locked
from deals.billing.invoice import Invoice
from deals.billing.locking import lock_invoice, lock_invoices, lock_payment
from deals.billing.payment import Allocation, Payment, PaymentMethod, Refund
from deals.billing.refusals import PaymentRefused, check_issued_invoice
from deals.billing.settling import note_whether_paid
from deals.catalogue.amounts import check_exact
from deals.catalogue.models import Currency
from deals.documents.models import Seller
from deals.documents.numbering import local_day

Shares = Sequence[tuple[Invoice, Decimal]]


@transaction.atomic
def receive(
    *,
    seller: Seller,
    currency: Currency,
    amount: Decimal,
    by: User,
    company: Company | None = None,
    contact: Contact | None = None,
    received_on: date | None = None,
    method: str = PaymentMethod.TRANSFER,
    reference: str = "",
    note: str = "",
    external_id: str = "",
    allocate: Shares | Literal["oldest"] = (),
) -> Payment:
    """Record money that came in, and what it pays: shares of invoices, or the oldest that are open. The rest is credit.

    Raises ValidationError with the fields at fault (an amount with more decimals than its currency too); refuses with
    ``received_in_the_future``, ``payment_known`` (its external id), and what ``allocate`` refuses.
    """
    shares = () if isinstance(allocate, str) else allocate
    invoices = lock_invoices(invoice.pk for invoice, _amount in shares)
    payment = Payment(
        seller=seller,
        currency=currency,
        amount=amount,
        company=company,
        contact=contact,
        received_on=_past(received_on, seller),
        method=method,
        reference=reference.strip(),
        note=note.strip(),
        external_id=external_id.strip(),
        recorded_by=by,
    )
    _store(payment)
    announce(
        signals.payment_received,
        subject=payment,
        by=by,
        amount=as_text(amount, currency.minor_units),
        currency=currency.pk,
        company=payment.company_id,
    )
    if allocate == "oldest":
        allocate_oldest(payment, by=by)
    locked = lock_payment(payment.pk)
    for invoice, share in shares:
        allocate_locked(locked, invoices[invoice.pk], amount=share, by=by)
    return lock_payment(payment.pk)


@transaction.atomic
def pay(
    invoice: Invoice,
    *,
    amount: Decimal,
    by: User,
    received_on: date | None = None,
    method: str = PaymentMethod.TRANSFER,
    reference: str = "",
    note: str = "",
    external_id: str = "",
) -> Payment:
    """Record money that came in for one invoice: it pays what is open, and the rest is the customer's credit.

    Refuses with ``invoice_not_issued``, ``not_an_invoice``, and what ``receive`` refuses.
    """
    locked = lock_invoice(invoice.pk)
    check_issued_invoice(locked)
    share = min(amount, locked.open_amount)
    return receive(
        seller=locked.seller,
        company=locked.company,
        contact=locked.contact,
        currency=locked.currency,
        amount=amount,
        by=by,
        received_on=received_on,
        method=method,
        reference=reference,
        note=note,
        external_id=external_id,
        allocate=[(locked, share)] if share > 0 else (),
    )


@transaction.atomic
def refund(
    payment: Payment, *, amount: Decimal, by: User, reason: str, on: date | None = None, reference: str = ""
) -> Refund:
    """Write down that credit of a payment was paid back to the customer.

    Refuses with ``payment_voided``, ``refund_needs_reason``, ``more_than_left``, ``received_in_the_future``.
    """
    locked = lock_payment(payment.pk)
    if locked.voided_at is not None:
        raise PaymentRefused(_("This payment was voided: there is nothing to pay back."), code="payment_voided")
    if not reason.strip():
        raise PaymentRefused(_("Say why the money is paid back."), code="refund_needs_reason")
    check_exact(amount, locked.currency)
    if amount > locked.credit:
        sentence = _("Only %(left)s of this payment is free to be paid back. Take an allocation back first.")
        left = show_money(locked.credit, locked.currency_id, locked.currency.minor_units)
        raise PaymentRefused(sentence % {"left": left}, code="more_than_left")
    if on is not None and on < locked.received_on:
        sentence = _("Money can't be paid back before it came in, on %(day)s.")
        raise PaymentRefused(sentence % {"day": locked.received_on}, code="refunded_before_received")
    row = Refund(
        payment=locked,
        amount=amount,
        refunded_on=_past(on, locked.seller),
        reason=reason.strip()[:500],
        reference=reference.strip(),
        at=timezone.now(),
        by=by,
    )
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def void(payment: Payment, *, by: User, reason: str) -> Payment:
    """Say that a payment never was: what it paid is open again. The row stays.

    Refuses with ``payment_voided``, ``payment_refunded``, ``void_needs_reason``, ``changed_meanwhile``.
    """
    if not reason.strip():
        raise PaymentRefused(_("Say why the payment is voided."), code="void_needs_reason")
    active = Allocation.objects.filter(payment=payment.pk, taken_back_at__isnull=True).order_by("pk")
    invoices = lock_invoices(active.values_list("invoice", flat=True))
    locked = lock_payment(payment.pk)
    _check_voidable(locked)
    for allocation in active.all():
        if allocation.invoice_id not in invoices:
            # An invoice locked after its payment could lock out somebody who does it the other way round.
            raise Conflict(_("Somebody allocated this payment just now. Look again and repeat."))
        take_back_locked(allocation, by=by, reason=reason)
    for invoice in invoices.values():
        note_whether_paid(invoice, by=by, was_open=invoice.open_amount > 0, reason=reason)
    locked.voided_at, locked.voided_by, locked.void_reason = timezone.now(), by, reason.strip()[:500]
    locked.save(update_fields=["voided_at", "voided_by", "void_reason", "updated_at"])
    return locked


def _store(payment: Payment) -> None:
    """Save a payment; one that came with the same id before is refused, even by two who record it at once."""
    check_exact(payment.amount, payment.currency)
    payment.full_clean(validate_constraints=False)
    if not payment.amount > 0:
        raise ValidationError({"amount": [_("A payment is above zero.")]})
    if payment.company_id is None and payment.contact_id is None:
        raise ValidationError({"company": [_("Choose the company or the contact that paid.")]})
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError:
        known = Payment.objects.filter(external_id=payment.external_id).exclude(external_id="").first()
        if known is None:
            raise
        sentence = _("A payment with the id %(id)s is recorded already.")
        raise PaymentRefused(
            sentence % {"id": payment.external_id}, code="payment_known", facts={"payment": known.pk}
        ) from None


def _past(day: date | None, seller: Seller) -> date:
    today = local_day(seller)
    if day is not None and day > today:
        sentence = _("Money doesn't come or go in the future. Choose today or an earlier day.")
        raise PaymentRefused(sentence, code="received_in_the_future")
    return day or today


def _check_voidable(payment: Payment) -> None:
    if payment.voided_at is not None:
        raise PaymentRefused(_("This payment was voided already."), code="payment_voided")
    if payment.refunds.exists():
        sentence = _("Part of this payment was paid back, so it did come in. It can't be voided.")
        raise PaymentRefused(sentence, code="payment_refunded")
