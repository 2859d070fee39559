"""Migrations: complete, named by their purpose, and independent of code that will change."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.architecture.source import ROOT, STACK

MIGRATIONS = sorted(path for package in STACK for path in (ROOT / package).rglob("migrations/0*.py"))
# SQL that was written for migrations.
SQL_FOR_MIGRATIONS = {
    "config.common.creating",
    "config.common.freezing",
    "config.common.sql",
    "contacts.lifecycle.triggers",
    "deals.billing.frozen",
    "deals.billing.guarding",
}
# What describes a column: kinds of fields, validators, and the place of its files.
DESCRIBES_COLUMNS = {
    "config.common.money",
    "config.common.search",
    "contacts.imports.models",
    "contacts.people.contact",
    "contacts.people.countries",
    "contacts.staff.models",
}
every_migration = pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}.{path.stem}")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()

    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)

    assert "No changes detected" in said.getvalue()


def test_there_are_migrations_to_look_at() -> None:
    assert len(MIGRATIONS) >= 5


@every_migration
def test_a_migration_is_named_by_its_purpose(path: Path) -> None:
    assert "_auto_" not in path.name


@every_migration
def test_a_migration_imports_only_what_it_must(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}

    allowed = tuple(SQL_FOR_MIGRATIONS | DESCRIBES_COLUMNS)
    assert [name for name in imported if name.startswith(STACK) and not name.startswith(allowed)] == []
