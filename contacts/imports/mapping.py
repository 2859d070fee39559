"""The mapping: where each field comes from, how values are translated, and what is made of names that match nothing.

As TOML (or the same as JSON)::

    existing = "update"                      # or "keep": leave records that are there already as they are
    [fields]
    owner = "sales_agent"                    # a column
    currency = { constant = "USD" }          # the same for all rows
    opened_on = { column = "engage_date", format = "YYYY-MM-DD" }
    name = { pattern = "{product}[ for {company}]" }
    company = { column = "account", unknown = "create" }
    [fields.product]
    column = "product"
    values = { GTXPro = "GTX Pro" }
"""

import json
import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.dates import check_format
from contacts.imports.errors import ImportRefused, MappingIncomplete
from contacts.imports.fields import Field, FieldType, Unknown
from contacts.imports.kinds import Kind
from contacts.imports.numbers import check_decimal_sign
from contacts.imports.patterns import names_in
from contacts.imports.reading.tables import Table

_SOURCE_KEYS = ("column", "constant", "pattern", "default", "values", "unknown", "format", "factor")
_OPTIONS: dict[str, tuple[str, ...] | None] = {
    "existing": ("update", "keep"),
    "news": ("today", "none"),
    "encoding": None,
    "delimiter": None,
    "sheet": None,
}
_LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field comes from."""

    column: str = ""
    constant: str = ""
    pattern: str = ""
    default: str = ""
    values: AnyMapping[str, str] = field(default_factory=dict)
    unknown: Unknown = Unknown.ERROR
    # A date format, or the decimal sign of a number.
    format: str = ""
    # What numbers are multiplied with: 1000000 for "revenue in millions".
    factor: Decimal = Decimal(1)

    def as_json(self, target: Field) -> dict[str, Any]:
        """Return what differs from the field's defaults, as plain values."""
        found: dict[str, Any] = {
            key: getattr(self, key)
            for key in ("column", "constant", "pattern", "default", "format")
            if getattr(self, key)
        }
        if self.values:
            found["values"] = dict(self.values)
        if self.unknown != target.unknown:
            found["unknown"] = self.unknown.value
        if self.factor != 1:
            found["factor"] = str(self.factor)
        return found


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping for one kind."""

    kind: Kind
    sources: dict[str, Source]
    options: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as plain values, as ``parse`` takes them."""
        fields = {name: source.as_json(self.kind.field(name)) for name, source in self.sources.items()}
        return {**self.options, "fields": fields}

    def option(self, name: str) -> str:
        """Return an option; an empty one means the default."""
        return self.options.get(name, "")

    def open(self, file: Any) -> Table:
        """Read a file as the mapping says."""
        return Table(
            file, encoding=self.option("encoding"), delimiter=self.option("delimiter"), sheet=self.option("sheet")
        )

    def check_complete(self, table: Table) -> None:
        """Refuse a mapping that names columns the file lacks, or leaves out fields that the kind needs."""
        for name, source in self.sources.items():
            if source.column and table.place_of(source.column) is None:
                sentence = _("The file has no column “%(column)s” for “%(field)s”. It has: %(columns)s.")
                labels = {
                    "column": source.column,
                    "field": self.kind.field(name).label,
                    "columns": ", ".join(table.header),
                }
                raise MappingIncomplete(sentence % labels, code="column_missing", facts={"field": name})
        missing = [each for each in self.kind.fields if each.required and each.name not in self.sources]
        missing = [each for each in missing if not self.kind.can_do_without(each.name, self.sources)]
        if missing:
            labels = {"fields": ", ".join(str(each.label) for each in missing)}
            sentence = _("Say which column holds: %(fields)s.")
            raise MappingIncomplete(
                sentence % labels, code="field_missing", facts={"fields": [each.name for each in missing]}
            )


def parse(kind: Kind, given: Any) -> Mapping:
    """Check a mapping as it came from TOML or JSON. Raises ImportRefused with a sentence that names what is wrong."""
    if not isinstance(given, AnyMapping) or not _is_storable(given):
        raise _invalid(_('The mapping is a table of fields, such as {"fields": {"name": "Company"}}.'))
    options = {}
    for name, value in given.items():
        if name in ("fields", "kind", "file", "title"):
            continue
        if name not in _OPTIONS:
            raise _invalid(
                _("The mapping has no setting “%(name)s”. It has: %(names)s.")
                % {"name": name, "names": ", ".join(("fields", *_OPTIONS))}
            )
        allowed = _OPTIONS[name]
        if not isinstance(value, str) or (allowed and value not in allowed):
            raise _invalid(
                _("“%(name)s” is one of: %(allowed)s.") % {"name": name, "allowed": ", ".join(allowed or ("text",))}
            )
        options[name] = value
    fields = given.get("fields", {})
    if not isinstance(fields, AnyMapping):
        raise _invalid(_("“fields” names a source for each field."))
    sources = {name: _source(kind, name, value) for name, value in fields.items()}
    return Mapping(kind, sources, options)


def _is_storable(given: AnyMapping[str, Any]) -> bool:
    try:
        text = json.dumps(given, default=str, ensure_ascii=False)
        return len(text.encode()) <= _LARGEST and "\\u0000" not in text
    except (UnicodeEncodeError, ValueError, RecursionError):
        return False


def read_toml(text: str) -> dict[str, Any]:
    """Return a TOML text as plain values; refuse one that can't be read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(_("The mapping can't be read as TOML: %(why)s") % {"why": error}) from None


def _source(kind: Kind, name: str, given: Any) -> Source:
    target = kind.find_field(name)
    if target is None:
        labels = {"kind": kind.title, "name": name, "names": ", ".join(each.name for each in kind.fields)}
        raise _invalid(_("%(kind)s have no field “%(name)s”. They have: %(names)s.") % labels)
    given = {"column": given} if isinstance(given, str) else given
    if not isinstance(given, AnyMapping):
        raise _invalid(_("“%(field)s” needs a column, a constant or a pattern.") % {"field": name})
    if unknown := [key for key in given if key not in _SOURCE_KEYS]:
        labels = {"field": name, "name": unknown[0], "names": ", ".join(_SOURCE_KEYS)}
        raise _invalid(_("“%(field)s” has no setting “%(name)s”. It has: %(names)s.") % labels)
    texts = {
        key: _text(name, key, given[key])
        for key in ("column", "constant", "pattern", "default", "format")
        if key in given
    }
    if sum(bool(texts.get(key)) for key in ("column", "constant", "pattern")) != 1 and not texts.get("default"):
        raise _invalid(_("“%(field)s” needs a column, a constant or a pattern.") % {"field": name})
    names_in(texts.get("pattern", ""))
    return Source(
        **{**texts, "format": _format(target, texts.get("format", ""))},
        values=_values(name, given.get("values", {})),
        unknown=_unknown(target, given.get("unknown")),
        factor=_factor(target, given.get("factor", 1)),
    )


def _text(field_name: str, key: str, value: Any) -> str:
    if isinstance(value, (dict, list)) or "\x00" in str(value):
        raise _invalid(_("“%(key)s” of “%(field)s” is a text.") % {"key": key, "field": field_name})
    return str(value)


def _format(target: Field, stated: str) -> str:
    if not stated:
        return ""
    if target.type is FieldType.DATE:
        return check_format(stated)
    if target.type in (FieldType.NUMBER, FieldType.WHOLE):
        return check_decimal_sign(stated)
    raise _invalid(_("“%(field)s” is neither a date nor a number, so it has no format.") % {"field": target.name})


def _values(name: str, given: Any) -> dict[str, str]:
    if not isinstance(given, AnyMapping) or any(isinstance(value, (dict, list)) for value in given.values()):
        raise _invalid(_('“values” of “%(field)s” translates values: {"GTXPro" = "GTX Pro"}.') % {"field": name})
    return {str(key): str(value) for key, value in given.items()}


def _unknown(target: Field, given: Any) -> Unknown:
    if given is None:
        return target.unknown
    allowed = [each.value for each in Unknown if each is not Unknown.CREATE or target.creatable]
    if target.reference is None or given not in allowed:
        labels = {"field": target.name, "allowed": ", ".join(allowed) if target.reference else "–"}
        raise _invalid(_("“unknown” of “%(field)s” is one of: %(allowed)s.") % labels)
    return Unknown(given)


def _factor(target: Field, given: Any) -> Decimal:
    try:
        factor = Decimal(str(given))
    except InvalidOperation:
        factor = Decimal(0)
    if (
        not factor.is_finite()
        or factor <= 0
        or (factor != 1 and target.type not in (FieldType.NUMBER, FieldType.WHOLE))
    ):
        raise _invalid(
            _("“factor” of “%(field)s” is a number above zero, for fields that are numbers.") % {"field": target.name}
        )
    return factor


def _invalid(sentence: str) -> ImportRefused:
    return ImportRefused(sentence, code="mapping_invalid")
