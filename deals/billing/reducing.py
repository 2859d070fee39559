"""How much a credit note takes of each line and of each tax: reckoned from what is left, and written nowhere.

A line's amount is reckoned like the invoice's own: quantity × unit price, less discounts, rounded. Tax is reckoned once
for each rule on what the note takes of its lines. What is left must never end below zero for all the rounding in
between, so each share keeps between what must go now and what can; whoever takes the last of it takes all of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from config.common.money import ZERO, round_to, show_money, split
from deals.billing.invoice import Invoice, InvoiceLine, InvoiceTax
from deals.billing.refusals import InvoiceRefused
from deals.billing.remaining import Remaining, RemainingLine, RemainingTax, rule_of
from deals.catalogue.amounts import check_exact
from deals.documents.totals import TaxRule


@dataclass(frozen=True, slots=True)
class ByAmount:
    """Give back an amount on a line (as the line's own amount is: before the document's discount), and no quantity."""

    amount: Decimal


Wishes = Mapping[int, Decimal | ByAmount]


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What a credit note takes of one line."""

    line: InvoiceLine
    quantity: Decimal
    amount: Decimal
    discount_share: Decimal
    by_amount: bool = False

    @property
    def left(self) -> Decimal:
        """The amount after the document's discount: with tax if the prices are."""
        return self.amount - self.discount_share


@dataclass(frozen=True, slots=True)
class CreditedTax:
    """What a credit note takes of one tax, and net and tax of each of its lines by the id of the invoice's line."""

    row: InvoiceTax
    base: Decimal
    taxable: Decimal
    amount: Decimal
    of_lines: dict[int, tuple[Decimal, Decimal]]


def credit_lines(invoice: Invoice, left: Remaining, wishes: Wishes | None) -> list[CreditedLine]:
    """Return what is taken of each line; without wishes, all that is left. Refuses more than remains, and nothing."""
    if wishes is None:
        lines = [_rest(each) for each in left.lines.values() if not each.is_gone]
    else:
        lines = [_wished(invoice, left, pk, wish) for pk, wish in wishes.items()]
    if not lines:
        sentence = _("Nothing is left of %(invoice)s to credit.") % {"invoice": invoice}
        raise InvoiceRefused(sentence, code="nothing_to_credit")
    return sorted(lines, key=lambda each: (each.line.position, each.line.pk))


def credit_taxes(invoice: Invoice, left: Remaining, lines: Sequence[CreditedLine]) -> list[CreditedTax]:
    """Return what is taken of each tax, by the rule by which the invoice was taxed."""
    by_rule: dict[TaxRule, list[CreditedLine]] = defaultdict(list)
    for each in lines:
        by_rule[rule_of(each.line)].append(each)
    return [
        _tax(left.taxes[rule], rule, of_rule, invoice.currency.minor_units, invoice.prices_include_tax)
        for rule, of_rule in by_rule.items()
    ]


def _wished(invoice: Invoice, left: Remaining, pk: int, wish: Decimal | ByAmount) -> CreditedLine:
    if pk not in left.lines:
        sentence = _("There is no such line on %(invoice)s. Look at the invoice again.")
        raise InvoiceRefused(sentence % {"invoice": invoice}, code="line_of_other_invoice")
    amount = wish.amount if isinstance(wish, ByAmount) else wish
    if amount <= 0:
        raise InvoiceRefused(_("Say how much is credited, above zero."), code="nothing_to_credit")
    if isinstance(wish, ByAmount):
        check_exact(wish.amount, invoice.currency)
        return _by_amount(invoice, left.lines[pk], wish.amount)
    return _by_quantity(invoice, left.lines[pk], wish)


def _by_quantity(invoice: Invoice, left: RemainingLine, quantity: Decimal) -> CreditedLine:
    if quantity > left.quantity or left.is_gone:
        sentence = _("“%(line)s”: only %(left)s is left to credit.")
        quantity_left = ZERO if left.is_gone else left.quantity.normalize()
        labels = {"line": left.line.description, "left": f"{quantity_left:f}"}
        raise InvoiceRefused(sentence % labels, code="more_than_remains")
    if quantity == left.quantity:
        return _rest(left)
    price = Fraction(left.line.unit_price) * (100 - Fraction(left.line.discount)) / 100
    amount = round_to(Fraction(quantity) * price, invoice.currency.minor_units)
    if left.by_amount:
        _check_amount(invoice, left, amount)
    amount = min(amount, left.amount)
    return CreditedLine(left.line, quantity, amount, _share(left, amount, invoice.currency.minor_units))


def _by_amount(invoice: Invoice, left: RemainingLine, amount: Decimal) -> CreditedLine:
    _check_amount(invoice, left, amount)
    share = _share(left, amount, invoice.currency.minor_units)
    return CreditedLine(left.line, Decimal(1), amount, share, by_amount=True)


def _check_amount(invoice: Invoice, left: RemainingLine, amount: Decimal) -> None:
    if amount > left.amount:
        sentence = _("“%(line)s”: only %(left)s is left to credit.")
        shown = show_money(left.amount, invoice.currency_id, invoice.currency.minor_units)
        raise InvoiceRefused(sentence % {"line": left.line.description, "left": shown}, code="more_than_remains")


def _rest(left: RemainingLine) -> CreditedLine:
    """Take all of a line. Where an amount was given back before, quantity times price is no longer what is left."""
    if left.by_amount:
        return CreditedLine(left.line, Decimal(1), left.amount, left.discount_share, by_amount=True)
    return CreditedLine(left.line, left.quantity, left.amount, left.discount_share)


def _share(left: RemainingLine, amount: Decimal, digits: int) -> Decimal:
    """Return the part of the document's discount that goes with an amount of a line."""
    if amount == left.amount:
        return left.discount_share
    if not amount:
        return ZERO
    fair = round_to(Fraction(left.line.discount_share) * Fraction(amount) / Fraction(left.line.amount), digits)
    return _between(left.discount_share - (left.amount - amount), fair, min(left.discount_share, amount))


def _tax(
    left: RemainingTax, rule: TaxRule, lines: Sequence[CreditedLine], digits: int, prices_include_tax: bool
) -> CreditedTax:
    whole, rate = sum((each.left for each in lines), ZERO), rule.effective
    whole_left = left.base + left.amount if prices_include_tax else left.base
    if whole == whole_left:
        tax, taxable = left.amount, left.taxable
    else:
        tax = round_to(Fraction(whole) * (rate / (1 + rate) if prices_include_tax else rate), digits)
        # With prices that hold their tax, what is left of it must fit into what is left of the prices.
        least, most = (left.amount - (whole_left - whole), whole) if prices_include_tax else (ZERO, left.amount)
        tax = _between(least, tax, min(most, left.amount))
        taxable = round_to(Fraction(whole - tax if prices_include_tax else whole) * rule.base_fraction, digits)
        taxable = min(taxable, left.taxable)
    lefts = [each.left for each in lines]
    shares = split(tax, lefts, digits) if tax and any(lefts) else [ZERO] * len(lines)
    nets = [each - share if prices_include_tax else each for each, share in zip(lefts, shares, strict=True)]
    of_lines = {each.line.pk: pair for each, pair in zip(lines, zip(nets, shares, strict=True), strict=True)}
    base = whole - tax if prices_include_tax else whole
    return CreditedTax(left.row, base, taxable, tax, of_lines)


def _between(least: Decimal, value: Decimal, most: Decimal) -> Decimal:
    return max(least, ZERO, min(value, most))
