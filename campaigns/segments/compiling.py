"""A checked tree as one query over contacts: a condition is a column of ours or an ``EXISTS``.

Every leaf is true or false, never unknown, so that “none of” turns it round as people mean it.
"""

from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from campaigns.segments.asking import Asking, asking, span_of
from campaigns.segments.fields import Field, Relation
from campaigns.segments.grouping import with_more_rows, with_sum
from campaigns.segments.operators import OPERATORS, FieldType
from campaigns.segments.tree import Condition, Group, Node, askable
from config.common.search import fold
from config.common.sql import CountOf, exact
from contacts.models import Contact, User
from deals.catalogue.conversion import AMOUNT

# The name of a relation's amount in the company's currency among the columns of its rows.
COMPANY_AMOUNT = "company_amount"
_EMPTY_TEXT = (FieldType.TEXT, FieldType.CHOICE)


class SumOf(Subquery):
    """The sum of the column ``value`` of all rows that a query finds; null if there is none."""

    template = """(SELECT SUM("value") FROM (%(subquery)s) summed)"""

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=AMOUNT)


def members_of(tree: Group, *, owner: User, now: datetime) -> QuerySet[Contact]:
    """Return the live contacts whom a rule fits, by the owner's calendar, as one query."""
    live: QuerySet[Contact] = Contact.objects.live()
    return live.filter(compile_tree(tree, asking(owner, now)))


def compile_tree(node: Node, asked: Asking) -> Q:
    """Return the condition that a node of a tree means."""
    if isinstance(node, Condition):
        return _condition(node, asked)
    parts = [compile_tree(rule, asked) for rule in node.rules]
    if node.match == "all":
        return Q(*parts)
    either = reduce(or_, parts)
    return ~either if node.match == "none" else either


def _condition(condition: Condition, asked: Asking) -> Q:
    field, operator = askable(condition), OPERATORS[condition.operator]
    positive = operator.opposite_of or operator.code
    if isinstance(field, Relation):
        found = _of_rows(field, positive, condition, asked)
    else:
        found = compare(field, positive, condition.value, asked)
        if field.through:
            found = Q(Exists(field.through(asked).filter(found)))
    return ~found if operator.opposite_of else found


def compare(field: Field, operator: str, value: Any, asked: Asking) -> Q:
    """Return the comparison of a field's column; of an operator and its opposite the positive one."""
    column = field.column
    if operator == "is_set":
        found = ~Q(**{column: ""}) if field.type in _EMPTY_TEXT else Q(**{f"{column}__isnull": False})
    elif field.type == FieldType.TEXT:
        found = _text(field, operator, value)
    elif field.type in (FieldType.DATE, FieldType.DATETIME):
        found = _dated(field, operator, value, asked)
    elif operator in ("at_least", "at_most"):
        number = Decimal(value) if field.type == FieldType.AMOUNT else value
        found = Q(**{f"{column}__gte" if operator == "at_least" else f"{column}__lte": number})
    else:
        found = Q(**{f"{column}__in": stored_values(field, value)})
    return found & Q(**{f"{column}__isnull": False}) if field.nullable else found


def stored_values(field: Field, value: Any) -> list[Any]:
    """Return the stored values for which a chosen one, or a list of them, stands."""
    chosen = value if isinstance(value, list) else [value]
    return [each for one in chosen for each in (field.stored(one) if field.stored else (one,))]


def _text(field: Field, operator: str, value: str) -> Q:
    if field.after:
        return Q(**{f"{field.column}__endswith": field.after + fold(value)})
    lookups = {"is": "exact", "contains": "contains", "starts_with": "startswith"}
    return Q(**{f"{field.column}__{lookups[operator]}": fold(value)})


def _dated(field: Field, operator: str, value: Any, asked: Asking) -> Q:
    span = span_of(operator, value, asked.today)
    first: Any
    until: Any
    first, until = span.moments(asked.zone) if field.type == FieldType.DATETIME else (span.first, span.until)
    found = Q()
    if first is not None:
        found &= Q(**{f"{field.column}__gte": first})
    if until is not None:
        found &= Q(**{f"{field.column}__lt": until})
    return found


def _of_rows(relation: Relation, operator: str, condition: Condition, asked: Asking) -> Q:
    """Return the condition on a relation's rows. “At most” is never “more than”."""
    if operator == "any" or (operator == "count_at_least" and condition.value == 1):
        return reduce(or_, (Q(Exists(way)) for way in _ways(relation, condition, asked)))
    if operator == "count_at_least":
        return _count_above(condition.value - 1, relation, condition, asked)
    if operator == "count_at_most":
        return ~_count_above(condition.value, relation, condition, asked)
    if operator == "sum_at_least":
        return _sums(relation, condition, asked, above=False)
    return ~_sums(relation, condition, asked, above=True)


def _ways(relation: Relation, condition: Condition, asked: Asking) -> list[QuerySet[Any]]:
    return [_rows(relation, way, condition.where, asked) for way in relation.ways(asked)]


def _count_above(number: int, relation: Relation, condition: Condition, asked: Asking) -> Q:
    if relation.model:
        everybodys = _rows(relation, relation.model._default_manager.all(), condition.where, asked)
        return Q(with_more_rows(everybodys, number))
    ways = _ways(relation, condition, asked)
    return Q(GreaterThan(sum((CountOf(way) for way in ways[1:]), CountOf(ways[0])), number))


def _sums(relation: Relation, condition: Condition, asked: Asking, *, above: bool) -> Q:
    """Return the condition on a sum. Nobody has more than zero, or at least more than it, who has no rows."""
    least = Value(Decimal(condition.value), output_field=AMOUNT)
    if relation.model:
        everybodys = _rows(relation, relation.model._default_manager.all(), condition.where, asked)
        return Q(with_sum(everybodys, _amount_column(), least, above=above))
    ways = _ways(relation, condition, asked)
    total = exact(sum((_sum(way) for way in ways[1:]), _sum(ways[0])))
    return Q(GreaterThan(total, least) if above else GreaterThanOrEqual(total, least))


def _rows(relation: Relation, way: QuerySet[Any], where: Group | None, asked: Asking) -> QuerySet[Any]:
    rows = way.order_by()
    if relation.amount:
        rows = rows.alias(**{COMPANY_AMOUNT: relation.amount(asked)})
    return rows.filter(compile_tree(where, asked)) if where else rows


def _sum(way: QuerySet[Any]) -> Any:
    summed = SumOf(way.annotate(value=_amount_column()).values("value"))
    return Coalesce(summed, Value(Decimal(0), output_field=AMOUNT), output_field=AMOUNT)


def _amount_column() -> Any:
    return Coalesce(COMPANY_AMOUNT, Value(Decimal(0), output_field=AMOUNT), output_field=AMOUNT)
