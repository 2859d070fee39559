"""What is left of an issued invoice after its credit notes: of each line, of each tax, of the whole."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from config.common.money import ZERO
from deals.billing.invoice import Invoice, InvoiceLine, InvoiceTax
from deals.billing.kinds import InvoiceState
from deals.billing.refusals import check_issued_invoice
from deals.documents.totals import TaxRule


@dataclass(frozen=True, slots=True)
class RemainingLine:
    """What is left of one line: how many, and of its amount and its part of the document's discount."""

    line: InvoiceLine
    quantity: Decimal
    amount: Decimal
    discount_share: Decimal
    # Whether a credit note gave back an amount without a quantity.
    by_amount: bool = False

    @property
    def left(self) -> Decimal:
        """What is left of the amount after the document's discount: with tax if the prices are."""
        return self.amount - self.discount_share

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it can be credited any more."""
        return not self.amount and (not self.quantity or self.by_amount or bool(self.line.amount))


@dataclass(frozen=True, slots=True)
class RemainingTax:
    """What is left of one row of tax."""

    row: InvoiceTax
    base: Decimal
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of an invoice: lines by their id, taxes by their rule, and what can be credited in all."""

    lines: dict[int, RemainingLine]
    taxes: dict[TaxRule, RemainingTax]
    total: Decimal


def remaining(invoice: Invoice) -> Remaining:
    """Return what of an issued invoice can still be credited. Lock it first to write by it. Costs five queries."""
    check_issued_invoice(invoice)
    notes = list(invoice.credit_notes.filter(state=InvoiceState.ISSUED).values_list("pk", "total"))
    ids = [pk for pk, _total in notes]
    return Remaining(_lines(invoice, ids), _taxes(invoice, ids), invoice.total - sum((each for _, each in notes), ZERO))


def rule_of(row: InvoiceTax | InvoiceLine) -> TaxRule:
    """Return how a row of tax, or a line, was taxed."""
    category, rate = (row.category, row.rate) if isinstance(row, InvoiceTax) else (row.tax_category, row.tax_rate)
    return TaxRule(category, rate, row.base_numerator, row.base_denominator)


def _lines(invoice: Invoice, notes: list[int]) -> dict[int, RemainingLine]:
    credited: dict[int | None, list[InvoiceLine]] = defaultdict(list)
    for row in InvoiceLine.objects.filter(document__in=notes):
        credited[row.credits_line_id].append(row)
    return {line.pk: _line(line, credited[line.pk]) for line in invoice.lines.order_by("position", "pk")}


def _line(line: InvoiceLine, credited: list[InvoiceLine]) -> RemainingLine:
    return RemainingLine(
        line,
        line.quantity - sum((each.quantity for each in credited if not each.by_amount), ZERO),
        line.amount - sum((each.amount for each in credited), ZERO),
        line.discount_share - sum((each.discount_share for each in credited), ZERO),
        by_amount=any(each.by_amount for each in credited),
    )


def _taxes(invoice: Invoice, notes: list[int]) -> dict[TaxRule, RemainingTax]:
    credited: dict[TaxRule, list[InvoiceTax]] = defaultdict(list)
    for row in InvoiceTax.objects.filter(document__in=notes):
        credited[rule_of(row)].append(row)
    return {rule_of(row): _tax(row, credited[rule_of(row)]) for row in invoice.taxes.all()}


def _tax(row: InvoiceTax, credited: list[InvoiceTax]) -> RemainingTax:
    return RemainingTax(
        row,
        row.base - sum((each.base for each in credited), ZERO),
        row.taxable - sum((each.taxable for each in credited), ZERO),
        row.amount - sum((each.amount for each in credited), ZERO),
    )
