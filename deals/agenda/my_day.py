"""A person's day: what they promised, deals at risk, quotes that wait; ranked, capped, each with its reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Count, F, Value, Window
from django.utils import timezone

from contacts.models import User
from deals.agenda.lists import (
    expiring_quotes,
    needing,
    overdue_promises,
    promises_due,
    promises_later,
    silent_deals,
)
from deals.agenda.silence import with_silence
from deals.catalogue.conversion import in_company_currency

MOST_LINES = 5


class Kind(Enum):
    """What a line is about, in the order of a day: people we promised something, money at risk, housekeeping; later."""

    PROMISE = "promise"
    RISK = "risk"
    WAIT = "wait"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Section:
    """The first lines of one kind, and how many there are in all: the number that the list behind it shows."""

    kind: Kind
    total: int
    rows: list[Any]

    @property
    def more(self) -> int:
        """How many are not shown here."""
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a person has to do today, and what comes in the week after."""

    promises: Section
    risks: Section
    waits: Section
    later: Section

    @property
    def number(self) -> int:
        """How many things need the person today: the badge of the page."""
        return self.promises.total + self.risks.total + self.waits.total


def my_day(user: User, now: datetime | None = None) -> MyDay:
    """Return the user's day, with one query a kind."""
    now = now or timezone.now()
    return MyDay(
        promises=_section(Kind.PROMISE, _promises(promises_due(user, now))),
        risks=_section(Kind.RISK, _risks(silent_deals(user, now), now)),
        waits=_section(Kind.WAIT, _waits(expiring_quotes(user, now))),
        later=_section(Kind.LATER, _promises(promises_later(user, now))),
    )


def needs_me(user: User, now: datetime | None = None) -> int:
    """Return the number of ``my_day`` alone, for the badge."""
    now = now or timezone.now()
    return sum(rows.count() for rows in needing(user, now))


def late_promises(user: User, now: datetime | None = None, most: int = MOST_LINES) -> Section:
    """Return the promises of the user's people that are late, the longest overdue first."""
    return _section(Kind.PROMISE, _promises(overdue_promises(user, now or timezone.now())), most)


def _section(kind: Kind, rows: Any, most: int = MOST_LINES) -> Section:
    shown = list(rows.annotate(in_all=Window(Count("pk")))[:most])
    return Section(kind, shown[0].in_all if shown else 0, shown)


def _promises(rows: Any) -> Any:
    return rows.select_related("deal__currency", "contact", "company", "owner")


def _risks(deals: Any, now: datetime) -> Any:
    """The most money first, in the company's currency by today's rates; of equal money what is silent longest."""
    worth = in_company_currency("amount", Value(timezone.localdate(now)))
    rows = with_silence(deals, now).annotate(worth=worth).select_related("stage", "currency", "company")
    return rows.order_by(F("worth").desc(nulls_last=True), "-silent_days", "pk")


def _waits(quotes: Any) -> Any:
    return quotes.select_related("deal__company", "deal__currency", "contact").order_by("valid_until", "pk")
