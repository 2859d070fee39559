"""A plan: files, kinds and mappings in the order in which they are imported, written as TOML beside the files.

::

    [[steps]]
    kind = "companies"
    file = "accounts.csv"
    [steps.fields]          # the mapping, as in a mapping of its own; or mapping = "accounts.toml"
    name = "account"
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused
from contacts.imports.kinds import Kind, kind_called
from contacts.imports.mapping import read_toml


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One file of a plan."""

    kind: Kind
    file: Path
    # As ``contacts.imports.mapping`` takes it; none is guessed from the header.
    mapping: dict[str, Any] | None


def read_plan(path: Path) -> list[PlanStep]:
    """Return the steps of a plan; files are looked for beside it. Raises ImportRefused with a sentence."""
    steps = read_toml(_text(path)).get("steps")
    if not isinstance(steps, list) or not steps:
        raise _invalid(path, _("it lists no [[steps]]"))
    return [_step(path, number, given) for number, given in enumerate(steps, start=1)]


def read_mapping(path: Path) -> dict[str, Any]:
    """Return a mapping file as plain values."""
    return read_toml(_text(path))


def _step(plan: Path, number: int, given: Any) -> PlanStep:
    if not isinstance(given, dict) or not isinstance(given.get("kind"), str) or not isinstance(given.get("file"), str):
        raise _invalid(plan, _("step %(number)s needs a kind and a file") % {"number": number})
    file = plan.parent / given["file"]
    if not file.is_file():
        raise _invalid(plan, _("there is no file %(file)s beside it") % {"file": given["file"]})
    inline = {key: value for key, value in given.items() if key not in ("kind", "file", "mapping", "title")}
    mapping = read_mapping(plan.parent / str(given["mapping"])) if "mapping" in given else inline
    return PlanStep(kind_called(given["kind"]), file, {**mapping, **inline} or None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefused(
            _("%(file)s can't be read: %(why)s") % {"file": path, "why": error}, code="file_unreadable"
        ) from None


def _invalid(plan: Path, why: str) -> ImportRefused:
    return ImportRefused(
        _("The plan %(file)s can't be used: %(why)s.") % {"file": plan.name, "why": why}, code="plan_invalid"
    )
