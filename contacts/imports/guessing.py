"""Guesses which column feeds which field, and of which kind a file is, from the names in its header."""

from typing import Any

from config.common.search import fold
from contacts.imports.errors import ImportRefused
from contacts.imports.fields import Field
from contacts.imports.kinds import Kind, all_kinds
from contacts.imports.mapping import parse
from contacts.imports.reading.tables import Table


def guess_mapping(kind: Kind, table: Table) -> dict[str, Any]:
    """Return a mapping of the columns whose names mean a field; others are left out."""
    fields = {target.name: column for target, column in _matches(kind, table.header)}
    return parse(kind, {"fields": fields}).as_json()


def guess_kind(table: Table, allowed: list[Kind] | None = None) -> Kind | None:
    """Return the kind that most of the columns speak of, or None if no kind's required fields are there."""
    best, best_score = None, 0
    for kind in all_kinds() if allowed is None else allowed:
        matched = {target.name for target, _column in _matches(kind, table.header)}
        complete = all(
            target.name in matched or kind.can_do_without(target.name, matched)
            for target in kind.fields
            if target.required
        )
        score = len(matched)
        if complete and score > best_score:
            best, best_score = kind, score
    return best


def guess_or_refuse(table: Table, allowed: list[Kind], sentence: str) -> Kind:
    """Return the guessed kind; refuse with the sentence if there is none."""
    kind = guess_kind(table, allowed)
    if kind is None:
        raise ImportRefused(sentence, code="kind_not_recognised")
    return kind


def _matches(kind: Kind, header: list[str]) -> list[tuple[Field, str]]:
    """Pair each field with the first column that is called like it; the field's own name counts more than aliases."""
    by_name = {_bare(column): column for column in reversed(header)}
    found, taken = [], set[str]()
    for target in kind.fields:
        for word in (target.name, str(target.label), *target.aliases):
            column = by_name.get(_bare(word))
            if column is not None and column not in taken:
                found.append((target, column))
                taken.add(column)
                break
    return found


def _bare(name: str) -> str:
    """Return a header without case, accents and signs: ``E-mail address`` and ``email_address`` are the same."""
    return "".join(letter for letter in fold(name) if letter.isalnum())
