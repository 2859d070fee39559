"""Planned, committed, actual and left, by campaign, channel and month, in the company's currency.

Costs and commitments in other currencies count by the rate of their own day. Those without a rate are in no sum: they
are counted apart and listed by ``without_rate``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from campaigns.budgets.models import BudgetLine, Commitment, Cost, CostState
from campaigns.budgets.watch import BudgetLevel
from campaigns.execution.models import Campaign
from config.common.money import ZERO, round_to
from config.common.sql import exact
from deals.catalogue.conversion import in_company_currency
from deals.models import Currency

MOST_LISTED = 100
# The campaign (or none), the channel, the first day of the month.
Key = tuple[int | None, int, date]


@dataclass(slots=True)
class Standing:
    """How a budget stands: sums in the company's currency, and how many amounts no rate could bring into them."""

    planned: Decimal = ZERO
    committed: Decimal = ZERO
    actual: Decimal = ZERO
    waiting: Decimal = ZERO
    number_waiting: int = 0
    unrated: int = 0
    # Whether anybody planned anything: a budget of zero is one, no line is none.
    has_budget: bool = False

    @property
    def used(self) -> Decimal:
        """What is spent or ordered."""
        return self.actual + self.committed

    @property
    def left(self) -> Decimal:
        """What can still be spent; below zero where it was overrun."""
        return self.planned - self.used

    @property
    def is_over(self) -> bool:
        """Whether more is used than was planned, where anything was planned."""
        return self.has_budget and self.used > self.planned

    @property
    def percent(self) -> int | None:
        """How much of the budget is used, in whole per cent, rounded down; none where nothing is planned."""
        return int(self.used * 100 / self.planned) if self.planned > 0 else None

    def level(self, warn_at: int) -> BudgetLevel:
        """Return how far it is used, with the per cent from which to warn."""
        if not self.has_budget:
            return BudgetLevel.NONE
        if self.is_over:
            return BudgetLevel.OVER
        return BudgetLevel.NEAR if self.used and self.used * 100 >= self.planned * warn_at else BudgetLevel.FINE

    def add(self, other: "Standing") -> None:
        """Add another budget's sums to this one's."""
        for name in ("planned", "committed", "actual", "waiting", "number_waiting", "unrated"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.has_budget = self.has_budget or other.has_budget


@dataclass(slots=True)
class Sheet:
    """The cells of a budget, of which every table and every sum is made."""

    cells: dict[Key, Standing] = field(default_factory=dict)

    def cell(self, key: Key) -> Standing:
        """Return a cell; made where it is missing."""
        return self.cells.setdefault(key, Standing())

    def total(self) -> Standing:
        """Return the sum of all cells."""
        whole = Standing()
        for cell in self.cells.values():
            whole.add(cell)
        return whole

    def by_campaign(self) -> dict[Any, Standing]:
        """Return the sums by campaign; what is of none stands under None."""
        return self.by(lambda key: key[0])

    def by_channel_and_month(self) -> dict[Any, Standing]:
        """Return the sums by channel and month."""
        return self.by(lambda key: key[1:])

    def by(self, group: Callable[[Key], Any]) -> dict[Any, Standing]:
        """Return the sums of cells grouped by a part of their key."""
        sums: dict[Any, Standing] = {}
        for key, cell in self.cells.items():
            sums.setdefault(group(key), Standing()).add(cell)
        return sums


def read(condition: Q) -> Sheet:
    """Return the sheet of all lines, commitments and costs that fit a condition. Costs five queries."""
    sheet = Sheet()
    for campaign, channel, month, planned in _lines(condition):
        cell = sheet.cell((campaign, channel, month))
        cell.planned, cell.has_budget = cell.planned + planned, True
    for campaign, channel, month, state, amount, number, unrated in _costs(condition):
        cell = sheet.cell((campaign, channel, month))
        if state == CostState.WAITING:
            cell.waiting, cell.number_waiting = cell.waiting + (amount or ZERO), cell.number_waiting + number
        else:
            cell.actual, cell.unrated = cell.actual + (amount or ZERO), cell.unrated + unrated
    _add_commitments(sheet, condition)
    return sheet


def standings(campaigns: Iterable[Campaign]) -> dict[int, Standing]:
    """Return how the budgets of several campaigns stand, by id, for as many queries as for one."""
    ids = [campaign.pk for campaign in campaigns]
    sums = read(Q(campaign__in=ids)).by_campaign()
    return {pk: sums.get(pk, Standing()) for pk in ids}


def without_rate(condition: Q) -> list[Cost | Commitment]:
    """Return the costs and open commitments that are in no sum, as there was no rate on their day."""
    found: list[Cost | Commitment] = []
    kinds: tuple[QuerySet[Any], ...] = (
        Cost.objects.counted().filter(condition),
        Commitment.objects.filter(condition, closed_at__isnull=True),
    )
    for rows in kinds:
        rated = _in_company(rows).filter(in_company__isnull=True).select_related("currency", "channel")
        found += list(rated[:MOST_LISTED])
    return found


def _in_company(rows: QuerySet[Any]) -> QuerySet[Any]:
    rated: QuerySet[Any] = rows.annotate(in_company=in_company_currency("amount", OuterRef("day")))
    return rated


def _lines(condition: Q) -> Iterable[tuple[int | None, int, date, Decimal]]:
    rows: Any = BudgetLine.objects.filter(condition).order_by().values_list("campaign", "channel", "month")
    summed: Iterable[tuple[int | None, int, date, Decimal]] = rows.annotate(total=exact(Sum("amount")))
    return summed


def _costs(condition: Q) -> Iterable[tuple[Any, ...]]:
    rows = Cost.objects.filter(condition, state__in=(CostState.COUNTED, CostState.WAITING)).order_by()
    grouped = _in_company(rows).annotate(of_month=TruncMonth("day")).values("campaign", "channel", "of_month", "state")
    summed: Iterable[tuple[Any, ...]] = grouped.annotate(
        total=exact(Sum("in_company")), number=Count("pk"), unrated=Count("pk", filter=Q(in_company__isnull=True))
    ).values_list("campaign", "channel", "of_month", "state", "total", "number", "unrated")
    return summed


def _add_commitments(sheet: Sheet, condition: Q) -> None:
    """Add what open commitments have left: the part that costs in their currency used up is gone from their value."""
    rows = _in_company(Commitment.objects.filter(condition, closed_at__isnull=True))
    found = list(rows.order_by().values("pk", "campaign", "channel", "day", "amount", "currency", "in_company"))
    if not found:
        return
    digits = Currency.objects.of_company().minor_units
    used = _used_up([each["pk"] for each in found])
    for each in found:
        cell = sheet.cell((each["campaign"], each["channel"], each["day"].replace(day=1)))
        if each["in_company"] is None:
            cell.unrated += 1
            continue
        cell.committed += remainder(each, used.get(each["pk"], []), digits)


def _used_up(commitments: list[int]) -> dict[int, list[tuple[str, Decimal, Decimal]]]:
    costs = _in_company(Cost.objects.counted().filter(commitment__in=commitments)).order_by()
    sums = costs.values("commitment", "currency").annotate(own=exact(Sum("amount")), company=exact(Sum("in_company")))
    used: dict[int, list[tuple[str, Decimal, Decimal]]] = {}
    for pk, currency, own, company in sums.values_list("commitment", "currency", "own", "company"):
        used.setdefault(pk, []).append((currency, own, company or ZERO))
    return used


def remainder(commitment: dict[str, Any], used: list[tuple[str, Decimal, Decimal]], digits: int) -> Decimal:
    """Return what is left of a commitment in the company's currency: never less than nothing.

    Costs in its own currency use it up by their amount, whatever the rates did; others by their value.
    """
    same = sum((own for currency, own, _value in used if currency == commitment["currency"]), ZERO)
    others = sum((value for currency, _own, value in used if currency != commitment["currency"]), ZERO)
    share = Fraction(max(commitment["amount"] - same, ZERO)) / Fraction(commitment["amount"])
    return max(round_to(Fraction(commitment["in_company"]) * share, digits) - others, ZERO)
