"""What keeps a whole file from being imported: refusals, and questions that only a person can answer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from config.common.errors import DomainError


class ImportRefused(DomainError):
    """A file, a mapping or a run can't be used as it is; nothing was written."""

    code = "import_refused"


@dataclass(frozen=True, slots=True)
class Question:
    """A column that can be read in two ways. ``choices`` are pairs of a format and how an example would be read."""

    column: str
    field: str
    code: str
    sentence: str
    choices: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "choices": [list(choice) for choice in self.choices]}


class MappingIncomplete(ImportRefused):
    """The mapping leaves out what the kind needs, or names columns that the file lacks."""

    code = "mapping_incomplete"


class NeedsAnswer(ImportRefused):
    """Columns are ambiguous; the mapping must state how to read them."""

    code = "import_needs_answer"

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(
            " ".join(question.sentence for question in questions), facts={"columns": [q.column for q in questions]}
        )
        self.questions = tuple(questions)
