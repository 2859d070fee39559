"""Role homes: the page after signing in, made of tiles, one chart and one list of things to do that apps register."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.utils.functional import Promise

from config.common.money import show_number

MOST_TILES = 4
# Unfold reads variables when it draws. The grey reads well on light and dark ground.
_COLOURS = ("var(--color-primary-600)", "#0d9488", "#d97706", "#7c3aed", "#64748b", "#db2777", "#65a30d", "#0891b2")
_INK = "#7b8494"


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with its name, a line that explains it, and the list it opens."""

    title: str | Promise
    number: str
    line: str | Promise = ""
    link: str = ""
    # ``good``, ``bad`` or ``warn`` colours the line.
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and the same figures as a table beside it: labels, and series of numbers by name.

    ``kind`` is ``bar`` or ``line``; ``horizontal`` bars suit labels made of words. ``links`` are the lists behind the
    labels, one each. ``table`` replaces the table made from the series; its first row is the head.
    """

    title: str | Promise
    labels: Sequence[str | Promise]
    series: Sequence[tuple[str | Promise, Sequence[float]]]
    kind: str = "bar"
    table: Sequence[Sequence[str]] = ()
    link: str = ""
    links: Sequence[str] = ()
    horizontal: bool = False
    stacked: bool = False
    # What a reader should know about the figures, such as the period or the currency.
    note: str | Promise = ""
    empty: str | Promise = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for _name, values in self.series for value in values)

    @property
    def head(self) -> list[str]:
        """The head of the table."""
        if self.table:
            return [str(cell) for cell in self.table[0]]
        return ["", *(str(name) for name, _values in self.series)]

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """The rows of the table: link or nothing, label, numbers as text."""
        if self.table:
            cells = [(row[0], [str(cell) for cell in row[1:]]) for row in self.table[1:]]
        else:
            columns = [values for _name, values in self.series]
            cells = [
                (str(label), [show_number(values[place]) for values in columns])
                for place, label in enumerate(self.labels)
            ]
        links = [*self.links, *[""] * len(cells)]
        return [(link, label, numbers) for link, (label, numbers) in zip(links, cells, strict=False)]

    @property
    def data(self) -> str:
        """The figures as Chart.js wants them."""
        colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(self.series))]
        datasets = [
            {
                "label": str(name),
                "data": [float(value) for value in values],
                "backgroundColor": colour,
                "borderColor": colour,
                "maxBarThickness": 28,
                "borderRadius": 4,
                "borderWidth": 2 if self.kind == "line" else 0,
                "pointRadius": 2,
                "tension": 0.25,
            }
            for (name, values), colour in zip(self.series, colours, strict=True)
        ]
        return json.dumps({"labels": [str(label) for label in self.labels], "datasets": datasets})

    @property
    def options(self) -> str:
        """How Chart.js draws: said in full, because unfold's own defaults draw thin bars without an axis."""
        words = {"grid": {"display": False}, "ticks": {"color": _INK, "autoSkip": not self.horizontal}}
        numbers = {"beginAtZero": True, "grid": {"color": "#e5e7eb"}, "ticks": {"color": _INK, "maxTicksLimit": 6}}
        for axis in (words, numbers):
            axis.update({"stacked": self.stacked, "border": {"display": False}})
        scales = {"x": numbers, "y": words} if self.horizontal else {"x": words, "y": numbers}
        legend = {"display": len(self.series) > 1, "position": "bottom", "labels": {"color": _INK, "boxWidth": 12}}
        return json.dumps(
            {
                "responsive": True,
                "maintainAspectRatio": False,
                "animation": False,
                "indexAxis": "y" if self.horizontal else "x",
                "scales": scales,
                "plugins": {"legend": legend},
            }
        )


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what, why, and where."""

    title: str
    why: str | Promise
    link: str
    icon: str = "chevron_right"


@dataclass(frozen=True, slots=True)
class Button:
    """A thing one can start from the home."""

    title: str | Promise
    link: str
    icon: str = "add"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the home that an app draws itself: its template gets ``shown`` under this name."""

    template: str
    shown: Any


@dataclass(slots=True)
class HomePage:
    """What a role lands on."""

    heading: str = ""
    tiles: list[Tile] = field(default_factory=list)
    chart: Chart | None = None
    todos: list[Todo] = field(default_factory=list)
    todo_title: str | Promise = ""
    todo_more: str = ""
    buttons: list[Button] = field(default_factory=list)
    # Said in place of the list when there is nothing to do, with what to do instead.
    todo_empty: str | Promise = ""
    # What the page leaves out, such as "You see your own deals."
    scope_line: str | Promise = ""
    # What the person is here for stands first, with the tiles beside it; further parts stand below the tiles.
    lead: Part | None = None
    parts: list[Part] = field(default_factory=list)
    media: Media = field(default_factory=Media)


# Fills the page for a user; several builders of one home follow each other.
Builder = Callable[[Any, HomePage], None]
_builders: dict[str, list[Builder]] = {}


def register_home(code: str, builder: Builder) -> None:
    """Add to the home of a role (``rep``, ``marketer``, ``manager``, ``finance``); called by an app's ``ready``."""
    _builders.setdefault(code, []).append(builder)


def role_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Build the user's home into the context of the admin's first page (unfold's DASHBOARD_CALLBACK)."""
    user: Any = request.user
    code = user.role.home if user.role else "manager"
    page = HomePage()
    for builder in _builders.get(code, []):
        builder(user, page)
    page.tiles = page.tiles[:MOST_TILES]
    return {**context, "home": page, "home_code": code}
