"""A rule while it is being built: what a form sends and a checked tree, turned into each other.

Inputs are named by the path of their node in the tree, so that a refusal's path leads back to its row:
``~match`` of the root, ``rules.1~field``, ``rules.1.where.rules.0~value``. A draft may be wrong or unfinished.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from campaigns.segments.fields import OF_CONTACT, Askable, Field, Relation, field_of, fields_of
from campaigns.segments.operators import OPERATORS, FieldType, Takes
from campaigns.segments.tree import DEEPEST, MATCHES, MOST_CONDITIONS

ROOT = ""
LONGEST_VALUE, MOST_VALUES = 400, 200
_NAME = re.compile(r"^((?:rules\.\d{1,3})(?:\.where)?(?:\.rules\.\d{1,3}(?:\.where)?)*)?~(match|field|operator|value)$")


@dataclass(slots=True)
class DraftGroup:
    """A group as it stands in the form."""

    match: str = "all"
    rules: "list[DraftGroup | DraftCondition]" = dataclasses.field(default_factory=list)
    scope: str = OF_CONTACT
    path: str = ROOT
    fault: str = ""


@dataclass(slots=True)
class DraftCondition:
    """A row of the form; ``values`` are texts, as inputs hold them."""

    field: str = ""
    operator: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    where: DraftGroup | None = None
    scope: str = OF_CONTACT
    path: str = ROOT
    fault: str = ""
    is_new: bool = False

    @property
    def asked(self) -> Askable | None:
        """The field that was chosen."""
        return field_of(self.field, self.scope)


Draft = DraftGroup | DraftCondition


def empty_draft() -> DraftGroup:
    """Return a rule to begin with: one row in which nothing is chosen yet."""
    return numbered(DraftGroup(rules=[DraftCondition()]))


def draft_of_tree(raw: Mapping[str, Any]) -> DraftGroup:
    """Return the draft of a stored or sent tree."""
    return numbered(_group_of(raw, OF_CONTACT))


def draft_of_form(form: QueryDict) -> DraftGroup:
    """Return the draft that a form holds; inputs that no builder makes are left out."""
    nodes = {found[1] or ROOT for name in form if (found := _NAME.match(name))}
    root = _read_group(form, ROOT, OF_CONTACT, nodes, 1)
    return numbered(root)


def raw_of(draft: Draft) -> dict[str, Any]:
    """Return the tree that a draft stands for, unchecked."""
    if isinstance(draft, DraftGroup):
        return {"match": draft.match, "rules": [raw_of(rule) for rule in draft.rules]}
    raw: dict[str, Any] = {"field": draft.field, "operator": draft.operator}
    asked = draft.asked
    takes = OPERATORS[draft.operator].takes if draft.operator in OPERATORS else Takes.ONE
    if takes == Takes.MANY:
        raw["value"] = list(draft.values)
    elif takes != Takes.NOTHING:
        raw["value"] = _value(asked, draft.values[0] if draft.values else "")
    if draft.where is not None and draft.where.rules:
        raw["where"] = raw_of(draft.where)
    return raw


def edit(draft: DraftGroup, wish: str) -> DraftGroup:
    """Do what a button asks for (``add-condition~rules.1``); a wish that fits no row changes nothing."""
    act, _sign, path = wish.partition("~")
    node = next((each for each in walk(draft) if each.path == path), None)
    if act == "remove" and node is not None:
        _remove(draft, node)
    elif act == "add-where" and isinstance(node, DraftCondition) and isinstance(node.asked, Relation):
        node.where = DraftGroup(rules=[DraftCondition(scope=node.field, is_new=True)], scope=node.field)
    elif isinstance(node, DraftGroup) and sum(1 for _each in walk(draft)) < MOST_CONDITIONS * 2:
        if act == "add-condition":
            node.rules.append(DraftCondition(scope=node.scope, is_new=True))
        elif act == "add-group" and _depth(path) < DEEPEST:
            inner = DraftCondition(scope=node.scope, is_new=True)
            node.rules.append(DraftGroup(match="any", rules=[inner], scope=node.scope))
    return numbered(draft)


def mark(draft: DraftGroup, path: str, sentence: str) -> None:
    """Put a refusal at the row at fault; at the top where its path leads nowhere."""
    node = next((each for each in walk(draft) if each.path == path), draft)
    node.fault = sentence


def walk(draft: Draft) -> Iterator[Draft]:
    """Walk all groups and rows."""
    yield draft
    below: Iterable[Draft] = draft.rules if isinstance(draft, DraftGroup) else [draft.where] if draft.where else []
    for each in below:
        yield from walk(each)


def numbered(draft: DraftGroup) -> DraftGroup:
    """Give each node the path that it has in the tree."""
    _number(draft, ROOT)
    return draft


def _number(draft: Draft, path: str) -> None:
    draft.path = path
    if isinstance(draft, DraftCondition):
        if draft.where is not None:
            _number(draft.where, f"{path}.where")
        return
    before = f"{path}." if path else ""
    for place, rule in enumerate(draft.rules):
        _number(rule, f"{before}rules.{place}")


def _remove(draft: DraftGroup, gone: Draft) -> None:
    for node in list(walk(draft)):
        if isinstance(node, DraftGroup) and any(each is gone for each in node.rules):
            node.rules = [each for each in node.rules if each is not gone]
        elif isinstance(node, DraftCondition) and node.where is gone:
            node.where = None
    if isinstance(gone, DraftCondition) and not draft.rules:
        draft.rules = [DraftCondition()]


def _depth(path: str) -> int:
    return 1 + path.count("rules.") + path.count(".where")


# --- From a tree ------------------------------------------------------------------------------------------------------


def _group_of(raw: Mapping[str, Any], scope: str) -> DraftGroup:
    rules: list[DraftGroup | DraftCondition] = [
        _condition_of(rule, scope) if "field" in rule else _group_of(rule, scope) for rule in raw["rules"]
    ]
    return DraftGroup(raw["match"], rules, scope)


def _condition_of(raw: Mapping[str, Any], scope: str) -> DraftCondition:
    given = raw.get("value")
    values = given if isinstance(given, list) else [] if given is None else [given]
    where = _group_of(raw["where"], raw["field"]) if raw.get("where") else None
    return DraftCondition(raw["field"], raw["operator"], [_text(each) for each in values], where, scope)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- From a form ------------------------------------------------------------------------------------------------------


def _read_group(form: QueryDict, path: str, scope: str, nodes: set[str], depth: int) -> DraftGroup:
    match = form.get(f"{path}~match", "all")
    group = DraftGroup(match if match in MATCHES else "all", [], scope)
    before = f"{path}.rules." if path else "rules."
    places = sorted({int(node[len(before) :].split(".")[0]) for node in nodes if node.startswith(before)})
    for place in places[: MOST_CONDITIONS + 1]:
        inner = f"{before}{place}"
        if f"{inner}~field" in form:
            group.rules.append(_read_condition(form, inner, scope, nodes, depth))
        elif f"{inner}~match" in form and depth <= DEEPEST:
            group.rules.append(_read_group(form, inner, scope, nodes, depth + 1))
    return group


def _read_condition(form: QueryDict, path: str, scope: str, nodes: set[str], depth: int) -> DraftCondition:
    row = DraftCondition(form.get(f"{path}~field", "")[:100], form.get(f"{path}~operator", "")[:40], scope=scope)
    asked = row.asked
    if asked is None:
        return row
    codes = [each.code for each in asked.operators]
    if row.operator not in codes:
        row.operator = codes[0]
    if form.get(f"{path}~was", row.field) != row.field:
        # Another field was chosen: what was typed for the one before means nothing here.
        row.operator = codes[0]
        return row
    row.values = [value.replace("\x00", "")[:LONGEST_VALUE] for value in form.getlist(f"{path}~value")[:MOST_VALUES]]
    if isinstance(asked, Relation) and f"{path}.where~match" in form and depth <= DEEPEST:
        inner = _read_group(form, f"{path}.where", asked.code, nodes, depth + 1)
        # Rows that stayed from another relation mean nothing here.
        inner.rules = [each for each in inner.rules if _fits(each, asked.code)]
        row.where = inner if inner.rules else None
    return row


def _fits(draft: Draft, scope: str) -> bool:
    return not isinstance(draft, DraftCondition) or not draft.field or draft.field in fields_of(scope)


def _value(asked: Askable | None, text: str) -> Any:
    if isinstance(asked, Field) and asked.type == FieldType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    return text
