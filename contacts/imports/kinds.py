"""Kinds of records that can be imported: this app registers users, companies, contacts; apps above theirs."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contacts.imports.context import Context
from contacts.imports.errors import ImportRefused
from contacts.imports.fields import Field
from contacts.imports.rows import Row
from contacts.imports.sequencing import Sequencer


class Kind(ABC):
    """What one kind of record needs: its fields, how a row finds its record, and how a chunk of rows is written."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    model: ClassVar[type[Model]]
    fields: ClassVar[tuple[Field, ...]]
    # Whoever imports needs these besides the right to import.
    permissions: ClassVar[tuple[str, ...]]
    # A field whose names are names of other rows of the same file (parent companies), and the field they are names in.
    refers_to_itself: ClassVar[tuple[str, str] | None] = None

    def field(self, name: str) -> Field:
        """Return a field by name."""
        found = self.find_field(name)
        if found is None:
            raise KeyError(name)
        return found

    def find_field(self, name: str) -> Field | None:
        """Return a field by name, or None."""
        return next((each for each in self.fields if each.name == name), None)

    def can_do_without(self, name: str, given: Collection[str]) -> bool:
        """Say whether a required field follows from others that are given."""
        return False

    def sequencer(self) -> Sequencer:
        """Return what decides which rows must be written before the others."""
        return Sequencer()

    @abstractmethod
    def keys(self, row: Row) -> list[str]:
        """Return what identifies the row's record: two rows that share a key are the same record."""

    def interpret(self, row: Row, context: Context) -> None:  # noqa: B027  most kinds take values as they are
        """Read values together that mean more than each alone, before names are looked up."""

    def check(self, row: Row, context: Context) -> None:  # noqa: B027  a kind may have nothing to check
        """Complete the values of a row and refuse what doesn't fit together. Asks no database row by row."""

    @abstractmethod
    def plan(self, rows: Sequence[Row], context: Context) -> None:
        """Find the records of a chunk and decide what becomes of each row. Writes nothing."""

    @abstractmethod
    def apply(self, rows: Sequence[Row], context: Context) -> None:
        """Write what was planned, in the transaction that the caller holds."""


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Add a kind; called by an app's ``ready``."""
    _kinds[kind.code] = kind


def kind_called(code: str) -> Kind:
    """Return a kind by its code; refuse an unknown one."""
    if code not in _kinds:
        sentence = _("There is nothing called “%(code)s” to import. Choose one of: %(codes)s.")
        raise ImportRefused(sentence % {"code": code, "codes": ", ".join(_kinds)}, code="kind_unknown")
    return _kinds[code]


def all_kinds() -> list[Kind]:
    """Return every kind, in the order in which a company would import them."""
    return list(_kinds.values())
