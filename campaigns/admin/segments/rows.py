"""A draft of a rule as the builder's template shows it: for each row what may be chosen, what is, and what is wrong."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.admin.segments.drafting import Draft, DraftCondition, DraftGroup
from campaigns.segments.fields import Askable, Field, Relation, fields_of
from campaigns.segments.operators import OPERATORS, FieldType, Takes
from campaigns.segments.tree import DEEPEST
from contacts.models import User

_TYPED = {FieldType.TEXT: "text", FieldType.NUMBER: "number", FieldType.AMOUNT: "amount"}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Options:
    """Things to choose that belong together."""

    title: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Row:
    """A condition: its selects and its input. ``place`` names it for those who can't see where it stands."""

    path: str
    key: str
    place: str
    fields: list[Options]
    field: str
    operators: list[Option]
    input: str
    value: str
    options: list[Option]
    where: "Block | None"
    may_narrow: bool
    fault: str
    is_new: bool
    is_row: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A group: how its parts are joined, and the parts."""

    path: str
    key: str
    place: str
    matches: list[Option]
    parts: "list[Row | Block]"
    fault: str
    is_root: bool
    is_where: bool
    may_nest: bool
    is_row: bool = False


class Showing:
    """Shows drafts to one reader; what a field offers is read once."""

    def __init__(self, reader: User) -> None:
        self.reader = reader
        self._offered: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def block(self, draft: DraftGroup, place: str = "", *, is_where: bool = False) -> Block:
        """Return a group with everything in it."""
        parts = [self._part(each, f"{place}{number}") for number, each in enumerate(draft.rules, 1)]
        return Block(
            path=draft.path,
            key=_key(draft),
            place=place.rstrip("."),
            matches=_matches(draft, is_where=is_where),
            parts=parts,
            fault=draft.fault,
            is_root=not draft.path,
            is_where=is_where,
            may_nest=_depth(draft) < DEEPEST,
        )

    def _part(self, draft: Draft, place: str) -> Row | Block:
        return self.block(draft, f"{place}.") if isinstance(draft, DraftGroup) else self._row(draft, place)

    def _row(self, draft: DraftCondition, place: str) -> Row:
        asked = draft.asked
        kind = _input(asked, draft.operator)
        where = self.block(draft.where, f"{place}.", is_where=True) if draft.where is not None else None
        return Row(
            path=draft.path,
            key=_key(draft),
            place=place,
            fields=_fields(draft),
            field=draft.field,
            operators=_operators(asked, draft.operator),
            input=kind,
            value=draft.values[0] if draft.values else "",
            options=self._options(asked, draft) if kind in ("choice", "choices", "yes") else [],
            where=where,
            may_narrow=isinstance(asked, Relation) and where is None and bool(fields_of(asked.code)),
            fault=draft.fault,
            is_new=draft.is_new,
        )

    def _options(self, asked: Askable | None, draft: DraftCondition) -> list[Option]:
        if not isinstance(asked, Field):
            return []
        yes_or_no = [("true", _("yes")), ("false", _("no"))]
        offered = yes_or_no if asked.type == FieldType.BOOLEAN else self._choices(asked)
        chosen = set(draft.values)
        missing = chosen - {value for value, _label in offered} - {""}
        if missing and asked.known is not None:
            # What was chosen stays chosen, also where the list is too long to offer it.
            offered = [*_names(asked, missing), *offered]
        return [Option(value, label, value in chosen) for value, label in offered]

    def _choices(self, asked: Field) -> list[tuple[str, str]]:
        key = (asked.scope, asked.code)
        if key not in self._offered:
            found = asked.choices(self.reader) if asked.choices else []
            self._offered[key] = [(str(value), str(label)) for value, label in found]
        return self._offered[key]


def _names(asked: Field, missing: set[str]) -> list[tuple[str, str]]:
    keys: list[Any] = [each for each in missing if asked.type != FieldType.REFERENCE]
    keys += [int(each) for each in missing if asked.type == FieldType.REFERENCE and each.isascii() and each.isdigit()]
    known = asked.known(keys) if asked.known else {}
    return [(str(value), str(label)) for value, label in known.items()]


def _fields(draft: DraftCondition) -> list[Options]:
    groups: dict[str, list[Option]] = {}
    for code, each in fields_of(draft.scope).items():
        option = Option(code, str(each.label), code == draft.field)
        groups.setdefault(str(each.group), []).append(option)
    return [Options(title, options) for title, options in groups.items()]


def _operators(asked: Askable | None, chosen: str) -> list[Option]:
    return [Option(each.code, str(each.label), each.code == chosen) for each in (asked.operators if asked else ())]


def _input(asked: Askable | None, operator: str) -> str:
    """Return the kind of input that an operator of a field takes."""
    if asked is None or operator not in OPERATORS:
        return "nothing"
    takes = OPERATORS[operator].takes
    if takes == Takes.ONE:
        return "yes" if asked.type == FieldType.BOOLEAN else _TYPED.get(asked.type, "choice")
    if takes == Takes.NUMBER:
        return "amount" if operator.startswith("sum_") else "number"
    return {Takes.MANY: "choices", Takes.DAYS: "days", Takes.DAY: "day"}.get(takes, "nothing")


def _matches(draft: DraftGroup, *, is_where: bool) -> list[Option]:
    names = {"all": _("all of these"), "any": _("any of these"), "none": _("none of these")}
    return [Option(code, label, code == draft.match) for code, label in names.items()]


def _key(draft: Draft) -> str:
    return draft.path.replace(".", "-") or "root"


def _depth(draft: DraftGroup) -> int:
    return 1 + draft.path.count("rules.") + draft.path.count(".where")
