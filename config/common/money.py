"""Amounts of money: a ``Decimal`` with a currency, rounded by one rule, shown the way its readers write it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import lcm
from typing import Any, TypeVar

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language

ZERO = Decimal(0)
# The most decimals of any currency (KWD, BHD, OMR … have three).
STORED_DECIMALS = 3
_NUMBER = re.compile(r"[#0][#0,.]*")


_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)


class AmountField(models.DecimalField[_Set_contra, _Get_co]):
    """A column for an amount in the currency that stands beside it; three decimals hold every currency's minor unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", STORED_DECIMALS)
        super().__init__(*args, **kwargs)


def not_negative() -> MinValueValidator:
    """Return the validator of amounts that may be zero but not less."""
    return MinValueValidator(ZERO)


def round_to(amount: Decimal | Fraction, minor_units: int) -> Decimal:
    """Round half up (away from zero) to ``minor_units`` decimals: the one rule of rounding in the house.

    A fraction is rounded once, from its exact value: 11/12 of a price never was a decimal.
    """
    if isinstance(amount, Fraction):
        above, below = amount.as_integer_ratio()
        above, below = abs(above) * 10 ** max(minor_units, 0), below * 10 ** max(-minor_units, 0)
        units = (2 * above + below) // (2 * below)
        return Decimal(units if amount >= 0 else -units).scaleb(-minor_units)
    return amount.quantize(Decimal(1).scaleb(-minor_units), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Adding two currencies is an error, never a silent sum."""

    amount: Decimal
    currency: str
    minor_units: int = 2

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} can't be added without a dated rate.")
        return Money(self.amount + other.amount, self.currency, self.minor_units)

    def rounded(self) -> "Money":
        """Return the same money in whole minor units."""
        return Money(round_to(self.amount, self.minor_units), self.currency, self.minor_units)

    def __str__(self) -> str:
        return show_money(self.amount, self.currency, self.minor_units)


def as_text(amount: Decimal, minor_units: int) -> str:
    """Return the amount as JSON carries it: plain digits with exactly the currency's decimals."""
    return format(round_to(amount, minor_units), "f")


def show_money(amount: Decimal, currency: str, minor_units: int = 2) -> str:
    """Return the amount with its currency as the reader's language writes it (``Rp 1.500.000``, ``1.500.000 ₫``)."""
    locale = Locale.parse(get_language() or "en", sep="-")
    if minor_units == 0:
        pattern = "#,##0 ¤" if locale.language == "vi" else "¤ #,##0"
    else:
        pattern = _NUMBER.sub(f"#,##0.{'0' * minor_units}", locale.currency_formats["standard"].pattern)
        if get_currency_symbol(currency, locale)[-1:].isalpha():
            # A code of letters keeps its distance from the digits.
            pattern = pattern.replace("¤#", "¤\u00a0#")
    rounded = round_to(amount, minor_units)
    return str(format_currency(rounded, currency, pattern, locale=locale, currency_digits=False))


def show_number(value: Decimal | int | float) -> str:
    """Return a plain number with the reader's separators."""
    return str(format_decimal(value, locale=get_language() or "en"))


def split(amount: Decimal, weights: Iterable[Decimal], minor_units: int) -> list[Decimal]:
    """Share ``amount`` by ``weights`` in whole minor units so that the parts sum to it exactly.

    Largest remainder: every part is rounded down, and the units left over go to the largest remainders, earlier parts
    first. Weights must not be negative and must not all be zero.
    """
    shares = list(weights)
    if any(share < 0 for share in shares) or not any(shares):
        raise ValueError("Weights must not be negative, and at least one must be above zero.")
    # In whole numbers: a quotient cut off after 28 digits could give the unit to the wrong part.
    ratios = [share.as_integer_ratio() for share in shares]
    common = lcm(*(below for _, below in ratios))
    fair = [above * (common // below) for above, below in ratios]
    units, total = int(round_to(abs(amount), minor_units).scaleb(minor_units)), sum(fair)
    parts, remainders = zip(*(divmod(units * weight, total) for weight in fair), strict=True)
    left_over = units - sum(parts)
    favoured = set(sorted(range(len(fair)), key=lambda index: -remainders[index])[:left_over])
    whole = (Decimal(part + (index in favoured)).scaleb(-minor_units) for index, part in enumerate(parts))
    return [part.copy_sign(amount) if part else part for part in whole]
