"""What stands beside and above the timeline of a contact or company, and the buttons on top: apps register theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from contacts.staff.models import User


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One line of a panel: what, where it leads, a line that explains it, and a value at the right."""

    title: str | Promise
    link: str = ""
    line: str | Promise = ""
    value: str | Promise = ""
    # ``good``, ``bad`` or ``warn`` colours the value.
    tone: str = ""


@dataclass(frozen=True, slots=True)
class PageButton:
    """Something one can start from the page of a contact or company."""

    title: str | Promise
    link: str
    icon: str = "add"
    order: int = 50


@dataclass(frozen=True, slots=True)
class Panel:
    """A small list beside the timeline. ``empty`` is said when there are no rows; ``more`` leads to the whole list."""

    title: str | Promise
    rows: Sequence[PanelRow] = field(default_factory=tuple)
    order: int = 50
    empty: str | Promise = ""
    more: str = ""
    more_title: str | Promise = ""
    button: PageButton | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """What stands above the timeline in place of the box for notes: a template that gets ``shown`` as ``box``."""

    template: str
    shown: Any
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()


# Given the subject and the reader, returns a panel (or a button), or nothing if there is none for this reader.
PanelSource = Callable[[Any, User], Panel | None]
ButtonSource = Callable[[Any, User], PageButton | None]
BoxSource = Callable[[Any, User], Box | None]
_panels: dict[str, list[PanelSource]] = {}
_buttons: dict[str, list[ButtonSource]] = {}
_boxes: dict[str, BoxSource] = {}


def register_panel(model_label: str, source: PanelSource) -> None:
    """Add a panel to the page of ``model_label`` (``contacts.contact``); called by ``ready``."""
    _panels.setdefault(model_label, []).append(source)


def register_button(model_label: str, source: ButtonSource) -> None:
    """Add a button to the page of ``model_label``; called by ``ready``."""
    _buttons.setdefault(model_label, []).append(source)


def register_box(model_label: str, source: BoxSource) -> None:
    """Put a box above the timeline of ``model_label``; called by ``ready``."""
    _boxes[model_label] = source


def box(subject: Model, reader: User) -> Box | None:
    """Return the box for a reader, if an app has one for them."""
    source = _boxes.get(subject._meta.label_lower)
    return source(subject, reader) if source is not None else None


def panels(subject: Model, reader: User) -> list[Panel]:
    """Return the panels for a reader, in order."""
    found = [source(subject, reader) for source in _panels.get(subject._meta.label_lower, [])]
    return sorted((panel for panel in found if panel is not None), key=lambda panel: panel.order)


def buttons(subject: Model, reader: User) -> list[PageButton]:
    """Return the buttons for a reader, in order."""
    found = [source(subject, reader) for source in _buttons.get(subject._meta.label_lower, [])]
    return sorted((button for button in found if button is not None), key=lambda button: button.order)
