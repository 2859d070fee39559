"""Base of serializers: rows are read fast, only changed columns are written, and nothing given is silently ignored."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.relations import PrimaryKeyRelatedField

from config.common.api.fields import DayField, UtcDateTimeField, VisibleField, VisibleRows, utc_text

__all__ = ["RowSerializer", "VerbInput", "VisibleField", "VisibleRows", "save_changed"]

Reader = Callable[[Any], Any]
# Fields whose stored value is already what JSON carries.
_PLAIN: tuple[type, ...] = (
    serializers.CharField,
    serializers.EmailField,
    serializers.SlugField,
    serializers.RegexField,
    serializers.ChoiceField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.JSONField,
)


class StrictFields(serializers.Serializer[Any]):
    """Refuses names it doesn't know: a mistyped field is told, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names, then read."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
                sentence = _("There is no such field here. There are: %(names)s.") % {"names": known}
                raise serializers.ValidationError({name: [sentence] for name in unknown})
        return super().to_internal_value(data)


class VerbInput(StrictFields):
    """The body of a verb."""


class RowSerializer(StrictFields, serializers.ModelSerializer[Any]):
    """One row of a resource.

    ``state`` maps columns that only a verb changes to the sentence that names the verb; ``fixed`` maps columns that
    are given at creation only to a sentence. A change that gives such a column another value is refused; giving the
    present one is fine, so that what was read can be written back. A method ``read_<name>`` reads what is no column.
    """

    state: ClassVar[Mapping[str, str | Promise]] = {}
    fixed: ClassVar[Mapping[str, str | Promise]] = {}
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: DayField,
        models.DateTimeField: UtcDateTimeField,
    }
    serializer_related_field = VisibleField

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; what is fixed at creation is read-only for a row that exists."""
        fields = super().get_fields()
        if isinstance(self.instance, Model):
            for name in self.fixed:
                fields[name].read_only, fields[name].required = True, False
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what would be a change of state, then read."""
        if isinstance(data, Mapping):
            self._refuse_guarded(data)
        return super().to_internal_value(data)

    def _refuse_guarded(self, data: Mapping[str, Any]) -> None:
        guarded = dict(self.state)
        if isinstance(self.instance, Model):
            guarded |= self.fixed
        faults = {
            name: [str(sentence)]
            for name, sentence in guarded.items()
            if name in data and self.fields[name].read_only and not self._is_present(name, data[name])
        }
        if faults:
            raise serializers.ValidationError(faults)

    def _is_present(self, name: str, given: Any) -> bool:
        if not isinstance(self.instance, Model):
            present = self.at_creation(name)
        elif name in self._read_by_name:
            present = self._read_by_name[name](self.instance)
        else:
            return False
        return given == present or str(given) == str(present)

    def at_creation(self, name: str) -> Any:
        """Return the value that a state column has at creation anyway, and that may therefore be given."""
        return None

    def to_representation(self, instance: Any) -> Any:
        """Read a row with readers chosen once for the whole list."""
        return {name: read(instance) for name, read in self._readers}

    @cached_property
    def _readers(self) -> list[tuple[str, Reader]]:
        return [(field.field_name or "", _reader(field, self)) for field in self._readable_fields]

    @cached_property
    def _read_by_name(self) -> dict[str, Reader]:
        return dict(self._readers)

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Check the whole row by the model's own rules and save it."""
        model: Any = self.Meta.model
        row = model(**validated_data)
        row.full_clean()
        row.save()
        return row

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Set the given fields, check the row by the model's own rules, save the changed columns only."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.full_clean()
        save_changed(instance, validated_data)
        return instance


def save_changed(row: Model, names: Iterable[str]) -> None:
    """Save the named columns and those that follow from them (the version, folded search text)."""
    following = {field.name for field in row._meta.concrete_fields if getattr(field, "follows", False)}
    present = {field.name for field in row._meta.concrete_fields}
    row.save(update_fields=((set(names) | {"updated_at"}) & present) | following)


def _reader(field: Any, serializer: RowSerializer) -> Reader:
    """Return a function from a row to what JSON carries for ``field``: as DRF gives it, without its detours."""
    if (own := getattr(serializer, f"read_{field.field_name}", None)) is not None:
        return own  # type: ignore[no-any-return]
    if isinstance(field, serializers.SerializerMethodField):
        return getattr(serializer, str(field.method_name))  # type: ignore[no-any-return]
    if type(field) in _PLAIN:
        return _attribute(field.source_attrs)
    if type(field) is UtcDateTimeField:
        read = _attribute(field.source_attrs)
        return lambda row: utc_text(read(row))
    if isinstance(field, PrimaryKeyRelatedField) and len(field.source_attrs) == 1:
        return attrgetter(_attname(serializer, field.source_attrs[0]))
    return _by_field(field)


def _attribute(parts: list[str]) -> Reader:
    if len(parts) == 1:
        return attrgetter(parts[0])

    def read(row: Any) -> Any:
        for part in parts:
            row = None if row is None else getattr(row, part)
        return row

    return read


def _attname(serializer: RowSerializer, name: str) -> str:
    model: Any = serializer.Meta.model
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return f"{name}_id"
    return str(field.attname)


def _by_field(field: Any) -> Reader:
    def read(row: Any) -> Any:
        value = field.get_attribute(row)
        return None if value is None else field.to_representation(value)

    return read
