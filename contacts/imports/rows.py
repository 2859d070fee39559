"""A row on its way from the file into the database, and what is wrong with it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


def showable(text: str) -> str:
    """Return the text with a sign in the place of what no database stores."""
    return text.replace("\x00", "\ufffd")


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which cell, in words that say what to do."""

    line: int
    column: str
    value: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that is not there yet: it will be made, or comes with another row of the file."""

    name: str


@dataclass(slots=True)
class Row:
    """One row: its texts as the file has them (values mapped), its typed values, and what was found out about it."""

    line: int
    columns: dict[str, str]
    texts: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    outcome: Outcome = Outcome.NEW
    # The record that the row makes or changes, and whatever else its kind prepared for it.
    record: Any = None
    plan: Any = None

    @property
    def failed(self) -> bool:
        """Whether the row can't be written."""
        return bool(self.problems)

    def refuse(self, field_name: str, code: str, sentence: str) -> None:
        """Note a problem in the cell that the field came from."""
        value = showable(str(self.texts.get(field_name, "")))[:200]
        column = self.columns.get(field_name, "")
        self.problems.append(Problem(self.line, column, value, code, showable(sentence)))
        self.outcome = Outcome.FAILED
