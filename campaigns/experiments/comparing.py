"""A whole comparison: every variant against the control, by both schools of statistics, and whether to believe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from campaigns.experiments.arms import Arm, FiguresRefused, Interval, check_arm, check_chance, wilson
from campaigns.experiments.believing import expected_loss, probability_better
from campaigns.experiments.sizing import needed_per_variant
from campaigns.experiments.testing import RateTest, RatioCheck, check_ratio, compare_rates, holm


class Verdict(StrEnum):
    """What the figures say, in one word."""

    NOBODY = "nobody"
    SUSPICIOUS = "suspicious"
    BETTER = "better"
    WORSE = "worse"
    NO_PROOF = "no_proof"


@dataclass(frozen=True, slots=True)
class Against:
    """One variant against the control. ``p`` is Holm's where several were compared; ``needed`` is how many people each
    would need to find a difference as small as the one seen, or None where there is none to find."""

    arm: Arm
    test: RateTest
    p: float
    is_different: bool
    probability: float
    loss_if_chosen: float
    loss_if_kept: float
    needed: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Arms, control first, and all that can be said of them."""

    arms: tuple[Arm, ...]
    intervals: tuple[Interval, ...]
    against: tuple[Against, ...]
    ratio: RatioCheck
    significance: float
    power: float

    @property
    def control(self) -> Arm:
        """What the others are compared with."""
        return self.arms[0]

    @property
    def best(self) -> Against | None:
        """The variant that is proven better and converts most."""
        better = [each for each in self.against if each.is_different and each.test.difference > 0]
        return max(better, key=lambda each: each.arm.rate, default=None)

    @property
    def verdict(self) -> Verdict:
        """What the figures say."""
        if not self.against:
            return Verdict.NOBODY
        if self.ratio.is_suspicious:
            return Verdict.SUSPICIOUS
        if self.best is not None:
            return Verdict.BETTER
        all_worse = all(each.is_different for each in self.against)
        return Verdict.WORSE if all_worse else Verdict.NO_PROOF

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "significance": self.significance,
            "power": self.power,
            "arms": [_arm_values(*each) for each in zip(self.arms, self.intervals, strict=True)],
            "comparisons": [_against_values(each) for each in self.against],
            "sample_ratio": {
                "chi_square": self.ratio.statistic,
                "degrees_of_freedom": self.ratio.degrees,
                "p": self.ratio.p,
                "is_suspicious": self.ratio.is_suspicious,
            },
            "verdict": str(self.verdict),
            "better": self.best.arm.name if self.best and not self.ratio.is_suspicious else None,
        }


def compare(arms: Sequence[Arm], *, significance: float = 0.05, power: float = 0.8) -> Comparison:
    """Compare every arm with the first. Refuses ``figures_refused`` for counts and chances that can't be."""
    if len(arms) < 2:
        raise FiguresRefused(_("Give at least two variants, such as --a 850/44700 --b 900/44700."))
    for arm in arms:
        check_arm(arm)
    return compare_so_far(arms, significance=significance, power=power)


def compare_so_far(arms: Sequence[Arm], *, significance: float, power: float) -> Comparison:
    """Compare arms of a test that may just have begun: those to whom nobody came yet are left out."""
    check_chance(_("The chance of a false alarm"), significance)
    check_chance(_("The chance to find it"), power)
    control = arms[0]
    others = [arm for arm in arms[1:] if arm.people and control.people]
    tests = [compare_rates(control, arm, significance) for arm in others]
    corrected = holm([test.p for test in tests])
    sizes = {"significance": significance, "power": power, "comparisons": len(others)}
    against = [
        _against(
            control,
            arm,
            test,
            p=p,
            significance=significance,
            needed=_needed_for(control, test.difference, **sizes),
        )
        for arm, test, p in zip(others, tests, corrected, strict=True)
    ]
    intervals = tuple(wilson(arm, significance) for arm in arms)
    return Comparison(tuple(arms), intervals, tuple(against), check_ratio(arms), significance, power)


def _against(control: Arm, arm: Arm, test: RateTest, *, p: float, significance: float, needed: int | None) -> Against:
    return Against(
        arm,
        test,
        p,
        p < significance,
        probability_better(control, arm),
        expected_loss(arm, control),
        expected_loss(control, arm),
        needed,
    )


def _needed_for(control: Arm, difference: float, **sizes: Any) -> int | None:
    try:
        return needed_per_variant(control.rate, abs(difference), **sizes)
    except FiguresRefused:
        return None


def _arm_values(arm: Arm, interval: Interval) -> dict[str, Any]:
    return {
        "name": arm.name,
        "conversions": arm.conversions,
        "people": arm.people,
        "rate": arm.rate,
        "interval": [interval.low, interval.high],
    }


def _against_values(each: Against) -> dict[str, Any]:
    return {
        "name": each.arm.name,
        "difference": each.test.difference,
        "interval": [each.test.interval.low, each.test.interval.high],
        "lift": each.test.lift,
        "z": each.test.z,
        "p": each.test.p,
        "p_corrected": each.p,
        "is_different": each.is_different,
        "probability_better": each.probability,
        "expected_loss_if_chosen": each.loss_if_chosen,
        "expected_loss_if_control_kept": each.loss_if_kept,
        "needed_per_variant": each.needed,
    }
