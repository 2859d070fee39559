"""The lists behind the numbers of a day, each as one QuerySet: what a page counts is what its list shows."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from contacts.models import User
from deals.activities import moments
from deals.activities.activity import Activity
from deals.activities.kinds import ActivityState
from deals.agenda.silence import is_silent
from deals.pipeline.deal import Deal
from deals.quotes.models import Quote, QuoteRevision, QuoteState

EXPIRES_WITHIN_DAYS = 7
LATER_DAYS = 7
PLANNED = Q(state=ActivityState.PLANNED)


def today_of(user: User, now: datetime) -> date:
    """Return the user's present day, by their own calendar."""
    return moments.local_day(now, moments.zone_of(user))


def due_today(user: User, now: datetime) -> Q:
    """Return the condition that a promise is for the reader's today or earlier."""
    return PLANNED & Q(due_on__lte=today_of(user, now))


def due_later(user: User, now: datetime) -> Q:
    """Return the condition that a promise is for the seven days after the reader's today."""
    today = today_of(user, now)
    return PLANNED & Q(due_on__gt=today, due_on__lte=today + timedelta(days=LATER_DAYS))


def is_late(now: datetime) -> Q:
    """Return the condition that nobody kept a promise and its time has passed."""
    return PLANNED & Q(due_at__lt=now)


def of_my_people(user: User) -> Q:
    """Return the condition that a row belongs to somebody the user looks after."""
    people = User.objects.filter(team__in=user.team_ids) if user.team_ids else User.objects.all()
    return Q(owner__in=people.exclude(pk=user.pk).values("pk"))


def promises_due(user: User, now: datetime) -> QuerySet[Activity]:
    """What the user promised for today or earlier and has not done, the oldest promise first."""
    return _own(user).filter(due_today(user, now)).order_by("due_at", "pk")


def promises_later(user: User, now: datetime) -> QuerySet[Activity]:
    """What the user promised for the seven days after today."""
    return _own(user).filter(due_later(user, now)).order_by("due_at", "pk")


def silent_deals(user: User, now: datetime) -> QuerySet[Deal]:
    """The user's own open deals that have gone silent."""
    return Deal.objects.visible_to(user).filter(is_silent(now), owner=user)


def expiring_quotes(user: User, now: datetime) -> QuerySet[Quote]:
    """Quotes on the user's own deals that wait for an answer and expire within a week; ``valid_until`` is added."""
    today = today_of(user, now)
    newest = QuoteRevision.objects.filter(quote=OuterRef("pk"), sent_at__isnull=False).order_by("-revision")
    sent = Quote.objects.visible_to(user).filter(state=QuoteState.SENT, deal__owner=user)
    until = {"valid_until__gte": today, "valid_until__lte": today + timedelta(days=EXPIRES_WITHIN_DAYS)}
    return sent.annotate(valid_until=Subquery(newest.values("valid_until")[:1])).filter(**until)


def overdue_promises(user: User, now: datetime) -> QuerySet[Activity]:
    """Promises of the user's people that are late, the longest overdue first."""
    late = Activity.objects.visible_to(user).filter(is_late(now), of_my_people(user))
    return late.order_by("due_at", "pk")


def needing(user: User, now: datetime) -> list[QuerySet[Any]]:
    """Return all that needs the user today, kind by kind: what the badge counts."""
    return [promises_due(user, now), silent_deals(user, now), expiring_quotes(user, now)]


def _own(user: User) -> QuerySet[Activity]:
    rows: QuerySet[Activity] = Activity.objects.visible_to(user).filter(owner=user)
    return rows
