"""Bayesian answers: how probable it is that one variant is better, and what a wrong choice would cost."""

from decimal import Decimal, localcontext
from math import exp, factorial

from campaigns.experiments.arms import Arm

_DIGITS = 50
_LOG_ROOT_TWO_PI = Decimal("0.91893853320467274178032973640561763986139747363778")
# Stirling's series: the divisors of 1/n, 1/n³, 1/n⁵ …
_STIRLING = (12, -360, 1260, -1680, 1188)
_SMALL = 64
# Terms that add less than this share of the sum so far don't change it any more.
_NEGLIGIBLE = 1e-18


def probability_better(control: Arm, arm: Arm) -> float:
    """Return the probability that an arm's true rate is above the control's, knowing nothing beforehand.

    Both rates begin evenly spread, Beta(1, 1), and are Beta(1 + conversions, 1 + others) once counted. Exact:
    P(B > A) = Σ over i < α_B of B(α_A + i, β_A + β_B) / ((β_B + i) B(1 + i, β_B) B(α_A, β_A)),
    E. Miller, Formulas for Bayesian A/B Testing (2014), after J. D. Cook.
    """
    return _beats(*_counts(arm), *_counts(control))


def expected_loss(chosen: Arm, other: Arm) -> float:
    """Return how many points of the rate choosing one costs on average, were the other one really better.

    E[max(O − C, 0)] with both Beta: mean(O) P(O⁺ > C) − mean(C) P(O > C⁺), where ⁺ has one conversion more.
    C. Stucchio, Bayesian A/B Testing at VWO (2015).
    """
    good, bad = _counts(other)
    own_good, own_bad = _counts(chosen)
    gained = good / (good + bad) * _beats(good + 1, bad, own_good, own_bad)
    given_up = own_good / (own_good + own_bad) * _beats(good, bad, own_good + 1, own_bad)
    return max(0.0, gained - given_up)


def _counts(arm: Arm) -> tuple[int, int]:
    return 1 + arm.conversions, 1 + arm.people - arm.conversions


def _beats(good: int, bad: int, than_good: int, than_bad: int) -> float:
    """Return P(Beta(good, bad) > Beta(than_good, than_bad)).

    The terms rise to one summit and fall: the sum begins there and goes both ways until nothing is added, so that
    no count is too large: neither for the time it takes nor for what a float can hold.
    """
    together = bad + than_bad
    summit = (than_good * bad - than_good - together) // (than_bad + 1)
    summit = min(max(summit, 0), good - 1)
    with localcontext(prec=_DIGITS):
        log_summit = _log_beta(than_good + summit, together) - _log_beta(than_good, than_bad)
        log_summit -= Decimal(bad + summit).ln() + _log_beta(1 + summit, bad)
    total, term, step = 1.0, 1.0, summit
    while step + 1 < good and term > _NEGLIGIBLE * total:
        term *= (than_good + step) * (bad + step) / ((than_good + step + together) * (1 + step))
        total, step = total + term, step + 1
    term, step = 1.0, summit
    while step > 0 and term > _NEGLIGIBLE * total:
        step -= 1
        term *= (than_good + step + together) * (1 + step) / ((than_good + step) * (bad + step))
        total += term
    return min(1.0, total * exp(float(log_summit)))


def _log_beta(one: int, other: int) -> Decimal:
    return _log_gamma(one) + _log_gamma(other) - _log_gamma(one + other)


def _log_gamma(number: int) -> Decimal:
    """Return ln Γ of a whole number with digits enough that what is left of large ones, once subtracted, is right."""
    if number < _SMALL:
        return Decimal(factorial(number - 1)).ln()
    whole = Decimal(number)
    series = sum((1 / (divisor * whole ** (2 * place + 1)) for place, divisor in enumerate(_STIRLING)), Decimal(0))
    return (whole - Decimal("0.5")) * whole.ln() - whole + _LOG_ROOT_TWO_PI + series
