"""What stands on the page of an activity: when, whom it is about, who takes part, reminders, history, its verbs."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from deals.activities.activity import ActivityChangeKind
from deals.activities.reminder import ReminderState
from deals.activities.wishes import wishes_of
from deals.admin.activities.log_box import NO_STEP, USUAL_DAYS, log_box
from deals.admin.activities.reminder_rules import has_hour, reminder_text, rule_choices
from deals.admin.activities.showing import Link, icon_of, late_text, links_to, page_of, records_of, reference, when_text
from deals.admin.activities.verbs import people_for
from deals.admin.reading import reader_of
from deals.models import Activity, ActivityChange, Reminder

MOST_PEOPLE = 200
CHANGE_ICONS = {
    ActivityChangeKind.PLANNED: "event",
    ActivityChangeKind.RESCHEDULED: "schedule",
    ActivityChangeKind.REASSIGNED: "person_add",
    ActivityChangeKind.DONE: "check",
    ActivityChangeKind.CANCELLED: "cancel",
    ActivityChangeKind.MOOT: "cancel",
    ActivityChangeKind.REOPENED: "undo",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the history in words."""

    change: ActivityChange
    icon: str
    title: str


@dataclass(frozen=True, slots=True)
class Bell:
    """A reminder in words: by which rule, when, how it stands, and whether the reader may take it back."""

    reminder: Reminder
    rule: str
    when: str
    may_take_back: bool


def activity_page(request: HttpRequest, activity: Activity) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader."""
    user, now = reader_of(request), timezone.now()
    attendees = list(activity.attendees.select_related("user", "contact"))
    people = [attendee.contact for attendee in attendees if attendee.contact is not None]
    steps = [step for step in (activity.follows, *activity.next_steps.all()) if step is not None]
    links = links_to([*records_of(activity), *people], user)
    about = [links[reference(record)] for record in records_of(activity) if reference(record) in links]
    may_change = user.has_perm("deals.change_activity")
    is_open = activity.is_planned and may_change
    return {
        "activity": activity,
        "icon": icon_of(activity.kind),
        "when": when_text(activity, now),
        "late": late_text(activity, now),
        "start": timezone.localtime(activity.starts_at) if activity.starts_at else None,
        "about": about,
        "attendees": [_attendee(each, links) for each in attendees],
        "bells": [_bell(each, user) for each in activity.reminders.select_related("user")],
        "rules": rule_choices(wishes_of(user), has_hour=has_hour(activity)) if activity.is_planned else [],
        "history": [_step(change) for change in activity.changes.select_related("by", "owner")],
        "before": activity.follows,
        "after": [step for step in steps if step != activity.follows],
        "may_change": may_change,
        "may_reopen": may_change and not activity.is_planned and activity.due_on is not None,
        "may_remind": activity.is_planned and user.has_perm("deals.add_reminder"),
        "people": list(people_for(user).exclude(pk=activity.owner_id).order_by("name", "pk")[:MOST_PEOPLE])
        if is_open
        else [],
        "box": log_box(
            "activity",
            {"completes": activity.pk},
            kind=activity.kind,
            next_days=USUAL_DAYS if about else NO_STEP,
            next_address=page_of(activity),
        )
        if is_open and user.has_perm("deals.add_activity")
        else None,
    }


def _attendee(attendee: Any, links: dict[Any, Link]) -> Link:
    if attendee.contact is None:
        return Link(str(attendee.user), "")
    return links.get(reference(attendee.contact), Link(str(attendee.contact), ""))


def _bell(reminder: Reminder, user: Any) -> Bell:
    waits = reminder.state == ReminderState.WAITING and reminder.purpose == "remind"
    return Bell(
        reminder,
        reminder_text(reminder),
        date_format(timezone.localtime(reminder.due_at), "SHORT_DATETIME_FORMAT"),
        may_take_back=waits and user.has_perm("deals.change_reminder"),
    )


def _step(change: ActivityChange) -> Step:
    kind = ActivityChangeKind(change.kind)
    title = change.get_kind_display()
    day = date_format(timezone.localtime(change.due_at), "SHORT_DATETIME_FORMAT") if change.due_at else ""
    if kind == ActivityChangeKind.REASSIGNED:
        title = _("Given to %(name)s") % {"name": change.owner}
    elif kind in (ActivityChangeKind.PLANNED, ActivityChangeKind.RESCHEDULED) and day:
        title = _("%(what)s, due %(when)s") % {"what": title, "when": day}
    return Step(change, CHANGE_ICONS[kind], title)
