"""The calendar: a month or a week of one's own activities, or of the team's; drawn by the server."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, get_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from contacts.models import User
from deals.activities.kinds import ActivityState
from deals.admin.activities.days import (
    Day,
    hours_of,
    last_of_month,
    lay_out,
    place_on_clock,
    week_of,
    weeks_of_month,
)
from deals.admin.reading import reader_of
from deals.models import Activity, ActivityAttendee
from deals.pipeline.board import ALL, MINE, TEAM, reaches

MONTH, WEEK = "month", "week"
MOST_ENTRIES = 1500
MOST_PER_CELL = 4
FIRST_YEAR, LAST_YEAR = 1990, 2200
REACHES: dict[str, str | Promise] = {MINE: gettext_lazy("Mine"), TEAM: gettext_lazy("Team"), ALL: gettext_lazy("All")}
SHOWN = (ActivityState.PLANNED, ActivityState.DONE)


@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show the month or week in which ``?day=`` falls, of ``?whose=``."""
    user = reader_of(request)
    if not user.has_perm("deals.view_activity"):
        raise PermissionDenied
    view = WEEK if request.GET.get("view") == WEEK else MONTH
    allowed = reaches(user)
    whose = request.GET.get("whose", "")
    whose = whose if whose in allowed else MINE
    day, now = _chosen_day(request), timezone.now()
    weeks = [week_of(day, _first_weekday())] if view == WEEK else weeks_of_month(day, _first_weekday())
    days = [each for week in weeks for each in week]
    shown = lay_out(days, _activities(user, whose, days), now)
    for each in shown:
        each.is_outside = view == MONTH and each.day.month != day.month
    context = {
        "heading": _heading(shown, day, view),
        "view": view,
        "whose": whose,
        "day": day,
        "days": shown,
        **_agenda(shown, now),
        "reaches": [(reach, REACHES[reach], _address(view, day, reach)) for reach in allowed],
        "views": [(MONTH, _("Month"), _address(MONTH, day, whose)), (WEEK, _("Week"), _address(WEEK, day, whose))],
        "before": _address(view, _step(day, view, -1), whose),
        "after": _address(view, _step(day, view, 1), whose),
        "today": _address(view, timezone.localdate(now), whose),
        "most": MOST_PER_CELL,
        "may_plan": user.has_perm("deals.add_activity"),
        **(_month(shown, whose) if view == MONTH else _week(shown)),
    }
    return show_page(request, admin.site, "deals/activities/calendar.html", _("Calendar"), **context)


def _agenda(days: list[Day], now: datetime) -> dict[str, Any]:
    """Return what narrow screens show: the days that have something, those before today folded away."""
    told = [each for each in days if not each.is_outside and (each.entries or each.is_today)]
    is_present = any(each.is_today for each in told)
    earlier = [each for each in told if is_present and each.day < timezone.localdate(now)]
    return {"earlier": earlier, "agenda": told[len(earlier) :]}


def _month(days: list[Day], whose: str) -> dict[str, Any]:
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    return {"weeks": [[(each, _address(WEEK, each.day, whose)) for each in week] for week in weeks], "week": weeks[0]}


def _week(days: list[Day]) -> dict[str, Any]:
    hours = hours_of(days)
    place_on_clock(days, hours)
    return {"hours": [f"{hour:02}:00" for hour in hours], "week": days}


def _activities(user: User, whose: str, days: list[date]) -> QuerySet[Activity]:
    start, end = days[0] - timedelta(days=1), days[-1] + timedelta(days=1)
    planned = Q(due_on__gte=start, due_on__lte=end)
    logged = Q(due_on__isnull=True, done_at__date__gte=start, done_at__date__lte=end)
    rows = Activity.objects.visible_to(user).filter(planned | logged, _whose(user, whose), state__in=SHOWN)
    found: QuerySet[Activity] = rows.select_related("owner").order_by("due_on", "pk")[:MOST_ENTRIES]
    return found


def _whose(user: User, whose: str) -> Q:
    if whose == ALL:
        return Q()
    if whose == TEAM:
        return Q(owner=user.pk) | Q(owner__team__in=user.team_ids)
    return Q(owner=user.pk) | Q(pk__in=ActivityAttendee.objects.filter(user=user.pk).values("activity"))


def _heading(days: list[Day], day: date, view: str) -> str:
    inside = [entry for each in days if not each.is_outside for entry in each.entries]
    done = sum(entry.is_done for entry in inside)
    late = sum(entry.is_late for entry in inside)
    first, last = days[0].day, days[-1].day
    period = date_format(day, "F Y") if view == MONTH else f"{date_format(first, 'j M')} – {date_format(last, 'j M Y')}"
    number = len(inside) - done
    parts = [ngettext("%(number)s planned", "%(number)s planned", number) % {"number": show_number(number)}]
    told = ngettext("%(late)s of them late", "%(late)s of them late", late) % {"late": show_number(late)}
    parts += [told] if late else []
    parts += [_("%(done)s done") % {"done": show_number(done)}] if done else []
    return _("%(period)s: %(numbers)s") % {"period": period, "numbers": ", ".join(parts)}


def _chosen_day(request: HttpRequest) -> date:
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else timezone.localdate()


def _step(day: date, view: str, by: int) -> date:
    if view == WEEK:
        return day + timedelta(days=7 * by)
    beyond = last_of_month(day) + timedelta(days=1) if by > 0 else day.replace(day=1) - timedelta(days=1)
    return beyond.replace(day=1)


def _first_weekday() -> int:
    # Sunday is 0, in Django's formats as in isoweekday modulo 7.
    return int(get_format("FIRST_DAY_OF_WEEK"))


def _address(view: str, day: date, whose: str) -> str:
    return f"{reverse('admin:calendar')}?{urlencode({'view': view, 'day': day.isoformat(), 'whose': whose})}"


register_page("calendar/", "calendar", calendar_page)
