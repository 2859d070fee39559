"""Faults planted into the database behind the back of its triggers, to see whether a proof finds them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


def plant(sql: str, params: Sequence[Any] = ()) -> None:
    """Run one statement that triggers would refuse or follow; constraints still hold."""
    with connection.cursor() as cursor, _no_triggers(cursor):
        cursor.execute(sql, params)
        assert cursor.rowcount, "Nothing was planted."


@contextmanager
def _no_triggers(cursor: Any) -> Iterator[None]:
    if connection.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        return
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    for _name, sql in triggers:
        cursor.execute(sql)
