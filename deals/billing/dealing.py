"""How far a deal has become money: what was quoted, invoiced and paid, in each currency by itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from config.common.money import ZERO
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceKind, InvoiceState
from deals.pipeline.models import Deal
from deals.quotes.models import Quote, QuoteRevision, QuoteState

# What was sent of these may still be accepted, or was.
COUNTING = (QuoteState.SENT, QuoteState.ACCEPTED, QuoteState.DRAFT)


@dataclass(slots=True)
class DealMoney:
    """The money of a deal in one currency. Invoiced is less credit notes."""

    currency: str
    minor_units: int
    quoted: Decimal = ZERO
    invoiced: Decimal = ZERO
    paid: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Offer:
    """What a deal's customer was offered last."""

    currency: str
    minor_units: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class DealBills:
    """What a deal's page tells of money: the sums, its documents newest first, and a quote that is to be billed."""

    money: list[DealMoney]
    documents: list[Invoice]
    unbilled: Quote | None


def deal_money(deal: Deal) -> list[DealMoney]:
    """Return one deal's money, its own currency first; empty where nothing was quoted or invoiced."""
    return money_of_deals([deal.pk]).get(deal.pk, [])


def bills_of_deal(deal: Deal, day: date, quotes: Iterable[Any]) -> DealBills:
    """Return a deal's money with the documents behind it, each with its status on a day. Costs one query.

    ``quotes`` are the deal's, as ``with_current`` reads them.
    """
    rows = Invoice.objects.filter(deal=deal.pk).exclude(state=InvoiceState.DISCARDED).with_status(day)
    documents, offers = list(rows.select_related("currency")), list(quotes)
    billed = [each for each in reversed(documents) if each.is_issued and each.kind == InvoiceKind.INVOICE]
    invoiced = {each.quote_id for each in documents}
    waiting = (each for each in offers if each.state == QuoteState.ACCEPTED and each.pk not in invoiced)
    return DealBills(_money(_offer_of(offers), billed), documents, next(waiting, None))


def _offer_of(quotes: Iterable[Any]) -> Offer | None:
    """Return what counts as quoted among a deal's quotes: what was sent last."""
    sent = [each for each in quotes if each.state in COUNTING and each.last_sent_at is not None]
    newest = max(sent, key=lambda each: (each.last_sent_at, each.current), default=None)
    return Offer(newest.currency_code, newest.currency_digits, newest.total) if newest else None


def money_of_deals(deals: Iterable[int]) -> dict[int, list[DealMoney]]:
    """Return the money of many deals by their ids, for two queries. Deals without any are left out.

    Quoted is the revision sent last of the newest quote that the customer may still accept, or has accepted.
    """
    ids = list(deals)
    offers, billed = _quoted(ids), defaultdict[int, list[Invoice]](list)
    invoices = Invoice.objects.invoices().issued().filter(deal__in=ids).with_balance().order_by("pk")
    for invoice in invoices.select_related("currency"):
        billed[invoice.deal_id].append(invoice)
    return {deal: _money(offers.get(deal), billed[deal]) for deal in {**offers, **billed}}


def _money(offer: Offer | None, invoices: Iterable[Invoice]) -> list[DealMoney]:
    """Return the money of one deal: the offer's currency first."""
    found: dict[str, DealMoney] = {}
    if offer is not None:
        found[offer.currency] = DealMoney(offer.currency, offer.minor_units, quoted=offer.total)
    for invoice in invoices:
        new = DealMoney(invoice.currency_id, invoice.currency.minor_units)
        money = found.setdefault(invoice.currency_id, new)
        money.invoiced += invoice.total - invoice.credited
        money.paid += invoice.paid
    return list(found.values())


def _quoted(deals: list[int]) -> dict[int, Offer]:
    sent = QuoteRevision.objects.filter(quote__deal__in=deals, quote__state__in=COUNTING, sent_at__isnull=False)
    newest: dict[int, Offer] = {}
    for each in sent.order_by("-sent_at", "-pk").select_related("quote", "currency"):
        newest.setdefault(each.quote.deal_id, Offer(each.currency_id, each.currency.minor_units, each.total))
    return newest
