"""How much each touch of one journey weighs, by each method, in whole numbers. Pure, no database.

Conventions, where sources leave a choice (first, last, linear, position-based and time decay are those of Google
Analytics until 2023; W-shaped is the 30/30/30/10 of B2B marketing, see https://www.pivix.io/en/glossary):

- position-based: 40 % to the first, 40 % to the last, 20 % shared equally by those between; two touches have 50 %
  each, a single one has all;
- time decay: a touch one half-life older than another weighs half as much. Only differences count, so that it is the
  same whether one counts back from the conversion or from the last touch. Where a journey has no times, one step back
  counts as one day. Weights are kept in millionths of a millionth;
- W-shaped: 30 parts each to the first touch, to the one that made the lead, and to the one that made the opportunity;
  10 parts shared equally by all others. A touch with two of these parts has both. What a missing marker, or the lack
  of others, leaves unshared goes to the rest in proportion;
- Markov: each touch weighs the removal effect of its label. Where all of a journey are zero, all weigh the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm

from campaigns.attribution.methods import Method
from config.common.money import split

# The marks of W-shaped models.
LEAD, OPPORTUNITY = "lead", "opportunity"
# In so many parts the weights of time decay are kept.
FINENESS = 12
_STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One touch of a journey: whom it is credited to (a channel, a campaign), when it was, and what it made."""

    label: str
    at: datetime | None = None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """A method with its settings."""

    method: Method = Method.LINEAR
    half_life: timedelta = timedelta(days=7)
    # Of Markov: how many touches back the chain remembers.
    order: int = 1


def weigh(touches: Sequence[Touchpoint], terms: Terms, effects: Mapping[str, Fraction] | None = None) -> list[int]:
    """Return the weight of each touch, in parts of their sum. Markov needs the ``effects`` of its chain."""
    if not touches:
        return []
    if terms.method == Method.FIRST:
        return [1] + [0] * (len(touches) - 1)
    if terms.method == Method.LAST:
        return [0] * (len(touches) - 1) + [1]
    if terms.method == Method.POSITION:
        return _position(len(touches))
    if terms.method == Method.DECAY:
        return _decay(touches, terms.half_life)
    if terms.method == Method.W_SHAPED:
        return _w_shaped(touches)
    if terms.method == Method.MARKOV:
        return _by_effect(touches, effects or {})
    return [1] * len(touches)


def _position(count: int) -> list[int]:
    if count <= 2:
        return [1] * count
    between = count - 2
    return [2 * between] + [1] * between + [2 * between]


def _decay(touches: Sequence[Touchpoint], half_life: timedelta) -> list[int]:
    times = [touch.at for touch in touches if touch.at is not None]
    if len(times) == len(touches):
        newest = max(times)
        ages = [(newest - at) / half_life for at in times]
    else:
        ages = [place * (_STEP / half_life) for place in reversed(range(len(touches)))]
    # An exponent, not money; the weights are whole numbers with a fixed sum from here on.
    raw = [Decimal(round(2.0 ** (FINENESS * 3 - age))) for age in ages]
    return [int(part.scaleb(FINENESS)) for part in split(Decimal(1), raw, FINENESS)]


def _w_shaped(touches: Sequence[Touchpoint]) -> list[int]:
    keys = [(place == 0) + (LEAD in touch.marks) + (OPPORTUNITY in touch.marks) for place, touch in enumerate(touches)]
    others = keys.count(0)
    return [3 * max(others, 1) * parts if parts else 1 for parts in keys]


def _by_effect(touches: Sequence[Touchpoint], effects: Mapping[str, Fraction]) -> list[int]:
    found = [effects.get(touch.label, Fraction(0)) for touch in touches]
    if not any(found):
        return [1] * len(touches)
    common = lcm(*(effect.denominator for effect in found))
    return [effect.numerator * (common // effect.denominator) for effect in found]
