"""What the palette finds of activities, and makes: “log call Anna”, “new task Call Budi”."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, IntegerField, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.palette import Finder, Found, register_finder
from contacts.models import Contact
from deals.activities.kinds import ActivityKind, ActivityState
from deals.admin.activities.showing import icon_of, page_of, when_text
from deals.models import Activity, Deal

# In the languages of the interface.
_LOG = r"^\s*(?:log|catat|ghi)\b\s*(?P<kind>\w+)?\s*(?P<rest>.*)$"
_NEW = r"^\s*(?:(?:new|baru|tambah|mới|thêm|plan)\s+|\+\s*)(?P<kind>{kinds})\b\s*(?P<rest>.*)$"
_WORDS = {
    ActivityKind.CALL: ("call", "telepon", "panggilan", "cuộc gọi", "gọi"),
    ActivityKind.MEETING: ("meeting", "rapat", "pertemuan", "cuộc họp", "họp"),
    ActivityKind.VISIT: ("visit", "kunjungan", "chuyến thăm"),
    ActivityKind.EMAIL: ("email", "e-mail", "surel"),
    ActivityKind.SOCIAL: ("message", "pesan", "tin nhắn"),
    ActivityKind.TASK: ("task", "activity", "tugas", "việc", "công việc"),
}
MOST_SUBJECTS = 4


def register() -> None:
    """Register the finders; called by ``ready``."""
    register_finder(Finder("deals.view_activity", find_activities))
    register_finder(Finder("deals.add_activity", offer_log, creates=True))
    register_finder(Finder("deals.add_activity", offer_plan, creates=True))


def find_activities(user: Any, text: str, most: int) -> Iterable[Found]:
    """Activities by subject or note, planned ones first."""
    is_past = Case(When(state=ActivityState.PLANNED, then=0), default=1, output_field=IntegerField())
    rows = Activity.objects.visible_to(user).search(text).order_by(is_past, "-created_at", "-id")
    for activity in rows[:most]:
        when = when_text(activity) if activity.is_planned else activity.get_state_display()
        yield Found(
            activity.subject, page_of(activity), icon_of(activity.kind), f"{activity.get_kind_display()} · {when}"
        )


def offer_log(user: Any, text: str, most: int) -> Iterable[Found]:
    """Offers to log something with those whose name matches: “log call anna”, “log anna”, “log”."""
    match = re.match(_LOG, text, re.IGNORECASE)
    if match is None:
        return
    kind = kind_of(match["kind"] or "")
    name = match["rest"].strip() if kind or not match["kind"] else f"{match['kind']} {match['rest']}".strip()
    if not name:
        yield _log_line(_("Log what happened"), {"kind": kind or ActivityKind.CALL})
        return
    for label, row in _named(user, name):
        title = _("Log with %(name)s") % {"name": row}
        yield _log_line(title, {label: row.pk, "kind": kind or ActivityKind.CALL})


def offer_plan(user: Any, text: str, most: int) -> Iterable[Found]:
    """An offer to plan something with these words: “new task Call Budi”."""
    words = "|".join(re.escape(word) for several in _WORDS.values() for word in sorted(several, key=len, reverse=True))
    match = re.match(_NEW.format(kinds=words), text, re.IGNORECASE)
    if match is None:
        return
    given = {"kind": kind_of(match["kind"]) or ActivityKind.TASK, "subject": match["rest"].strip()}
    title = _("Plan “%(subject)s”") % given if given["subject"] else _("Plan an activity")
    yield Found(title, f"{reverse('admin:deals_activity_add')}?{urlencode(given)}", "event")


def kind_of(word: str) -> str:
    """Return the kind that a word means; an empty string for none."""
    return next((kind.value for kind, words in _WORDS.items() if word.lower() in words), "")


def _named(user: Any, name: str) -> list[tuple[str, Any]]:
    deals = Deal.objects.visible_to(user).search(name).open().order_by("-created_at", "-id")[:MOST_SUBJECTS]
    contacts = Contact.objects.live().visible_to(user).search(name).order_by("full_name", "pk")[:MOST_SUBJECTS]
    return [*(("contact", row) for row in contacts), *(("deal", row) for row in deals)]


def _log_line(title: str, given: dict[str, Any]) -> Found:
    return Found(title, f"{reverse('admin:activity_log')}?{urlencode(given)}", "edit_note")
