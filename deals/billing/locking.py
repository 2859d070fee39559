"""Locks of billing, always in one order: invoices by id, then payments by id, then the seller's numbers.

Rows that others only point at (a line, an allocation) are written without waiting: the locks leave keys alone.
"""

from collections.abc import Iterable

from deals.billing.invoice import Invoice
from deals.billing.payment import Payment


def lock_invoice(pk: int) -> Invoice:
    """Lock an invoice and return it as it is now."""
    return lock_invoices([pk])[pk]


def lock_draft(pk: int) -> Invoice:
    """Lock what may be a draft and return it as it is now, without a balance: nobody owes a draft."""
    Invoice.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").get()
    related = ("currency", "seller", "company", "contact")
    locked: Invoice = Invoice.objects.select_related(*related).get(pk=pk)
    return locked


def lock_invoices(ids: Iterable[int]) -> dict[int, Invoice]:
    """Lock invoices in the order of their ids and return them by id, each with its balance. Costs two queries.

    Locked first and read then: what others did to the payments of an invoice is seen only by a statement that begins
    when the lock is held.
    """
    rows = Invoice.objects.filter(pk__in=set(ids)).order_by("pk")
    locked = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    fresh = Invoice.objects.filter(pk__in=locked).order_by("pk").with_balance()
    return {each.pk: each for each in fresh.select_related("currency", "seller", "company", "contact", "deal")}


def lock_payment(pk: int) -> Payment:
    """Lock a payment and return it as it is now, with its balance."""
    return lock_payments([pk])[pk]


def lock_payments(ids: Iterable[int]) -> dict[int, Payment]:
    """Lock payments in the order of their ids and return them by id, each with its balance."""
    rows = Payment.objects.filter(pk__in=set(ids)).order_by("pk")
    locked = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    fresh = Payment.objects.filter(pk__in=locked).order_by("pk").with_balance()
    return {each.pk: each for each in fresh.select_related("currency", "seller", "company", "contact")}
