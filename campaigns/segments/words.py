"""A condition and a fact in the reader's words."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.segments.asking import Asking
from campaigns.segments.fields import Field
from campaigns.segments.operators import OPERATORS, FieldType, Takes
from campaigns.segments.tree import Condition, Node, askable
from config.common.money import show_number

# So many values are told; of the rest only how many there are.
MOST_TOLD = 5


def node_words(node: Node) -> str:
    """Return what a node asks, like “Country is Indonesia”."""
    if isinstance(node, Condition):
        return condition_words(node)
    if node.match == "all":
        return _("All of these hold")
    return _("Any of these holds") if node.match == "any" else _("None of these holds")


def condition_words(condition: Condition) -> str:
    """Return what a condition asks."""
    field, operator = askable(condition), OPERATORS[condition.operator]
    words = {"field": field.label, "operator": operator.label, "value": ""}
    if operator.takes == Takes.NOTHING:
        return _("%(field)s: %(operator)s") % words
    words["value"] = asked_words(field, operator.takes, condition.value)
    return _("%(field)s: %(operator)s %(value)s") % words


def asked_words(field: Any, takes: Takes, value: Any) -> str:
    """Return the value that a condition asks for."""
    if takes == Takes.DAYS:
        return ngettext("%(count)s day", "%(count)s days", value) % {"count": value}
    if takes == Takes.DAY:
        return show_value(date.fromisoformat(value))
    if isinstance(field, Field) and field.known:
        chosen = value if isinstance(value, list) else [value]
        names = field.known(chosen)
        return ", ".join(names.get(each, str(each)) for each in chosen)
    if isinstance(field, Field) and field.type == FieldType.TEXT:
        return ", ".join(value) if isinstance(value, list) else str(value)
    return show_value(value if isinstance(value, bool) else Decimal(value))


def field_words(field: Field, subject: Any, asked: Asking) -> str:
    """Return what is known about a contact or row."""
    if field.says:
        return told([each for each in field.says(subject, asked) if each])
    values = present(field.values(subject, asked))
    if field.known:
        names = field.known(values)
        return told([names.get(each, str(each)) for each in values])
    return told([show_value(each, asked) for each in values])


def present(values: Iterable[Any]) -> list[Any]:
    """Return the values that are set."""
    return [value for value in values if value not in (None, "")]


def told(words: list[str]) -> str:
    """Return some words in a row, bounded; a dash where there is nothing."""
    if not words:
        return _("not set")
    more = len(words) - MOST_TOLD
    if more <= 0:
        return ", ".join(words)
    shown = ", ".join(words[:MOST_TOLD])
    return ngettext("%(words)s and %(count)s more", "%(words)s and %(count)s more", more) % {
        "words": shown,
        "count": more,
    }


def show_value(value: Any, asked: Asking | None = None) -> str:
    """Return one value as the reader's language writes it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        local = value.astimezone(asked.zone) if asked else value
        return str(formats.date_format(local, "SHORT_DATE_FORMAT"))
    if isinstance(value, date):
        return str(formats.date_format(value, "SHORT_DATE_FORMAT"))
    return show_number(value) if isinstance(value, Decimal | int) else str(value)
