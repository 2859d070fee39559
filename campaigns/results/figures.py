"""The figures of a campaign, channel, segment, plan or all: value, formula, the rows behind it, and what is left out.

The page, the API, the home and the export read these, and reckon nothing themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from campaigns.attribution.methods import Basis
from campaigns.results.asking import Question
from campaigns.results.explaining import LeftOut, formula_of, left_out_of, names, reckoned_of
from campaigns.results.numbers import ALL, Counted, Numbers, count
from config.common.money import ZERO, as_text, round_to, show_money, show_number
from deals.catalogue.models import Currency

RATE_DIGITS = 6


class Unit(StrEnum):
    """What a figure's value is."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"


# The figures in reading order; those with rows of their own open exactly these.
UNITS: dict[str, Unit] = {
    **dict.fromkeys(
        ("reach", "touches", "responses", "leads", "mqls", "sqls", "opportunities", "customers"), Unit.COUNT
    ),
    **dict.fromkeys(("deals", "won_deals"), Unit.COUNT),
    **dict.fromkeys(("cost", "cost_per_lead", "acquisition_cost", "won", "invoiced", "paid", "margin"), Unit.MONEY),
    "return": Unit.RATE,
}
# Which rows stand behind a figure; what is reckoned from two of them opens both.
BEHIND: dict[str, tuple[str, ...]] = {code: (code,) for code in UNITS} | {
    "cost_per_lead": ("cost", "leads"),
    "acquisition_cost": ("cost", "customers"),
    "return": ("margin", "cost"),
}
COUNTS = tuple(code for code, unit in UNITS.items() if unit == Unit.COUNT)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Without a value, ``why_not`` says what there is none for; it is never shown as zero."""

    code: str
    name: str
    unit: Unit
    value: Decimal | None
    formula: str
    why_not: str
    # The lists behind it, and how many rows the first of them has.
    behind: tuple[str, ...]
    rows: int
    left_out: tuple[LeftOut, ...]
    currency: Currency

    @property
    def text(self) -> str:
        """The value as its readers write it, or why there is none."""
        if self.value is None:
            return self.why_not
        if self.unit == Unit.COUNT:
            return show_number(int(self.value))
        if self.unit == Unit.RATE:
            return f"{show_number(round_to(self.value * 100, 0))} %"
        return show_money(self.value, self.currency.code, self.currency.minor_units)

    @property
    def plain(self) -> int | str | None:
        """The value as JSON and CSV carry it: counts as numbers, money and rates as exact text."""
        if self.value is None:
            return None
        if self.unit == Unit.COUNT:
            return int(self.value)
        return as_text(self.value, RATE_DIGITS if self.unit == Unit.RATE else self.currency.minor_units)


@dataclass(frozen=True, slots=True)
class Results:
    """The figures of one group by code, with the question that asks for this group alone."""

    question: Question
    key: int | None
    figures: dict[str, Figure]
    # What of the whole the money leaves out, such as won deals without a touch.
    left_out: tuple[LeftOut, ...]
    model: str
    # When the money was shared, in words.
    reckoned: str
    return_by: str

    def __getitem__(self, code: str) -> Figure:
        return self.figures[code]


def results_of(question: Question) -> Results:
    """Return the figures of what is asked for, all together."""
    return assemble(count(question), 0)


def results_by(question: Question, by: str, keys: Sequence[int], families: Iterable[str] = ALL) -> list[Results]:
    """Return the figures of each group, in the order of ``keys``; a constant number of queries."""
    counted = count(question, by, families)
    return [assemble(counted, key) for key in keys]


def assemble(counted: Counted, key: int | None) -> Results:
    """Make the figures of a group from what was counted."""
    numbers = counted.of(key)
    question = counted.question.of(counted.by, key) if counted.by else counted.question
    values, reasons, return_by = _values(counted, numbers)
    called = names()
    run = counted.runs.get("chosen")
    figures = {}
    for code, unit in UNITS.items():
        figures[code] = Figure(
            code=code,
            name=called[code],
            unit=unit,
            value=values.get(code),
            formula=formula_of(code, counted, numbers, values, return_by),
            why_not=reasons.get(code, ""),
            behind=_behind(code, return_by, counted),
            rows=_rows(_behind(code, return_by, counted), numbers, counted),
            left_out=left_out_of(code, counted, numbers),
            currency=counted.currency,
        )
    return Results(
        question, key, figures, left_out_of("", counted, numbers), str(run or ""), reckoned_of(counted), return_by
    )


def _values(counted: Counted, numbers: Numbers) -> tuple[dict[str, Decimal | None], dict[str, str], str]:
    counts, digits = numbers.counts, counted.currency.minor_units
    values: dict[str, Decimal | None] = {code: Decimal(counts.get(code, 0)) for code in COUNTS}
    values["reach"] = Decimal(counts.get("people", 0) + counts.get("visitors", 0))
    reasons: dict[str, str] = {}
    cost = round_to(numbers.spent.amount, digits)
    no_cost = not numbers.spent.costs or not cost
    values["cost"] = cost
    for code, divisor, reason in (
        ("cost_per_lead", "leads", _("no lead yet")),
        ("acquisition_cost", "customers", _("no customer yet")),
    ):
        number = counts.get(divisor, 0)
        values[code] = round_to(cost / number, digits) if number and not no_cost else None
        reasons[code] = _("no cost recorded") if no_cost else reason
    return_by = _add_money(counted, numbers, values, reasons)
    worth = values[return_by] if return_by else None
    values["return"] = None if worth is None or no_cost else round_to((worth - cost) / cost, RATE_DIGITS)
    reasons["return"] = _("no cost recorded") if no_cost and worth else reasons.get(return_by) or _("not yet")
    return values, reasons, return_by


def _add_money(counted: Counted, numbers: Numbers, values: dict[str, Any], reasons: dict[str, str]) -> str:
    """Add revenue and margin; return by which of them the return is reckoned: the margin if it is known whole."""
    digits = counted.currency.minor_units
    for basis in Basis.values:
        owed = numbers.owed.get(basis)
        values[basis] = round_to(owed.amount, digits) if owed and owed.amount else None
        reasons[basis] = _("not yet") if counted.runs else _("not attributed")
    margin, chosen = numbers.margin, counted.runs.get("chosen")
    revenue = values[chosen.model.basis] if chosen else None
    is_known = margin.deals > margin.unknown and revenue is not None
    values["margin"] = round_to(margin.amount, digits) if is_known else None
    reasons["margin"] = _("not yet") if chosen else _("not attributed")
    if revenue is not None and not is_known:
        reasons["margin"] = _("costs not known")
    if chosen is None:
        return ""
    return "margin" if is_known and not margin.unknown else str(chosen.model.basis)


def _behind(code: str, return_by: str, counted: Counted) -> tuple[str, ...]:
    if code == "return":
        return (return_by, "cost") if return_by else ("cost",)
    if code in {*Basis.values, "margin"} and not counted.runs:
        return ()
    return BEHIND[code]


def _rows(behind: tuple[str, ...], numbers: Numbers, counted: Counted) -> int:
    if not behind:
        return 0
    code = behind[0]
    if code == "cost":
        return numbers.spent.costs
    if code == "margin":
        code = counted.runs["chosen"].model.basis
    if code in Basis.values:
        owed = numbers.owed.get(code)
        return owed.shares if owed else 0
    if code == "reach":
        return numbers.counts.get("people", 0) + numbers.counts.get("visitors", 0)
    return numbers.counts.get(code, 0)


__all__ = ["ZERO", "Figure", "LeftOut", "Results", "Unit", "assemble", "results_by", "results_of"]
