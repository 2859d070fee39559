"""Locks: taken on rows by themselves, since PostgreSQL joins a row that was changed meanwhile with what it left."""

import ast
from collections.abc import Iterator

from tests.architecture.source import modules


def _chain(call: ast.Call) -> Iterator[str]:
    """Return the names called in ``a.b().c()``, last first."""
    node: ast.expr = call
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.func if isinstance(node, ast.Call) else node.value


def test_a_row_is_locked_without_joins() -> None:
    joined = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and {"select_for_update", "select_related"} <= set(_chain(node))
    ]

    assert joined == []
