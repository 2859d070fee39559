"""Writes what a draft comes to into its rows: amounts of lines, taxes by rule, and the document's sums."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.catalogue.amounts import check_exact, largest
from deals.catalogue.taxes import TaxRate, tax_rates_on
from deals.documents.priced import PricedDocument, PricedLine
from deals.documents.totals import LineInput, TaxRule, Totals, compute

_AMOUNTS = ("subtotal", "discount_amount", "net", "tax", "total")
_TAX = ("category", "name", "legal_note", "rate", "base_numerator", "base_denominator", "base", "taxable", "amount")
_LINE = ("tax_rate", "base_numerator", "base_denominator", "amount", "discount_share", "net", "tax")


class AmountTooLarge(DomainError):
    """A document comes to more than can be kept exactly."""

    code = "amount_too_large"


def price(document: PricedDocument, *, country: str, day: date) -> Totals:
    """Compute a draft anew from its lines by the tax rates of the seller's country on a day, and save the amounts.

    Call it with the document's row locked. Raises TaxRateMissing, AmountTooLarge, and ValidationError for prices with
    more decimals than the currency has.
    """
    draft: Any = document
    lines: list[PricedLine] = list(draft.lines.order_by("position", "pk"))
    rates = tax_rates_on({line.tax_category for line in lines}, country, day)
    for line in lines:
        check_exact(line.unit_price, document.currency)
    totals = totals_of(document, lines, rates)
    # A discount takes off the total, not off what is kept of the lines.
    if max(totals.subtotal, totals.total) >= largest(document.currency):
        raise AmountTooLarge(_("This comes to more than Tandem can keep exactly. Split the document."))
    _write_amounts(lines, totals, rates)
    write_taxes(draft, totals, rates)
    write_sums(document, totals)
    return totals


def totals_of(document: PricedDocument, lines: list[PricedLine], rates: dict[str, TaxRate]) -> Totals:
    """Return what lines come to under a document's terms; nothing is written."""
    return compute(
        [
            LineInput(line.quantity, line.unit_price, line.discount, rule_of(rates[line.tax_category]), key=line.pk)
            for line in lines
        ],
        minor_units=document.currency.minor_units,
        discount=document.discount,
        prices_include_tax=document.prices_include_tax,
    )


def rule_of(rate: TaxRate) -> TaxRule:
    """Return how a rate is reckoned."""
    return TaxRule(rate.category, rate.rate, rate.base_numerator, rate.base_denominator)


def _write_amounts(lines: list[PricedLine], totals: Totals, rates: dict[str, TaxRate]) -> None:
    """Save the amounts of lines that came to something else: priced again on the same day, nothing is written."""
    changed = []
    for line, reckoned in zip(lines, totals.lines, strict=True):
        before = [getattr(line, name) for name in _LINE]
        copy_rate(line, rates[line.tax_category])
        line.amount, line.discount_share = reckoned.amount, reckoned.discount_share
        line.net, line.tax = reckoned.net, reckoned.tax
        if before != [getattr(line, name) for name in _LINE]:
            changed.append(line)
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, _LINE)


def copy_rate(line: PricedLine, rate: TaxRate) -> None:
    """Copy a rate onto a line, so that the line tells by itself how it was taxed."""
    line.tax_rate, line.base_numerator, line.base_denominator = rate.rate, rate.base_numerator, rate.base_denominator


def write_taxes(document: Any, totals: Totals, rates: dict[str, TaxRate]) -> None:
    """Replace a draft's rows of taxes, unless they say the same already."""
    model = document.taxes.model
    rows = [
        model(
            document=document,
            category=row.rule.category,
            name=rates[row.rule.category].name,
            legal_note=rates[row.rule.category].legal_note,
            rate=row.rule.rate,
            base_numerator=row.rule.base_numerator,
            base_denominator=row.rule.base_denominator,
            base=row.base,
            taxable=row.taxable,
            amount=row.tax,
        )
        for row in totals.taxes
    ]
    if [_said(row) for row in document.taxes.order_by("pk")] != [_said(row) for row in rows]:
        document.taxes.all().delete()
        model._default_manager.bulk_create(rows)


def _said(row: Any) -> list[Any]:
    return [getattr(row, name) for name in _TAX]


def write_sums(document: PricedDocument, totals: Totals) -> None:
    """Save a draft's sums."""
    for name in _AMOUNTS:
        setattr(document, name, getattr(totals, name))
    document.save(update_fields=[*_AMOUNTS, "updated_at"])
