"""Classical tests: whether two rates differ, and whether visitors were shared out as they should have been."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

from campaigns.experiments.arms import Arm, Interval, wilson

# A ratio of visitors this unlikely means that something counts or leads them wrongly.
SUSPICIOUS_BELOW = 0.001


@dataclass(frozen=True, slots=True)
class RateTest:
    """How one rate compares with another: difference in points, its interval, relative lift, z and p."""

    difference: float
    interval: Interval
    lift: float | None
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """Whether visitors were shared out as the weights say: chi-square, its degrees of freedom, and p."""

    statistic: float
    degrees: int
    p: float

    @property
    def is_suspicious(self) -> bool:
        """Whether the counts can hardly be chance."""
        return self.p < SUSPICIOUS_BELOW


def compare_rates(control: Arm, arm: Arm, significance: float = 0.05) -> RateTest:
    """Test whether an arm's rate differs from the control's.

    z = (p₂ − p₁) / √(p(1−p)(1/n₁ + 1/n₂)) with p pooled; p two-sided. The interval of the difference is made of both
    rates' Wilson intervals (l, u): from d − √((p₂−l₂)² + (u₁−p₁)²) to d + √((u₂−p₂)² + (p₁−l₁)²). R. G. Newcombe,
    Statistics in Medicine 17 (1998), 873–890, method 10: it keeps its width where nobody, or everybody, converted.
    """
    difference = arm.rate - control.rate
    pooled = (arm.conversions + control.conversions) / (arm.people + control.people)
    spread = sqrt(pooled * (1 - pooled) * (1 / arm.people + 1 / control.people))
    z = difference / spread if spread else 0.0
    theirs, own = wilson(control, significance), wilson(arm, significance)
    below = sqrt((arm.rate - own.low) ** 2 + (theirs.high - control.rate) ** 2)
    above = sqrt((own.high - arm.rate) ** 2 + (control.rate - theirs.low) ** 2)
    interval = Interval(max(-1.0, difference - below), min(1.0, difference + above))
    lift = difference / control.rate if control.conversions else None
    return RateTest(difference, interval, lift, z, erfc(abs(z) / sqrt(2)))


def holm(values: Sequence[float]) -> list[float]:
    """Return p values of several comparisons, corrected by Holm's steps, in the order given.

    The smallest is multiplied by m, the next by m − 1 …, and none comes out below one before it.
    S. Holm, Scandinavian Journal of Statistics 6 (1979), 65–70.
    """
    corrected = [0.0] * len(values)
    so_far = 0.0
    for step, place in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        so_far = max(so_far, min(1.0, values[place] * (len(values) - step)))
        corrected[place] = so_far
    return corrected


def check_ratio(arms: Sequence[Arm]) -> RatioCheck:
    """Check the sample ratio: Pearson's chi-square of the people in each arm against the arms' weights."""
    people, weights = sum(each.people for each in arms), sum(each.weight for each in arms)
    if not people:
        return RatioCheck(0.0, len(arms) - 1, 1.0)
    expected = [people * each.weight / weights for each in arms]
    statistic = sum((arm.people - due) ** 2 / due for arm, due in zip(arms, expected, strict=True))
    return RatioCheck(statistic, len(arms) - 1, beyond(statistic, len(arms) - 1))


def beyond(statistic: float, degrees: int) -> float:
    """Return the chance of a chi-square at least this large, exact for whole degrees of freedom.

    One degree: erfc(√(x/2)). Two more degrees add a term of e^(−x/2) (x/2)^(k/2−1) / Γ(k/2) each, beginning from
    e^(−x/2) for two degrees. Abramowitz and Stegun 1964, 26.4.4 and 26.4.5.
    """
    if statistic <= 0:
        return 1.0
    half = statistic / 2
    chance, start = (erfc(sqrt(half)), 3) if degrees % 2 else (exp(-half), 4)
    for step in range(start, degrees + 1, 2):
        chance += exp(-half + (step / 2 - 1) * log(half) - lgamma(step / 2))
    return min(1.0, chance)
