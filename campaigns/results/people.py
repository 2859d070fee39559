"""The people of a question, in one statement: who was touched first when, and when they came to each stage.

Touches and ledger come from the ORM, compiled by Django with their parameters; only their join is written here, from
constants. A stage counts as reached with the first change to it or to a later one, and for the question if that was on
the day of the person's first touch or later: a form makes the contact and the touch in one moment.
"""
# ruff: noqa: S608 - no value ever becomes part of the text

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, F, Min, Q, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate
from django.utils import timezone

from campaigns.capture.models import Touch
from campaigns.results.asking import Question, in_group, touch_key, touched, won
from contacts.lifecycle.models import LifecycleChange
from contacts.models import Contact
from contacts.people.stages import ORDER, LifecycleStage
from deals.models import Deal
from deals.pipeline.deal import DealQuerySet

STAGES: dict[str, LifecycleStage] = {
    "leads": LifecycleStage.LEAD,
    "mqls": LifecycleStage.MQL,
    "sqls": LifecycleStage.SQL,
    "opportunities": LifecycleStage.OPPORTUNITY,
    "customers": LifecycleStage.CUSTOMER,
}
_DAY = {"postgresql": "CAST(%s AS date)", "sqlite": "%s"}
_DEALS = """
    SELECT {columns} FROM ({touches}) touched
    JOIN deals_dealcontact part ON part.contact_id = touched.person
    JOIN ({deals}) deal ON deal.id = part.deal_id
    WHERE deal.closed_on IS NULL OR deal.closed_on >= touched.day
"""


def touches_of(question: Question) -> Any:
    """Return the touches that are asked for and that the reader may see."""
    return question.seen(Touch.objects).filter(touched(question)).order_by()


def count_people(question: Question, by: str = "") -> dict[Any, dict[str, int]]:
    """Return by group how many people were touched, and how many of them came to each stage."""
    sql, parameters = _people(question, by)
    counts = ", ".join(f"COUNT({name})" for name in STAGES)
    rows = _ask(f"SELECT key, COUNT(*), {counts} FROM ({sql}) people GROUP BY key", parameters)
    return {key: dict(zip(("people", *STAGES), numbers, strict=True)) for key, *numbers in rows}


def people_who_reached(question: Question, stage: str) -> Any:
    """Return the contacts that ``count_people`` counts for a stage, with ``reached_on``, the newest first."""
    sql, parameters = _people(question, "")
    first = Min("lifecycle_changes__at", filter=Q(lifecycle_changes__to_stage__in=at_or_beyond(STAGES[stage])))
    found = RawSQL(f"SELECT person FROM ({sql}) people WHERE {stage} IS NOT NULL", parameters)
    return Contact.objects.filter(pk__in=found).annotate(reached_at=first).order_by("-reached_at", "-pk")


def count_deals(question: Question, by: str = "") -> dict[Any, dict[str, int]]:
    """Return by group how many deals the people touched have that were not closed before, and how many were won."""
    columns = "touched.key, COUNT(DISTINCT deal.id), COUNT(DISTINCT CASE WHEN deal.is_won THEN deal.id END)"
    sql, parameters = _deals(question, by, columns)
    rows = _ask(f"{sql} GROUP BY touched.key", parameters)
    return {key: {"deals": deals, "won_deals": won} for key, deals, won in rows}


def deals_of(question: Question, *, only_won: bool = False) -> DealQuerySet:
    """Return the deals that ``count_deals`` counts, or the won ones of them."""
    sql, parameters = _deals(question, "", "deal.id")
    rows: DealQuerySet = question.seen(Deal.objects).filter(pk__in=RawSQL(sql, parameters))
    return rows.filter(won(question)) if only_won else rows


def at_or_beyond(stage: str) -> list[str]:
    """Return a stage and the later ones."""
    return [code for code, place in ORDER.items() if place >= ORDER[stage]]


def compiled(rows: Any) -> tuple[str, Sequence[Any]]:
    """Return a query's SQL with its parameters."""
    return rows.query.get_compiler(using=connection.alias, elide_empty=False).as_sql()  # type: ignore[no-any-return]


def _people(question: Question, by: str) -> tuple[str, tuple[Any, ...]]:
    """Return one row a group and person: the day of the first touch, and of each stage that came after it."""
    touches, parameters = compiled(_first_touches(question, by))
    changes = LifecycleChange.objects.filter(
        contact__in=touches_of(question).filter(contact__isnull=False).values("contact")
    )
    days = {
        f"day_{name}": _day(Min("at", filter=Q(to_stage__in=at_or_beyond(stage)))) for name, stage in STAGES.items()
    }
    ledger, more = compiled(changes.order_by().annotate(person=F("contact")).values("person").annotate(**days))
    in_time, days_in_time = _in_time(question)
    reached = ", ".join(
        f"CASE WHEN ledger.day_{name} >= touched.day{in_time.format(name)} THEN 1 END AS {name}" for name in STAGES
    )
    parameters = (*days_in_time * len(STAGES), *parameters)
    sql = (
        f"SELECT touched.key AS key, touched.person AS person, {reached} FROM ({touches}) touched "
        f"LEFT JOIN ({ledger}) ledger ON ledger.person = touched.person"
    )
    return sql, (*parameters, *more)


def _in_time(question: Question) -> tuple[str, tuple[str, ...]]:
    """Return what a stage's day must also be, with its parameters: from and until the days that are asked for."""
    days = ((">=", question.since), ("<=", question.until))
    text = "".join(f" AND ledger.day_{{0}} {sign} {_DAY[connection.vendor]}" for sign, day in days if day is not None)
    return text, tuple(day.isoformat() for _sign, day in days if day is not None)


def _first_touches(question: Question, by: str) -> Any:
    known = touches_of(question).filter(in_group(by), contact__isnull=False)
    return known.annotate(key=touch_key(by), person=F("contact")).values("key", "person").annotate(day=_day(Min("at")))


def _deals(question: Question, by: str, columns: str) -> tuple[str, tuple[Any, ...]]:
    touches, parameters = compiled(_first_touches(question, by))
    visible = question.seen(Deal.objects).order_by()
    if question.until is not None:
        visible = visible.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=question.until))
    is_won = Case(When(won(question), then=True), default=False, output_field=BooleanField())
    deals, more = compiled(visible.annotate(is_won=is_won).values("id", "closed_on", "is_won"))
    return _DEALS.format(columns=columns, touches=touches, deals=deals), (*parameters, *more)


def _day(moment: Any) -> TruncDate:
    return TruncDate(moment, tzinfo=timezone.get_default_timezone())


def _ask(sql: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows
