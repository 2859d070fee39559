"""The source code of the house as the tests of this folder read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STACK = ("config", "contacts", "deals", "campaigns")


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the four packages, parsed, by its path from the root; migrations are left out."""
    paths = [
        path for package in STACK for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts
    ]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner functions included."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
