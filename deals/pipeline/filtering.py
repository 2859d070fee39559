"""Which deals a person asks for: the filters of lists, the API and reports, by name, from one allow-list.

A name that isn't listed is refused, and a value never becomes a lookup: each name has its own reader and its own
condition. The same filters written back as a query open the same deals everywhere.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import GreaterThan
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.bounds import LARGEST_ID
from deals.pipeline.deal import DealContact, DealLine, Outcome

# Stands for "has none": deals without a company, without an opening date.
NONE = "none"
MOST_VALUES, LONGEST_TEXT = 100, 120

FilterValue: TypeAlias = "tuple[int | str, ...] | date | bool"
DealFilters: TypeAlias = Mapping[str, FilterValue]

_TEAMS_BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM contacts_team WHERE id IN ({marks})
        UNION SELECT child.id FROM contacts_team child JOIN below ON child.parent_id = below.id
    ) SELECT id FROM below
"""
# Whoever manages a team manages the teams below it that have no manager of their own.
_TEAMS_MANAGED = """
    WITH RECURSIVE managed(id) AS (
        SELECT id FROM contacts_team WHERE manager_id IN ({marks})
        UNION SELECT child.id FROM contacts_team child JOIN managed ON child.parent_id = managed.id
        WHERE child.manager_id IS NULL
    ) SELECT id FROM managed
"""
_TEAMS_UNMANAGED = """
    WITH RECURSIVE unmanaged(id) AS (
        SELECT id FROM contacts_team WHERE manager_id IS NULL AND parent_id IS NULL
        UNION SELECT child.id FROM contacts_team child JOIN unmanaged ON child.parent_id = unmanaged.id
        WHERE child.manager_id IS NULL
    ) SELECT id FROM unmanaged
"""


@dataclass(frozen=True, slots=True)
class DealFilter:
    """One filter: how its text is read, which deals it means, and what it is called."""

    label: str | Promise
    read: Callable[[str], FilterValue]
    condition: Callable[[Any], Q]


def read_filters(given: Mapping[str, str], *, besides: Sequence[str] = ()) -> dict[str, FilterValue]:
    """Return the filters that the texts ask for; empty texts are left out.

    Raises ValidationError with every name at fault: an unknown name, a value that can't be read, a period that ends
    before it begins. ``besides`` are names that the caller reads itself, named where an unknown one is refused.
    """
    found: dict[str, FilterValue] = {}
    faults: dict[str, list[str]] = {}
    for name, text in given.items():
        if name not in FILTERS:
            names = ", ".join((*besides, *FILTERS))
            faults[name] = [_("There is no such filter. There are: %(names)s.") % {"names": names}]
        elif text.strip():
            try:
                found[name] = FILTERS[name].read(text.strip())
            except ValidationError as error:
                faults[name] = error.messages
    for start, end in (("opened_from", "opened_to"), ("closed_from", "closed_to"), ("expected_from", "expected_to")):
        first, last = found.get(start), found.get(end)
        if isinstance(first, date) and isinstance(last, date) and last < first:
            faults[end] = [_("The period ends before it begins.")]
    if faults:
        raise ValidationError(faults)
    return found


def matching(filters: DealFilters) -> Q:
    """Return the condition that a deal matches every filter; without filters every deal does."""
    condition = Q()
    for name, value in filters.items():
        condition &= FILTERS[name].condition(value)
    return condition


def as_texts(filters: DealFilters) -> dict[str, str]:
    """Return the filters as they are written in an address: the inverse of ``read_filters``."""
    return {name: _as_text(value) for name, value in filters.items()}


def as_query(filters: DealFilters) -> str:
    """Return the filters as the query of a link, in a fixed order, commas unescaped."""
    return urlencode(as_texts(filters), safe=",")


def is_stalled() -> Q:
    """Return the condition that a deal is open and has been in its stage for more days than is usual there."""
    longer = GreaterThan(WholeDaysSince(F("stage_since"), Value(timezone.now())), F("stage__expected_days"))
    return Q(outcome=Outcome.OPEN, stage__expected_days__isnull=False) & Q(longer)


class WholeDaysSince(Func):
    """Whole days of 24 hours between two moments, as ``Deal.days_in_stage`` counts them."""

    arity = 2
    output_field = IntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:  # type: ignore[override]
        """SQLite counts in days, PostgreSQL in seconds."""
        start, end = (compiler.compile(expression) for expression in self.source_expressions)
        template = "CAST(julianday({1}) - julianday({0}) AS INTEGER)"
        if connection.vendor == "postgresql":
            template = "FLOOR(EXTRACT(EPOCH FROM (({1})::timestamptz - {0})) / 86400)::integer"
        return template.format(start[0], end[0]), (*end[1], *start[1])


def _read_ids(text: str) -> FilterValue:
    """Read ``3`` or ``3,5,none``."""
    return tuple(NONE if part == NONE else _read_id(part) for part in _parts(text))


def _read_id(part: str) -> int:
    if not (part.isascii() and part.isdigit()) or int(part) > LARGEST_ID:
        raise ValidationError(_("Give whole numbers (ids), several by comma, or “none”."))
    return int(part)


def _read_words(text: str) -> FilterValue:
    return _parts(text)


def _parts(text: str) -> tuple[str, ...]:
    """Split by comma; a value with a comma of its own stands in quotes, as in CSV."""
    try:
        row = next(csv.reader([text.replace("\r", " ").replace("\n", " ")], skipinitialspace=True))
    except csv.Error as error:
        raise ValidationError(_("This value is too long or can't be read.")) from error
    parts = tuple(dict.fromkeys(part.strip() for part in row if part.strip()))
    if not parts or len(parts) > MOST_VALUES:
        raise ValidationError(_("Give one to %(most)s values, by comma.") % {"most": MOST_VALUES})
    if any(len(part) > LONGEST_TEXT or "\x00" in part for part in parts):
        raise ValidationError(_("This value is too long or can't be read."))
    return parts


def _read_day(text: str) -> FilterValue:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or len(text) != len("2026-01-31"):
        raise ValidationError(_("Write the day like 2026-01-31."))
    return day


def _read_yes(text: str) -> FilterValue:
    words = {"1": True, "true": True, "0": False, "false": False}
    if text.lower() not in words:
        raise ValidationError(_("Give 1 for yes or 0 for no."))
    return words[text.lower()]


def _one_of(*words: str) -> Callable[[str], FilterValue]:
    def read(text: str) -> FilterValue:
        parts = _parts(text)
        if not set(parts) <= set(words):
            raise ValidationError(_("Choose from: %(words)s.") % {"words": ", ".join(words)})
        return parts

    return read


def _column(name: str) -> Callable[[Any], Q]:
    def condition(values: tuple[int | str, ...]) -> Q:
        return _or_none(values, lambda ids: Q(**{f"{name}__in": ids}), Q(**{f"{name}__isnull": True}))

    return condition


def _or_none(values: tuple[int | str, ...], among: Callable[[list[Any]], Q], absent: Q) -> Q:
    named = [value for value in values if value != NONE]
    condition = among(named) if named else Q(pk__in=[])
    return condition | absent if NONE in values else condition


def _industry(values: tuple[int | str, ...]) -> Q:
    absent = Q(company__isnull=True) | Q(company__industry="")
    return _or_none(values, lambda names: Q(company__industry__in=names), absent)


def _product(values: tuple[int | str, ...]) -> Q:
    absent = ~Q(Exists(DealLine.objects.filter(deal=OuterRef("pk"))))
    return _or_none(values, lambda ids: Q(pk__in=DealLine.objects.filter(product__in=ids).values("deal")), absent)


def _contact(values: tuple[int | str, ...]) -> Q:
    absent = ~Q(Exists(DealContact.objects.filter(deal=OuterRef("pk"))))
    return _or_none(values, lambda ids: Q(pk__in=DealContact.objects.filter(contact__in=ids).values("deal")), absent)


def _team(values: tuple[int | str, ...]) -> Q:
    return _or_none(values, lambda ids: Q(owner__team__in=_teams(_TEAMS_BELOW, ids)), Q(owner__team__isnull=True))


def _manager(values: tuple[int | str, ...]) -> Q:
    absent = Q(owner__team__isnull=True) | Q(owner__team__in=_teams(_TEAMS_UNMANAGED, []))
    return _or_none(values, lambda ids: Q(owner__team__in=_teams(_TEAMS_MANAGED, ids)), absent)


def _teams(sql: str, ids: list[Any]) -> RawSQL:
    return RawSQL(sql.format(marks=", ".join(["%s"] * len(ids))), ids)  # only placeholders are put in


def _from(column: str) -> Callable[[Any], Q]:
    return lambda day: Q(**{f"{column}__gte": day})


def _to(column: str) -> Callable[[Any], Q]:
    return lambda day: Q(**{f"{column}__lte": day})


def _as_text(value: FilterValue) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(value)
    return line.getvalue()


FILTERS: dict[str, DealFilter] = {
    "owner": DealFilter(gettext_lazy("Owner"), _read_ids, _column("owner")),
    "team": DealFilter(gettext_lazy("Team and those below"), _read_ids, _team),
    "own_team": DealFilter(gettext_lazy("Team itself"), _read_ids, _column("owner__team")),
    "region": DealFilter(gettext_lazy("Region"), _read_ids, _team),
    "manager": DealFilter(gettext_lazy("Manager"), _read_ids, _manager),
    "product": DealFilter(gettext_lazy("Product"), _read_ids, _product),
    "company": DealFilter(gettext_lazy("Company"), _read_ids, _column("company")),
    "contact": DealFilter(gettext_lazy("Contact"), _read_ids, _contact),
    "industry": DealFilter(gettext_lazy("Industry"), _read_words, _industry),
    "pipeline": DealFilter(gettext_lazy("Pipeline"), _read_ids, _column("pipeline")),
    "stage": DealFilter(gettext_lazy("Stage"), _read_ids, _column("stage")),
    "outcome": DealFilter(gettext_lazy("Outcome"), _one_of(*Outcome.values), lambda words: Q(outcome__in=words)),
    "loss_reason": DealFilter(gettext_lazy("Lost because"), _read_ids, _column("loss_reason")),
    "currency": DealFilter(gettext_lazy("Currency"), _read_words, lambda codes: Q(currency__in=codes)),
    "opened_from": DealFilter(gettext_lazy("Opened from"), _read_day, _from("opened_on")),
    "opened_to": DealFilter(gettext_lazy("Opened until"), _read_day, _to("opened_on")),
    "closed_from": DealFilter(gettext_lazy("Closed from"), _read_day, _from("closed_on")),
    "closed_to": DealFilter(gettext_lazy("Closed until"), _read_day, _to("closed_on")),
    "expected_from": DealFilter(gettext_lazy("Expected close from"), _read_day, _from("expected_close")),
    "expected_to": DealFilter(gettext_lazy("Expected close until"), _read_day, _to("expected_close")),
    "opened": DealFilter(gettext_lazy("Opening date"), _one_of(NONE), lambda _none: Q(opened_on__isnull=True)),
    "stalled": DealFilter(gettext_lazy("Stalled"), _read_yes, lambda yes: is_stalled() if yes else ~is_stalled()),
}


def switches() -> list[str]:
    """Return the names of the filters that are answered by yes or no."""
    return [name for name, each in FILTERS.items() if each.read is _read_yes]


def register_switch(name: str, label: str | Promise, holds: Callable[[], Q]) -> None:
    """Add a yes-or-no filter about what slices above know of deals; called by ``ready``."""
    FILTERS[name] = DealFilter(label, _read_yes, lambda yes: holds() if yes else ~holds())
