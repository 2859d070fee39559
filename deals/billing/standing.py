"""How an invoice stands on a day: open, part paid, overdue, paid or credited. Never stored; said in Python and in SQL.

What was credited as a whole is credited, also if it was paid before: the money is the customer's credit then. Past its
day it is overdue, however much was paid.
"""

from datetime import date
from decimal import Decimal

from django.db.models import Case, CharField, F, Q, Value, When

from deals.billing.kinds import InvoiceKind, InvoiceState, InvoiceStatus


def standing(
    *, kind: str, state: str, total: Decimal, paid: Decimal, credited: Decimal, due_on: date | None, day: date
) -> InvoiceStatus:
    """Return how an invoice with this balance stands on a day."""
    if state != InvoiceState.ISSUED or kind == InvoiceKind.CREDIT_NOTE:
        return InvoiceStatus(state)
    if total - paid - credited <= 0:
        return InvoiceStatus.CREDITED if credited and credited >= total else InvoiceStatus.PAID
    if due_on is not None and due_on < day:
        return InvoiceStatus.OVERDUE
    return InvoiceStatus.PART_PAID if paid else InvoiceStatus.OPEN


def standing_column(day: date) -> Case:
    """Return the same as a column of invoices with their balance."""
    status = InvoiceStatus
    settled = Q(open_amount__lte=0)
    return Case(
        When(~Q(state=InvoiceState.ISSUED) | Q(kind=InvoiceKind.CREDIT_NOTE), then=F("state")),
        When(settled & ~Q(credited=0) & Q(credited__gte=F("total")), then=Value(status.CREDITED)),
        When(settled, then=Value(status.PAID)),
        When(due_on__lt=day, then=Value(status.OVERDUE)),
        When(~Q(paid=0), then=Value(status.PART_PAID)),
        default=Value(status.OPEN),
        output_field=CharField(max_length=9, choices=InvoiceStatus.choices),
    )
