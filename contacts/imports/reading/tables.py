"""A table: a header, and rows that fit it."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused
from contacts.imports.reading.delimited import Broken, DelimitedText
from contacts.imports.reading.workbooks import Workbook, is_workbook

MOST_COLUMNS = 500
_VALUE = re.compile(r"^(?:[-+]?[\d.,' ]*\d[\d.,' %]*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\S+@\S+\.\S+)$")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the line it begins in, its cells in the order of the header; or why it can't be read."""

    line: int
    cells: Sequence[Any]
    broken: str = ""


class Table:
    """A file read as a table. ``rows`` may be walked several times; each walk reads the file again."""

    def __init__(self, file: BinaryIO, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> None:
        file.seek(0)
        start = file.read(8)
        if not start:
            raise _empty()
        self._source: DelimitedText | Workbook
        if is_workbook(start):
            self._source = Workbook(file, sheet=sheet)
        else:
            self._source = DelimitedText(file, encoding=encoding, delimiter=delimiter)
        self._header_line, self.header = self._find_header()
        self.places = {name: place for place, name in enumerate(self.header)}

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows below the header; empty ones are passed over."""
        width = len(self.header)
        for line, cells in self._source.rows():
            if line <= self._header_line:
                continue
            if isinstance(cells, Broken):
                yield TableRow(line, (), cells.sentence)
                continue
            if not any(_text(cell) for cell in cells):
                continue
            if len(cells) < width or any(_text(cell) for cell in cells[width:]):
                yield TableRow(line, (), _ragged(len(cells), width))
            else:
                yield TableRow(line, cells[:width])

    def place_of(self, column: str) -> int | None:
        """Return where a column stands; spaces around the name and its capitals don't matter."""
        if column in self.places:
            return self.places[column]
        wanted = column.strip().casefold()
        return next((place for name, place in self.places.items() if name.casefold() == wanted), None)

    def samples(self, most_rows: int = 50, most_values: int = 3) -> list[list[str]]:
        """Return the first different values of each column, for people to recognise it."""
        found: list[list[str]] = [[] for _name in self.header]
        for row in itertools.islice(self.rows(), most_rows):
            for values, cell in zip(found, row.cells, strict=False):
                text = _text(cell)[:60]
                if text and text not in values and len(values) < most_values:
                    values.append(text)
        return found

    def _find_header(self) -> tuple[int, list[str]]:
        for line, cells in self._source.rows():
            if isinstance(cells, Broken):
                raise ImportRefused(cells.sentence, code="header_broken")
            names = [_text(cell) for cell in cells]
            if any(names):
                return line, _check_header(names)
        raise _empty()


def _check_header(names: list[str]) -> list[str]:
    while not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise ImportRefused(
            _("The file has %(count)s columns; at most %(most)s can be read.")
            % {"count": len(names), "most": MOST_COLUMNS},
            code="too_many_columns",
        )
    given = [name for name in names if name]
    if sum(bool(_VALUE.match(name[:80])) for name in given) * 2 >= len(given):
        sentence = _(
            "The file has no header: its first line is “%(line)s”. Put the names of the columns into the first line."
        )
        raise ImportRefused(sentence % {"line": ", ".join(given[:5])}, code="header_missing")
    twice = [name for name, count in Counter(name.casefold() for name in given).items() if count > 1]
    if twice:
        first = next(name for name in given if name.casefold() == twice[0])
        sentence = _("Two columns are called “%(name)s”. Rename or remove one of them.")
        raise ImportRefused(sentence % {"name": first}, code="header_twice")
    return [name or _("(column %(number)s)") % {"number": place} for place, name in enumerate(names, start=1)]


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.replace("\x00", "").strip().lstrip("\ufeff")
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell)


def _ragged(count: int, width: int) -> str:
    if count > width:
        sentence = _(
            "This line has %(count)s values, the header has %(width)s. "
            "Perhaps a value that holds the delimiter is not in quotation marks."
        )
    else:
        sentence = _("This line has %(count)s values, the header has %(width)s.")
    return sentence % {"count": count, "width": width}


def _empty() -> ImportRefused:
    return ImportRefused(_("The file is empty. Upload one with a header and at least one row."), code="file_empty")
