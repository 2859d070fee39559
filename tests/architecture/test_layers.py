"""Who may know whom: apps form a stack, news goes up by signal, and nothing is imported in a corner."""

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, ForeignObjectRel

from tests.architecture.source import ROOT, STACK, functions, modules

OWN_APPS = [config for config in apps.get_app_configs() if config.name.split(".")[0] in STACK]
TOP_LEVEL = {
    "manage.py", "pyproject.toml", "README.md", "config", "contacts", "campaigns", "deals", "tests",
    # What convention puts beside them.
    "requirements.txt", "requirements-dev.txt", ".gitignore", ".ci",
}  # fmt: skip
EDGES_OF_DJANGO = ("django.http", "django.contrib.admin", "django.urls", "django.shortcuts", "django.views")
# Names that say nothing about the business.
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common_utils", "manager", "managers", "data", "services"}


def floor(app_label: str) -> int:
    """Return an app's place in the stack; what was not written here lies below everything."""
    package = apps.get_app_config(app_label).name.split(".")[0]
    return STACK.index(package) if package in STACK else -1


def test_every_relation_points_to_the_same_app_or_a_lower_one() -> None:
    upwards = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for config in OWN_APPS
        for model in config.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and not isinstance(field, ForeignObjectRel) and isinstance(field, Field)
        if field.related_model is not None and not isinstance(field.related_model, str)
        if floor(field.related_model._meta.app_label) > floor(model._meta.app_label)
    ]

    # Whom people are is said once, in AUTH_USER_MODEL: who did something is everybody's business.
    assert [each for each in upwards if not each.endswith("→ contacts.User")] == []


def test_the_contracts_of_the_import_linter_are_kept() -> None:
    checked = subprocess.run(
        [str(ROOT / ".venv/bin/lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_rules_know_neither_http_nor_the_admin() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    slices = next(each["source_modules"] for each in contracts if each["name"].startswith("Rules know neither"))
    folders = tuple(f"{name.replace('.', '/')}/" for name in slices)

    edges = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if str(path).startswith(folders)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(EDGES_OF_DJANGO)
    ]

    assert edges == []


def test_nothing_is_imported_inside_a_function_but_in_ready() -> None:
    hidden = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for function in functions(tree)
        if not (path.name == "apps.py" and function.name == "ready")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


@pytest.mark.parametrize("package", ["config/integrations", "contacts", "deals", "campaigns"])
def test_an_app_says_what_it_owns_announces_and_listens_to(package: str) -> None:
    said = ast.get_docstring(modules()[Path(package) / "__init__.py"]) or ""

    assert all(words in said for words in ("Owns:", "Announces:")), said
    assert any(words in said for words in ("Listens to:", "Orders ")), said


def test_every_module_says_what_it_is_responsible_for() -> None:
    # The folders in which Django looks for commands and tags say nothing themselves.
    silent = [
        str(path)
        for path, tree in modules().items()
        if not ast.get_docstring(tree)
        and not (
            path.name == "__init__.py" and path.parts[-2] in {"management", "commands", "templatetags", "settings"}
        )
    ]

    assert silent == []


def test_modules_are_named_after_what_they_do() -> None:
    assert [str(path) for path in modules() if {path.stem, path.parent.name} & SAYS_NOTHING] == []


def test_the_top_level_is_what_was_agreed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = {line.split("/")[0] for line in listed.splitlines()} or {path.name for path in ROOT.iterdir()} - {
        ".venv",
        "var",
    }

    assert found <= TOP_LEVEL, found - TOP_LEVEL
