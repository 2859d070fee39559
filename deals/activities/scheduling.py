"""Keeps the reminders of an activity in step with it: made, moved and stopped in the transaction that changes it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.messages.queueing import cancel_messages
from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.moments import zone_of
from deals.activities.reminder import Reminder, ReminderPurpose, ReminderState
from deals.activities.rules import Rule, fitting_rule, rule_of, usual_rule
from deals.activities.wishes import wishes_of
from deals.policy.models import SalesPolicy

# The kind of the e-mails that remind.
KIND = "reminder"
_RULE = {"minutes_before", "days_before", "at_time"}
_NOT_OF_THE_RULE = {field.name for field in Reminder._meta.fields} - _RULE


def schedule(activity: Activity, rules: Iterable[Rule] | None, *, now: datetime) -> None:
    """Make the reminders of a promise: by these rules or, for None, as its owner wants; and the telling if it is late.

    A reminder whose moment has passed comes at once; of what is late already nobody needs to be reminded.
    """
    if rules is None:
        rules = [usual_rule(activity, wishes_of(activity.owner))]
    for rule in dict.fromkeys(rules):
        add_reminder(activity, rule, activity.owner, now=now)
    due_at = escalation_moment(activity, now)
    _add(activity, activity.owner, due_at, purpose=ReminderPurpose.ESCALATE)


def add_reminder(activity: Activity, rule: Rule, user: User, *, now: datetime) -> Reminder | None:
    """Make one reminder; None for what is late already, or where the same one is there.

    Raises ValidationError for a rule beyond what anybody needs.
    """
    columns = {"minutes_before": rule.minutes_before, "days_before": rule.days_before, "at_time": rule.at_time}
    Reminder(**columns).clean_fields(exclude=_NOT_OF_THE_RULE)
    due_at = rule.moment(activity.starts_at, _day(activity), zone_of(user))
    if _is_late(activity, now):
        return None
    if activity.reminders.filter(user=user, purpose=ReminderPurpose.REMIND, **columns).exists():
        return None
    return _add(activity, user, due_at, **columns)


def escalation_moment(activity: Activity, now: datetime) -> datetime:
    """Return when the manager is told that nobody kept a promise; what is late already is given the same time."""
    hours = SalesPolicy.objects.current().escalate_after_hours
    return max(activity.due_at or now, now) + timedelta(hours=hours)


def follow(activity: Activity, *, now: datetime) -> None:
    """Give the reminders new moments after the promise was moved, given away or opened again.

    Waiting ones move; those that were delivered, cancelled or given up wait once more if their moment is to come.
    E-mails that were queued for the old moment and have not left are stopped.
    """
    stop_messages(activity, _("It was moved."))
    escalation = False
    for reminder in locked_reminders(activity):
        escalation |= reminder.purpose == ReminderPurpose.ESCALATE
        if (due_at := _new_moment(reminder, activity, now)) is None:
            continue
        if reminder.state == ReminderState.WAITING or due_at > now:
            wait_until(reminder, due_at, again=reminder.state != ReminderState.WAITING)
    if not escalation:
        _add(activity, activity.owner, escalation_moment(activity, now), purpose=ReminderPurpose.ESCALATE)


def follow_clock(activity: Activity, user: User, *, late_since: datetime | None) -> None:
    """Give waiting reminders new moments after a person's time zone changed; what was snoozed keeps its moment."""
    for reminder in locked_reminders(activity).filter(state=ReminderState.WAITING, is_snoozed=False):
        if reminder.purpose == ReminderPurpose.ESCALATE:
            due_at = reminder.due_at + _shift(late_since, activity.due_at)
        elif reminder.user_id == user.pk and (rule := rule_of(reminder)) is not None:
            due_at = rule.moment(activity.starts_at, _day(activity), zone_of(user))
        else:
            continue
        if due_at != reminder.due_at:
            wait_until(reminder, due_at, again=False)


def stop(activity: Activity, reason: str) -> None:
    """Cancel the waiting reminders of what was done or cancelled, and the e-mails that have not left."""
    for reminder in locked_reminders(activity):
        if reminder.state == ReminderState.WAITING:
            cancel_reminder(reminder, reason)
    stop_messages(activity, reason)


def stop_messages(activity: Activity, reason: str) -> None:
    """Stop the reminding e-mails about an activity that have not left."""
    cancel_messages(about=activity, kind=KIND, reason=reason)


def cancel_reminder(reminder: Reminder, reason: str) -> None:
    """Take a reminder out of those that wait, and say why."""
    reminder.state, reminder.cancel_reason = ReminderState.CANCELLED, reason[:200]
    reminder.claimed_until, reminder.is_snoozed = None, False
    reminder.save(update_fields=["state", "cancel_reason", "claimed_until", "is_snoozed", "updated_at"])


def wait_until(reminder: Reminder, due_at: datetime, *, again: bool, snoozed: bool = False) -> None:
    """Let a reminder wait for a moment; ``again`` opens a new round, for which earlier deliveries don't count."""
    reminder.state, reminder.due_at, reminder.next_attempt_at = ReminderState.WAITING, due_at, due_at
    reminder.round += again
    reminder.attempts, reminder.last_error, reminder.claimed_until = 0, "", None
    reminder.delivered_at, reminder.cancel_reason, reminder.is_snoozed = None, "", snoozed
    reminder.save()


def locked_reminders(activity: Activity) -> QuerySet[Reminder]:
    """Lock an activity's reminders, in the one order in which everybody does, and return them."""
    locked = activity.reminders.select_for_update(of=("self",)).order_by("pk")
    return Reminder.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).select_related("user")


def _new_moment(reminder: Reminder, activity: Activity, now: datetime) -> datetime | None:
    """Return when a reminder is due after a move; None for one that can't follow: its moment has no rule."""
    if reminder.purpose == ReminderPurpose.ESCALATE:
        # Whom to tell is looked up when it is due.
        reminder.user = activity.owner
        return escalation_moment(activity, now)
    if (rule := rule_of(reminder)) is None:
        return None
    rule = fitting_rule(rule, activity, wishes_of(reminder.user))
    reminder.minutes_before, reminder.days_before = rule.minutes_before, rule.days_before
    reminder.at_time = rule.at_time
    return rule.moment(activity.starts_at, _day(activity), zone_of(reminder.user))


def _add(activity: Activity, user: User, due_at: datetime, **columns: object) -> Reminder:
    return Reminder.objects.create(activity=activity, user=user, due_at=due_at, next_attempt_at=due_at, **columns)


def _day(activity: Activity) -> date:
    if activity.due_on is None:
        raise ValueError("What was never planned has no day.")
    return activity.due_on


def _shift(before: datetime | None, after: datetime | None) -> timedelta:
    return after - before if before and after else timedelta(0)


def _is_late(activity: Activity, now: datetime) -> bool:
    return activity.due_at is not None and activity.due_at <= now
