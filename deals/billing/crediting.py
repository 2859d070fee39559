"""Credit notes: an issued invoice is corrected by a new document, whole or by line, never by more than is left."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from config.common.money import ZERO
from config.integrations.announcing import announce
from contacts.models import User
from deals import signals
from deals.billing.allocating import give_back
from deals.billing.history import record
from deals.billing.invoice import Invoice, InvoiceLine, InvoiceTax
from deals.billing.issuing import facts, make_fact
from deals.billing.kinds import InvoiceChangeKind, InvoiceKind
from deals.billing.locking import lock_invoice
from deals.billing.reducing import CreditedLine, CreditedTax, Wishes, credit_lines, credit_taxes
from deals.billing.refusals import InvoiceRefused, check_issued_invoice
from deals.billing.remaining import remaining
from deals.billing.settling import note_whether_paid
from deals.documents.seller import Series

_COPIED = (
    "seller", "owner", "company", "contact", "deal", "currency", "language", "prices_include_tax", "discount",
    "reference",
)  # fmt: skip
_COPIED_OF_LINE = (
    "product", "description", "unit", "tax_category", "tax_rate", "base_numerator", "base_denominator",
)  # fmt: skip
_COPIED_OF_TAX = ("category", "name", "legal_note", "rate", "base_numerator", "base_denominator")


@transaction.atomic
def credit(invoice: Invoice, *, by: User, reason: str, lines: Wishes | None = None, on: date | None = None) -> Invoice:
    """Issue a credit note over all that is left of an invoice, or over quantities (or ByAmount) of lines by their ids.

    It is taxed as the invoice was; the one that takes the rest of a tax takes exactly what is left of it, so that all
    notes together are the invoice. What was paid of what is credited becomes the customer's credit: the newest
    allocations are taken back in the same transaction. Refuses with ``invoice_not_issued``, ``not_an_invoice``,
    ``credit_needs_reason``, ``nothing_to_credit``, ``line_of_other_invoice``, ``more_than_remains``; NumberRefused.
    """
    locked = lock_invoice(invoice.pk)
    check_issued_invoice(locked)
    if not reason.strip():
        raise InvoiceRefused(_("Say what is corrected, and why."), code="credit_needs_reason")
    if on is not None and locked.issued_on is not None and on < locked.issued_on:
        sentence = _("A credit note can't be dated before its invoice, which is dated %(day)s.")
        raise InvoiceRefused(sentence % {"day": locked.issued_on}, code="dated_before_the_invoice")
    left = remaining(locked)
    of_lines = credit_lines(locked, left, lines)
    note = _write(locked, of_lines, credit_taxes(locked, left, of_lines), by=by, reason=reason)
    was_open = locked.open_amount > 0
    give_back(locked, note.total - locked.open_amount, by=by, reason=reason)
    make_fact(note, Series.CREDIT_NOTE, by=by, on=on)
    record(locked, InvoiceChangeKind.CREDITED, by=by, reason=f"{note.number}: {reason}")
    announce(signals.credit_note_issued, subject=note, by=by, invoice=locked.pk, **facts(note))
    note_whether_paid(locked, by=by, was_open=was_open)
    return note


def _write(
    invoice: Invoice, lines: Sequence[CreditedLine], taxes: Sequence[CreditedTax], *, by: User, reason: str
) -> Invoice:
    """Write the note as a draft that nobody sees before this transaction issues it."""
    net, tax = sum((each.base for each in taxes), ZERO), sum((each.amount for each in taxes), ZERO)
    note = Invoice(
        kind=InvoiceKind.CREDIT_NOTE,
        credits=invoice,
        reason=reason.strip(),
        payment_days=0,
        created_by=by,
        subtotal=sum((each.amount for each in lines), ZERO),
        discount_amount=sum((each.discount_share for each in lines), ZERO),
        net=net,
        tax=tax,
        total=net + tax,
        **{name: getattr(invoice, name) for name in _COPIED},
    )
    note.full_clean()
    note.save()
    parts = {pk: pair for each in taxes for pk, pair in each.of_lines.items()}
    rows = [_line(note, each, position, *parts[each.line.pk]) for position, each in enumerate(lines)]
    for row in rows:
        row.full_clean(exclude=["document", "credits_line"])
    InvoiceLine.objects.bulk_create(rows)
    InvoiceTax.objects.bulk_create(_tax_row(note, each) for each in taxes)
    return note


def _line(note: Invoice, credited: CreditedLine, position: int, net: Decimal, tax: Decimal) -> InvoiceLine:
    line = credited.line
    return InvoiceLine(
        document=note,
        credits_line=line,
        position=position,
        quantity=credited.quantity,
        by_amount=credited.by_amount,
        unit_price=credited.amount if credited.by_amount else line.unit_price,
        discount=ZERO if credited.by_amount else line.discount,
        amount=credited.amount,
        discount_share=credited.discount_share,
        net=net,
        tax=tax,
        **{name: getattr(line, name) for name in _COPIED_OF_LINE},
    )


def _tax_row(note: Invoice, credited: CreditedTax) -> InvoiceTax:
    return InvoiceTax(
        document=note,
        base=credited.base,
        taxable=credited.taxable,
        amount=credited.amount,
        **{name: getattr(credited.row, name) for name in _COPIED_OF_TAX},
    )
