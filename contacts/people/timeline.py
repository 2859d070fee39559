"""The timeline of a contact or company: everything that happened, newest first, from sources that apps register."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from contacts.staff.models import User

PAGE = 30


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline. ``kind`` groups lines (note, lifecycle, deal …) and picks the icon."""

    at: datetime
    kind: str
    title: str | Promise
    body: str = ""
    actor: str = ""
    link: str = ""
    icon: str = "circle"
    # The record behind it, as label and id ("deals.deal", 7); the page links it if the reader may see it.
    record: tuple[str, int] | None = None


# Given the subject, the reader, and the moment before which to look, returns at most ``limit`` entries, newest first.
TimelineSource = Callable[[Any, User, datetime, int], Iterable[TimelineEntry]]
_sources: dict[str, list[TimelineSource]] = {}


def register_timeline(model_label: str, source: TimelineSource) -> None:
    """Add a source of entries for subjects of ``model_label`` (``contacts.contact``); called by ``ready``."""
    _sources.setdefault(model_label, []).append(source)


def timeline(subject: Model, *, reader: User, before: datetime, limit: int = PAGE) -> list[TimelineEntry]:
    """Return the newest entries before a moment that the reader may see. Costs one query a source."""
    sources = _sources.get(subject._meta.label_lower, [])
    entries = (entry for source in sources for entry in source(subject, reader, before, limit))
    return nlargest(limit, entries, key=lambda entry: entry.at)


def timeline_page(
    subject: Model, *, reader: User, before: datetime, limit: int = PAGE
) -> tuple[list[TimelineEntry], datetime | None]:
    """Return a page of entries, and the moment before which the next, older page begins (None if there is none).

    Entries of one moment stay on one page, so that none is lost between two.
    """
    asked = limit + 1
    while True:
        entries = timeline(subject, reader=reader, before=before, limit=asked)
        if len(entries) < asked:
            return entries, None
        last = entries[-1].at
        page = [entry for entry in entries if entry.at > last]
        if page:
            return page, page[-1].at
        asked *= 4
