"""A tree read in plain Python for one contact, or for one row of a relation: does it hold?

Nothing here asks the compiled query: the two are tested against each other on random people and rules.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from campaigns.segments.asking import Asking
from campaigns.segments.comparing import fits
from campaigns.segments.fields import Relation
from campaigns.segments.operators import OPERATORS
from campaigns.segments.tree import Condition, Group, Node, askable
from campaigns.segments.worth import worth
from config.common.money import ZERO


def holds(node: Node, subject: Any, asked: Asking) -> bool:
    """Say whether a node holds for a contact or for a row of a relation."""
    if isinstance(node, Group):
        return combined(node.match, [holds(rule, subject, asked) for rule in node.rules])
    field, operator = askable(node), OPERATORS[node.operator]
    positive = operator.opposite_of or operator.code
    if isinstance(field, Relation):
        found = _rows_hold(field, positive, node, subject, asked)
    else:
        found = any(fits(field, positive, node.value, value, asked) for value in field.values(subject, asked))
    return not found if operator.opposite_of else found


def combined(match: str, verdicts: list[bool]) -> bool:
    """Say whether a group holds whose rules came to these verdicts."""
    if match == "all":
        return all(verdicts)
    return any(verdicts) if match == "any" else not any(verdicts)


def rows_of(relation: Relation, contact: Any, asked: Asking) -> list[Any]:
    """Return the rows of a relation, read once at a moment."""
    key = relation.code, contact.pk
    if key not in asked.read:
        asked.read[key] = list(relation.rows(contact, asked))
    return asked.read[key]


def matching(relation: Relation, condition: Condition, contact: Any, asked: Asking) -> list[Any]:
    """Return the rows of a relation that a condition chooses."""
    rows = rows_of(relation, contact, asked)
    return [row for row in rows if condition.where is None or holds(condition.where, row, asked)]


def _rows_hold(relation: Relation, operator: str, condition: Condition, contact: Any, asked: Asking) -> bool:
    rows = matching(relation, condition, contact, asked)
    if operator == "any":
        return bool(rows)
    if operator == "count_at_least":
        return len(rows) >= int(condition.value)
    if operator == "count_at_most":
        return len(rows) <= int(condition.value)
    total = sum_of(relation, rows, asked)
    wanted = Decimal(condition.value)
    return total >= wanted if operator == "sum_at_least" else total <= wanted


def sum_of(relation: Relation, rows: Iterable[Any], asked: Asking) -> Decimal:
    """Return what rows are worth together; those in a currency without a rate are left out."""
    return sum((value for value in worths(relation, rows, asked) if value is not None), ZERO)


def worths(relation: Relation, rows: Iterable[Any], asked: Asking) -> list[Decimal | None]:
    """Return what each row is worth in the company's currency; None without a rate."""
    assert relation.money is not None  # noqa: S101  sums are offered of what has an amount only
    return [worth(*relation.money(row, asked)) for row in rows]
