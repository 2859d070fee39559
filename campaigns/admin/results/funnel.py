"""The page “Funnel”: people per stage by cohort, how many go on, how long it takes, each number with its people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.admin.results.lists import show_rows
from campaigns.admin.results.showing import MEDIA
from campaigns.results.funnel import BY, FUNNEL, Cohort, FunnelQuestion, Step, funnel, people_of
from campaigns.results.rows import Kind, Rows
from campaigns.results.tables import funnel_csv
from config.common.admin.home import Chart
from config.common.admin.pages import register_page, show_page
from config.common.bounds import FIRST_YEAR, LAST_YEAR
from config.common.money import round_to, show_number
from contacts.lifecycle.telling import short_name
from contacts.people.stages import LifecycleStage

PERMISSIONS = ("contacts.view_contact", "campaigns.view_campaign")
MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """The people of a stage with their list, and in words how many went on and how long that took."""

    people: str
    link: str
    conversion: str
    days: str


@require_safe
def funnel_page(request: HttpRequest) -> HttpResponse:
    """Show the funnel by cohort, or hand it out as CSV."""
    question = _question(request)
    cohorts = funnel(question)
    if request.GET.get("format") == "csv":
        text = "\ufeff" + funnel_csv(str(BY[question.by]), cohorts)
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="funnel.csv"'
        return response
    query = _query(question)
    context = {
        "sentence": _sentence(cohorts),
        "by_choices": [(code, label, code == question.by) for code, label in BY.items()],
        "by_label": BY[question.by],
        "first": question.first.isoformat() if question.first else "",
        "last": question.last.isoformat() if question.last else "",
        "head": [short_name(stage) for stage in FUNNEL],
        "rows": [(cohort.label, [_cell(cohort, step, query) for step in cohort.steps]) for cohort in cohorts],
        "charts": [_chart(cohorts, question.by)],
        "csv_link": f"?{urlencode({**query, 'format': 'csv'})}",
        "media": MEDIA,
    }
    return show_page(request, admin.site, "campaigns/results/funnel.html", _("Funnel"), **context)


@require_safe
def funnel_people_page(request: HttpRequest) -> HttpResponseBase:
    """Show the people of a cohort who reached a stage."""
    question = _question(request)
    stage = request.GET.get("stage", "")
    if stage not in FUNNEL:
        raise Http404
    rows = Rows("funnel", Kind.PEOPLE, people_of(question, request.GET.get("key", ""), stage))
    return show_rows(request, rows, str(LifecycleStage(stage).label), None)


def _question(request: HttpRequest) -> FunnelQuestion:
    user: Any = request.user
    if not user.has_perms(PERMISSIONS):
        raise PermissionDenied
    by = request.GET.get("by", "source")
    first, last = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    return FunnelQuestion(user, by if by in BY else "source", first, last)


def _day(text: str) -> date | None:
    """Return a day; none for what isn't one, as the box then shows."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _query(question: FunnelQuestion) -> dict[str, str]:
    days = {"from": question.first, "to": question.last}
    return {"by": question.by, **{name: day.isoformat() for name, day in days.items() if day is not None}}


def _sentence(cohorts: list[Cohort]) -> str:
    people = sum(cohort.steps[0].people for cohort in cohorts)
    customers = sum(step.people for cohort in cohorts for step in cohort.steps if step.stage == LifecycleStage.CUSTOMER)
    if not people:
        return _("Nobody is in the funnel yet. Add contacts, or open a form.")
    return _("%(customers)s of %(people)s became customers") % {
        "customers": show_number(customers),
        "people": show_number(people),
    }


def _cell(cohort: Cohort, step: Step, query: dict[str, str]) -> Cell:
    link = f"{reverse('admin:funnel_people')}?{urlencode({**query, 'key': cohort.key, 'stage': step.stage.value})}"
    conversion = days = ""
    if step.conversion is not None:
        share = step.conversion
        conversion = _("%(rate)s %% (%(low)s–%(high)s)") % {
            "rate": _percent(share.rate), "low": _percent(share.low), "high": _percent(share.high)
        }  # fmt: skip
    if step.days is not None:
        days = _("%(median)s days (%(first)s–%(third)s)") % {
            "median": _one(step.days.median), "first": _one(step.days.first), "third": _one(step.days.third)
        }  # fmt: skip
    return Cell(show_number(step.people), link if step.people else "", conversion, days)


def _chart(cohorts: list[Cohort], by: str) -> Chart:
    shown = cohorts[-MOST_BARS:] if by == "month" else cohorts[:MOST_BARS]
    stages = (LifecycleStage.LEAD, LifecycleStage.MQL, LifecycleStage.SQL, LifecycleStage.CUSTOMER)
    series = [
        (short_name(stage), [float(cohort.steps[FUNNEL.index(stage)].people) for cohort in shown]) for stage in stages
    ]
    return Chart(
        title=_("People by stage and %(group)s") % {"group": str(BY[by]).lower()},
        labels=[cohort.label for cohort in shown],
        series=series,
        horizontal=by != "month",
        empty=_("Nobody is in the funnel yet. Add contacts, or open a form."),
    )


def _percent(value: Decimal) -> str:
    return show_number(round_to(value * 100, 0))


def _one(value: Decimal) -> str:
    return show_number(round_to(value, 1).normalize())


register_page("campaigns/funnel/", "funnel", funnel_page)
register_page("campaigns/funnel/people/", "funnel_people", funnel_people_page)
