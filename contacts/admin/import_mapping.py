"""The mapping as a table to look at and to change: one line a column, and what stands in no column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from contacts.imports.kinds import Kind
from contacts.imports.models import Import
from contacts.imports.reading.tables import Table

MOST_NAMES_SHOWN, SPARE_LINES = 15, 2


@dataclass(slots=True)
class ColumnLine:
    """A column of the file: its name, values to recognise it by, the field it feeds, and how it is written."""

    place: int
    name: str
    samples: list[str]
    # Choices of formats, if the column can be read in several ways.
    choices: list[list[str]] = field(default_factory=list)
    question: str = ""
    field: str = ""
    format: str = ""


@dataclass(slots=True)
class OtherLine:
    """A field that gets the same text in all rows, or shares a column with another field."""

    place: int
    field: str = ""
    column: str = ""
    text: str = ""
    is_pattern: bool = False


@dataclass(slots=True)
class UnknownLine:
    """Names of one field that match nothing, and what can be made of them."""

    field: str
    label: str
    what: str
    different: int
    names: list[tuple[str, int, str]]
    can_create: bool


@dataclass(slots=True)
class MappingTable:
    """Everything that a person sees and changes of a mapping."""

    columns: list[ColumnLine]
    others: list[OtherLine]
    unknown: list[UnknownLine]
    fields: list[tuple[str, str | Promise, bool]]
    headers: list[str]
    missing: list[str | Promise]


def mapping_table(run: Import, kind: Kind, table: Table) -> MappingTable:
    """Return the mapping of a run as a table."""
    sources: dict[str, dict[str, Any]] = run.mapping.get("fields", {})
    questions = {question["field"]: question for question in run.findings.get("questions", [])}
    by_place: dict[int, str] = {}
    others: list[OtherLine] = []
    for name, source in sources.items():
        place = table.place_of(source["column"]) if source.get("column") else None
        if place is not None and place not in by_place:
            by_place[place] = name
        else:
            text = source.get("constant") or source.get("pattern") or source.get("default") or ""
            column = table.header[place] if place is not None else ""
            others.append(OtherLine(len(others), name, column, text, bool(source.get("pattern"))))
    others += [OtherLine(len(others) + number) for number in range(SPARE_LINES)]
    lines = []
    for place, (header, samples) in enumerate(zip(table.header, table.samples(), strict=True)):
        name = by_place.get(place, "")
        question = questions.get(name, {})
        stated = sources.get(name, {}).get("format", "")
        lines.append(
            ColumnLine(place, header, samples, question.get("choices", []), question.get("sentence", ""), name, stated)
        )
    missing = [
        each.label
        for each in kind.fields
        if each.required and each.name not in sources and not kind.can_do_without(each.name, sources)
    ]
    return MappingTable(
        columns=lines,
        others=others,
        unknown=[
            _unknown(found, kind, sources)
            for found in run.findings.get("unknown", [])
            if kind.find_field(found["field"])
        ],
        fields=[(each.name, each.label, each.required) for each in kind.fields],
        headers=table.header,
        missing=missing,
    )


def mapping_from(posted: Mapping[str, str], run: Import, kind: Kind, table: Table) -> dict[str, Any]:
    """Return the mapping that a person sent; what the table does not show is kept from the present one."""
    present: dict[str, dict[str, Any]] = run.mapping.get("fields", {})
    fields: dict[str, dict[str, Any]] = {}
    for place, header in enumerate(table.header):
        name = posted.get(f"column-{place}", "")
        if kind.find_field(name) is not None and name not in fields:
            fields[name] = {**_kept(present.get(name, {})), "column": header}
            if stated := posted.get(f"format-{place}", "").strip():
                fields[name]["format"] = stated
    for place in range(len(present) + SPARE_LINES):
        name, column, text = (posted.get(f"other-{place}-{part}", "").strip() for part in ("field", "column", "text"))
        if kind.find_field(name) is None or name in fields or not (column or text):
            continue
        where = "pattern" if "{" in text else "constant"
        fields[name] = {
            **_kept(present.get(name, {})),
            **({"column": column} if column in table.header else {where: text}),
        }
    _take_names(posted, run, kind, fields)
    return {**{key: value for key, value in run.mapping.items() if key != "fields"}, "fields": fields}


def _take_names(posted: Mapping[str, str], run: Import, kind: Kind, fields: dict[str, dict[str, Any]]) -> None:
    for found in run.findings.get("unknown", []):
        name = found["field"]
        if name not in fields:
            continue
        if what := posted.get(f"unknown-{name}", ""):
            fields[name]["unknown"] = what
        values = dict(fields[name].get("values", {}))
        for place, (text, _count) in enumerate(found["names"][:MOST_NAMES_SHOWN]):
            if meant := posted.get(f"name-{name}-{place}", "").strip():
                # What is still unknown may itself be a translation.
                values = {old: meant if new == text else new for old, new in values.items()}
                values[text] = meant
        if values:
            fields[name]["values"] = values


def _kept(source: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in source.items() if key in ("values", "unknown", "factor", "format", "default")}


def _unknown(found: dict[str, Any], kind: Kind, sources: dict[str, dict[str, Any]]) -> UnknownLine:
    values = sources.get(found["field"], {}).get("values", {})
    names: Iterable[Any] = found["names"][:MOST_NAMES_SHOWN]
    target = kind.field(found["field"])
    shown = [(text, count, values.get(text, "")) for text, count in names]
    return UnknownLine(target.name, str(target.label), found["what"], found["different"], shown, target.creatable)
