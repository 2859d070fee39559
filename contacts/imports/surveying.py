"""Looks at a whole file before anything is written: formats, names, repeated rows, the order of writing, problems."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.cells import Formats
from contacts.imports.context import Context
from contacts.imports.errors import NeedsAnswer
from contacts.imports.mapping import Mapping
from contacts.imports.preparing import Preparer, settle_formats
from contacts.imports.progress import MOST_PROBLEMS_KEPT
from contacts.imports.reading.tables import Table, TableRow
from contacts.imports.resolving import Resolver
from contacts.imports.rows import Outcome, Problem, Row

CHUNK = 500

Tick = Callable[[int], None]


@dataclass(slots=True)
class Survey:
    """What a walk over the file found."""

    formats: Formats
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    # Rows that can't be written whatever the database says: repeated ones, and parents in a circle.
    refused: dict[int, Problem] = field(default_factory=dict)
    names_in_file: Collection[str] = ()
    first: list[list[int]] = field(default_factory=list)

    @property
    def findings(self) -> dict[str, Any]:
        """What people are shown before they decide."""
        return {"unknown": self.unknown}


def survey(table: Table, mapping: Mapping, context: Context, *, plan: bool, tick: Tick = lambda _rows: None) -> Survey:
    """Walk over the file and return what was found; with ``plan`` also what would become of each row.

    Writes nothing. Raises ImportRefused if the file as a whole can't be imported, NeedsAnswer if columns are ambiguous.
    """
    mapping.check_complete(table)
    formats, questions = settle_formats(table, mapping)
    if questions:
        raise NeedsAnswer(questions)
    preparer = Preparer(table, mapping, formats)
    sequencer, lines_by_key = mapping.kind.sequencer(), dict[str, int]()
    refers_to_itself = mapping.kind.refers_to_itself is not None and mapping.kind.refers_to_itself[0] in mapping.sources
    if refers_to_itself:
        # Names may stand further down in the file than the rows that refer to them.
        for raw in table.rows():
            sequencer.see(preparer.prepare(raw))
    context.referred_to = sequencer.referred_to()
    result = Survey(formats, names_in_file=sequencer.names(), refused=sequencer.refused())
    resolver = Resolver(mapping, context.user, result.names_in_file)
    for chunk in in_chunks(table.rows(), CHUNK):
        rows = [preparer.prepare(raw) for raw in chunk]
        settle_rows(rows, mapping, resolver, context)
        for row in rows:
            refuse_as_surveyed(row, result)
            if not row.failed:
                _refuse_repeated(row, mapping, lines_by_key, result)
            if not row.failed and not refers_to_itself:
                sequencer.see(row)
        if plan:
            mapping.kind.plan([row for row in rows if not row.failed], context)
        _count(rows, result)
        tick(result.rows)
    result.unknown = resolver.unknown.as_json(mapping)
    result.first = sequencer.chunks(CHUNK)
    context.since = sequencer.since()
    return result


def settle_rows(rows: Sequence[Row], mapping: Mapping, resolver: Resolver, context: Context) -> None:
    """Resolve the names of prepared rows, ask for required values, and let the kind check what fits together."""
    for row in rows:
        if not row.failed:
            mapping.kind.interpret(row, context)
    resolver.resolve(rows, context)
    required = [each for each in mapping.kind.fields if each.required]
    for row in rows:
        if row.failed:
            continue
        mapping.kind.check(row, context)
        for each in required:
            if row.values.get(each.name) in (None, "", []) and not row.failed:
                row.refuse(
                    each.name, "value_missing", _("“%(field)s” is empty. Fill the cell in.") % {"field": each.label}
                )


def in_chunks(rows: Iterable[TableRow], size: int) -> Iterator[list[TableRow]]:
    """Yield lists of at most ``size`` rows."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, size)):
        yield chunk


def refuse_as_surveyed(row: Row, found: Survey) -> None:
    """Note the problem that the survey found in this row, if it did."""
    if not row.failed and row.line in found.refused:
        row.problems.append(found.refused[row.line])
        row.outcome = Outcome.FAILED
        # One problem is enough: nothing else of the row is looked at.
        row.values = {}


def _refuse_repeated(row: Row, mapping: Mapping, lines_by_key: dict[str, int], result: Survey) -> None:
    for key in mapping.kind.keys(row):
        first = lines_by_key.setdefault(key, row.line)
        if first != row.line:
            name, _colon, _value = key.partition(":")
            sentence = _("This is the same record as line %(line)s. Remove one of the two.")
            row.refuse(name, "repeated", sentence % {"line": first})
            result.refused[row.line] = row.problems[-1]
            return


def _count(rows: Sequence[Row], result: Survey) -> None:
    result.rows += len(rows)
    for row in rows:
        result.outcomes[Outcome.FAILED if row.failed else row.outcome] += 1
        if len(result.problems) < MOST_PROBLEMS_KEPT:
            result.problems += row.problems
