"""The report's numbers from what the database counted: exact, and nothing where there is nothing to divide."""

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.common.money import ZERO, as_text, round_to
from deals.reports.querying import Row

RATE_DIGITS, DAY_DIGITS = 6, 4


@dataclass(slots=True)
class Tally:
    """Deals of one outcome: how many, their amounts and days, and what is unknown about them."""

    deals: int = 0
    amount: Decimal = ZERO
    days: int = 0
    dated: int = 0
    without_rate: list[str] = field(default_factory=list)
    won_days: list[int] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add the deals of a row."""
        self.deals += row.deals
        self.amount += row.exact_amount()
        self.days += row.days or 0
        self.dated += row.dated
        if row.without_rate:
            self.without_rate += row.without_rate.split(",")
        if row.won_days:
            # The quickest way to read thousands of whole numbers.
            self.won_days += json.loads(f"[{row.won_days}]")

    def absorb(self, other: "Tally") -> None:
        """Add what another one counted."""
        self.deals += other.deals
        self.amount += other.amount
        self.days += other.days
        self.dated += other.dated
        self.without_rate += other.without_rate
        self.won_days += other.won_days


class Tallies(defaultdict[str, Tally]):
    """Tallies by outcome; ``opened_on`` and ``closed_on`` stand for deals that lack the date that a period asks for."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__(Tally)
        for row in rows:
            if row.outcome is not None:
                self[row.outcome].add(row)

    def absorb(self, other: "Tallies") -> None:
        """Add what another one counted."""
        for outcome, tally in other.items():
            self[outcome].absorb(tally)

    @property
    def deals(self) -> int:
        """The deals that the report is about."""
        return self["won"].deals + self["lost"].deals + self["open"].deals

    @property
    def without_rate(self) -> Counter[str]:
        """How many won and open deals of each currency have no amount; what lost ones were worth is in no figure."""
        return Counter(self["won"].without_rate + self["open"].without_rate)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The figures of one group or of all deals. Money is in the company's currency; days are calendar days."""

    deals: int
    won: int
    lost: int
    open: int
    win_rate: Decimal | None
    revenue: Decimal
    average_won: Decimal | None
    mean_days_to_win: Decimal | None
    median_days_to_win: Decimal | None
    mean_days_to_close: Decimal | None
    open_amount: Decimal

    def as_json(self, minor_units: int) -> dict[str, Any]:
        """Return the figures as JSON and CSV carry them: money and fractions as strings."""
        return {
            "deals": self.deals,
            "won": self.won,
            "lost": self.lost,
            "open": self.open,
            "win_rate": _digits(self.win_rate, RATE_DIGITS),
            "revenue": as_text(self.revenue, minor_units),
            "average_won": _digits(self.average_won, minor_units),
            "mean_days_to_win": _digits(self.mean_days_to_win, DAY_DIGITS),
            "median_days_to_win": _digits(self.median_days_to_win, DAY_DIGITS),
            "mean_days_to_close": _digits(self.mean_days_to_close, DAY_DIGITS),
            "open_amount": as_text(self.open_amount, minor_units),
        }


def numbers_of(tallies: Tallies, minor_units: int) -> Numbers:
    """Return the figures of a group, or of all deals."""
    won, lost, still_open = tallies["won"], tallies["lost"], tallies["open"]
    revenue = round_to(won.amount, minor_units)
    return Numbers(
        deals=tallies.deals,
        won=won.deals,
        lost=lost.deals,
        open=still_open.deals,
        win_rate=_ratio(won.deals, won.deals + lost.deals, RATE_DIGITS),
        revenue=revenue,
        # Won deals without a rate are in neither the sum nor the divisor.
        average_won=_ratio(revenue, won.deals - len(won.without_rate), minor_units),
        mean_days_to_win=_ratio(won.days, won.dated, DAY_DIGITS),
        median_days_to_win=_median(won.won_days),
        mean_days_to_close=_ratio(won.days + lost.days, won.dated + lost.dated, DAY_DIGITS),
        open_amount=round_to(still_open.amount, minor_units),
    )


def _median(days: list[int]) -> Decimal | None:
    return round_to(Decimal(str(statistics.median(days))), DAY_DIGITS) if days else None


def _ratio(part: Decimal | int, whole: int, digits: int) -> Decimal | None:
    return round_to(Decimal(part) / whole, digits) if whole else None


def _digits(value: Decimal | None, digits: int) -> str | None:
    return None if value is None else as_text(value, digits)
