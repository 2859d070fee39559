"""Journeys from CSV files: a column of paths, and columns of conversions, value and journeys without a conversion."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TextIO

from django.utils.translation import gettext as _

from campaigns.attribution.journeys import Path
from campaigns.attribution.refusals import JourneysRefused
from campaigns.attribution.weighing import LEAD, OPPORTUNITY, Touchpoint
from config.common.money import ZERO

# The heads that are taken where no other is named; those of R's ChannelAttribution are among them.
USUAL = {
    "path": ("path", "paths", "journey", "touches"),
    "conversions": ("conversions", "total_conversions", "conversion"),
    "value": ("value", "total_conversion_value", "total_value", "revenue"),
    "nulls": ("null", "nulls", "total_null", "total_nulls"),
}
MOST_ROWS = 1_000_000
_MARKS = (LEAD, OPPORTUNITY)
_SAMPLE = 8192


@dataclass(frozen=True, slots=True)
class Columns:
    """Which heads hold what; empty for the usual ones."""

    path: str = ""
    conversions: str = ""
    value: str = ""
    nulls: str = ""


def read_journeys(stream: TextIO, columns: Columns, separator: str) -> Iterator[Path]:
    """Yield the journeys of a file, a row each. Refuses by line number what can't be read."""
    try:
        sample = stream.read(_SAMPLE)
        stream.seek(0)
        rows = csv.reader(stream, delimiter=_delimiter(sample))
        heads = [head.strip() for head in next(rows, [])]
        places = {name: _place(heads, name, getattr(columns, name)) for name in USUAL}
        if places["path"] is None:
            raise JourneysRefused(
                _("The file has no column “path”. It has: %(heads)s. Name the right one with --path.")
                % {"heads": ", ".join(heads) or "–"}
            )
        yield from _paths(rows, places, len(heads), separator)
    except (UnicodeDecodeError, csv.Error) as error:
        sentence = _("The file can't be read as CSV in UTF-8: %(error)s")
        raise JourneysRefused(sentence % {"error": error}) from error


def _delimiter(sample: str) -> str:
    head = sample.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _place(heads: Sequence[str], name: str, named: str) -> int | None:
    if named:
        if named not in heads:
            sentence = _("The file has no column “%(column)s”. It has: %(heads)s.")
            raise JourneysRefused(sentence % {"column": named, "heads": ", ".join(heads) or "–"})
        return heads.index(named)
    known = [head.lower() for head in heads]
    return next((known.index(usual) for usual in USUAL[name] if usual in known), None)


def _paths(rows: Iterable[Sequence[str]], places: dict[str, int | None], width: int, separator: str) -> Iterator[Path]:
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise JourneysRefused(_("The file has more than %(most)s rows.") % {"most": MOST_ROWS})
        if not any(row):
            continue
        if len(row) != width:
            sentence = _("Line %(line)s has %(found)s values, and the head names %(wanted)s.")
            raise JourneysRefused(sentence % {"line": number, "found": len(row), "wanted": width})
        yield _path(number, row, places, separator)


def _path(number: int, row: Sequence[str], places: dict[str, int | None], separator: str) -> Path:
    path, conversions = places["path"], places["conversions"]
    counted = Decimal(1) if conversions is None else _amount(number, row, conversions)
    value, nulls = (ZERO if places[name] is None else _amount(number, row, places[name]) for name in ("value", "nulls"))
    if value and not counted:
        sentence = _("Line %(line)s: a journey that never converted has no value.")
        raise JourneysRefused(sentence % {"line": number})
    text = row[path] if path is not None else ""
    steps = [step.strip() for step in text.split(separator.strip() or separator)]
    return Path(tuple(_touch(step) for step in steps if step), counted, value, nulls)


def _amount(number: int, row: Sequence[str], place: int | None) -> Decimal:
    text = row[place].strip() if place is not None else ""
    try:
        amount = Decimal(text or "0")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or abs(amount) > Decimal(10) ** 15:
        sentence = _("Line %(line)s: “%(text)s” is not a number from zero up (1234.56).")
        raise JourneysRefused(sentence % {"line": number, "text": text[:40]})
    return amount


def _touch(step: str) -> Touchpoint:
    """Read “Fair (lead)”: a touch that made the lead, or “(opportunity)”; W-shaped models ask."""
    for mark in _MARKS:
        if step.lower().endswith(f"({mark})"):
            return Touchpoint(step[: -len(mark) - 2].strip(), marks=frozenset({mark}))
    return Touchpoint(step)
