"""The demo company: who writes it, the diary by which it is lived through, and where its logins are refused.

Apps register the part they write, from the bottom of the stack upwards. Each part makes its set-up and notes in the
diary what happened on which day; the diary is then lived through in order of time, by the same functions that people
use, so that every history is true. While it is, ``timezone.now`` tells the diary's time: what is issued is a fact from
then on, and could not be dated afterwards.
"""

import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from simple_history.signals import pre_create_historical_record

from config.common.models import TimeStampedModel

DOMAIN = "@tandem.example"
PASSWORD = "tandem"  # noqa: S105  meant to be known, and refused where the demo company is not allowed
FOUNDED_DAYS_AGO = 370

_parts: list[str] = []


def register_part(writer: str) -> None:
    """Name a function (by its dotted path) that writes a part of the demo company; called by an app's ``ready``."""
    _parts.append(writer)


def is_loaded() -> bool:
    """Say whether the demo company lives in this database: its people can sign in here."""
    return get_user_model()._default_manager.filter(email__iendswith=DOMAIN).exists()


@transaction.atomic
def load() -> None:
    """Write the demo company, once; a second call finds it there and changes nothing."""
    if is_loaded():
        return
    diary = Diary(timezone.localdate(timezone=timezone.get_default_timezone()))
    diary.found([import_string(path) for path in _parts])
    diary.live_through()


def read_table(text: str) -> list[list[str]]:
    """Return the cells of a table written with ``|``, one row a line; empty lines and comments (#) are left out."""
    lines = (line.strip() for line in text.strip().splitlines())
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened at a moment, done by somebody."""

    at: datetime
    by: Any
    act: Callable[..., object]


@dataclass
class Diary:
    """What happened in the demo company, dated by how many days ago it was, and the rows that parts share by name."""

    today: date
    rows: dict[str, Any] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _endings: list[Callable[[], object]] = field(default_factory=list)
    _stamps: dict[type[Model], dict[Any, tuple[datetime, datetime]]] = field(default_factory=dict)
    _now: Entry | None = None

    def day(self, days_ago: int) -> date:
        """Return the working day so long ago: what falls on a weekend happened on the Friday before."""
        day = self.today - timedelta(days=days_ago)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def moment(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """Return a time of such a day in the company's zone."""
        zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
        return datetime.combine(self.day(days_ago), time(hour, minute), tzinfo=zone)

    def note(self, at: datetime, act: Callable[[], object], *, by: Any = None) -> None:
        """Note what ``by`` did at a moment."""
        self._entries.append(Entry(at, by, act))

    def stamp(self, row: Model, at: datetime) -> None:
        """Have a row that was written in bulk look as old as it is in the story."""
        stamps = self._stamps.setdefault(type(row), {})
        first, _last = stamps.get(row.pk, (at, at))
        stamps[row.pk] = (first, at)

    def at_end(self, act: Callable[[], object]) -> None:
        """Do something when everything has happened and is dated."""
        self._endings.append(act)

    def found(self, writers: Sequence[Callable[["Diary"], object]]) -> None:
        """Let the parts be written. What they make at once is as old as the company."""
        with self._dating():
            self._now = Entry(self.moment(FOUNDED_DAYS_AGO, 8), None, self.found)
            for write in writers:
                write(self)

    def live_through(self) -> None:
        """Do everything in order of time. Histories, events and time stamps get the dates of the diary."""
        with self._dating():
            for entry in sorted(self._entries, key=lambda entry: entry.at):
                self._now = entry
                entry.act()
        self._write_stamps()
        for act in self._endings:
            # Dated now, and told as history like all the rest.
            ending = Entry(timezone.now(), None, act)
            with self._dating():
                self._now = ending
                act()

    @contextmanager
    def _dating(self) -> Iterator[None]:
        event = apps.get_model("integrations", "Event")
        real_now = timezone.now
        timezone.now = lambda: self._now.at if self._now else real_now()
        pre_save.connect(self._date_event, sender=event)
        post_save.connect(self._remember_moment)
        pre_create_historical_record.connect(self._date_history)
        try:
            yield
        finally:
            timezone.now = real_now
            pre_save.disconnect(self._date_event, sender=event)
            post_save.disconnect(self._remember_moment)
            pre_create_historical_record.disconnect(self._date_history)

    def _date_event(self, *, instance: Any, **kwargs: Any) -> None:
        # History is no news: nobody waits for it, so it counts as delivered.
        if self._now:
            instance.occurred_at = instance.delivered_at = self._now.at

    def _date_history(self, *, history_instance: Any, **kwargs: Any) -> None:
        if self._now:
            history_instance.history_date = self._now.at
            history_instance.history_user = self._now.by

    def _remember_moment(self, *, instance: Model, **kwargs: Any) -> None:
        if self._now and isinstance(instance, TimeStampedModel):
            self.stamp(instance, self._now.at)

    def _write_stamps(self) -> None:
        for model, stamps in self._stamps.items():
            # Most rows are dated right already, and those that are frozen must be left alone.
            present = model._base_manager.in_bulk(list(stamps))
            rows = [
                model(pk=pk, created_at=first, updated_at=last)
                for pk, (first, last) in stamps.items()
                if pk in present and (present[pk].created_at, present[pk].updated_at) != (first, last)  # type: ignore[attr-defined]
            ]
            model._base_manager.bulk_update(rows, ["created_at", "updated_at"], batch_size=100)


class RefuseDemoLogins(BaseBackend):
    """Stops whoever signs in as one of the demo company where it is not allowed: its password is known to everybody.

    Stands before the backends that check passwords; never lets anybody in itself.
    """

    def authenticate(self, request: HttpRequest | None, username: str | None = None, **credentials: Any) -> None:
        """Refuse an address of the demo company in production."""
        address = username or credentials.get(get_user_model().USERNAME_FIELD) or ""
        if not settings.DEMO_COMPANY_ALLOWED and str(address).strip().lower().endswith(DOMAIN):
            raise PermissionDenied
