"""What activities add to timelines and to the panels of contacts and companies."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.base import change_address
from contacts.models import User
from contacts.people.panels import (
    Box,
    PageButton,
    Panel,
    PanelRow,
    register_box,
    register_panel,
)
from contacts.people.timeline import TimelineEntry, register_timeline
from deals.activities.kinds import ActivityState
from deals.admin.activities.log_box import NO_STEP, log_box
from deals.admin.activities.of_record import read
from deals.admin.activities.showing import icon_of, late_text, page_of, short_day, when_text
from deals.models import Activity


def register() -> None:
    """Register the sources; called by ``ready``."""
    for label in ("deals.deal", "contacts.contact", "contacts.company"):
        register_timeline(label, activities_of)
    for label in ("contacts.contact", "contacts.company"):
        register_panel(label, steps_of)
        register_box(label, log_with)


def activities_of(record: Any, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """What was promised and done about a deal or a company, or with a contact."""
    if not reader.has_perm("deals.view_activity"):
        return
    for activity in read(record, reader, before, limit).newest:
        yield TimelineEntry(
            at=activity.at,
            kind="activity",
            title=_title(activity),
            body=activity.note if activity.state == ActivityState.DONE else "",
            actor=str(activity.done_by or activity.owner),
            link=page_of(activity),
            icon=icon_of(activity.kind),
        )


def steps_of(record: Any, reader: User) -> Panel | None:
    """What is planned with a contact or a company."""
    if not reader.has_perm("deals.view_activity"):
        return None
    now, found = timezone.now(), read(record, reader)
    given = {str(record._meta.model_name): record.pk}
    button = None
    if reader.has_perm("deals.add_activity"):
        button = PageButton(_("Plan"), f"{reverse('admin:deals_activity_add')}?{urlencode(given)}")
    more = f"{reverse('admin:deals_activity_changelist')}?{urlencode({**given, 'state': 'all'})}"
    return Panel(
        title=_("Next steps"),
        rows=[_row(each, now) for each in found.planned],
        order=5,
        empty=_("Nothing is planned."),
        more=more,
        more_title=_("All activities (%(planned)s planned)") % {"planned": found.planned_in_all},
        button=button,
    )


def log_with(record: Any, reader: User) -> Box | None:
    """The log box about a contact or a company."""
    if not reader.has_perm("deals.add_activity"):
        return None
    kind = str(record._meta.model_name)
    shown = log_box(
        kind,
        {kind: record.pk},
        next_days=NO_STEP,
        next_address=change_address(record),
        may_note=reader.has_perm("contacts.add_note"),
    )
    return Box("deals/log_box.html", shown, ("deals/activities.css",), ("deals/activities.js",))


def _title(activity: Activity) -> str:
    labels = {"kind": activity.get_kind_display(), "subject": activity.subject, "when": when_text(activity)}
    if activity.state == ActivityState.CANCELLED:
        return _("Cancelled: %(subject)s") % labels
    if activity.state == ActivityState.PLANNED:
        return _("Planned for %(when)s: %(subject)s") % labels
    said = _("%(kind)s: %(subject)s") % labels
    return f"{said} · {activity.get_outcome_display()}" if activity.outcome else said


def _row(activity: Activity, now: datetime) -> PanelRow:
    late = late_text(activity, now)
    line = f"{activity.get_kind_display()} · {activity.owner}"
    day = short_day(activity.due_on, timezone.localdate(now)) if activity.due_on else ""
    return PanelRow(activity.subject, page_of(activity), line, late or day, "bad" if late else "")
