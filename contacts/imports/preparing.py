"""From the raw rows of a file to rows with typed values, as the mapping says."""

from typing import Any

from contacts.imports.cells import NUMBERS, CellReader, Formats, plain_text
from contacts.imports.dates import DateEvidence, DateFormat
from contacts.imports.errors import Question
from contacts.imports.fields import FieldType
from contacts.imports.mapping import Mapping, Source
from contacts.imports.numbers import NumberEvidence, NumberFormat
from contacts.imports.patterns import fill
from contacts.imports.reading.tables import Table, TableRow
from contacts.imports.rows import Row


def settle_formats(table: Table, mapping: Mapping) -> tuple[Formats, list[Question]]:
    """Read the whole file once and return the proved formats, and a question for every column that stays ambiguous."""
    dates: dict[str, DateFormat] = {}
    numbers: dict[str, NumberFormat] = {}
    open_columns: list[tuple[int, Source, DateEvidence | NumberEvidence]] = []
    for name, source in mapping.sources.items():
        target = mapping.kind.field(name)
        if target.type is FieldType.DATE:
            dates[name] = DateFormat(stated=source.format)
        elif target.type in NUMBERS:
            numbers[name] = NumberFormat(source.format or ".")
        else:
            continue
        place = table.place_of(source.column) if source.column else None
        if place is not None and not source.format:
            header = table.header[place]
            whole = target.type is FieldType.WHOLE
            evidence = DateEvidence(header, name) if name in dates else NumberEvidence(header, name, whole=whole)
            open_columns.append((place, source, evidence))
    for row in table.rows() if open_columns else ():
        for place, source, evidence in open_columns:
            cell = row.cells[place] if not row.broken else ""
            evidence.see(source.values.get(cell, cell) if source.values and isinstance(cell, str) else cell)
    questions: list[Question] = []
    for _place, _source, evidence in open_columns:
        settled = evidence.settle()
        if isinstance(settled, Question):
            questions.append(settled)
        elif isinstance(settled, DateFormat):
            dates[evidence.field_name] = settled
        else:
            numbers[evidence.field_name] = settled
    return Formats(dates, numbers), questions


class Preparer:
    """Prepares the rows of one table by one mapping."""

    def __init__(self, table: Table, mapping: Mapping, formats: Formats) -> None:
        self.columns: dict[str, str] = {}
        self._given: list[tuple[str, CellReader, int | None]] = []
        self._made: list[tuple[str, CellReader]] = []
        for name, source in mapping.sources.items():
            reader = CellReader(mapping.kind.field(name), source, formats)
            place = table.place_of(source.column) if source.column else None
            if place is not None:
                self.columns[name] = table.header[place]
            if source.pattern:
                self._made.append((name, reader))
            else:
                self._given.append((name, reader, place))
        self._header = {name.casefold(): place for place, name in enumerate(table.header)}

    def prepare(self, raw: TableRow) -> Row:
        """Return the row with its values; reading errors are noted as its problems."""
        row = Row(raw.line, self.columns)
        if raw.broken:
            row.refuse("", "line_broken", raw.broken)
            return row
        for name, reader, place in self._given:
            self._put(row, name, reader, reader.source.constant if place is None else raw.cells[place])
        for name, reader in self._made:
            self._put(row, name, reader, fill(reader.source.pattern, lambda word: self._value_of(word, raw, row)))
        return row

    @staticmethod
    def _put(row: Row, name: str, reader: CellReader, cell: Any) -> None:
        reading = reader.read(cell)
        row.texts[name], row.values[name] = reading.text, reading.value
        if reading.error is not None:
            row.refuse(name, reading.error.code, reading.error.sentence)

    def _value_of(self, name: str, raw: TableRow, row: Row) -> str:
        if name in row.texts:
            return plain_text(row.texts[name])
        place = self._header.get(name.casefold())
        return plain_text(raw.cells[place]) if place is not None else ""
