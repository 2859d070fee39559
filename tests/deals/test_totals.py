"""What a document comes to: worked by hand, and thousands of documents beside an independent reference."""

import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest

from deals.documents.totals import LineInput, TaxRule, Totals, compute

PPN = TaxRule("standard", Decimal(12), 11, 12)
VN_8 = TaxRule("reduced", Decimal(8))
VN_10 = TaxRule("standard", Decimal(10))
EXEMPT = TaxRule("exempt", Decimal(0))
DOCUMENTS = 20_000


def line(
    unit_price: str, tax: TaxRule = PPN, *, quantity: str = "1", discount: str = "0", key: object = None
) -> LineInput:
    return LineInput(Decimal(quantity), Decimal(unit_price), Decimal(discount), tax, key)


def test_ppn_of_twelve_per_cent_on_eleven_twelfths_of_a_million_is_a_hundred_and_ten_thousand() -> None:
    totals = compute([line("1000000")], minor_units=0)

    (ppn,) = totals.taxes
    assert (ppn.base, ppn.taxable, ppn.tax) == (Decimal(1_000_000), Decimal(916_667), Decimal(110_000))
    assert (totals.net, totals.total) == (Decimal(1_000_000), Decimal(1_110_000))


def test_ppn_is_rounded_once_and_not_from_its_printed_base() -> None:
    # 12 % of the printed 13 is 1.56, of 50 × 11/12 × 12 % it is 5.5: up to 6.
    (ppn,) = compute([line("50")], minor_units=0).taxes

    assert (ppn.taxable, ppn.tax) == (Decimal(46), Decimal(6))


def test_vat_of_viet_nam_is_reckoned_for_each_rate_and_ordered_by_category_and_rate() -> None:
    totals = compute([line("1250006", VN_10), line("333331", VN_8, quantity="3"), line("5", EXEMPT)], minor_units=0)

    assert [(each.rule.category, each.base, each.tax) for each in totals.taxes] == [
        ("exempt", Decimal(5), Decimal(0)),
        ("reduced", Decimal(999_993), Decimal(79_999)),
        ("standard", Decimal(1_250_006), Decimal(125_001)),
    ]
    assert totals.total == Decimal(5 + 999_993 + 79_999 + 1_250_006 + 125_001)


def test_dinars_have_three_decimals() -> None:
    totals = compute([line("3.335", VN_10, quantity="1.5", discount="5")], minor_units=3, discount=Decimal("2.5"))

    # 1.5 × 3.335 × 0.95 = 4.752375; its 2.5 % are 0.1188.
    assert (totals.subtotal, totals.discount_amount) == (Decimal("4.752"), Decimal("0.119"))
    assert (totals.net, totals.tax, totals.total) == (Decimal("4.633"), Decimal("0.463"), Decimal("5.096"))


def test_tax_is_reckoned_on_the_sum_and_not_by_line() -> None:
    totals = compute([line("0.04", VN_10)] * 3, minor_units=2)

    # Each line's tax alone would round to nothing.
    assert totals.tax == Decimal("0.01")
    assert [each.tax for each in totals.lines] == [Decimal("0.01"), Decimal("0.00"), Decimal("0.00")]


def test_prices_with_tax_less_the_discount_are_the_total() -> None:
    totals = compute(
        [line("1000", VN_10), line("99.99", VN_8)], minor_units=2, discount=Decimal(10), prices_include_tax=True
    )

    assert totals.total == totals.subtotal - totals.discount_amount == Decimal("989.99")
    # 900 × 10/110 and 89.99 × 8/108.
    assert [(each.tax, each.gross) for each in totals.taxes] == [
        (Decimal("6.67"), Decimal("89.99")),
        (Decimal("81.82"), Decimal("900.00")),
    ]


def test_the_documents_discount_is_shared_by_amounts_to_the_last_unit() -> None:
    totals = compute([line("100", VN_10), line("100", VN_8), line("100", EXEMPT)], minor_units=0, discount=Decimal(33))

    assert totals.discount_amount == Decimal(99)
    totals = compute([line("10", VN_10), line("10", VN_8), line("11", EXEMPT)], minor_units=0, discount=Decimal(33))
    assert [each.discount_share for each in totals.lines] == [Decimal(3), Decimal(3), Decimal(4)]


def test_a_document_without_lines_comes_to_nothing() -> None:
    totals = compute([], minor_units=2, discount=Decimal(10))

    assert totals == Totals((), *[Decimal("0.00")] * 3, (), *[Decimal("0.00")] * 2)


def test_what_is_given_away_is_taxed_with_nothing() -> None:
    totals = compute([line("500", discount="100"), line("0")], minor_units=0, discount=Decimal(100))

    assert (totals.total, totals.tax) == (Decimal(0), Decimal(0))


def test_lines_keep_their_order_and_their_callers_mark() -> None:
    totals = compute([line("1", VN_10, key="b"), line("2", EXEMPT, key="a")], minor_units=0)

    assert [(each.key, each.amount) for each in totals.lines] == [("b", Decimal(1)), ("a", Decimal(2))]


def test_amounts_carry_exactly_the_currencys_decimals() -> None:
    totals = compute([line("5"), line("7", EXEMPT)], minor_units=3)

    assert {str(totals.total), str(totals.lines[1].tax)} == {"12.550", "0.000"}


@pytest.mark.parametrize("prices_include_tax", [False, True])
def test_the_largest_amounts_lose_no_unit(prices_include_tax: bool) -> None:
    totals = compute([line("999999999999999")], minor_units=3, prices_include_tax=prices_include_tax)

    expected = Fraction(999_999_999_999_999) * (Fraction(11, 111) if prices_include_tax else Fraction(11, 100))
    assert abs(Fraction(totals.tax) - expected) <= Fraction(1, 2000)


@pytest.mark.parametrize(
    "values",
    [("-1", "1", "0"), ("1", "-0.01", "0"), ("1", "1", "-1"), ("1", "1", "100.01"), ("NaN", "1", "0")],
)
def test_lines_that_take_away_are_refused(values: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match=r"negative|between 0 and 100"):
        LineInput(*map(Decimal, values), PPN)


@pytest.mark.parametrize("discount", ["-5", "101", "NaN"])
def test_a_document_discount_is_between_nothing_and_everything(discount: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        compute([line("1")], minor_units=0, discount=Decimal(discount))


@pytest.mark.parametrize("rule", [("-1", 1, 1), ("1", -1, 1), ("1", 1, 0)])
def test_a_rule_of_tax_is_not_negative(rule: tuple[str, int, int]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        TaxRule("standard", Decimal(rule[0]), *rule[1:])


# The reference: whole minor units and fractions, written apart from the code under test.


@dataclass
class Reference:
    """The same rules in whole minor units."""

    amounts: list[int]
    discounts: list[int]
    nets: list[int]
    taxes: list[int]
    of_rule: dict[TaxRule, tuple[int, int, int]]


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def shared(units: int, weights: list[int]) -> list[int]:
    parts, short = map(list, zip(*(divmod(units * weight, sum(weights) or 1) for weight in weights), strict=True))
    while sum(parts) < units:
        largest = short.index(max(short))
        parts[largest], short[largest] = parts[largest] + 1, -1
    return parts


def reference(lines: list[LineInput], minor: int, discount: Decimal, with_tax: bool) -> Reference:
    amounts = [
        half_up(Fraction(each.quantity) * Fraction(each.unit_price) * (1 - Fraction(each.discount) / 100) * 10**minor)
        for each in lines
    ]
    discounts = shared(half_up(sum(amounts) * Fraction(discount) / 100), amounts)
    left = [amount - part for amount, part in zip(amounts, discounts, strict=True)]
    nets, taxes, of_rule = left[:], [0] * len(left), {}
    rules: dict[TaxRule, list[int]] = defaultdict(list)
    for place, each in enumerate(lines):
        rules[each.tax].append(place)
    for rule, places in rules.items():
        whole, rate = sum(left[place] for place in places), Fraction(rule.rate) / 100
        rate = rate * rule.base_numerator / rule.base_denominator
        tax = half_up(whole - whole / (1 + rate) if with_tax else whole * rate)
        of_rule[rule] = (whole - tax * with_tax, tax, whole + tax * (not with_tax))
        for place, part in zip(places, shared(tax, [left[place] for place in places]), strict=True):
            taxes[place], nets[place] = part, left[place] - part * with_tax
    return Reference(amounts, discounts, nets, taxes, of_rule)


RULES = [PPN, VN_8, VN_10, EXEMPT, TaxRule("standard", Decimal("7.7")), TaxRule("odd", Decimal("13.125"), 2, 7)]


def random_document(chance: random.Random) -> tuple[list[LineInput], int, Decimal, bool]:
    minor = chance.choice((0, 2, 3))
    lines = [
        LineInput(
            Decimal(chance.choice((chance.randint(1, 12), chance.randint(0, 10_000)))).scaleb(
                -chance.choice((0, 0, 3))
            ),
            Decimal(chance.randrange(10 ** chance.randint(1, 15))).scaleb(-minor),
            Decimal(chance.choice((0, 0, 0, chance.randint(0, 10_000)))).scaleb(-2),
            chance.choice(RULES),
        )
        for _ in range(chance.choice((1, 1, 2, 2, 3, 6)))
    ]
    discount = Decimal(chance.choice((0, 0, chance.randint(0, 10_000)))).scaleb(-2)
    return lines, minor, discount, chance.random() < 0.5


def test_twenty_thousand_documents_are_off_by_no_unit() -> None:
    chance = random.Random(20260101)
    for _ in range(DOCUMENTS):
        lines, minor, discount, with_tax = random_document(chance)
        expected = reference(lines, minor, discount, with_tax)

        totals = compute(lines, minor_units=minor, discount=discount, prices_include_tax=with_tax)

        def units(amount: Decimal, minor: int = minor) -> int:
            return int(amount.scaleb(minor))

        found = Reference(
            [units(each.amount) for each in totals.lines],
            [units(each.discount_share) for each in totals.lines],
            [units(each.net) for each in totals.lines],
            [units(each.tax) for each in totals.lines],
            {each.rule: (units(each.base), units(each.tax), units(each.gross)) for each in totals.taxes},
        )
        assert found == expected, (lines, minor, discount, with_tax)
        sums = [sum(expected.amounts), sum(expected.discounts), sum(expected.nets), sum(expected.taxes)]
        assert [units(totals.subtotal), units(totals.discount_amount), units(totals.net), units(totals.tax)] == sums
        assert units(totals.total) == sum(expected.nets) + sum(expected.taxes)
        assert not with_tax or totals.total == totals.subtotal - totals.discount_amount
