"""Triggers that make rows facts: refused is every change of a frozen row, also by plain SQL, on both databases.

Migrations use them. They stand behind the checks in code, which say in words what to do instead.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

REFUSAL = "An issued document is never changed; correct it by a new one."


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table whose rows are facts once ``when`` holds, a condition over ``{row}`` in SQL that both databases know.

    ``once`` are conditions over rows ``w`` and ``NEW`` under which both can't be there: SQLite deletes the row in the
    way of an INSERT OR REPLACE, and tells no trigger of it.
    """

    table: str
    when: str = "1 = 1"
    once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenPart:
    """A table of parts (lines, taxes) that are as frozen as the row of ``whole`` that ``key`` names."""

    table: str
    key: str
    whole: Frozen


@dataclass(frozen=True, slots=True)
class Fixed:
    """A table some of whose columns stay as they were when the row was written; the others may change."""

    table: str
    columns: tuple[str, ...]


Rule = Frozen | FrozenPart | Fixed


def freeze(*rules: Rule) -> RunPython:
    """Return the operation of a migration that creates the triggers, and drops them when taken back.

    Triggers that a table has already are replaced.
    """

    def create(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for rule in rules:
            vendor = editor.connection.vendor
            for statement in (*_dropped(rule, vendor), *_created(rule, vendor)):
                editor.execute(statement, params=None)

    return RunPython(create, _drop(rules))


def thaw(*rules: Rule) -> RunPython:
    """Return the operation that drops the triggers, for a migration that changes such a table and freezes it again.

    SQLite rebuilds a table for most changes of its columns; it can't while triggers speak of it, and forgets its own.
    """
    return RunPython(_drop(rules), RunPython.noop)


def _drop(rules: Iterable[Rule]) -> Callable[[object, BaseDatabaseSchemaEditor], None]:
    def drop(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for rule in rules:
            for statement in _dropped(rule, editor.connection.vendor):
                editor.execute(statement, params=None)

    return drop


def _condition(rule: Frozen | FrozenPart, row: str) -> str:
    if isinstance(rule, Frozen):
        return f"({rule.when.format(row=row)})"
    whole = rule.whole
    return f"EXISTS (SELECT 1 FROM {whole.table} AS f WHERE f.id = {row}.{rule.key} AND {_condition(whole, 'f')})"  # noqa: S608


def _checks(rule: Rule) -> dict[str, str]:
    """Return the condition under which each event is refused."""
    if isinstance(rule, Fixed):
        change = "(OLD.{0} <> NEW.{0} OR (OLD.{0} IS NULL) <> (NEW.{0} IS NULL))"
        return {"UPDATE": " OR ".join(change.format(column) for column in rule.columns)}
    old, new = _condition(rule, "OLD"), _condition(rule, "NEW")
    becomes_part = f"{new} OR " if isinstance(rule, FrozenPart) else ""
    return {
        "INSERT": f"{becomes_part}{_takes_the_place(rule)}",
        "UPDATE": f"{old} OR {becomes_part}{_takes_the_place(rule, 'w.id <> OLD.id AND ')}",
        "DELETE": old,
    }


def _takes_the_place(rule: Frozen | FrozenPart, other: str = "") -> str:
    """Return the condition that a row takes the place of a frozen one (INSERT OR REPLACE, ON CONFLICT)."""
    once = ("w.id = NEW.id", *(rule.once if isinstance(rule, Frozen) else ()))
    same = " OR ".join(f"({condition})" for condition in once)
    return f"EXISTS (SELECT 1 FROM {rule.table} AS w WHERE {other}({same}) AND {_condition(rule, 'w')})"  # noqa: S608


def _created(rule: Rule, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return _postgres(rule)
    return [
        f"CREATE TRIGGER {rule.table}_frozen_{event.lower()} BEFORE {event} ON {rule.table} WHEN {check} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for event, check in _checks(rule).items()
    ]


def _postgres(rule: Rule) -> list[str]:
    branches = "".join(
        f"  IF TG_OP = '{event}' THEN IF {check} THEN {_RAISE} END IF; END IF;\n"
        for event, check in _checks(rule).items()
    )
    function = (
        f"CREATE FUNCTION {rule.table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{branches}"
        "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;\nEND $$"
    )
    trigger = (
        f"CREATE TRIGGER {rule.table}_frozen BEFORE {' OR '.join(_checks(rule))} ON {rule.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {rule.table}_frozen()"
    )
    return [function, trigger]


_RAISE = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"


def _dropped(rule: Rule, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP FUNCTION IF EXISTS {rule.table}_frozen() CASCADE"]
    return [f"DROP TRIGGER IF EXISTS {rule.table}_frozen_{event.lower()}" for event in _checks(rule)]
