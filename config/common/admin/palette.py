"""The palette (Ctrl+K): apps register finders; each finds what the asking user may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

MOST_PER_KIND = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the palette."""

    title: str
    link: str
    icon: str
    description: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Finder:
    """A kind of thing that can be found. ``find`` gets the user, the text and how many lines it may return."""

    permission: str
    find: Callable[[Any, str, int], Iterable[Found]]
    # Offers to make something; such lines come after all that was found.
    creates: bool = False


_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Add a kind of thing to the palette; called by an app's ``ready``."""
    _finders.append(finder)


def search(request: HttpRequest, text: str) -> list[Found]:
    """Return what the user may see and create that matches the text, at most a few of each kind."""
    user: Any = request.user
    finders = sorted((finder for finder in _finders if user.has_perm(finder.permission)), key=lambda each: each.creates)
    return [found for finder in finders for found in finder.find(user, text, MOST_PER_KIND)]
