"""How many people a test needs, said before it begins."""

from math import ceil, sqrt
from statistics import NormalDist

from django.utils.translation import gettext as _

from campaigns.experiments.arms import FiguresRefused, check_chance

MOST_NEEDED = 2_000_000_000
# Below this a difference may be lost in the digits of a number.
SMALLEST = 1e-9


def needed_per_variant(
    base: float, effect: float, *, significance: float = 0.05, power: float = 0.8, comparisons: int = 1
) -> int:
    """Return how many people each variant needs to find a difference of ``effect`` (points, not per cent of the rate).

    n = (z(1−α/2) √(2 p̄ (1−p̄)) + z(power) √(p₁(1−p₁) + p₂(1−p₂)))² / (p₂ − p₁)², p̄ the mean of both rates: Fleiss,
    Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003, formula 4.14; the same as R's
    ``power.prop.test``. A test looks both ways: of base + effect and base − effect the one that needs more counts.
    Several variants against one control share α evenly (Bonferroni), which is on the safe side of Holm's correction.
    """
    check_chance(_("The chance of a false alarm"), significance)
    check_chance(_("The chance to find it"), power)
    if not 0 < base < 1:
        raise FiguresRefused(_("The expected rate must be above 0 and below 1, such as 0.02."))
    others = [rate for rate in (base + effect, base - effect) if 0 < rate < 1 and rate != base]
    if effect <= 0 or (not others and effect >= SMALLEST):
        raise FiguresRefused(
            _("The difference must be above 0 and leave a rate between 0 and 1 (0.005 is half a point).")
        )
    normal = NormalDist()
    alarm, finding = normal.inv_cdf(1 - significance / comparisons / 2), normal.inv_cdf(power)
    most = max((_people(base, other, alarm, finding) for other in others), default=MOST_NEEDED + 1)
    if most > MOST_NEEDED:
        raise FiguresRefused(_("No public is large enough to find so small a difference. Look for a larger one."))
    return ceil(most)


def _people(one: float, other: float, alarm: float, finding: float) -> float:
    mean = (one + other) / 2
    under_null = alarm * sqrt(2 * mean * (1 - mean))
    under_effect = finding * sqrt(one * (1 - one) + other * (1 - other))
    return float(((under_null + under_effect) / (one - other)) ** 2)
