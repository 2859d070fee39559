"""What a person reads about an activity: when it is and what it is about, in their language and their time."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from config.common.links import page_of
from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.moments import local_day, zone_of


def language_of(user: User) -> AbstractContextManager[None]:
    """Speak a person's language for a while."""
    return translation.override(user.language)


def when_text(activity: Activity, user: User, now: datetime) -> str:
    """Say when a promise is, as the person says it: “today, 14:00”, “tomorrow”, “12 May 2026, 14:00”."""
    zone = zone_of(user)
    if activity.starts_at is None:
        return day_text(activity, user, now)
    hour = formats.date_format(activity.starts_at.astimezone(zone), "TIME_FORMAT")
    return f"{day_text(activity, user, now)}, {hour}"


def day_text(activity: Activity, user: User, now: datetime) -> str:
    """Say on which day a promise is."""
    zone = zone_of(user)
    day = local_day(activity.starts_at, zone) if activity.starts_at else activity.due_on
    if day is None:
        return ""
    today = local_day(now, zone)
    near = {today - timedelta(days=1): _("yesterday"), today: _("today"), today + timedelta(days=1): _("tomorrow")}
    return near.get(day) or formats.date_format(day, "DATE_FORMAT")


def about_text(activity: Activity, user: User) -> str:
    """Name the deal, the person and the company that it is about, as far as the user may see them."""
    return about_texts([activity], user)[activity.pk]


def about_texts(activities: Collection[Activity], user: User) -> dict[int, str]:
    """Return ``about_text`` of many by their ids, in as many queries as of one."""
    named = {activity.pk: [activity.deal, activity.contact, activity.company] for activity in activities}
    hidden = _hidden({record for records in named.values() for record in records if record is not None}, user)
    return {
        pk: " · ".join(str(record) for record in records if record is not None and record not in hidden)
        for pk, records in named.items()
    }


def reminder_title(activity: Activity, user: User, now: datetime) -> str:
    """Return the line of a reminder: what, and when."""
    return f"{activity.subject} ({when_text(activity, user, now)})"


def reminder_body(activity: Activity, user: User) -> str:
    """Return what else helps at a glance: the kind, whom it is about, the place."""
    parts = (activity.get_kind_display(), about_text(activity, user), activity.place)
    return " · ".join(part for part in parts if part)


def reminder_letter(activity: Activity, user: User, now: datetime) -> str:
    """Return the text of a reminding e-mail."""
    labels = {"name": user.name, "kind": activity.get_kind_display(), "when": when_text(activity, user, now)}
    lines = [
        _("Hello %(name)s,") % labels,
        activity.subject,
        _("%(kind)s, %(when)s") % labels,
        "\n".join(part for part in (about_text(activity, user), activity.place) if part),
        activity.note,
        page_of(activity),
    ]
    return "\n\n".join(line for line in lines if line)


def escalation_title(activity: Activity) -> str:
    """Return the line by which a manager is told of a missed promise."""
    labels = {"owner": activity.owner, "activity": activity.subject}
    return _("%(owner)s has not done: %(activity)s") % labels


def escalation_body(activity: Activity, user: User, now: datetime) -> str:
    """Return since when it is late and whom it is about."""
    late = _("due %(when)s") % {"when": when_text(activity, user, now)}
    return " · ".join(part for part in (late, about_text(activity, user)) if part)


def escalation_letter(activity: Activity, user: User, now: datetime) -> str:
    """Return the text of the e-mail by which a manager is told."""
    labels = {"name": user.name, "owner": activity.owner}
    sentence = _("%(owner)s promised this and it is late. Talk about it, or give it to somebody else.") % labels
    lines = [
        _("Hello %(name)s,") % labels,
        activity.subject,
        escalation_body(activity, user, now),
        sentence,
        page_of(activity),
    ]
    return "\n\n".join(line for line in lines if line)


def _hidden(records: set[Any], user: User) -> set[Any]:
    """Return those of the records that the user may not see."""
    hidden = {record for record in records if record.owner_id != user.pk}
    for model in {type(record) for record in hidden}:
        ids = [record.pk for record in hidden if isinstance(record, model)]
        seen = set(model._default_manager.all().visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
        hidden = {record for record in hidden if not (isinstance(record, model) and record.pk in seen)}
    return hidden
