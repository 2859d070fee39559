"""Money: one rule of rounding, parts that sum to the whole, and never two currencies in one sum."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from config.common.money import Money, as_text, round_to, show_money, split


@pytest.mark.parametrize(
    ("amount", "minor_units", "rounded"),
    [
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("2.4999", 0, "2"),
        ("1.005", 2, "1.01"),
        ("1.0049", 2, "1.00"),
        ("0.0005", 3, "0.001"),
        ("12.3455", 3, "12.346"),
    ],
)
def test_amounts_are_rounded_half_up_in_the_currencys_own_decimals(amount: str, minor_units: int, rounded: str) -> None:
    assert round_to(Decimal(amount), minor_units) == Decimal(rounded)


@pytest.mark.parametrize(
    ("fraction", "minor_units", "rounded"),
    [
        ("7/2", 0, "4"),
        ("-7/2", 0, "-4"),
        ("1000000000000001/12", 3, "83333333333333.417"),
        ("2/3", 2, "0.67"),
        ("12500", -3, "1.3E+4"),
    ],
)
def test_fractions_are_rounded_by_the_same_rule_from_their_exact_value(
    fraction: str, minor_units: int, rounded: str
) -> None:
    assert round_to(Fraction(fraction), minor_units) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "minor_units", "text"),
    [("1500000.4", 0, "1500000"), ("1500000", 2, "1500000.00"), ("1E+3", 2, "1000.00"), ("7.1235", 3, "7.124")],
)
def test_json_carries_plain_digits_with_exactly_the_currencys_decimals(
    amount: str, minor_units: int, text: str
) -> None:
    assert as_text(Decimal(amount), minor_units) == text


@pytest.mark.parametrize(
    ("language", "currency", "minor_units", "shown"),
    [
        ("id", "IDR", 0, "Rp 1.500.000"),
        ("vi", "VND", 0, "1.500.000 ₫"),
        ("en", "USD", 2, "$1,500,000.00"),
        ("en", "KWD", 3, "KWD 1,500,000.000"),
    ],
)
def test_readers_see_amounts_the_way_they_write_them(
    language: str, currency: str, minor_units: int, shown: str
) -> None:
    with translation.override(language):
        assert show_money(Decimal(1_500_000), currency, minor_units).replace("\xa0", " ") == shown


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="IDR and VND"):
        Money(Decimal(1), "IDR", 0) + Money(Decimal(1), "VND", 0)


def test_money_of_one_currency_is_added_exactly() -> None:
    total = Money(Decimal("0.1"), "USD") + Money(Decimal("0.2"), "USD")

    assert total == Money(Decimal("0.3"), "USD")


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=3)
weights = st.lists(st.decimals(min_value=0, max_value=10**6, places=4), min_size=1, max_size=20).filter(any)


@given(amount=amounts, shares=weights, minor_units=st.integers(0, 3))
def test_the_sum_of_the_parts_is_the_whole(amount: Decimal, shares: list[Decimal], minor_units: int) -> None:
    parts = split(amount, shares, minor_units)

    assert sum(parts) == round_to(amount, minor_units)
    assert all(part == round_to(part, minor_units) for part in parts)


@given(amount=amounts, shares=weights, minor_units=st.integers(0, 3))
def test_no_part_is_a_whole_unit_away_from_its_fair_share(
    amount: Decimal, shares: list[Decimal], minor_units: int
) -> None:
    unit, total = Decimal(1).scaleb(-minor_units), sum(shares)
    whole = round_to(amount, minor_units)

    for part, share in zip(split(amount, shares, minor_units), shares, strict=True):
        assert abs(part - whole * share / total) < unit


def test_what_is_left_over_goes_to_the_largest_remainders_and_earlier_parts_first() -> None:
    assert split(Decimal(100), [Decimal(1)] * 3, 0) == [34, 33, 33]
    assert split(Decimal("0.05"), [Decimal(1), Decimal(3)], 2) == [Decimal("0.01"), Decimal("0.04")]
    # The remainders are 1/3 each, which no decimal holds.
    assert split(Decimal(20), [Decimal(4), Decimal(1), Decimal(1)], 0) == [14, 3, 3]


@pytest.mark.parametrize("shares", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_that_share_nothing_are_refused(shares: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        split(Decimal(10), shares, 2)
