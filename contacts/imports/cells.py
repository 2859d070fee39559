"""From the text of a cell to a typed value; what can't be read raises a sentence about it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.common.search import fold
from contacts.imports.dates import DateFormat
from contacts.imports.fields import Field, FieldType
from contacts.imports.mapping import Source
from contacts.imports.numbers import NumberFormat
from contacts.people.contact import normalise_email
from contacts.people.countries import country_code

NUMBERS = (FieldType.NUMBER, FieldType.WHOLE)
_SEVERAL = re.compile(r"[;,\n]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TRUE = frozenset({"1", "true", "yes", "y", "x", "ya", "co", "active", "aktif"})
_FALSE = frozenset({"0", "false", "no", "n", "tidak", "khong", "inactive", "nonaktif"})
# Files repeat themselves: owners, products, days. Readings of short texts are kept, up to a limit.
_MOST_KEPT, _LONGEST_KEPT = 5000, 80


class CellError(Exception):
    """A cell that can't be read as its field's type."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class Formats:
    """How dates and numbers are written, by field."""

    dates: dict[str, DateFormat]
    numbers: dict[str, NumberFormat]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says: its text with the mapping's translation put in, its value, or why it has none."""

    text: Any
    value: Any = None
    error: CellError | None = None


class CellReader:
    """Reads the cells of one field."""

    def __init__(self, target: Field, source: Source, formats: Formats) -> None:
        self.source = source
        self._convert = _converter(target, source, formats)
        self._kept: dict[str, Reading] = {}
        # A list must not be shared between rows: kinds add to it.
        self._keeps = not target.several

    def read(self, cell: Any) -> Reading:
        """Return the reading of a cell."""
        keeps = self._keeps and isinstance(cell, str) and len(cell) <= _LONGEST_KEPT
        if keeps and cell in self._kept:
            return self._kept[cell]
        reading = self._read(cell)
        if keeps and len(self._kept) < _MOST_KEPT:
            self._kept[cell] = reading
        return reading

    def _read(self, cell: Any) -> Reading:
        text = _translated(cell, self.source)
        if text == "":
            return Reading(text)
        try:
            return Reading(text, self._convert(text))
        except CellError as error:
            return Reading(text, None, error)


def _translated(cell: Any, source: Source) -> Any:
    """Return the cell with the mapping's values put in, or the default for an empty one."""
    if isinstance(cell, str):
        cell = cell.strip()
    if source.values:
        text = plain_text(cell)
        cell = source.values.get(text, cell)
        if cell is text or cell == text:
            cell = next((new for old, new in source.values.items() if old.casefold() == text.casefold()), cell)
    return source.default if cell == "" else cell


def plain_text(cell: Any) -> str:
    """Return a cell as one line of text; Excel's whole numbers and days look as they do there."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, (date, datetime)) else str(cell)


def _converter(target: Field, source: Source, formats: Formats) -> Callable[[Any], Any]:
    """Return the function that turns a cell of this field into a value."""
    if target.type is FieldType.DATE:
        return lambda cell: _date(cell, formats.dates[target.name])
    if target.type is FieldType.CHOICE:
        words = {fold(word): value for value, label in reversed(target.choices) for word in (value, str(label))}
        return lambda cell: _choice(plain_text(cell), words)
    if target.type in NUMBERS:
        return lambda cell: _number(cell, target, source, formats.numbers[target.name])
    one: Callable[[Any], Any] = {
        FieldType.EMAIL: _email,
        FieldType.COUNTRY: _country,
        FieldType.TRUTH: _truth,
    }.get(target.type, lambda cell: _line(cell, target))
    return (lambda cell: _several(cell, one)) if target.several else one


def _several(cell: Any, one: Callable[[Any], Any]) -> list[Any]:
    return [one(part.strip()) for part in _SEVERAL.split(str(cell)) if part.strip()]


def _line(cell: Any, target: Field) -> str:
    text = unicodedata.normalize("NFC", plain_text(cell))
    if _FORBIDDEN.search(text):
        raise CellError("character_forbidden", _("The value holds a character that can't be stored. Write it again."))
    if len(text) > target.longest:
        sentence = _("The value is longer than %(most)s characters. Shorten it.")
        raise CellError("too_long", sentence % {"most": target.longest})
    return text


def _date(cell: Any, format_: DateFormat) -> date:
    day = format_.read(cell)
    if day is None:
        if format_.stated:
            raise CellError("not_a_date", _("This is no date like %(format)s.") % {"format": format_.stated})
        raise CellError("not_a_date", _("This is no date. Write it like 2024-01-31."))
    if not 1900 <= day.year <= 2200:
        raise CellError("date_out_of_range", _("The year %(year)s is out of range.") % {"year": day.year})
    return day


def _number(cell: Any, target: Field, source: Source, format_: NumberFormat) -> Decimal | int:
    number = format_.read(cell)
    if number is None and not any(letter.isdecimal() for letter in str(cell)):
        raise CellError("not_a_number", _("This is no number."))
    if number is None:
        labels = {"sign": _("a decimal comma") if format_.decimal == "," else _("a decimal point")}
        raise CellError("not_a_number", _("This is no number with %(sign)s.") % labels)
    number *= source.factor
    if abs(number) >= Decimal(10) ** 15:
        raise CellError("number_too_large", _("This number is too large."))
    if target.type is FieldType.NUMBER:
        return number
    if number != number.to_integral_value():
        raise CellError("not_whole", _("Give a whole number."))
    return int(number)


def _truth(cell: Any) -> bool:
    word = fold(plain_text(cell))
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise CellError("not_yes_or_no", _("Write yes or no."))


def _choice(text: str, words: dict[str, str]) -> str:
    value = words.get(fold(text))
    if value is None:
        labels = {"value": text[:100], "values": ", ".join(sorted(set(words.values())))}
        sentence = _("There is no “%(value)s” here. Write one of: %(values)s. Or translate the value in the mapping.")
        raise CellError("choice_unknown", sentence % labels)
    return value


@lru_cache(maxsize=1000)
def _country_of(text: str) -> str | None:
    return country_code(text)


def _country(cell: Any) -> str:
    text = plain_text(cell)
    code = _country_of(text)
    if code is None:
        sentence = _(
            "“%(value)s” is no country. Write its two-letter code, like ID or VN, "
            "or translate the value in the mapping."
        )
        raise CellError("country_unknown", sentence % {"value": text[:100]})
    return code


def _email(cell: Any) -> str:
    try:
        return normalise_email(plain_text(cell))
    except ValidationError as error:
        raise CellError("email_invalid", error.messages[0]) from None
