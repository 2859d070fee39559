"""The funnel by cohort: how many people came to each stage, from stage to stage with interval and days, by the ledger.

A person is in the cohort by where they came from, by the campaign that touched them first, by the segments they are in,
or by the month in which the ledger begins. A stage counts as reached with the first change to it or to a later one, so
that whoever skips a stage reached it on the same day; each stage's people are among those of the stage before.
"""
# ruff: noqa: S608 - no value ever becomes part of the text

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import F, Min, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import ExtractMonth, ExtractYear, TruncDate
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.capture.models import Touch
from campaigns.execution.models import Campaign
from campaigns.results.people import at_or_beyond, compiled
from campaigns.results.proportions import Quartiles, Share, quartiles_of, share_of
from campaigns.segments.models import Segment, SegmentMember
from contacts.lifecycle.models import LifecycleChange
from contacts.models import Contact, User
from contacts.people.stages import ORDER, LifecycleStage

BY: dict[str, str | Promise] = {
    "source": gettext_lazy("Source"),
    "campaign": gettext_lazy("First campaign"),
    "segment": gettext_lazy("Segment"),
    "month": gettext_lazy("Month"),
}
FUNNEL = tuple(ORDER)
NONE = "none"
_DAYS = {"postgresql": "({1} - {0})", "sqlite": "CAST(julianday({1}) - julianday({0}) AS INTEGER)"}


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a cohort: who reached it; of those of the stage before how many, and after how many days."""

    stage: LifecycleStage
    people: int
    conversion: Share | None
    days: Quartiles | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who belong together, and how far they came."""

    key: str
    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """Whose view, by what, and on which days the ledger of a person begins."""

    user: User
    by: str = "source"
    first: date | None = None
    last: date | None = None


def funnel(question: FunnelQuestion) -> list[Cohort]:
    """Return the cohorts in reading order. Costs two queries, and one for names."""
    people: dict[Any, dict[str, int]] = defaultdict(dict)
    days: dict[Any, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for key, stage, counted in _ask_people(question):
        people[key][stage] = counted
    for key, stage, gone, counted in _ask_days(question):
        days[key][stage][gone] = counted
    labels = _labels(question.by, list(people))
    cohorts = [Cohort(NONE if key is None else str(key), labels[key], _steps(people[key], days[key])) for key in people]
    if question.by == "month":
        return sorted(cohorts, key=lambda cohort: cohort.key)
    return sorted(cohorts, key=lambda cohort: (cohort.key == NONE, -cohort.steps[0].people, cohort.label))


def people_of(question: FunnelQuestion, key: str, stage: str) -> Any:
    """Return the contacts of a cohort who reached a stage, as the funnel counts them."""
    if stage not in FUNNEL or not (key == NONE or key.isalnum()):
        return Contact.objects.none()
    sql, parameters = _people(question)
    same = "cohort IS NULL" if key == NONE else "CAST(cohort AS varchar(20)) = %s"
    given = () if key == NONE else (key,)
    found = RawSQL(f"SELECT person FROM ({sql}) people WHERE {stage}_on IS NOT NULL AND {same}", (*parameters, *given))
    first = Min("lifecycle_changes__at", filter=Q(lifecycle_changes__to_stage__in=at_or_beyond(stage)))
    return Contact.objects.filter(pk__in=found).annotate(reached_at=first).order_by("-reached_at", "-pk")


def _ask_people(question: FunnelQuestion) -> list[Any]:
    sql, parameters = _people(question)
    counts = " UNION ALL ".join(
        f"SELECT cohort, '{stage}', COUNT({stage}_on) FROM people GROUP BY cohort" for stage in FUNNEL
    )
    return _ask(f"WITH people AS ({sql}) {counts}", parameters)


def _ask_days(question: FunnelQuestion) -> list[Any]:
    """Return how often each number of days passed between a stage and the one before, by cohort."""
    sql, parameters = _people(question)
    template = _DAYS[connection.vendor]
    parts = []
    for before, stage in pairwise(FUNNEL):
        gone = template.format(f"{before}_on", f"{stage}_on")
        parts.append(
            f"SELECT cohort, '{stage}', {gone}, COUNT(*) FROM people "
            f"WHERE {stage}_on IS NOT NULL GROUP BY cohort, {gone}"
        )
    return _ask(f"WITH people AS ({sql}) {' UNION ALL '.join(parts)}", parameters)


def _people(question: FunnelQuestion) -> tuple[str, Sequence[Any]]:
    """Return one row a cohort and person: the day on which each stage was reached first."""
    seen = Contact.objects.visible_to(question.user).order_by().values("pk")
    if question.by == "segment":
        members = SegmentMember.objects.filter(left_at__isnull=True, contact__in=seen).order_by()
        keyed = members.annotate(cohort=F("segment"), person=F("contact")).values("cohort", "person")
        grouped = _with_days(keyed, "contact__lifecycle_changes__")
    else:
        changes = LifecycleChange.objects.filter(contact__in=seen).order_by().annotate(person=F("contact"))
        if question.by == "month":
            grouped = _with_days(changes.values("person"), "").annotate(cohort=_month("began"))
        else:
            grouped = _with_days(changes.annotate(cohort=_key(question.by)).values("cohort", "person"), "")
    return compiled(_begun_in(grouped.filter(began__isnull=False), question))


def _with_days(rows: Any, prefix: str) -> Any:
    zone = timezone.get_default_timezone()

    def first(stage: str) -> Min:
        return Min(f"{prefix}at", filter=Q(**{f"{prefix}to_stage__in": at_or_beyond(stage)}))

    days = {f"{stage}_on": TruncDate(first(stage), tzinfo=zone) for stage in FUNNEL}
    return rows.annotate(began=first(FUNNEL[0]), **days)


def _month(moment: str) -> Any:
    zone = timezone.get_default_timezone()
    return ExtractYear(moment, tzinfo=zone) * 100 + ExtractMonth(moment, tzinfo=zone)


def _key(by: str) -> Any:
    if by == "source":
        return F("contact__source")
    touches = Touch.objects.filter(contact=OuterRef("contact")).order_by("at", "pk")
    return Subquery(touches.values("campaign")[:1])


def _begun_in(rows: Any, question: FunnelQuestion) -> Any:
    zone = timezone.get_default_timezone()
    if question.first is not None:
        rows = rows.filter(began__gte=timezone.make_aware(datetime.combine(question.first, time.min), zone))
    if question.last is not None:
        after = datetime.combine(question.last + timedelta(days=1), time.min)
        rows = rows.filter(began__lt=timezone.make_aware(after, zone))
    return rows


def _steps(people: dict[str, int], days: dict[str, dict[int, int]]) -> tuple[Step, ...]:
    steps = []
    for place, stage in enumerate(FUNNEL):
        number = people.get(stage, 0)
        conversion = share_of(number, people.get(FUNNEL[place - 1], 0)) if place else None
        steps.append(Step(LifecycleStage(stage), number, conversion, quartiles_of(days.get(stage, {}))))
    return tuple(steps)


def _labels(by: str, keys: list[Any]) -> dict[Any, str]:
    if by == "month":
        return {key: f"{MONTHS[int(key) % 100]} {int(key) // 100}" for key in keys}
    if by == "source":
        labels = {str(value): str(label) for value, label in Contact._meta.get_field("source").flatchoices}
        return {key: labels.get(key, str(key)) for key in keys}
    model: Any = Campaign if by == "campaign" else Segment
    named = {row.pk: str(row) for row in model.objects.filter(pk__in=[key for key in keys if key is not None])}
    return {key: named.get(key, _("No campaign touched them")) for key in keys}


def _ask(sql: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows
