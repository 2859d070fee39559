"""The calendar of all campaigns: a month with campaigns as bars, and content and tasks on their days."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaigns.admin.campaigns.admin import MEDIA
from campaigns.admin.campaigns.parts import Tab
from campaigns.admin.campaigns.showing import campaign_address, period_text
from campaigns.execution.calendar import Agenda, agenda
from campaigns.execution.work import ContentState
from campaigns.models import Campaign
from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from deals.activities.kinds import ActivityState
from deals.admin.activities.days import last_of_month, weeks_of_month
from deals.admin.reading import reader_of

FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True)
class Entry:
    """A content item or a task on its day."""

    title: str
    about: str
    address: str
    icon: str
    kind: str
    is_done: bool


@dataclass(slots=True)
class Day:
    """A day of the month's weeks with what falls on it."""

    day: date
    is_today: bool
    is_outside: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bar:
    """A campaign within one week: from which to which column of the seven."""

    campaign: Campaign
    address: str
    period: str
    first: int
    after: int


@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show the month in which ``?day=`` falls."""
    user = reader_of(request)
    if not user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    day, today = _chosen_day(request), timezone.localdate()
    weeks = weeks_of_month(day, int(get_format("FIRST_DAY_OF_WEEK")))
    found = agenda(user, weeks[0][0], weeks[-1][-1])
    days = {each: Day(each, each == today, each.month != day.month) for week in weeks for each in week}
    _lay_out(found, days)
    inside = [each for each in days.values() if not each.is_outside and each.entries]
    month_first, month_last = day.replace(day=1), last_of_month(day)
    context = {
        "heading": _heading(found, inside, day, month_first, month_last),
        "weekdays": weeks[0],
        "weeks": [([days[each] for each in week], _bars(found.campaigns, week)) for week in weeks],
        "agenda": inside,
        "running": [
            (each, campaign_address(each), period_text(each.starts_on, each.ends_on))
            for each in found.campaigns
            if each.starts_on <= month_last and each.ends_on >= month_first
        ],
        "before": _address(month_first - timedelta(days=1)),
        "after": _address(month_last + timedelta(days=1)),
        "today": _address(today),
        "may_add": user.has_perm("campaigns.add_campaign"),
        "media": MEDIA,
    }
    title = _("Calendar of campaigns")
    return show_page(request, admin.site, "campaigns/campaigns/calendar.html", title, **context)


def _lay_out(found: Agenda, days: dict[date, Day]) -> None:
    for item in found.content:
        done = item.state == ContentState.PUBLISHED
        address = campaign_address(item.campaign_id, Tab.WORK)
        kind = item.get_kind_display()
        days[item.publish_on or date.min].entries.append(
            Entry(item.title, str(item.campaign), address, "article", kind, done)
        )
    for task in found.tasks:
        done = task.activity.state == ActivityState.DONE
        address = reverse("admin:deals_activity_change", args=[task.activity_id])
        entry = Entry(task.activity.subject, str(task.campaign), address, "task_alt", _("Task"), done)
        days[task.activity.due_on or date.min].entries.append(entry)


def _bars(campaigns: list[Campaign], week: list[date]) -> list[Bar]:
    bars = []
    for each in campaigns:
        if each.starts_on <= week[-1] and each.ends_on >= week[0]:
            first, last = max(each.starts_on, week[0]), min(each.ends_on, week[-1])
            columns = (first - week[0]).days + 1, (last - week[0]).days + 2
            period = period_text(each.starts_on, each.ends_on)
            bars.append(Bar(each, campaign_address(each), period, *columns))
    return bars


def _heading(found: Agenda, days: list[Day], day: date, first: date, last: date) -> str:
    number = sum(each.starts_on <= last and each.ends_on >= first for each in found.campaigns)
    items = sum(len(each.entries) for each in days)
    campaigns = ngettext("%(number)s campaign", "%(number)s campaigns", number) % {"number": show_number(number)}
    entries = ngettext("%(number)s thing to publish or do", "%(number)s things to publish or do", items)
    labels: dict[str, Any] = {"month": date_format(day, "F Y"), "campaigns": campaigns}
    return _("%(month)s: %(campaigns)s, %(entries)s") % {**labels, "entries": entries % {"number": show_number(items)}}


def _chosen_day(request: HttpRequest) -> date:
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else timezone.localdate()


def _address(day: date) -> str:
    return f"{reverse('admin:campaign_calendar')}?day={day.replace(day=1).isoformat()}"


register_page("campaigns/calendar/", "campaign_calendar", calendar_page)
