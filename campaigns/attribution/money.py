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
from deals.pipeline.deal import Outcome

_OF_WON = {"deal__outcome": Outcome.WON}


def money_of_won_deals(basis: str) -> dict[int, Decimal | None]:
    """Return the money of every won deal by its id; ``None`` where a rate is missing. Costs up to two queries."""
    if basis == Basis.WON:
        worth = in_company_currency("amount", OuterRef("closed_on"))
        return dict(Deal.objects.won().order_by().annotate(worth=worth).values_list("pk", "worth"))
    found: dict[int, Decimal | None] = dict.fromkeys(Deal.objects.won().order_by().values_list("pk", flat=True), ZERO)
    _add(found, invoiced() if basis == Basis.INVOICED else paid())
    return found


def invoiced() -> Iterable[tuple[int, Decimal | None]]:
    """Yield deal and amount of each issued document of won deals; credit notes below zero."""
    worth = in_company_currency("total", OuterRef("issued_on"))
    rows = Invoice.objects.issued().filter(**_OF_WON).order_by().annotate(worth=worth)
    for deal, kind, amount in rows.values_list("deal", "kind", "worth").iterator():
        yield deal, -amount if kind == InvoiceKind.CREDIT_NOTE and amount is not None else amount


def paid() -> Iterable[tuple[int, Decimal | None]]:
    """Yield deal and amount of each active allocation to invoices of won deals."""
    worth = in_company_currency("amount", OuterRef("payment__received_on"), currency="payment__currency")
    rows: Any = Allocation.objects.filter(taken_back_at__isnull=True, invoice__deal__outcome=Outcome.WON).order_by()
    rows = rows.annotate(worth=worth, of_deal=F("invoice__deal"))
    yield from rows.values_list("of_deal", "worth").iterator()


def _add(found: dict[int, Decimal | None], rows: Iterable[tuple[int, Decimal | None]]) -> None:
    for deal, amount in rows:
        # A deal that was won in between belongs to the next run.
        if deal not in found:
            continue
        before = found[deal]
        found[deal] = None if amount is None or before is None else before + amount
