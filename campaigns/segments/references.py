"""The records that a rule names: do they still exist, and do segments ask for each other in a circle?"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from campaigns.segments.fields import OF_CONTACT, Field
from campaigns.segments.membership_fields import CODE
from campaigns.segments.models import Segment
from campaigns.segments.operators import FieldType
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.tree import Condition, Group, askable, conditions, read_tree


def refuse_unknown(tree: Group) -> None:
    """Refuse a rule that names a record which is no more. Raises TreeRefused with the condition's path."""
    named: dict[tuple[str, str], tuple[Field, list[Condition]]] = {}
    for condition in conditions(tree):
        field = askable(condition)
        if isinstance(field, Field) and field.type == FieldType.REFERENCE and condition.value is not None:
            named.setdefault((field.scope, field.code), (field, []))[1].append(condition)
    for field, asking in named.values():
        assert field.known is not None  # noqa: S101  every reference knows its records
        known = field.known({key for condition in asking for key in _keys(condition)})
        for condition in asking:
            if any(key not in known for key in _keys(condition)):
                sentence = _("What “%(field)s” asks for does not exist any more, or is not in use. Choose another.")
                raise TreeRefused(sentence % {"field": field.label}, path=condition.path, code="segment_rule_outdated")


def segments_asked(tree: Group) -> dict[int, str]:
    """Return the segments whose members a rule asks for, each with the path of a condition that does."""
    asked = [each for each in conditions(tree) if each.field == CODE and each.scope == OF_CONTACT]
    return {key: condition.path for condition in asked for key in _keys(condition)}


def refuse_circle(segment: Segment, tree: Group) -> None:
    """Refuse a rule by which a segment would ask for itself, at once or through others. Raises TreeRefused."""
    asks = rules_in_use()
    for first, path in segments_asked(tree).items():
        seen, ahead = set[int](), {first}
        while ahead:
            if segment.pk in ahead:
                sentence = _("“%(segment)s” would ask for its own members here, at once or through other segments.")
                raise TreeRefused(sentence % {"segment": segment}, path=path, code="segment_rule_circle")
            seen |= ahead
            ahead = {key for each in ahead for key in asks.get(each, ())} - seen


def rules_in_use() -> Mapping[int, set[int]]:
    """Return for each live segment in use the segments that it asks for; of a rule that can't be read none."""
    rows = Segment.objects.in_use().filter(rule__isnull=False).order_by().values_list("pk", "rule")
    return {pk: _asked_by(rule) for pk, rule in rows}


def asked_by(segment: Segment) -> list[int]:
    """Return the keys of segments in use that ask for this one's members."""
    return sorted(pk for pk, asked in rules_in_use().items() if segment.pk in asked)


def _asked_by(rule: Any) -> set[int]:
    try:
        return set(segments_asked(read_tree(rule)))
    except TreeRefused:
        return set()


def _keys(condition: Condition) -> Iterable[Any]:
    if condition.value is None:
        return ()
    return condition.value if isinstance(condition.value, list) else (condition.value,)
