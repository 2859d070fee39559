"""What a kind knows about the run it writes for."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause
from contacts.staff.models import User


@dataclass(slots=True)
class Context:
    """Who imports what from where, and how."""

    user: User | None
    file_name: str
    now: datetime
    # Fields that the mapping gives a source for: no other is touched in records that are there already.
    given: frozenset[str] = frozenset()
    patterns: dict[str, str] = field(default_factory=dict)
    # The run itself, for the ledger to point at; none while only checking.
    record: Model | None = None
    dry: bool = False
    keeps_existing: bool = False
    tells_news: bool = True
    # The earliest day the file mentions a subject on, such as ``company:acme``.
    since: dict[str, date] = field(default_factory=dict)
    # Folded names of rows that other rows of the file refer to, such as managers.
    referred_to: frozenset[str] = frozenset()
    # What kinds keep between chunks, such as prices of products.
    memory: dict[str, Any] = field(default_factory=dict)

    # The run in words, short enough for every history.
    words: str = field(init=False)
    _moments: dict[date, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = (_("Import of %(file)s") % {"file": self.file_name})[:100]

    def cause(self) -> Cause:
        """Return the run as the cause of a lifecycle change."""
        return Cause(CauseKind.IMPORT, self.words, self.record)

    @property
    def today(self) -> date:
        """The calendar day in the company's zone."""
        return timezone.localdate(self.now, timezone.get_default_timezone())

    def moment_of(self, day: date) -> datetime:
        """Return the moment that stands for a day in histories: now for today, noon in the company's zone before."""
        if day not in self._moments:
            self._moments[day] = datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
        return self.now if day == self.today else self._moments[day]

    def is_news(self, day: date | None) -> bool:
        """Say whether something of that day is announced: what is told of the past is history and no news."""
        return self.tells_news and day == self.today
