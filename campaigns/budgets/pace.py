"""Whether a budget is used faster than its period goes by."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from campaigns.budgets.figures import Standing
from config.common.money import round_to


@dataclass(frozen=True, slots=True)
class Pace:
    """The shares of the period and of the budget that are gone, in per cent, and what will be spent at this pace."""

    days: int
    days_gone: int
    period_percent: int
    used_percent: int | None
    # None before the first day, and where nothing is spent yet.
    projected: Decimal | None

    @property
    def is_fast(self) -> bool:
        """Whether more of the budget than of the period is gone."""
        return self.used_percent is not None and self.used_percent > self.period_percent


def pace(standing: Standing, starts_on: date, ends_on: date, today: date, digits: int) -> Pace:
    """Return how a budget's use keeps pace with its period. ``digits`` are those of the company's currency.

    The projection is what was spent, continued to the last day: spent x days of the period / days gone.
    """
    days = (ends_on - starts_on).days + 1
    gone = min(max((today - starts_on).days + 1, 0), days)
    projected = round_to(Fraction(standing.actual) * days / gone, digits) if gone and standing.actual else None
    return Pace(days, gone, gone * 100 // days, standing.percent, projected)
