"""What a kind of record can be given by a file: fields with their types, and the names under which files know them."""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

from contacts.imports.references import Reference


class FieldType(Enum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    TRUTH = "truth"
    COUNTRY = "country"
    REFERENCE = "reference"


class Unknown(Enum):
    """What happens to a name that matches no record."""

    ERROR = "error"
    CREATE = "create"
    EMPTY = "empty"


ReferenceClass = type[Reference]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. ``aliases`` are headers that mean it, in the languages our users' files are written in."""

    name: str
    label: str | Promise
    type: FieldType = FieldType.TEXT
    required: bool = False
    aliases: tuple[str, ...] = ()
    longest: int = 200
    choices: tuple[tuple[str, str | Promise], ...] = ()
    # Whose names a reference holds.
    reference: ReferenceClass | None = None
    unknown: Unknown = Unknown.ERROR
    # Several values in one cell, parted by semicolons (or commas).
    several: bool = False
    # A name may mean several records; the kind itself picks the right one.
    narrowed_by_kind: bool = False

    @property
    def creatable(self) -> bool:
        """Whether names that match nothing can be made into records."""
        return self.reference is not None and self.reference.creatable
