"""Counts and sums of a contact's rows, asked for everybody at once: the rows are grouped once, not for each contact."""

from typing import Any

from django.db.models import BooleanField, Count, Expression, F, QuerySet, Subquery, Sum
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

from config.common.sql import exact


class AmongThem(Subquery):
    """Whether a contact is among the ``contact_id`` that a query finds; never unknown, and false where it finds none.

    As an ``EXISTS`` over the grouped rows PostgreSQL joins it whole, turned round too, or looks up one contact's rows
    by their index where that is less work. ``NOT IN`` it never joins, and searches row by row what outgrows its memory.
    """

    template = 'EXISTS(SELECT 1 FROM (%(subquery)s) them WHERE them."contact_id" = %(contact)s)'

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.values("contact_id"), output_field=BooleanField())
        self.contact: Any = F("pk")

    def get_source_expressions(self) -> list[Any]:
        """The query, and the contact outside it."""
        return [*super().get_source_expressions(), self.contact]

    def set_source_expressions(self, exprs: Any) -> None:
        """Take both back."""
        *query, self.contact = exprs
        super().set_source_expressions(query)

    def as_sql(self, compiler: SQLCompiler, connection: Any, template: Any = None, **extra: Any) -> Any:
        """Say whose rows they are."""
        contact, params = compiler.compile(self.contact)
        sql, found = super().as_sql(compiler, connection, template, contact=contact, **extra)
        return sql, (*found, *params)


def with_more_rows(rows: QuerySet[Any], number: int) -> AmongThem:
    """Return who has more than so many of the rows; of at least none."""
    return AmongThem(rows.values("contact_id").alias(found=Count("*")).filter(found__gt=number))


def with_sum(rows: QuerySet[Any], amount: Any, least: Expression, *, above: bool) -> AmongThem:
    """Return whose rows come to at least an amount together, or to more than it; nobody who has none."""
    compared = GreaterThan if above else GreaterThanOrEqual
    return AmongThem(rows.values("contact_id").alias(total=exact(Sum(amount))).filter(compared(F("total"), least)))
