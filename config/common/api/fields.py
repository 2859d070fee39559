"""Fields that the house's resources share: moments in UTC, money, references to rows that the caller can see."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.common.bounds import FIRST_YEAR, LARGEST_ID, LAST_YEAR, is_id
from config.common.money import STORED_DECIMALS, as_text


class UtcDateTimeField(serializers.DateTimeField):
    """A moment, always written in UTC (``2026-01-31T09:30:00Z``), whatever the reader's own time zone is."""

    default_error_messages: ClassVar = {"impossible": _("Give a moment between the years 1900 and 2200.")}

    def to_internal_value(self, value: Any) -> datetime:
        """Read the moment."""
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            # A moment without a zone, at the end of what there is, is past it in UTC.
            self.fail("impossible")
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("impossible")
        return moment

    def to_representation(self, value: Any) -> Any:
        """Write the moment."""
        return utc_text(value)


def utc_text(moment: datetime | None) -> str | None:
    """Return a moment as the API writes it."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class IdNumber(serializers.IntegerField):
    """A number that a row may have as its id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class DayField(serializers.DateField):
    """A calendar day of a business: neither in the far past nor in the far future."""

    default_error_messages: ClassVar = {"impossible": _("Give a day between the years 1900 and 2200.")}

    def to_internal_value(self, value: Any) -> date:
        """Read the day."""
        day = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("impossible")
        return day


class MoneyField(serializers.DecimalField):
    """An amount as text with exactly the decimals of the row's currency, which stands at ``currency`` of the row."""

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        self.currency_path = currency.split(".")
        options.setdefault("max_digits", 18)
        options.setdefault("decimal_places", STORED_DECIMALS)
        super().__init__(**options)

    def get_attribute(self, instance: Any) -> Any:
        """Return the amount in the words of the row's currency."""
        amount: Decimal | None = super().get_attribute(instance)
        if amount is None:
            return None
        currency = instance
        for part in self.currency_path:
            currency = getattr(currency, part)
        return as_text(amount, currency.minor_units)

    def to_representation(self, value: Any) -> Any:
        """Pass on what ``get_attribute`` wrote."""
        return value


class Reference:
    """What references to rows have in common: the caller refers to rows that they see; any other reads as absent."""

    messages: ClassVar[dict[str, Any]] = {
        "does_not_exist": _("There is no record with the id {pk_value}."),
        "incorrect_type": _("Give the record's id, a whole number."),
        "incorrect_code": _("Give the record's code, a text."),
    }


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to one row that the caller can see. The row that is referred to at present is accepted too,

    so that whoever read a record can write it back.
    """

    default_error_messages = Reference.messages

    def __init__(self, **options: Any) -> None:
        rows = options.get("queryset")
        self.key_column = None if rows is None else rows.model._meta.pk
        super().__init__(**options)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the caller may refer to."""
        rows: Any = super().get_queryset()
        request = self.context.get("request")
        visible: QuerySet[Any] = rows.visible_to(request.user) if request is not None else rows.none()
        return visible

    def use_pk_only_optimization(self) -> bool:
        """Show the id without reading the row."""
        return True

    def to_internal_value(self, data: Any) -> Any:
        """Return the row, or say that there is none."""
        key = self._key(data)
        present: Any = getattr(self.parent, "instance", None)
        if isinstance(present, models.Model) and getattr(present, f"{self.source}_id", None) == key:
            return getattr(present, str(self.source))
        rows: Any = self.get_queryset()
        row = rows.filter(pk=key).first()
        if row is None:
            self.fail("does_not_exist", pk_value=key)
        return row

    def _key(self, data: Any) -> int | str:
        pk: Any = self.key_column
        if isinstance(pk, models.CharField):
            if not isinstance(data, str) or len(data) > (pk.max_length or 0):
                self.fail("incorrect_code")
            return str(data)
        key = whole_number(data)
        if key is None:
            self.fail("incorrect_type")
        return key


class SharedField(VisibleField):
    """A reference to a row of set-up that is no secret to anybody."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return all rows."""
        rows: Any = serializers.PrimaryKeyRelatedField.get_queryset(self)
        return rows  # type: ignore[no-any-return]


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class VisibleRows(serializers.ListField):
    """References to several rows that the caller can see, looked up at once."""

    default_error_messages = Reference.messages

    def __init__(self, *, queryset: Any, **options: Any) -> None:
        self.rows = queryset
        options.setdefault("max_length", 200)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        """Return the rows in the order given; name each id that is none by its place."""
        given = super().to_internal_value(data)
        keys = [whole_number(item) for item in given]
        found = visible_rows(self.rows, keys, self.context)
        faults: dict[Any, Any] = {
            index: self._fault(keys[index]) for index in range(len(keys)) if keys[index] not in found
        }
        if faults:
            raise serializers.ValidationError(faults)
        return [found[key] for key in keys]

    def _fault(self, key: int | None) -> list[str]:
        if key is None:
            return [str(self.error_messages["incorrect_type"])]
        return [str(self.error_messages["does_not_exist"]).format(pk_value=key)]


def visible_rows(rows: Any, keys: Iterable[int | None], context: Any) -> dict[int | None, Any]:
    """Return those of the rows that the caller can see, by id, in one query."""
    known = [key for key in keys if key is not None]
    return {**rows.visible_to(context["request"].user).in_bulk(known)} if known else {}


def whole_number(data: Any) -> int | None:
    """Return an id given as number or digits; None for anything else, also for what no id can be."""
    if isinstance(data, bool) or not isinstance(data, (int, str)):
        return None
    if isinstance(data, str) and not is_id(data):
        return None
    return int(data) if 0 <= int(data) <= LARGEST_ID else None
