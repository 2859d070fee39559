"""One value compared with what a condition asks for, in plain Python."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from campaigns.segments.asking import Asking, span_of
from campaigns.segments.fields import Field
from campaigns.segments.operators import FieldType
from config.common.search import fold


def fits(field: Field, operator: str, wanted: Any, value: Any, asked: Asking) -> bool:
    """Say whether a value fits; of an operator and its opposite the positive one is asked. Nothing set fits none."""
    if value is None or (value == "" and field.type in (FieldType.TEXT, FieldType.CHOICE)):
        return False
    if operator == "is_set":
        return True
    if field.type == FieldType.TEXT:
        return _text_fits(operator, fold(wanted), value)
    if field.type in (FieldType.DATE, FieldType.DATETIME):
        return _day_fits(operator, wanted, value, asked)
    if operator in ("at_least", "at_most"):
        number = Decimal(wanted)
        return bool(value >= number) if operator == "at_least" else bool(value <= number)
    chosen = wanted if isinstance(wanted, list) else [wanted]
    if field.stored:
        return any(value in field.stored(one) for one in chosen)
    return value in chosen


def _text_fits(operator: str, wanted: str, value: str) -> bool:
    if operator == "contains":
        return wanted in value
    return value.startswith(wanted) if operator == "starts_with" else value == wanted


def _day_fits(operator: str, wanted: Any, value: date | datetime, asked: Asking) -> bool:
    """A moment counts for the day that the owner's calendar shows then."""
    day = value.astimezone(asked.zone).date() if isinstance(value, datetime) else value
    span = span_of(operator, wanted, asked.today)
    return (span.first is None or day >= span.first) and (span.until is None or day < span.until)
