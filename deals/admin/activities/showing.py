"""How activities are written for people: when, how late, about whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.admin.records import Reference, addresses
from contacts.models import User
from contacts.staff.models import Scope
from deals.activities.kinds import ActivityKind
from deals.models import Activity, Deal

ICONS = {
    ActivityKind.CALL: "call",
    ActivityKind.MEETING: "groups",
    ActivityKind.VISIT: "directions_car",
    ActivityKind.EMAIL: "mail",
    ActivityKind.SOCIAL: "forum",
    ActivityKind.TASK: "task_alt",
}
_RECORDS = ("deal", "contact", "company")


@dataclass(frozen=True, slots=True)
class Link:
    """A record by name, with its address where the reader may open it."""

    text: str
    address: str


def icon_of(kind: str) -> str:
    """Return the icon of a kind."""
    return ICONS[ActivityKind(kind)]


def page_of(activity: Activity) -> str:
    """Return the address of an activity's page."""
    return reverse("admin:deals_activity_change", args=[activity.pk])


def short_day(day: date, today: date) -> str:
    """Return “today”, “tomorrow”, or “Tue 24 Nov”, with the year where it is another one."""
    near = {today - timedelta(days=1): _("yesterday"), today: _("today"), today + timedelta(days=1): _("tomorrow")}
    return near.get(day) or date_format(day, "D j M" if day.year == today.year else "j M Y")


def hour_of(moment: datetime) -> str:
    """Return the hour and minute of a moment on the reader's clock."""
    return date_format(timezone.localtime(moment), "H:i")


def when_text(activity: Activity, now: datetime | None = None) -> str:
    """Return when a promise is, short: “today 09:30”, “Tue 24 Nov”; an empty string for what never was one."""
    today = timezone.localdate(now)
    if activity.starts_at is not None:
        return f"{short_day(timezone.localdate(activity.starts_at), today)} {hour_of(activity.starts_at)}"
    return short_day(activity.due_on, today) if activity.due_on else ""


def late_text(activity: Activity, now: datetime) -> str:
    """Return how late a promise is: “3 days late”, “40 minutes late”; an empty string if it is not."""
    if not activity.is_planned or activity.due_at is None or activity.due_at >= now:
        return ""
    if activity.starts_at is None and activity.due_on is not None:
        return _days_late(max(1, (timezone.localdate(now) - activity.due_on).days))
    minutes = int((now - activity.due_at).total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(minutes)s minute late", "%(minutes)s minutes late", minutes) % {"minutes": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(hours)s hour late", "%(hours)s hours late", hours) % {"hours": hours}
    return _days_late(hours // 24)


def about_links(activities: Iterable[Activity], user: User) -> dict[int, list[Link]]:
    """Return what each activity is about, as far as the reader may see it. Asks once a kind of record, if at all."""
    named = {activity.pk: records_of(activity) for activity in activities}
    known = links_to([record for records in named.values() for record in records], user)
    return {
        pk: [known[reference(record)] for record in records if reference(record) in known]
        for pk, records in named.items()
    }


def records_of(activity: Activity) -> list[Any]:
    """Return the deal, contact and company that an activity is about."""
    return [record for name in _RECORDS if (record := getattr(activity, name)) is not None]


def links_to(records: Iterable[Any], user: User) -> dict[Reference, Link]:
    """Return the names and addresses of those records that the reader may see, by ``reference``."""
    named = {reference(record): record for record in records}
    own = {ref for ref, record in named.items() if user.scope == Scope.ALL or record.owner_id == user.pk}
    asked = addresses([ref for ref in named if ref not in own], user)
    links = {**asked, **{ref: _address(ref) for ref in own}}
    return {ref: Link(str(named[ref]), link) for ref, link in links.items()}


def reference(record: Any) -> Reference:
    """Return the label and id of a record."""
    return record._meta.label_lower, record.pk


def _address(record: Reference) -> str:
    label, pk = record
    return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])


def _days_late(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


def step_text(activity: Activity, now: datetime | None = None) -> str:
    """Return a next step in a few words: “Tue 24 Nov Send price”."""
    return f"{when_text(activity, now)} · {activity.subject}"


def deal_text(deal: Deal) -> str:
    """Name a deal with its company."""
    return f"{deal} · {deal.company}" if deal.company_id else str(deal)
