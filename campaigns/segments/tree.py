"""The rule of a segment as a checked tree: groups (all, any, none of) of conditions, groups in groups.

What comes from outside is JSON: ``{"match": "all", "rules": [{"field": "contact.country", "operator": "is", "value":
"ID"}, {"field": "deals", "operator": "any", "where": {…}}]}``. ``read_tree`` returns it as frozen objects or refuses,
with the path to the node at fault; ``write_tree`` gives the same JSON back, tidied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.segments.fields import OF_CONTACT, Field, Relation, field_of
from campaigns.segments.operators import OPERATORS, Takes
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.values import read_value

DEEPEST = 6
MOST_CONDITIONS = 60
MATCHES = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field compared with a value. Of a relation, ``where`` says which of its rows count."""

    field: str
    operator: str
    value: Any = None
    where: "Group | None" = None
    path: str = ""
    scope: str = OF_CONTACT


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups of which all, any or none must hold. It is never empty: that would mean everybody."""

    match: str
    rules: tuple["Group | Condition", ...]
    path: str = ""
    scope: str = OF_CONTACT


Node = Group | Condition


def read_tree(raw: object) -> Group:
    """Return the checked tree. Raises TreeRefused; ``path`` of its facts is the node at fault ("" is the root)."""
    tree = _read_group(raw, "", OF_CONTACT, 1)
    if sum(1 for _condition in conditions(tree)) > MOST_CONDITIONS:
        sentence = _("This rule has more than %(most)s conditions. Split it into segments, and ask for membership.")
        raise TreeRefused(sentence % {"most": MOST_CONDITIONS})
    return tree


def write_tree(node: Group) -> dict[str, Any]:
    """Return the tree as JSON, with what ``read_tree`` tidied."""
    return {"match": node.match, "rules": [_write(rule) for rule in node.rules]}


def conditions(node: Node) -> Iterator[Condition]:
    """Walk all conditions, those inside relations too."""
    if isinstance(node, Group):
        for rule in node.rules:
            yield from conditions(rule)
        return
    yield node
    if node.where is not None:
        yield from conditions(node.where)


def _read(raw: object, path: str, scope: str, depth: int) -> Node:
    if isinstance(raw, Mapping) and "field" in raw:
        return _read_condition(raw, path, scope, depth)
    return _read_group(raw, path, scope, depth)


def _read_group(raw: object, path: str, scope: str, depth: int) -> Group:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("rules"), list):
        raise TreeRefused(_("A rule is a group with “match” and a list of “rules”, or a condition."), path=path)
    _refuse_unknown_keys(raw, {"match", "rules"}, path)
    if raw.get("match") not in MATCHES:
        raise TreeRefused(_("Say whether all, any or none of a group must hold."), path=path)
    if not raw["rules"]:
        sentence = _("This group is empty, which would mean everybody. Add a condition, or take the group out.")
        raise TreeRefused(sentence, path=path, code="segment_rule_empty")
    if depth > DEEPEST:
        raise TreeRefused(_("Groups may lie %(most)s deep, not deeper.") % {"most": DEEPEST}, path=path)
    if len(raw["rules"]) > MOST_CONDITIONS:
        sentence = _("A group has at most %(most)s rules.") % {"most": MOST_CONDITIONS}
        raise TreeRefused(sentence, path=path)
    before = f"{path}." if path else ""
    rules = tuple(_read(rule, f"{before}rules.{place}", scope, depth + 1) for place, rule in enumerate(raw["rules"]))
    return Group(raw["match"], rules, path, scope)


def _read_condition(raw: Mapping[Any, Any], path: str, scope: str, depth: int) -> Condition:
    _refuse_unknown_keys(raw, {"field", "operator", "value", "where"}, path)
    code = raw["field"]
    field = field_of(code, scope) if isinstance(code, str) else None
    if field is None:
        sentence = _("There is no field “%(field)s” to ask for here.") % {"field": str(code)[:80]}
        raise TreeRefused(sentence, path=path)
    operator = raw.get("operator")
    if not isinstance(operator, str) or operator not in {each.code for each in field.operators}:
        names = {"field": field.label, "operator": str(operator)[:40]}
        raise TreeRefused(_("“%(field)s” can't be compared by “%(operator)s”.") % names, path=path)
    if isinstance(field, Relation):
        where = raw.get("where")
        inner = None if where is None else _read_group(where, f"{path}.where", field.code, depth + 1)
        return Condition(code, operator, read_value(field, operator, raw.get("value"), path), inner, path, scope)
    if raw.get("where") is not None:
        raise TreeRefused(_("“%(field)s” has no rows to choose from.") % {"field": field.label}, path=path)
    return Condition(code, operator, read_value(field, operator, raw.get("value"), path), None, path, scope)


def _refuse_unknown_keys(raw: Mapping[Any, Any], known: set[str], path: str) -> None:
    unknown = sorted(str(key)[:40] for key in raw if key not in known)
    if unknown:
        raise TreeRefused(_("Nobody knows what “%(key)s” means here.") % {"key": unknown[0]}, path=path)


def _write(node: Node) -> dict[str, Any]:
    if isinstance(node, Group):
        return write_tree(node)
    written: dict[str, Any] = {"field": node.field, "operator": node.operator}
    if OPERATORS[node.operator].takes != Takes.NOTHING:
        written["value"] = node.value
    if node.where is not None:
        written["where"] = write_tree(node.where)
    return written


def askable(condition: Condition) -> Field | Relation:
    """Return what a condition asks for. Raises TreeRefused if it is not offered any more."""
    field = field_of(condition.field, condition.scope)
    if field is None:
        sentence = _("There is no field “%(field)s” to ask for here.") % {"field": condition.field}
        raise TreeRefused(sentence, path=condition.path)
    return field
