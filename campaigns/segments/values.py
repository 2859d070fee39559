"""Values of conditions as they come from outside: checked by type and tidied, so that both readings see the same."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from campaigns.segments.fields import Askable, Field
from campaigns.segments.operators import OPERATORS, FieldType, Takes
from campaigns.segments.refusing import TreeRefused
from config.common.bounds import FIRST_YEAR, LARGEST_ID, LAST_YEAR
from config.common.search import fold

LONGEST_TEXT = 200
MOST_VALUES = 100
MOST_DAYS = 36_500
MOST = 10**12
_YEARS = (FIRST_YEAR, LAST_YEAR)


def read_value(field: Askable, operator: str, raw: object, path: str) -> Any:
    """Return the value that an operator of a field takes. Raises TreeRefused for any other."""
    takes = OPERATORS[operator].takes
    if takes == Takes.NOTHING:
        return None
    if takes == Takes.DAYS:
        return _whole(field, raw, path, least=0, most=MOST_DAYS)
    if takes == Takes.DAY:
        return _day(field, raw, path)
    if takes == Takes.NUMBER:
        return _amount_of_rows(field, operator, raw, path)
    assert isinstance(field, Field)  # noqa: S101  relations take nothing or numbers
    if takes == Takes.MANY:
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_VALUES:
            raise _refusal(_("Choose at least one value, and no more than a hundred, for “%(field)s”."), field, path)
        return list(dict.fromkeys(_one(field, each, path) for each in raw))
    return _one(field, raw, path)


def _one(field: Field, raw: object, path: str) -> Any:
    if field.type in (FieldType.TEXT, FieldType.CHOICE, FieldType.BOOLEAN):
        return _word(field, raw, path)
    if field.type == FieldType.AMOUNT:
        return _amount(field, raw, path)
    if field.type == FieldType.NUMBER:
        return _whole(field, raw, path, least=0, most=MOST)
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 19:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw <= LARGEST_ID:
        raise _refusal(_("Choose a record for “%(field)s”."), field, path)
    return raw


def _word(field: Field, raw: object, path: str) -> str | bool:
    if field.type == FieldType.TEXT:
        if not isinstance(raw, str) or len(raw) > LONGEST_TEXT or not fold(raw) or "\x00" in raw:
            raise _refusal(_("Write a text of at most 200 characters for “%(field)s”."), field, path)
        return raw.strip()
    if field.type == FieldType.CHOICE:
        if not isinstance(raw, str) or field.known is None or raw not in field.known([raw]):
            raise _refusal(_("Choose one of the values that “%(field)s” can have."), field, path)
        return raw
    if not isinstance(raw, bool):
        raise _refusal(_("“%(field)s” is true or false."), field, path)
    return raw


def _whole(field: Askable, raw: object, path: str, *, least: int, most: int) -> int:
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw) < 16:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
        sentence = _("“%(field)s” takes a whole number from %(least)s to %(most)s.")
        raise TreeRefused(sentence % {"field": field.label, "least": least, "most": most}, path=path)
    return raw


def _day(field: Askable, raw: object, path: str) -> str:
    try:
        day = date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        day = None
    if day is None or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise _refusal(_("Write a day like 2026-03-31 for “%(field)s”."), field, path)
    return day.isoformat()


def _amount(field: Askable, raw: object, path: str) -> str:
    """Return the amount as JSON carries it, as text."""
    try:
        amount = Decimal(str(raw)) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else None
    except InvalidOperation:
        amount = None
    # The exponent first: what is neither a number nor has decimals fit for a column is not compared at all.
    exponent = amount.as_tuple().exponent if amount is not None else None
    if amount is None or not isinstance(exponent, int) or exponent < -3 or not 0 <= amount <= MOST:
        raise _refusal(_("“%(field)s” takes an amount of zero or more, with at most three decimals."), field, path)
    return format(amount, "f")


def _amount_of_rows(field: Askable, operator: str, raw: object, path: str) -> Any:
    # “At least none” would hold for everybody.
    if operator == "sum_at_least":
        value = _amount(field, raw, path)
        if Decimal(value) == 0:
            raise _refusal(_("A sum of at least zero would mean everybody. Write more than zero."), field, path)
        return value
    if operator == "sum_at_most":
        return _amount(field, raw, path)
    return _whole(field, raw, path, least=1 if operator == "count_at_least" else 0, most=10**6)


def _refusal(sentence: str, field: Askable, path: str) -> TreeRefused:
    return TreeRefused(sentence % {"field": field.label}, path=path)
