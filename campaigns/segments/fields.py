"""The allow-list: which facts of a contact a rule may ask for, how each is found in SQL, and how it is read in Python.

Slices and apps above add theirs by ``register_fields`` when the app is ready (touches come from ``campaigns.capture``).
A field's column is a path written by us; what people send is compared with its code and nothing else.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Model, OuterRef, QuerySet
from django.utils.functional import Promise

from campaigns.segments.asking import Asking
from campaigns.segments.operators import OF_TYPE, OPERATORS, SUMS, FieldType, Operator

Choice = tuple[str | int, str]
# Fields of a contact have no scope; those of a relation's rows have its code.
OF_CONTACT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that is known about a contact, or about a row of one of its relations.

    ``column`` is a path from the contact or row, or, with ``through``, from the rows that it finds for
    ``OuterRef("pk")``; ``values`` reads the same from one object, nothing for what is not set. ``stored`` says for
    which stored values a chosen one stands, ``after`` where in a text the value begins. ``choices`` are for people to
    choose from, ``known`` names those among some keys that still exist. ``says`` reads what people are shown,
    ``shown_to`` whether a reader may see it.
    """

    code: str
    label: str | Promise
    group: str | Promise
    type: FieldType
    column: str
    values: Callable[[Any, Asking], Iterable[Any]]
    scope: str = OF_CONTACT
    through: Callable[[Asking], QuerySet[Any]] | None = None
    choices: Callable[[Any], list[Choice]] | None = None
    known: Callable[[Iterable[Any]], Mapping[Any, str]] | None = None
    only: tuple[str, ...] = ()
    stored: Callable[[Any], tuple[Any, ...]] | None = None
    nullable: bool = False
    after: str = ""
    says: Callable[[Any, Asking], Iterable[str]] | None = None
    shown_to: Callable[[Any, Any], bool] | None = None

    @property
    def operators(self) -> tuple[Operator, ...]:
        """How it may be compared."""
        return tuple(OPERATORS[code] for code in self.only or OF_TYPE[self.type])


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Rows that a contact has many of: deals, activities, purchases, touches.

    ``ways`` returns disjoint querysets, each of the contact ``OuterRef("pk")``; ``rows`` the same rows for one contact.
    ``model`` is that of the rows if they all belong to the one contact in their ``contact_id``: they can be grouped.
    ``money`` says amount, currency and day of a row, ``amount`` the same as a column in the company's currency.
    ``visible`` returns the keys of those rows of a contact that a reader may see.
    """

    code: str
    label: str | Promise
    group: str | Promise
    ways: Callable[[Asking], tuple[QuerySet[Any], ...]]
    rows: Callable[[Any, Asking], Iterable[Any]]
    visible: Callable[[Any, Any], set[Any]]
    describe: Callable[[Any], str]
    amount: Callable[[Asking], Any] | None = None
    money: Callable[[Any, Asking], tuple[Decimal, str, date]] | None = None
    model: type[Model] | None = None
    scope: str = OF_CONTACT
    type: FieldType = FieldType.RELATION

    @property
    def operators(self) -> tuple[Operator, ...]:
        """How it may be asked for: a sum only of what has an amount."""
        codes = OF_TYPE[FieldType.RELATION] + (SUMS if self.amount else ())
        return tuple(OPERATORS[code] for code in codes)


def attribute(path: str) -> Callable[[Any, Asking], list[Any]]:
    """Return what reads one attribute of a contact or row, like ``deal.outcome``."""
    read = attrgetter(path)

    def values(subject: Any, _asked: Asking) -> list[Any]:
        return [read(subject)]

    return values


def belonging(model: type[Model]) -> dict[str, Any]:
    """Return what a relation needs whose rows each belong to one contact."""
    return {"ways": lambda _asked: (model._default_manager.filter(contact=OuterRef("pk")),), "model": model}


Askable = Field | Relation
_fields: dict[str, dict[str, Askable]] = {}


def register_fields(*fields: Askable) -> None:
    """Offer fields to rules; called when the app is ready. Raises ValueError for a code that is taken."""
    for field in fields:
        offered = _fields.setdefault(field.scope, {})
        if field.code in offered:
            raise ValueError(f"There is a field {field.code} of {field.scope or 'contacts'} already.")
        offered[field.code] = field


def fields_of(scope: str = OF_CONTACT) -> dict[str, Askable]:
    """Return the fields of contacts, or of a relation's rows (``fields_of("deals")``), by code, in their order."""
    return dict(_fields.get(scope, {}))


def field_of(code: str, scope: str = OF_CONTACT) -> Askable | None:
    """Return one field; None if there is none of that code."""
    return _fields.get(scope, {}).get(code)
