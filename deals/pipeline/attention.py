"""Which open deals need somebody: those longer in their stage than usual, and those past their expected close."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from deals.pipeline.deal import Deal, Outcome


@dataclass(frozen=True, slots=True)
class Age:
    """How long a deal has been in its stage, and how long deals usually are."""

    days: int
    usual: int | None

    @property
    def stalled(self) -> bool:
        """Whether the deal stands longer than usual: for one row what ``filtering.is_stalled`` says of many."""
        return self.usual is not None and self.days > self.usual


def today() -> date:
    """Return the calendar day in the company's zone, in which deals are opened and closed."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def age_of(deal: Deal) -> Age:
    """Return the age of a deal in its stage; a closed deal is never stalled."""
    return Age(deal.days_in_stage, deal.stage.expected_days if deal.is_open else None)


def is_overdue(deal: Deal) -> bool:
    """Say whether an open deal is past the day on which it was expected to close."""
    return deal.is_open and deal.expected_close is not None and deal.expected_close < today()


def overdue() -> Q:
    """Return the condition of ``is_overdue``, for many deals."""
    return Q(outcome=Outcome.OPEN, expected_close__lt=today())
