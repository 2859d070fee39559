"""Care after a win: the steps of the care plan become promises of the deal's owner."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.care import CarePlan, CareStep
from deals.activities.escalating import manager_of
from deals.activities.kinds import ActivityState
from deals.activities.moments import local_day, zone_of
from deals.activities.planning import plan
from deals.activities.recording import lock_deal
from deals.activities.telling import language_of
from deals.pipeline.deal import Deal, Outcome

# A step whose day has passed when the win is recorded is done at once, if it is not older than this.
STILL_WORTHWHILE = timedelta(days=7)
_SATURDAY = 5


@transaction.atomic
def start_care(deal: Deal, won_on: date | None = None) -> list[Activity]:
    """Promise a won deal's customer the steps of the care plan, counted from the day of the win; return them.

    The plan is the pipeline's own, else the one for all; a plan that is switched off promises nothing. A step that
    falls on a weekend waits until Monday. The owner keeps the promises, or their manager if they can't sign in any
    more. A second call finds the steps there and adds nothing.
    """
    locked = lock_deal(deal.pk)
    won_on = won_on or (locked.closed_on if locked else None)
    if locked is None or locked.outcome != Outcome.WON or won_on is None:
        return []
    owner = _keeper(locked.owner)
    steps = _steps(locked)
    if owner is None or not steps:
        return []
    promised = Activity.objects.filter(deal=locked, care_step__in=steps).exclude(state=ActivityState.CANCELLED)
    there = set(promised.values_list("care_step", flat=True))
    today = local_day(timezone.now(), zone_of(owner))
    days = {step: won_on + timedelta(days=step.days_after) for step in steps if step.pk not in there}
    return [
        _promise(step, locked, owner, working_day(max(day, today)))
        for step, day in days.items()
        if day >= today - STILL_WORTHWHILE
    ]


def working_day(day: date) -> date:
    """Return the day, or the Monday after it if it falls on a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day


def _steps(deal: Deal) -> list[CareStep]:
    own = CarePlan.objects.filter(pipeline=deal.pipeline_id).first()
    care_plan = own or CarePlan.objects.filter(pipeline=None, is_active=True).first()
    if care_plan is None or not care_plan.is_active:
        return []
    return list(care_plan.steps.filter(is_active=True).order_by("days_after", "position", "id"))


def _keeper(owner: User) -> User | None:
    return owner if owner.is_staff else manager_of(owner)


def _promise(step: CareStep, deal: Deal, owner: User, day: date) -> Activity:
    with language_of(owner):
        # Shipped words are in the catalogs; a company's own read as they were written.
        subject, note = _(step.subject), _(step.note) if step.note else ""
    return plan(kind=step.kind, subject=subject, note=note, owner=owner, by=None, deal=deal, due_on=day, care_step=step)
