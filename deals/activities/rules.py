"""When a person is reminded, as a rule: so long before the start, or at an hour of the day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _

from deals.activities.activity import Activity
from deals.activities.moments import local_moment
from deals.activities.refusing import ActivityRefused
from deals.activities.reminder import FollowUpSettings, Reminder


@dataclass(frozen=True, slots=True)
class Rule:
    """So many ``minutes_before`` the start; or ``at_time`` on the day, or so many ``days_before`` it."""

    minutes_before: int | None = None
    days_before: int | None = None
    at_time: time | None = None

    def __post_init__(self) -> None:
        if (self.minutes_before is None) == (self.at_time is None):
            raise TypeError("A rule is either so many minutes before, or an hour of the day.")
        if self.at_time is not None and self.days_before is None:
            object.__setattr__(self, "days_before", 0)

    def moment(self, starts_at: datetime | None, due_on: date, zone: tzinfo) -> datetime:
        """Return the moment; refuse (``reminder_needs_an_hour``) minutes before something that has no hour."""
        if self.at_time is not None:
            moment = local_moment(due_on - timedelta(days=self.days_before or 0), self.at_time, zone)
            # An hour of the day that is later than the start would remind of what has begun.
            return min(moment, starts_at) if starts_at else moment
        if starts_at is None:
            sentence = _("It has no hour, so nothing can be “minutes before”. Choose an hour of the day instead.")
            raise ActivityRefused(sentence, code="reminder_needs_an_hour")
        return starts_at - timedelta(minutes=self.minutes_before or 0)


def rule_of(reminder: Reminder) -> Rule | None:
    """Return the rule of a reminder, if it has one."""
    if reminder.minutes_before is None and reminder.at_time is None:
        return None
    return Rule(reminder.minutes_before, reminder.days_before, reminder.at_time)


def usual_rule(activity: Activity, wishes: FollowUpSettings) -> Rule:
    """Return the rule that a person wants for such an activity: by whether it has an hour."""
    if activity.starts_at is None:
        return Rule(at_time=wishes.day_time)
    return Rule(minutes_before=wishes.minutes_before)


def fitting_rule(rule: Rule, activity: Activity, wishes: FollowUpSettings) -> Rule:
    """Return the rule as it suits an activity that was given an hour, or lost it."""
    if activity.starts_at is None and rule.minutes_before is not None:
        return Rule(days_before=rule.minutes_before // (24 * 60), at_time=wishes.day_time)
    if activity.starts_at is not None and rule == Rule(at_time=wishes.day_time):
        return usual_rule(activity, wishes)
    return rule
