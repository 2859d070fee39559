"""A share with its interval, and the quartiles of counted days: pure functions, exact wherever they can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from config.common.money import round_to

DIGITS = 4
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the bounds between which the true rate lies (95 %)."""

    part: int
    whole: int
    rate: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A quarter of the values lies below the first, half below the median, three quarters below the third."""

    first: Decimal
    median: Decimal
    third: Decimal


def share_of(part: int, whole: int) -> Share | None:
    """Return a share with its Wilson score interval; None of nothing.

    The bounds are (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n): E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not whole:
        return None
    z, p = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2), part / whole
    centre, spread = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    below = 1 + z * z / whole
    low = 0.0 if part == 0 else (centre - spread) / below
    high = 1.0 if part == whole else (centre + spread) / below
    return Share(part, whole, _rounded(Fraction(part, whole)), _rounded(Fraction(low)), _rounded(Fraction(high)))


def quartiles_of(counted: Mapping[int, int]) -> Quartiles | None:
    """Return the quartiles of values that are counted (value: how often); None of none.

    Between two values it is interpolated as ``percentile_cont`` of PostgreSQL does (Hyndman and Fan's seventh way).
    """
    ordered = sorted(counted.items())
    total = sum(counted.values())
    if not total:
        return None
    found = [_percentile(ordered, Fraction(quarter, 4) * (total - 1)) for quarter in (1, 2, 3)]
    return Quartiles(*(_rounded(value) for value in found))


def _percentile(ordered: list[tuple[int, int]], place: Fraction) -> Fraction:
    below = int(place)
    low, high = _nth(ordered, below), _nth(ordered, below + (place > below))
    return low + (high - low) * (place - below)


def _nth(ordered: list[tuple[int, int]], place: int) -> Fraction:
    seen = 0
    for value, often in ordered:
        seen += often
        if place < seen:
            return Fraction(value)
    raise IndexError(place)


def _rounded(value: Fraction) -> Decimal:
    return round_to(value, DIGITS)
