"""What a test compares: arms with those who came and those who converted, and the interval of each rate."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from django.utils.translation import gettext as _

from config.common.errors import DomainError

_STANDARD = NormalDist()
MOST_PEOPLE = 10**9


class FiguresRefused(DomainError):
    """The figures given can't be those of a test."""

    code = "figures_refused"


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where a value may reasonably lie."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant: how many were given it, and how many of them converted."""

    name: str
    conversions: int
    people: int
    weight: int = 1

    @property
    def rate(self) -> float:
        """The share that converted; 0 while nobody came."""
        return self.conversions / self.people if self.people else 0.0


def check_arm(arm: Arm) -> Arm:
    """Return the arm; refuses ``figures_refused`` for counts that can't be."""
    if not 1 <= arm.people <= MOST_PEOPLE:
        sentence = _("%(name)s: give how many people came, a whole number from 1.")
        raise FiguresRefused(sentence % {"name": arm.name})
    if not 0 <= arm.conversions <= arm.people:
        sentence = _("%(name)s: %(conversions)s of %(people)s can't have converted. Write it like 850/44700.")
        facts = {"name": arm.name, "conversions": arm.conversions, "people": arm.people}
        raise FiguresRefused(sentence % facts)
    return arm


def check_chance(name: str, chance: float) -> float:
    """Return a significance or power; refuses ``figures_refused`` for what is no chance between 0 and 1."""
    if not 0.0001 <= chance <= 0.9999:
        sentence = _("%(name)s must be a chance above 0 and below 1, such as 0.05.")
        raise FiguresRefused(sentence % {"name": name})
    return chance


def two_sided(significance: float) -> float:
    """Return the normal quantile beyond which a two-sided test with this chance of a false alarm begins."""
    return _STANDARD.inv_cdf(1 - significance / 2)


def wilson(arm: Arm, significance: float = 0.05) -> Interval:
    """Return Wilson's score interval of an arm's rate.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). E. B. Wilson, JASA 22 (1927), 209–212.
    """
    if not arm.people:
        return Interval(0.0, 1.0)
    z, n, rate = two_sided(significance), arm.people, arm.rate
    middle = rate + z * z / (2 * n)
    reach = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    low = 0.0 if not arm.conversions else max(0.0, (middle - reach) / below)
    high = 1.0 if arm.conversions == n else min(1.0, (middle + reach) / below)
    return Interval(low, high)
