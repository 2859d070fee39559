"""When one can be reminded, as a short list to choose from: minutes before, or an hour of the day or the day before."""

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_time
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals.activities.rules import Rule, rule_of
from deals.models import Activity, FollowUpSettings, Reminder

_MINUTES = (0, 5, 15, 30, 60, 120, 24 * 60)
_DAYS = (0, 1, 2, 7)


def rule_choices(wishes: FollowUpSettings, *, has_hour: bool) -> list[tuple[str, str]]:
    """Return what can be chosen: minutes before only for what has an hour; hours of the day are the person's own."""
    rules = [Rule(minutes_before=minutes) for minutes in _MINUTES] if has_hour else []
    rules += [Rule(days_before=days, at_time=wishes.day_time) for days in _DAYS]
    return [(code_of(rule), rule_text(rule)) for rule in rules]


def code_of(rule: Rule) -> str:
    """Return a rule as a form sends it: ``m15``, ``d1-08:00``."""
    if rule.at_time is not None:
        return f"d{rule.days_before}-{rule.at_time:%H:%M}"
    return f"m{rule.minutes_before}"


def read_rule(code: str) -> Rule:
    """Return the rule that a form sent. Raises ValidationError for what is none of those on offer."""
    offered = {f"m{minutes}": Rule(minutes_before=minutes) for minutes in _MINUTES}
    if code in offered:
        return offered[code]
    days, _sign, text = code.removeprefix("d").partition("-")
    try:
        hour = parse_time(text)
    except ValueError:
        hour = None
    if code.startswith("d") and days in map(str, _DAYS) and hour is not None:
        return Rule(days_before=int(days), at_time=hour)
    raise ValidationError(_("Choose when to be reminded."))


def rule_text(rule: Rule) -> str:
    """Return a rule in words: “15 minutes before”, “the day before at 08:00”."""
    if rule.at_time is None:
        return _minutes_text(rule.minutes_before or 0)
    hour = {"hour": time_format(rule.at_time, "H:i")}
    if not rule.days_before:
        return _("on the day at %(hour)s") % hour
    if rule.days_before == 1:
        return _("the day before at %(hour)s") % hour
    return _("%(days)s days before at %(hour)s") % {**hour, "days": rule.days_before}


def reminder_text(reminder: Reminder) -> str:
    """Return the rule of a reminder in words; an empty string for one that has none."""
    rule = rule_of(reminder)
    return rule_text(rule) if rule is not None else ""


def has_hour(activity: Activity) -> bool:
    """Say whether something can be “minutes before” it."""
    return activity.starts_at is not None


def _minutes_text(minutes: int) -> str:
    if not minutes:
        return _("when it begins")
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(hours)s hour before", "%(hours)s hours before", hours) % {"hours": hours}
    return ngettext("%(minutes)s minute before", "%(minutes)s minutes before", minutes) % {"minutes": minutes}
