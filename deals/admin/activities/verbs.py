"""What one does to an activity from any page: each reads its form and calls one function."""

from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _

from contacts.models import User
from deals.activities import doing, reminding, shifting
from deals.activities.moments import local_moment, zone_of
from deals.admin.activities.answering import Done, activity_verb
from deals.admin.activities.reminder_rules import read_rule
from deals.admin.activities.showing import when_text
from deals.admin.reading import as_id, reader_of, text_of
from deals.models import Activity, Reminder

CHANGE = "deals.change_activity"
MOST_DAYS = 366


@activity_verb(CHANGE)
def done(request: HttpRequest, activity: Activity) -> Done:
    """Mark as done."""
    doing.complete(activity, by=reader_of(request))
    return Done(_("Done: “%(activity)s”.") % {"activity": activity}, _address("reopen", activity))


@activity_verb(CHANGE)
def snooze(request: HttpRequest, activity: Activity) -> Done:
    """Put off by ``days``, or until the day ``until``."""
    days, until = request.POST.get("days", ""), _day(request, "until")
    moved = shifting.snooze(activity, by=reader_of(request), days=min(as_id(days), MOST_DAYS) or None, until=until)
    return _moved(activity, moved)


@activity_verb(CHANGE)
def reschedule(request: HttpRequest, activity: Activity) -> Done:
    """Move to the ``day``, and the ``hour`` if one is given."""
    day, hour = _day(request, "day"), _hour(request, "hour")
    moment = local_moment(day, hour, zone_of(reader_of(request))) if day and hour else None
    reason = text_of(request, "reason")
    moved = shifting.reschedule(activity, by=reader_of(request), starts_at=moment, due_on=day, reason=reason)
    return _moved(activity, moved)


@activity_verb(CHANGE)
def reassign(request: HttpRequest, activity: Activity) -> Done:
    """Give to the person ``to``."""
    user = reader_of(request)
    to = people_for(user).filter(pk=as_id(request.POST.get("to", ""))).first()
    if to is None:
        raise ValidationError(_("Choose who is to do it."))
    shifting.reassign(activity, to=to, by=user, reason=text_of(request, "reason"))
    sentence = _("“%(activity)s” is with %(name)s now.") % {"activity": activity, "name": to}
    return Done(sentence, _address("reassign", activity), {"to": activity.owner_id})


@activity_verb(CHANGE)
def cancel(request: HttpRequest, activity: Activity) -> Done:
    """Take the promise back."""
    doing.cancel(activity, by=reader_of(request), reason=text_of(request, "reason"))
    return Done(_("Cancelled: “%(activity)s”.") % {"activity": activity}, _address("reopen", activity))


@activity_verb(CHANGE)
def reopen(request: HttpRequest, activity: Activity) -> Done:
    """Open again; ``also`` names the next step that was promised in the same act, which is cancelled with it."""
    user = reader_of(request)
    reopened = doing.reopen(activity, by=user)
    also = as_id(request.POST.get("also", ""))
    step = Activity.objects.visible_to(user).planned().filter(pk=also, follows=activity).first() if also else None
    if step is not None:
        doing.cancel(step, by=user, reason=_("Taken back."))
    return Done(_("“%(activity)s” is to be done again.") % {"activity": reopened})


@activity_verb("deals.add_reminder")
def remind(request: HttpRequest, activity: Activity) -> Done:
    """Remind me by the rule ``rule`` too."""
    reminder = reminding.remind(activity, read_rule(request.POST.get("rule", "")), user=reader_of(request))
    moment = timezone.localtime(reminder.due_at)
    return Done(_("You will be reminded: %(when)s.") % {"when": f"{moment:%Y-%m-%d %H:%M}"})


@activity_verb("deals.change_reminder")
def unremind(request: HttpRequest, activity: Activity) -> Done:
    """Take the reminder ``reminder`` back."""
    user = reader_of(request)
    mine = Reminder.objects.visible_to(user).filter(activity=activity, pk=as_id(request.POST.get("reminder", "")))
    reminder = mine.first()
    if reminder is None:
        raise ValidationError(_("This reminder is not there any more."))
    reminding.call_off(reminder, by=user)
    return Done(_("The reminder is taken back."))


def people_for(user: User) -> QuerySet[Any]:
    """Return those whom the user may give something to: people they see who can sign in."""
    people: QuerySet[Any] = User.objects.visible_to(user).active().filter(is_service=False)
    return people


def _moved(before: Activity, after: Activity) -> Done:
    start = timezone.localtime(before.starts_at) if before.starts_at else None
    day = timezone.localdate(before.starts_at) if before.starts_at else before.due_on
    fields = {"day": day.isoformat() if day else "", "hour": f"{start:%H:%M}" if start else ""}
    sentence = _("“%(activity)s” moved to %(when)s.") % {"activity": after, "when": when_text(after)}
    return Done(sentence, _address("reschedule", before), fields)


def _address(verb: str, activity: Activity) -> str:
    return reverse(f"admin:deals_activity_{verb}", args=[activity.pk])


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    return _read(parse_date, text, _("Write the day like 2026-01-31.")) if text else None


def _hour(request: HttpRequest, name: str) -> time | None:
    text = request.POST.get(name, "").strip()
    return _read(parse_time, text, _("Write the hour like 14:30.")) if text else None


def _read(parse: Any, text: str, otherwise: str) -> Any:
    try:
        value: date | datetime | None = parse(text)
    except ValueError:
        value = None
    if value is None:
        raise ValidationError(otherwise)
    return value
