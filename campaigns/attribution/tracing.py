"""Money traced both ways: from an invoice or a payment to the touches behind it, and from a touch to its money.

A run shares a deal's money as a whole. An invoice, a payment, is traced by the same weights: its amount is split over
the deal's touches, in its own currency, exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from campaigns.attribution.models import AttributionModel, AttributionRun, Share
from campaigns.attribution.wording import Place, why
from campaigns.capture.touch import Touch
from config.common.money import ZERO, split
from config.common.sql import exact
from contacts.models import User
from deals.billing.kinds import InvoiceKind
from deals.models import Allocation, Currency, Deal, Invoice, Payment


@dataclass(frozen=True, slots=True)
class TracedTouch:
    """A touch, its weight, its part of the traced amount, and in words why."""

    touch: Touch
    weight: Decimal
    amount: Decimal
    via_company: bool
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The touches behind an amount of one deal, by one run. Without a touch, or before a run, there are none."""

    run: AttributionRun
    deal: Deal | None
    amount: Decimal
    currency: Currency
    touches: tuple[TracedTouch, ...]


@dataclass(frozen=True, slots=True)
class TouchMoney:
    """What a touch is owed by the current run of one model, and by how many deals. In the company's currency."""

    run: AttributionRun
    amount: Decimal
    deals: int


def trace_deal(deal: Deal, run: AttributionRun, reader: User) -> Trace:
    """Return the touches behind a deal's money as the run shared it."""
    currency = Currency.objects.get(pk=run.made_with["currency"])
    shares = _shares(deal, run, reader)
    amount = sum((share.amount for share in shares), ZERO)
    return Trace(run, deal, amount, currency, _traced(shares, [share.amount for share in shares]))


def trace_invoice(invoice: Invoice, run: AttributionRun, reader: User) -> Trace:
    """Return the touches behind an invoice or a credit note, whose amount is below zero, in its own currency."""
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    return _trace_amount(invoice.deal, sign * invoice.total, invoice.currency, run, reader)


def trace_payment(payment: Payment, run: AttributionRun, reader: User) -> list[Trace]:
    """Return the touches behind what a payment paid of each deal's invoices, in its own currency."""
    rows = Allocation.objects.visible_to(reader).filter(
        payment=payment, taken_back_at__isnull=True, invoice__deal__isnull=False
    )
    paid: dict[Deal, Decimal] = {}
    for each in rows.select_related("invoice__deal").order_by("pk"):
        deal = each.invoice.deal
        if deal is not None:
            paid[deal] = paid.get(deal, ZERO) + each.amount
    return [_trace_amount(deal, amount, payment.currency, run, reader) for deal, amount in paid.items()]


def trace_touch(touch: Touch, reader: User) -> list[TouchMoney]:
    """Return what each model in use owes to a touch, the one that is shown first before others. Costs two queries."""
    models = AttributionModel.objects.in_use()
    runs = {run.pk: run for run in AttributionRun.objects.current().filter(model__in=models).select_related("model")}
    rows = Share.objects.visible_to(reader).of_touch(touch).filter(run__in=list(runs)).order_by()
    found = {
        pk: TouchMoney(runs[pk], amount, deals)
        for pk, amount, deals in rows.values_list("run").annotate(
            amount=exact(Sum("amount")), deals=Count("deal", distinct=True)
        )
    }
    return [found.get(pk, TouchMoney(run, ZERO, 0)) for pk, run in sorted(runs.items(), key=_as_shown)]


def _as_shown(item: tuple[int, AttributionRun]) -> tuple[bool, int]:
    return not item[1].model.is_default, item[1].model_id


def _trace_amount(deal: Deal | None, amount: Decimal, currency: Currency, run: AttributionRun, reader: User) -> Trace:
    shares = _shares(deal, run, reader) if deal is not None else []
    weights = [share.weight for share in shares]
    parts = split(amount, weights, currency.minor_units) if any(weights) else []
    return Trace(run, deal, amount, currency, _traced(shares, parts))


def _shares(deal: Deal, run: AttributionRun, reader: User) -> Sequence[Any]:
    """Return a deal's shares by a run, oldest touch first, with the day of its closing."""
    rows = Share.objects.visible_to(reader).of_deal(deal).filter(run=run)
    return list(rows.select_related("run", "deal", "touch__campaign", "touch__channel"))


def _traced(shares: Sequence[Any], parts: Sequence[Decimal]) -> tuple[TracedTouch, ...]:
    return tuple(
        TracedTouch(
            share.touch,
            share.weight,
            part,
            share.via_company,
            why(share, Place(place, len(shares))),
        )
        for place, (share, part) in enumerate(zip(shares, parts, strict=True), start=1)
    )
