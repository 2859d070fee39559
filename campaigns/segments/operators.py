"""The operators of each type of field: what each takes, and of which it says the opposite."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    REFERENCE = "reference"
    RELATION = "relation"


class Takes(StrEnum):
    """The shape of an operator's value."""

    NOTHING = "nothing"
    ONE = "one"
    MANY = "many"
    DAYS = "days"
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Operator:
    """How a field is compared. ``opposite_of`` names the operator whose answer it turns round."""

    code: str
    label: str | Promise
    takes: Takes
    opposite_of: str = ""


OPERATORS: dict[str, Operator] = {
    each.code: each
    for each in (
        Operator("is", _("is"), Takes.ONE),
        Operator("is_not", _("is not"), Takes.ONE, "is"),
        Operator("is_any_of", _("is any of"), Takes.MANY),
        Operator("is_none_of", _("is none of"), Takes.MANY, "is_any_of"),
        Operator("contains", _("contains"), Takes.ONE),
        Operator("not_contains", _("does not contain"), Takes.ONE, "contains"),
        Operator("starts_with", _("starts with"), Takes.ONE),
        Operator("at_least", _("is at least"), Takes.ONE),
        Operator("at_most", _("is at most"), Takes.ONE),
        Operator("is_set", _("is set"), Takes.NOTHING),
        Operator("not_set", _("is not set"), Takes.NOTHING, "is_set"),
        Operator("in_last_days", _("is in the last … days"), Takes.DAYS),
        Operator("more_than_days_ago", _("is more than … days ago"), Takes.DAYS),
        Operator("in_next_days", _("is in the next … days"), Takes.DAYS),
        Operator("this_month", _("is this month"), Takes.NOTHING),
        Operator("last_month", _("is last month"), Takes.NOTHING),
        Operator("this_year", _("is this year"), Takes.NOTHING),
        Operator("before", _("is before"), Takes.DAY),
        Operator("on", _("is on"), Takes.DAY),
        Operator("after", _("is after"), Takes.DAY),
        Operator("any", _("any"), Takes.NOTHING),
        Operator("none", _("none"), Takes.NOTHING, "any"),
        Operator("count_at_least", _("number is at least"), Takes.NUMBER),
        Operator("count_at_most", _("number is at most"), Takes.NUMBER),
        Operator("sum_at_least", _("sum is at least"), Takes.NUMBER),
        Operator("sum_at_most", _("sum is at most"), Takes.NUMBER),
    )
}
_SET = ("is_set", "not_set")
_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of", *_SET)
_DATED = (
    "in_last_days", "more_than_days_ago", "in_next_days", "this_month", "last_month", "this_year", "before", "on",
    "after", *_SET,
)  # fmt: skip
OF_TYPE: dict[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: ("is", "is_not", "contains", "not_contains", "starts_with", *_SET),
    FieldType.CHOICE: _CHOSEN,
    FieldType.REFERENCE: _CHOSEN,
    FieldType.NUMBER: ("is", "is_not", "at_least", "at_most", *_SET),
    FieldType.AMOUNT: ("at_least", "at_most"),
    FieldType.DATE: _DATED,
    FieldType.DATETIME: _DATED,
    FieldType.BOOLEAN: ("is",),
    FieldType.RELATION: ("any", "none", "count_at_least", "count_at_most"),
}
SUMS = ("sum_at_least", "sum_at_most")
