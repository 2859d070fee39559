"""What a document comes to: its lines, discounts and taxes, exact to the last unit of its currency.

The rules, in their order; "rounded" is half up to the currency's decimals (``config.common.money.round_to``):

1.  A line's amount is its quantity × unit price × (100 − discount) / 100, rounded. Their sum is the subtotal.
2.  The document's discount is subtotal × per cent / 100, rounded, and shared over the lines by their amounts, so that
    the shares sum to it exactly (``split``: largest remainder, earlier lines first).
3.  Tax is reckoned once for each rule of tax, never by line, on the sum of what is left of the rule's lines.
    Prices without tax: tax = that sum × rate / 100 × base fraction, rounded once.
    Prices with tax: with r = rate / 100 × base fraction, tax = that sum × r / (1 + r), rounded once; the net is the
    rest. So lines with tax, less the discount, *are* the total.
4.  The total is the net plus all taxes. The lines' shares of net and tax sum exactly to each rule's row.

Nothing is rounded in between: rates are exact fractions, for 11/12 of a price is no decimal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from config.common.money import ZERO, round_to, split


@dataclass(frozen=True, slots=True)
class TaxRule:
    """How one kind of tax is reckoned: a rate in per cent on a fraction of the price (12 % on 11/12 of it)."""

    category: str
    rate: Decimal
    base_numerator: int = 1
    base_denominator: int = 1

    def __post_init__(self) -> None:
        if not (self.rate.is_finite() and self.rate >= 0 and self.base_numerator >= 0 and self.base_denominator > 0):
            raise ValueError("A rate of tax and its base must not be negative.")

    @property
    def base_fraction(self) -> Fraction:
        """The part of the price that is taxed."""
        return Fraction(self.base_numerator, self.base_denominator)

    @property
    def effective(self) -> Fraction:
        """The tax on one unit of price without tax."""
        return Fraction(self.rate) / 100 * self.base_fraction


@dataclass(frozen=True, slots=True)
class LineInput:
    """What is sold in one line: the discount is in per cent, and ``key`` is the caller's own mark."""

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax: TaxRule
    key: object = None

    def __post_init__(self) -> None:
        if not all(value.is_finite() and value >= 0 for value in (self.quantity, self.unit_price)):
            raise ValueError("Quantities and prices must not be negative.")
        _check_discount(self.discount)


@dataclass(frozen=True, slots=True)
class LineTotal:
    """What one line comes to: its amount, its part of the document's discount, and its parts of net and tax."""

    amount: Decimal
    discount_share: Decimal
    net: Decimal
    tax: Decimal
    key: object = None


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One rule's row: net ``base``, the part of it that is ``taxable`` (to be printed), the tax, and both together."""

    rule: TaxRule
    base: Decimal
    taxable: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document comes to. Subtotal and discount are with tax if its prices are."""

    lines: tuple[LineTotal, ...]
    subtotal: Decimal
    discount_amount: Decimal
    net: Decimal
    taxes: tuple[TaxTotal, ...]
    tax: Decimal
    total: Decimal


def compute(
    lines: Iterable[LineInput], *, minor_units: int, discount: Decimal = ZERO, prices_include_tax: bool = False
) -> Totals:
    """Return what the lines come to, by the rules above; ``discount`` is the document's, in per cent.

    Lines keep their order; taxes are ordered by category, then rate. No lines come to zero. Raises ``ValueError`` for
    quantities, prices, rates or discounts that are negative, and for discounts over 100 per cent.
    """
    _check_discount(discount)
    given = list(lines)
    amounts = [_amount(line, minor_units) for line in given]
    subtotal = _sum(amounts, minor_units)
    discount_amount = round_to(Fraction(subtotal) * Fraction(discount) / 100, minor_units)
    shares = _share(discount_amount, amounts, minor_units)
    left = [amount - share for amount, share in zip(amounts, shares, strict=True)]
    taxes, parts = [], dict[int, tuple[Decimal, Decimal]]()
    for rule, places in _by_rule(given):
        row, of_lines = _tax(rule, [left[place] for place in places], minor_units, prices_include_tax)
        taxes.append(row)
        parts.update(zip(places, of_lines, strict=True))
    net, tax = (_sum((each.base for each in taxes), minor_units), _sum((each.tax for each in taxes), minor_units))
    return Totals(
        lines=tuple(
            LineTotal(amounts[place], shares[place], *parts[place], key=line.key) for place, line in enumerate(given)
        ),
        subtotal=subtotal,
        discount_amount=discount_amount,
        net=net,
        taxes=tuple(taxes),
        tax=tax,
        total=net + tax,
    )


def _check_discount(discount: Decimal) -> None:
    if not (discount.is_finite() and 0 <= discount <= 100):
        raise ValueError("A discount is between 0 and 100 per cent.")


def _amount(line: LineInput, minor_units: int) -> Decimal:
    kept = (100 - Fraction(line.discount)) / 100
    return round_to(Fraction(line.quantity) * Fraction(line.unit_price) * kept, minor_units)


def _sum(amounts: Iterable[Decimal], minor_units: int) -> Decimal:
    return sum(amounts, round_to(ZERO, minor_units))


def _share(amount: Decimal, weights: Sequence[Decimal], minor_units: int) -> list[Decimal]:
    """Split an amount, where there may be nothing to split."""
    return split(amount, weights, minor_units) if amount else [round_to(ZERO, minor_units)] * len(weights)


def _by_rule(lines: Sequence[LineInput]) -> list[tuple[TaxRule, list[int]]]:
    """Return the places of the lines of each rule, rules in the order they are printed in."""
    places: dict[TaxRule, list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(line.tax, []).append(place)
    return sorted(places.items(), key=lambda item: (item[0].category, item[0].rate, item[0].base_fraction))


def _tax(
    rule: TaxRule, left: Sequence[Decimal], minor_units: int, prices_include_tax: bool
) -> tuple[TaxTotal, list[tuple[Decimal, Decimal]]]:
    """Return a rule's row and the net and tax of each of its lines."""
    whole, rate = _sum(left, minor_units), rule.effective
    tax = round_to(Fraction(whole) * (rate / (1 + rate) if prices_include_tax else rate), minor_units)
    shares = _share(tax, left, minor_units)
    base = whole - tax if prices_include_tax else whole
    taxable = round_to(Fraction(base) * rule.base_fraction, minor_units)
    nets = [line - share if prices_include_tax else line for line, share in zip(left, shares, strict=True)]
    return TaxTotal(rule, base, taxable, tax, base + tax), list(zip(nets, shares, strict=True))
