"""SQL that both databases can say, each in its own words: days between dates, rounded products, counts, texts."""

from decimal import Decimal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.signals import connection_created
from django.db.models import Func, IntegerField, QuerySet, Subquery, TextField
from django.db.models.functions import Round
from django.db.models.sql.compiler import SQLCompiler
from django.dispatch import receiver

from config.common.money import STORED_DECIMALS, AmountField, round_to


def _rounded_product(amount: float | None, factor: float | None, per: int, minor_units: int | None) -> float | None:
    """Multiply as decimals: SQLite keeps them as floats, whose shortest texts are the decimals that were stored."""
    if amount is None or factor is None or minor_units is None:
        return None
    return float(round_to(Decimal(str(amount)) * Decimal(str(factor)) / per, minor_units))


@receiver(connection_created, dispatch_uid="config.common.sql.add_functions")
def add_functions(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Teach a new SQLite connection what PostgreSQL knows: products of decimals without a float's error."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("tandem_rounded_product", 4, _rounded_product, deterministic=True)


class DaysBetween(Func):
    """Whole days from the first date to the second; null if either is."""

    arity = 2
    output_field = IntegerField()

    def __init__(self, start: Any, end: Any, **extra: Any) -> None:
        super().__init__(start, end, **extra)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:  # type: ignore[override]
        """Subtract dates, which gives days."""
        start, end = self.source_expressions
        start_sql, start_params = compiler.compile(start)
        end_sql, end_params = compiler.compile(end)
        template = (
            "CAST(julianday({end}) - julianday({start}) AS INTEGER)"
            if connection.vendor == "sqlite"
            else "({end} - {start})"
        )
        sql = template.format(end=end_sql, start=start_sql)
        return sql, (*end_params, *start_params)


class RoundedProduct(Func):
    """``amount * factor / per``, rounded half up to so many decimals: the same unit on both databases."""

    arity = 3

    def __init__(self, amount: Any, factor: Any, minor_units: Any, *, per: int = 1, **extra: Any) -> None:
        super().__init__(amount, factor, minor_units, **extra)
        self.per = per

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:  # type: ignore[override]
        """SQLite multiplies in binary floats, so that it needs a function of ours."""
        (amount, factor, decimals), params = zip(*map(compiler.compile, self.source_expressions), strict=True)
        sql = f"ROUND({amount} * {factor} / {self.per:d}, {decimals})"
        if connection.vendor == "sqlite":
            sql = f"tandem_rounded_product({amount}, {factor}, {self.per:d}, {decimals})"
        return sql, tuple(value for part in params for value in part)


class Exact(Round):
    """A sum or difference of amounts without a float's error, which SQLite adds in: rounded there, and when read."""

    def __init__(self, amount: Any, **extra: Any) -> None:
        super().__init__(amount, precision=STORED_DECIMALS, output_field=AmountField(), **extra)

    @property
    def convert_value(self) -> Any:
        """Return what makes of a value that the database gave an amount as columns hold them."""
        return _as_stored


def exact(amount: Any) -> Exact:
    """Return an amount that was reckoned in SQL, exact to the last decimal that is stored."""
    return Exact(amount)


def _as_stored(value: Any, expression: Any, connection: Any) -> Decimal | None:
    return None if value is None else round_to(Decimal(value), STORED_DECIMALS)


def create_trigram_index(editor: BaseDatabaseSchemaEditor, table: str, column: str, name: str) -> None:
    """Index a column for ``LIKE '%word%'`` on PostgreSQL (its own extension must be allowed); elsewhere do nothing."""
    if editor.connection.vendor != "postgresql":
        return
    editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin ({column} gin_trgm_ops)")


class CountOf(Subquery):
    """The number of rows that a query finds, as a value: several counts come with one question to the database."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk"), output_field=IntegerField())


class JoinedTexts(Subquery):
    """The column ``text`` of all rows that a query finds, as one text by comma; null where there are none."""

    template = """(SELECT GROUP_CONCAT("text", ',') FROM (%(subquery)s) joined)"""

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=TextField())

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Say it in PostgreSQL's words."""
        template = """(SELECT STRING_AGG("text", ',') FROM (%(subquery)s) joined)"""
        return self.as_sql(compiler, connection, template=template, **extra)
