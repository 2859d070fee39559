"""Figures from the lifecycle, one function each: new leads in a period, contacts by stage, conversion, unowned leads.

A *lead* here is a contact that has come to Lead or beyond; it becomes one the first time the ledger says so. What is
archived doesn't count. Every figure counts only what its reader may see.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from contacts.lifecycle.models import LifecycleChange
from contacts.people.models import Contact
from contacts.people.stages import ORDER, LifecycleStage
from contacts.staff.models import User

LEAD_STAGES = tuple(stage for stage, place in ORDER.items() if place >= ORDER[LifecycleStage.LEAD])
# Leads that marketing still works on.
OPEN_LEADS = (LifecycleStage.LEAD.value, LifecycleStage.MQL.value)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the last one included, as the reader's clock counts them."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The moments from which and before which."""
        after = self.last + timedelta(days=1)
        return timezone.make_aware(datetime.combine(self.first, time.min)), timezone.make_aware(
            datetime.combine(after, time.min)
        )


def this_week(today: date) -> Period:
    """Monday to today."""
    return Period(today - timedelta(days=today.weekday()), today)


def week_before(today: date) -> Period:
    """The same days of the week before."""
    week = this_week(today)
    return Period(week.first - timedelta(days=7), week.last - timedelta(days=7))


def this_month(today: date) -> Period:
    """The first of the month to today."""
    return Period(today.replace(day=1), today)


def month_before(today: date) -> Period:
    """The same days of the month before; all of it, where it is shorter."""
    last_day = today.replace(day=1) - timedelta(days=1)
    return Period(last_day.replace(day=1), last_day.replace(day=min(today.day, last_day.day)))


def last_year(today: date) -> Period:
    """The 365 days that end today."""
    return Period(today - timedelta(days=364), today)


def became_lead(user: User, period: Period) -> QuerySet[Contact]:
    """Return the contacts that became leads in a period."""
    begin, end = period.bounds
    first = LifecycleChange.objects.filter(contact__isnull=False, to_stage__in=LEAD_STAGES).order_by()
    born = first.values("contact").annotate(born=Min("at")).filter(born__gte=begin, born__lt=end)
    rows: QuerySet[Contact] = Contact.objects.live().visible_to(user).filter(pk__in=born.values("contact"))
    return rows


def count_new_leads(user: User, period: Period) -> int:
    """Return how many contacts became leads in a period."""
    return became_lead(user, period).count()


def contacts_by_stage(user: User) -> dict[str, int]:
    """Return how many contacts are in each stage, zeros included, in the order of the lifecycle."""
    rows = Contact.objects.live().visible_to(user).order_by().values("lifecycle_stage").annotate(number=Count("pk"))
    numbers = {row["lifecycle_stage"]: row["number"] for row in rows}
    return {stage.value: numbers.get(stage.value, 0) for stage in LifecycleStage}


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of the leads of a period, how many came to each further stage until now."""

    leads: int
    mqls: int
    sqls: int
    customers: int

    def share(self, number: int) -> Decimal | None:
        """Return the share of the leads; nothing where there are none."""
        return Decimal(number) / self.leads if self.leads else None


def conversion(user: User, period: Period) -> Conversion:
    """Return how far the leads of a period have come, whatever stage they stepped back to."""

    def reached(stage: LifecycleStage) -> Count:
        further = [code for code, place in ORDER.items() if place >= ORDER[stage]]
        return Count("pk", filter=Q(lifecycle_highest__in=further))

    numbers = became_lead(user, period).aggregate(
        leads=Count("pk"),
        mqls=reached(LifecycleStage.MQL),
        sqls=reached(LifecycleStage.SQL),
        customers=reached(LifecycleStage.CUSTOMER),
    )
    return Conversion(**numbers)


def leads_without_owner(user: User) -> QuerySet[Contact]:
    """Return the open leads that nobody owns, the ones that wait longest first."""
    rows: QuerySet[Contact] = Contact.objects.live().visible_to(user)
    return rows.filter(owner__isnull=True, lifecycle_stage__in=OPEN_LEADS).order_by("lifecycle_since", "pk")
