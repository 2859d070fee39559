"""How the dates of a column are written: stated, or proved by the column itself, never guessed."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused, Question

DAY_FIRST, MONTH_FIRST, YEAR_FIRST, NAMED = "dmy", "mdy", "ymd", "named"
_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp][Mm])?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"^(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})" + _TIME + "$")
_YEAR_LAST = re.compile(
    r"^(?P<first>\d{1,2})(?P<sep>[-/. ])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})" + _TIME + "$"
)
_WITH_NAME = re.compile(
    r"^(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?P<month>[^\W\d]+)\.?"
    r"|(?P<month2>[^\W\d]+)\.?[-/. ]+(?P<day2>\d{1,2})(?:st|nd|rd|th)?),?"
    r"[-/. ,]+(?P<year>\d{4})" + _TIME + "$"
)
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<year>\d{2})",
    "MMM": r"(?P<name>[^\W\d]+)\.?",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
}
_PERCENT = {"%Y": "YYYY", "%y": "YY", "%b": "MMM", "%B": "MMM", "%m": "MM", "%d": "DD"}
_TOKEN = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How to read the cells of one column."""

    # ``YYYY-MM-DD``-like text if a person stated it, else an order that the column proved.
    stated: str = ""
    order: str = YEAR_FIRST

    def read(self, cell: Any) -> date | None:
        """Return the day, or None if the cell is no date in this format."""
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = str(cell).strip()
        parts = _parts(_pattern(self.stated).match(text)) if self.stated else _parts_by_order(text, self.order)
        if parts is None:
            return None
        try:
            return date(*parts)
        except ValueError:
            return None


@dataclass(slots=True)
class DateEvidence:
    """What the cells of a column say about its format. Feed all of them, then ask ``settle``."""

    column: str
    field_name: str
    proofs: set[str] = field(default_factory=set)
    example: str = ""
    two_digit: str = ""
    open_to_both: str = ""

    def see(self, cell: Any) -> None:
        """Take one cell into account. What is no date at all says nothing; it is reported with its line later."""
        if isinstance(cell, date):
            return
        match = _YEAR_LAST.match(str(cell).strip())
        if match is None:
            return
        first, second, year = int(match["first"]), int(match["second"]), match["year"]
        if len(year) == 2:
            self.two_digit = self.two_digit or match.string
        if first > 12 >= second:
            self.proofs.add(DAY_FIRST)
        elif second > 12 >= first:
            self.proofs.add(MONTH_FIRST)
        elif first != second and not self.open_to_both:
            self.open_to_both = match.string

    def settle(self) -> DateFormat | Question:
        """Return the proved format, or the question to ask."""
        if self.two_digit:
            return self._ask(
                _("Column “%(column)s” writes years with two digits, like %(example)s. State its format."),
                self.two_digit,
                "YY",
            )
        if len(self.proofs) == 2:
            raise ImportRefused(
                _(
                    "Column “%(column)s” mixes day/month and month/day: "
                    "some dates can only be read one way and some only the other. Correct the file."
                )
                % {"column": self.column},
                code="dates_mixed",
                facts={"column": self.column},
            )
        if self.proofs:
            return DateFormat(order=next(iter(self.proofs)))
        if self.open_to_both:
            sentence = _(
                "Column “%(column)s” can be read in two ways: %(example)s is %(day_first)s or %(month_first)s. "
                "State its format: DD/MM/YYYY or MM/DD/YYYY."
            )
            return self._ask(sentence, self.open_to_both, "YYYY")
        return DateFormat(order=DAY_FIRST)

    def _ask(self, sentence: str, example: str, year: str) -> Question:
        match = _YEAR_LAST.match(example)
        assert match is not None  # noqa: S101  only matching cells are kept
        separator = match["sep"]
        readings = []
        for order, tokens in ((DAY_FIRST, ("DD", "MM", year)), (MONTH_FIRST, ("MM", "DD", year))):
            stated = separator.join(tokens)
            day = DateFormat(stated=stated).read(example)
            readings.append((stated, day.isoformat() if day else "–", order))
        labels = {"column": self.column, "example": example, "day_first": readings[0][1], "month_first": readings[1][1]}
        choices = tuple((stated, shown) for stated, shown, _order in readings if shown != "–")
        return Question(self.column, self.field_name, "date_format", sentence % labels, choices)


def check_format(stated: str) -> str:
    """Return a stated format in our tokens (``%d/%m/%Y`` becomes ``DD/MM/YYYY``); refuse one that lacks a part."""
    text = stated.strip()
    for percent, token in _PERCENT.items():
        text = text.replace(percent, token)
    text = "YYYY-MM-DD" if text.upper() == "ISO" else text
    names = set(_pattern(text).groupindex)
    if not {"year", "day"} <= names or not names & {"month", "name"}:
        sentence = _("“%(format)s” is no date format. Write it with DD, MM and YYYY, like DD/MM/YYYY.")
        raise ImportRefused(sentence % {"format": stated}, code="date_format_invalid")
    return text


@cache
def _pattern(stated: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts, end = [], 0
    for match in _TOKEN.finditer(stated):
        parts.append(re.escape(stated[end : match.start()]))
        end = match.end()
        token = {"MMMM": "MMM", "M": "MM", "D": "DD"}.get(match[0], match[0])
        name = "year" if token[0] == "Y" else token
        parts.append(_TOKENS[token] if name not in seen else re.escape(match[0]))
        seen.add(name)
    parts.append(re.escape(stated[end:]))
    return re.compile("^" + "".join(parts) + _TIME + "$")


def _parts(match: re.Match[str] | None) -> tuple[int, int, int] | None:
    if match is None:
        return None
    found = match.groupdict()
    month = _month(found["name"]) if "name" in found else int(found["month"])
    return (_full_year(found["year"]), month, int(found["day"])) if month else None


def _parts_by_order(text: str, order: str) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.match(text):
        return int(match["year"]), int(match["month"]), int(match["day"])
    if match := _YEAR_LAST.match(text):
        first, second, year = int(match["first"]), int(match["second"]), _full_year(match["year"])
        return (year, first, second) if order == MONTH_FIRST else (year, second, first)
    if match := _WITH_NAME.match(text):
        month = _month(match["month"] or match["month2"])
        return (int(match["year"]), month, int(match["day"] or match["day2"])) if month else None
    return None


def _full_year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    # POSIX's rule for two digits.
    return int(digits) + (1900 if int(digits) >= 69 else 2000)


def _month(name: str) -> int:
    """Return the month that a name in English or Indonesian means, zero if none."""
    return _month_names().get(name.casefold().rstrip("."), 0)


@cache
def _month_names() -> dict[str, int]:
    names = {}
    for language in ("en", "id"):
        months: Any = Locale(language).months
        for width in ("wide", "abbreviated"):
            names.update({str(name).casefold().rstrip("."): number for number, name in months["format"][width].items()})
    names["sept"] = 9
    return names
