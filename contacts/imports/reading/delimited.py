"""Rows of delimited text: finds the delimiter and the way quotes are written, and reports lines that can't be read."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused
from contacts.imports.reading.encodings import find_encoding

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS, SAMPLE_ROWS = 200_000, 200
# A cell longer than this is a quotation mark that was never closed, not a value.
LONGEST_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that can't be read, and why."""

    sentence: str


RawRow = tuple[int, Sequence[Any] | Broken]


class DelimitedText:
    """A CSV file in whatever dialect. ``rows`` may be walked several times."""

    def __init__(self, file: BinaryIO, *, encoding: str = "", delimiter: str = "") -> None:
        self.file = file
        self.encoding = find_encoding(file, encoding)
        with self._text() as text:
            sample = text.read(SAMPLE_CHARACTERS)
        self.skipped_lines = 0
        if sample[:4].lower() == "sep=" and len(sample) > 5:
            # Excel's own way of stating the delimiter.
            delimiter, self.skipped_lines = delimiter or sample[4], 1
            sample = sample.partition("\n")[2]
        self.escaped = '\\"' in sample and '""' not in sample.replace('\\"', "")
        self.delimiter = delimiter or find_delimiter(sample)
        if len(self.delimiter) != 1:
            raise ImportRefused(_("The delimiter is one character, like ; or a comma."), code="delimiter_invalid")

    def rows(self) -> Iterator[RawRow]:
        """Yield line number and cells of every row; a line that can't be read comes as ``Broken``."""
        with self._text() as text:
            for _skipped in range(self.skipped_lines):
                text.readline()
            reader = _reader(text, self.delimiter, self.escaped)
            while True:
                line = self.skipped_lines + reader.line_num + 1
                try:
                    cells: Sequence[Any] | Broken = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    cells = Broken(_sentence(error))
                yield line, cells

    def _text(self) -> "_Text":
        self.file.seek(0)
        return _Text(self.file, encoding=self.encoding, newline="")


class _Text(io.TextIOWrapper):
    """A view of the file as text that leaves the file itself open."""

    def __exit__(self, *exception: Any) -> None:
        self.detach()


def find_delimiter(sample: str) -> str:
    """Return the delimiter that cuts the sample's rows into the same number of cells, more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        if not widths:
            continue
        width, rows = widths.most_common(1)[0]
        if width > 1:
            best, best_score = max(
                (best, best_score), (delimiter, (rows / widths.total(), width)), key=lambda pair: pair[1]
            )
    return best


def _widths(sample: str, delimiter: str) -> Counter[int]:
    widths: Counter[int] = Counter()
    reader = _reader(io.StringIO(sample, newline=""), delimiter, escaped=False)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
            if widths.total() >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return widths


def _reader(text: Any, delimiter: str, escaped: bool) -> Any:
    if escaped:
        return csv.reader(text, delimiter=delimiter, escapechar="\\", doublequote=False, strict=True)
    return csv.reader(text, delimiter=delimiter, strict=True)


def _sentence(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words or "field larger" in words:
        return _("A quotation mark is opened in this line and never closed, so the rest of the file can't be read.")
    return _("The quotation marks of this line don't match. Double a quotation mark that belongs to a value.")
