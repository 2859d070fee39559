"""What happened to deals, their quotes, invoices and payments, of whatever kind, read together in one query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, Field, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from config.common.money import ZERO, AmountField


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what happened. Which columns say what is the business of whoever tells it."""

    source: str
    kind: str
    at: datetime
    # Of what happened in one moment, the last to be written stands first.
    place: int
    row: int
    name: str
    before: str
    after: str
    amount: Decimal
    currency: str
    digits: int
    who: str
    why: str


# What isn't said here is text; every part names its moment and its row.
_TYPES: dict[str, Field[Any, Any]] = {"amount": AmountField(), "digits": IntegerField()}
_NOTHING: dict[str, Any] = {"amount": ZERO, "digits": 0}


def part(source: str, rows: QuerySet[Any], **columns: str) -> QuerySet[Any]:
    """Return rows as happenings of a source; ``columns`` say where values stand (``name="document__number"``).

    What isn't named is empty.
    """
    shown: dict[str, Any] = {}
    for name in Happening.__dataclass_fields__:
        literal = source if name == "source" else _NOTHING.get(name, "")
        # PostgreSQL must be told of what type a literal is.
        empty = Cast(Value(literal), _TYPES.get(name, CharField()))
        shown[f"h_{name}"] = F({"place": "pk", **columns}[name]) if name == "place" or name in columns else empty
    told: QuerySet[Any] = rows.order_by().annotate(**shown).values_list(*shown)
    return told


def happenings(parts: Iterable[QuerySet[Any]], before: datetime, limit: int) -> Iterator[Happening]:
    """Return the newest happenings of all parts before a moment, for one query; nothing without a part."""
    asked = [each.filter(h_at__lt=before) for each in parts]
    if not asked:
        return
    rows: Any = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    for values in rows.order_by("-h_at", "-h_place")[:limit]:
        told: list[Any] = ["" if value is None else value for value in values]
        yield Happening(*told)
