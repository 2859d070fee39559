"""The money of won deals in the company's currency: what was won, invoiced less credit notes, or paid.

Every amount is converted by the rate of its own day: of closing, of the invoice's or the credit note's date, of the
payment. Paid is what is allocated to the deal's invoices now: what was taken back, refunded or credited is no longer.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef

from campaigns.attribution.methods import Basis
from config.common.money import ZERO
from deals.billing.kinds import InvoiceKind
from deals.catalogue.conversion import in_company_currency
from deals.models import Allocation, Deal, Invoice


def money_of_won_deals(basis: str) -> dict[int, Decimal | None]:
    """Return the money of every won deal by its id; ``None`` where a rate is missing. Costs up to two queries."""
    won = Deal.objects.won().order_by()
    if basis == Basis.WON:
        return _won(won)
    found: dict[int, Decimal | None] = dict.fromkeys(won.values_list("pk", flat=True), ZERO)
    # A deal that was won in between belongs to the next run.
    _add(found, ((deal, amount) for deal, amount in _billed(basis, won) if deal in found))
    return found


def money_of_deals(basis: str, deals: Any) -> dict[int, Decimal | None]:
    """Return the money of some won deals (a query of their ids); those without any are left out. Costs one query."""
    won = Deal.objects.won().filter(pk__in=deals).order_by()
    if basis == Basis.WON:
        return _won(won)
    found: dict[int, Decimal | None] = {}
    _add(found, _billed(basis, won))
    return found


def _won(deals: Any) -> dict[int, Decimal | None]:
    return dict(deals.annotate(worth=in_company_currency("amount", OuterRef("closed_on"))).values_list("pk", "worth"))


def _billed(basis: str, deals: Any) -> Iterable[tuple[int, Decimal | None]]:
    return invoiced(deals) if basis == Basis.INVOICED else paid(deals)


def invoiced(deals: Any) -> Iterable[tuple[int, Decimal | None]]:
    """Yield deal and amount of each issued document of deals; credit notes below zero."""
    worth = in_company_currency("total", OuterRef("issued_on"))
    rows = Invoice.objects.issued().filter(deal__in=deals.values("pk")).order_by().annotate(worth=worth)
    for deal, kind, amount in rows.values_list("deal", "kind", "worth").iterator():
        yield deal, -amount if kind == InvoiceKind.CREDIT_NOTE and amount is not None else amount


def paid(deals: Any) -> Iterable[tuple[int, Decimal | None]]:
    """Yield deal and amount of each active allocation to invoices of deals."""
    worth = in_company_currency("amount", OuterRef("payment__received_on"), currency="payment__currency")
    rows: Any = Allocation.objects.filter(taken_back_at__isnull=True, invoice__deal__in=deals.values("pk")).order_by()
    rows = rows.annotate(worth=worth, of_deal=F("invoice__deal"))
    yield from rows.values_list("of_deal", "worth").iterator()


def _add(found: dict[int, Decimal | None], rows: Iterable[tuple[int, Decimal | None]]) -> None:
    for deal, amount in rows:
        before = found.get(deal, ZERO)
        found[deal] = None if amount is None or before is None else before + amount
