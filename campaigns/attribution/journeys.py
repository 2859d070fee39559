"""``attribute``: credit for conversions and their value, shared over the touches of any journeys. Pure, no database.

Nothing is drawn by lot and no money is a float: weights are whole numbers, sums are fractions, and what is handed out
is rounded once, at the end, so that the parts sum to the whole to the last unit. The order of the journeys makes no
difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from campaigns.attribution.chain import Effects, Walk, removal_effects, shares_of
from campaigns.attribution.methods import Method
from campaigns.attribution.refusals import JourneysRefused
from campaigns.attribution.weighing import Terms, Touchpoint, weigh
from config.common.money import ZERO, split

# Decimals in which parts of conversions are told.
CONVERSION_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Path:
    """A journey, or many that went the same way: its touches, how often it converted, for how much, and how often not.

    Without touches, its conversions and value can be credited to nobody.
    """

    touches: Sequence[Touchpoint]
    conversions: Decimal = Decimal(1)
    value: Decimal = ZERO
    nulls: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LabelCredit:
    """What one channel or campaign gets; with Markov, its removal effect on conversions as well."""

    label: str
    conversions: Decimal
    value: Decimal
    effect: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The result: credits that sum to the totals, and what could be credited to nobody."""

    terms: Terms
    credits: tuple[LabelCredit, ...]
    conversions: Decimal
    value: Decimal
    # Of journeys without a touch.
    lost_conversions: Decimal = ZERO
    lost_value: Decimal = ZERO
    effects: Effects | None = None


def path(text: str, separator: str = " > ", **counts: Decimal) -> Path:
    """Return a path that is written as text: ``path("Email > Fair", value=Decimal(100))``."""
    labels = [label.strip() for label in text.split(separator.strip() or separator)]
    return Path(tuple(Touchpoint(label) for label in labels if label), **counts)


def attribute(paths: Iterable[Path], terms: Terms | Method, *, digits: int = 2) -> Attribution:
    """Share conversions and value of the paths over the labels of their touches; values in ``digits`` decimals.

    Refuses negative counts and values.
    """
    terms = terms if isinstance(terms, Terms) else Terms(Method(terms))
    known = [_checked(each) for each in paths]
    touched = [each for each in known if each.touches]
    conversions = sum((each.conversions for each in touched), ZERO)
    value = sum((each.value for each in touched), ZERO)
    effects = None
    if terms.method == Method.MARKOV:
        effects = removal_effects((_walk(each) for each in touched), terms.order)
        sums = _by_effects(effects, conversions, value)
    else:
        sums = _by_weight(touched, terms)
    return Attribution(
        terms,
        _credits(sums, conversions, value, digits, effects),
        conversions,
        value,
        sum((each.conversions for each in known if not each.touches), ZERO),
        sum((each.value for each in known if not each.touches), ZERO),
        effects,
    )


def _checked(each: Path) -> Path:
    if each.conversions < 0 or each.value < 0 or each.nulls < 0:
        raise JourneysRefused(_("Conversions, values and journeys without a conversion can't be below zero."))
    if each.value and not each.conversions:
        raise JourneysRefused(_("A journey that never converted has no value."))
    return each


def _walk(each: Path) -> Walk:
    labels = [touch.label for touch in each.touches]
    return Walk(labels, Fraction(each.conversions), Fraction(each.value), Fraction(each.nulls))


def _by_weight(paths: Iterable[Path], terms: Terms) -> dict[str, tuple[Fraction, Fraction]]:
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    for each in paths:
        weights = weigh(each.touches, terms)
        total = sum(weights)
        for touch, weight in zip(each.touches, weights, strict=True):
            part = Fraction(weight, total)
            conversions, value = sums.get(touch.label, (Fraction(0), Fraction(0)))
            sums[touch.label] = (
                conversions + part * Fraction(each.conversions),
                value + part * Fraction(each.value),
            )
    return sums


def _by_effects(effects: Effects, conversions: Decimal, value: Decimal) -> dict[str, tuple[Fraction, Fraction]]:
    of_conversions, of_value = shares_of(effects.conversions), shares_of(effects.value)
    return {
        label: (of_conversions[label] * Fraction(conversions), of_value[label] * Fraction(value))
        for label in effects.conversions
    }


def _credits(
    sums: dict[str, tuple[Fraction, Fraction]],
    conversions: Decimal,
    value: Decimal,
    digits: int,
    effects: Effects | None,
) -> tuple[LabelCredit, ...]:
    labels = sorted(sums)
    counted = share_out(conversions, [sums[label][0] for label in labels], CONVERSION_DIGITS)
    valued = share_out(value, [sums[label][1] for label in labels], digits)
    return tuple(
        LabelCredit(label, count, money, effects.conversions[label] if effects else None)
        for label, count, money in zip(labels, counted, valued, strict=True)
    )


def share_out(amount: Decimal, parts: Sequence[Fraction | int], digits: int) -> list[Decimal]:
    """Share an amount in whole units of its last decimal, in proportion to ``parts``; nothing where all are zero.

    An amount with more decimals than ``digits`` keeps them: no part of it may get lost.
    """
    if not any(parts):
        return [ZERO] * len(parts)
    exponent = amount.normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    # ``split`` asks only for ratios of whole numbers, which fractions are too.
    return split(amount, parts, max(digits, own))  # type: ignore[arg-type]
