"""The groups of the report: their keys and names, their order, and the filters that open exactly their deals."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from deals.pipeline.filtering import NONE, DealFilters, FilterValue
from deals.reports.asking import ReportQuestion
from deals.reports.grouping import NO_DATE, Grouping, Key
from deals.reports.numbers import Numbers, Tallies, numbers_of
from deals.reports.querying import Row

LAST_MONTH_OF = {"1": 3, "2": 6, "3": 9, "4": 12}


@dataclass(frozen=True, slots=True)
class Part:
    """A group as the database counted it: the first of its rows, for key and label, and its deals by outcome."""

    row: Row
    tallies: Tallies


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its key (null for deals that have none), its name, its figures, and the filters for its deals."""

    key: Key
    label: str
    numbers: Numbers
    filters: DealFilters


def parts_of(rows: list[Row]) -> list[Part]:
    """Return the groups as the database counted them, with those that the period leaves out whole."""
    by_key: dict[Any, list[Row]] = {}
    for row in rows:
        if not row.is_total and row.outcome is not None:
            by_key.setdefault(row.key, []).append(row)
    return [Part(found[0], Tallies(found)) for found in by_key.values()]


def total_of(rows: list[Row], parts: list[Part]) -> Tallies:
    """Return the total: counted apart where a deal can be in several groups, else the sum of the groups."""
    total = Tallies(row for row in rows if row.is_total)
    if not total:
        for part in parts:
            total.absorb(part.tallies)
    return total


def groups_of(parts: list[Part], question: ReportQuestion, minor_units: int) -> list[Group]:
    """Return the groups in reading order: time and stages as they follow, others by revenue; nothing comes last."""
    grouping = question.grouping
    if grouping is None:
        return []
    parts = [part for part in parts if part.tallies.deals]
    several = len({part.row.part_of for part in parts if part.row.key is not None}) > 1
    groups = [_group(part, question, grouping, minor_units, several=several) for part in parts]
    places = {part.row.key: (part.row.part_of or "", part.row.place or 0) for part in parts}

    def order(group: Group) -> tuple[Any, ...]:
        last = group.key is None
        if grouping.by_date:
            return (last, str(group.key))
        if grouping.by_place:
            return (last, *places[group.key], group.label)
        return (last, -group.numbers.revenue, -group.numbers.deals, group.label.casefold())

    return sorted(groups, key=order)


def narrowed(filters: DealFilters, **further: FilterValue) -> dict[str, FilterValue]:
    """Return the filters of those deals that match these and the further ones too.

    A further list of values must lie within one that is there already; periods are cut to what they have in common.
    """
    result = {**filters, **further}
    for name, value in further.items():
        present = filters.get(name)
        if isinstance(present, date) and isinstance(value, date):
            result[name] = max(present, value) if name.endswith("_from") else min(present, value)
        elif isinstance(present, tuple) and isinstance(value, tuple):
            result[name] = tuple(part for part in value if part in present) or value
    return result


def _group(part: Part, question: ReportQuestion, grouping: Grouping, minor_units: int, *, several: bool) -> Group:
    key, label = _name(part.row, question, grouping, several=several)
    filters = narrowed(question.filters, **_filters_of(key, question, grouping))
    return Group(key, label, numbers_of(part.tallies, minor_units), filters)


def _name(row: Row, question: ReportQuestion, grouping: Grouping, *, several: bool) -> tuple[Key, str]:
    if row.key is None:
        return None, str(NO_DATE[question.dated_by] if grouping.by_date else grouping.nothing)
    if grouping.name_of is not None:
        return grouping.name_of(row.key)
    label = row.label or str(row.key)
    if not grouping.by_place:
        return row.key, label
    # Shipped stages and pipelines are in the catalogs; stages of several pipelines may share a name.
    return row.key, f"{_(row.part_of)}: {_(label)}" if several and row.part_of else _(label)


def _filters_of(key: Key, question: ReportQuestion, grouping: Grouping) -> Mapping[str, FilterValue]:
    if not grouping.by_date:
        return {grouping.filter_name: (NONE if key is None else key,)}
    if key is None:
        return {"outcome": ("open",)} if question.dated_by == "closed" else {"opened": (NONE,)}
    first, last = _days_of(str(key))
    return {f"{question.dated_by}_from": first, f"{question.dated_by}_to": last}


def _days_of(key: str) -> tuple[date, date]:
    """Return the first and last day of ``2017-03`` or ``2017-Q1``."""
    year, part = key.split("-")
    last = LAST_MONTH_OF[part[1:]] if part.startswith("Q") else int(part)
    first = last - 2 if part.startswith("Q") else last
    return date(int(year), first, 1), date(int(year), last, calendar.monthrange(int(year), last)[1])
