"""The invoices behind the money of a campaign: which customers' bills it is owed a share of, and how much of each."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Sum

from campaigns.attribution.methods import Basis
from campaigns.results.asking import Question, runs_of
from campaigns.results.money import shares_of
from config.common.money import ZERO, split
from config.common.sql import exact
from deals.billing.kinds import InvoiceKind
from deals.catalogue.conversion import in_company_currency
from deals.models import Allocation, Currency, Invoice

MOST_DEALS = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """An invoice, what it brought in the company's currency, and what of that is owed to the touches asked for."""

    invoice: Any
    brought: Decimal
    share: Decimal


def invoices_behind(question: Question) -> list[Behind]:
    """Return the invoices of the deals that owe most to a question's touches. Costs up to five queries.

    A deal's share is split over its invoices by what each brought: paid, or invoiced less credit notes. Where the
    model shares what was won there are no invoices behind it.
    """
    run = runs_of(question).get("chosen")
    if run is None or run.model.basis == Basis.WON:
        return []
    rows = shares_of(question, run.pk).values_list("deal").annotate(owed=exact(Sum("amount")))
    owed = dict(rows.order_by("-owed", "deal")[:MOST_DEALS])
    brought = _paid(list(owed)) if run.model.basis == Basis.PAID else _invoiced(list(owed))
    invoices = question.seen(Invoice.objects).filter(pk__in=brought).select_related("company", "contact", "deal")
    by_deal: dict[int, list[Any]] = defaultdict(list)
    for pk in brought:
        by_deal[brought[pk][0]].append(pk)
    digits, seen = Currency.objects.of_company().minor_units, {invoice.pk: invoice for invoice in invoices}
    found = []
    for deal, amount in owed.items():
        weights = [max(brought[pk][1], ZERO) for pk in by_deal[deal]]
        parts = split(amount, weights, digits) if any(weights) and amount >= 0 else [ZERO] * len(weights)
        found += [
            Behind(seen[pk], brought[pk][1], part) for pk, part in zip(by_deal[deal], parts, strict=True) if pk in seen
        ]
    return [each for each in found if each.brought]


def _paid(deals: list[int]) -> dict[int, tuple[int, Decimal]]:
    worth = in_company_currency("amount", OuterRef("payment__received_on"), currency="payment__currency")
    rows = Allocation.objects.filter(taken_back_at__isnull=True, invoice__deal__in=deals).order_by()
    found: dict[int, tuple[int, Decimal]] = {}
    for invoice, deal, amount in rows.annotate(worth=worth).values_list("invoice", "invoice__deal", "worth"):
        found[invoice] = (deal, found.get(invoice, (deal, ZERO))[1] + (amount or ZERO))
    return found


def _invoiced(deals: list[int]) -> dict[int, tuple[int, Decimal]]:
    worth = in_company_currency("total", OuterRef("issued_on"))
    rows = Invoice.objects.issued().filter(deal__in=deals).order_by().annotate(worth=worth)
    found: dict[int, tuple[int, Decimal]] = {}
    for pk, kind, credited, deal, amount in rows.values_list("pk", "kind", "credits", "deal", "worth"):
        is_credit = kind == InvoiceKind.CREDIT_NOTE
        invoice = credited if is_credit else pk
        before = found.get(invoice, (deal, ZERO))[1]
        found[invoice] = (deal, before + (amount or ZERO) * (-1 if is_credit else 1))
    return found
