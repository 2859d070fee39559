"""What people do with reminders: choose them, put one off, have one that failed tried again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.messages.queueing import cancel_messages
from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.recording import lock
from deals.activities.refusing import ActivityRefused, refuse_unless_planned
from deals.activities.reminder import Reminder, ReminderPurpose, ReminderState
from deals.activities.rules import Rule, rule_of
from deals.activities.scheduling import add_reminder, cancel_reminder, locked_reminders, wait_until


@transaction.atomic
def set_reminders(activity: Activity, rules: Iterable[Rule], *, user: User) -> list[Reminder]:
    """Remind a person of a promise by exactly these rules; return their reminders.

    Raises ActivityRefused for what is not planned, and ``reminder_needs_an_hour``.
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    now, wanted = timezone.now(), list(dict.fromkeys(rules))
    for reminder in locked_reminders(activity).filter(user=user, purpose=ReminderPurpose.REMIND):
        if rule_of(reminder) not in wanted:
            _take_off(reminder)
    for rule in wanted:
        add_reminder(activity, rule, user, now=now)
    return list(
        activity.reminders.filter(user=user, purpose=ReminderPurpose.REMIND).exclude(at_time=None, minutes_before=None)
    )


@transaction.atomic
def remind(activity: Activity, rule: Rule, *, user: User) -> Reminder:
    """Remind a person of a promise by one more rule; return the reminder that there is, if there is the same already.

    Raises ActivityRefused for what is not planned, ``reminder_needs_an_hour``, and ``activity_late``.
    """
    activity = lock(activity)
    refuse_unless_planned(activity)
    made = add_reminder(activity, rule, user, now=timezone.now())
    if made is not None:
        return made
    theirs = locked_reminders(activity).filter(user=user, purpose=ReminderPurpose.REMIND)
    present = next((each for each in theirs if rule_of(each) == rule), None)
    if present is None:
        sentence = _("“%(activity)s” is late already, so nobody is reminded of it. Give it a new day first.")
        raise ActivityRefused(sentence % {"activity": activity.subject}, code="activity_late")
    return present


@transaction.atomic
def call_off(reminder: Reminder, *, by: User) -> Reminder:
    """Take back a reminder that waits; it does not come again when the promise is moved.

    Refuses ``reminder_not_waiting``, and (``reminder_tells_manager``) the telling of a late promise.
    """
    reminder = _locked(reminder)
    _refuse_telling(reminder)
    if reminder.state != ReminderState.WAITING:
        labels = {"reminder": reminder.activity.subject, "state": reminder.get_state_display()}
        sentence = _("The reminder of “%(reminder)s” is %(state)s. Only one that waits can be taken back.")
        raise ActivityRefused(sentence % labels, code="reminder_not_waiting")
    cancel_messages(key=f"reminder:{reminder.pk}:{reminder.round}:email", reason=_("It was taken back."))
    cancel_reminder(reminder, _("%(name)s took it back.") % {"name": by})
    reminder.minutes_before, reminder.days_before, reminder.at_time = None, None, None
    reminder.save(update_fields=["minutes_before", "days_before", "at_time", "updated_at"])
    return reminder


@transaction.atomic
def snooze_reminder(reminder: Reminder, *, until: datetime, by: User) -> Reminder:
    """Let a reminder come again at a moment. The promise stays where it is.

    Refuses ``activity_done`` and ``activity_cancelled``, a moment that has passed (``snooze_in_past``), and
    (``reminder_tells_manager``) the telling of a late promise.
    """
    reminder = _locked(reminder)
    _refuse_telling(reminder)
    refuse_unless_planned(reminder.activity)
    if until <= timezone.now():
        sentence = _("This moment has passed. Choose one that is still to come.")
        raise ActivityRefused(sentence, code="snooze_in_past")
    cancel_messages(key=f"reminder:{reminder.pk}:{reminder.round}:email", reason=_("It was put off."))
    wait_until(reminder, until, again=True, snoozed=True)
    return reminder


@transaction.atomic
def retry_reminder(reminder: Reminder, *, by: User) -> Reminder:
    """Have a reminder that was given up tried again at once; refuse (``reminder_not_failed``) every other."""
    reminder = _locked(reminder)
    if reminder.state != ReminderState.FAILED:
        labels = {"reminder": reminder.activity.subject, "state": reminder.get_state_display()}
        sentence = _("The reminder of “%(reminder)s” is %(state)s. Only one that failed can be tried again.")
        raise ActivityRefused(sentence % labels, code="reminder_not_failed")
    now = timezone.now()
    reminder.state, reminder.attempts, reminder.next_attempt_at = ReminderState.WAITING, 0, now
    reminder.save(update_fields=["state", "attempts", "next_attempt_at", "updated_at"])
    return reminder


def _refuse_telling(reminder: Reminder) -> None:
    if reminder.purpose == ReminderPurpose.ESCALATE:
        sentence = _("This tells the manager of a late promise. Do it, move it or cancel it instead.")
        raise ActivityRefused(sentence, code="reminder_tells_manager")


def _locked(reminder: Reminder) -> Reminder:
    activity = lock(Activity(pk=reminder.activity_id))
    Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    locked = Reminder.objects.select_related("user").get(pk=reminder.pk)
    locked.activity = activity
    return locked


def _take_off(reminder: Reminder) -> None:
    if not reminder.deliveries.exists():
        reminder.delete()
        return
    # The ledger keeps what was delivered; without its rule it never comes again.
    if reminder.state == ReminderState.WAITING:
        cancel_reminder(reminder, _("It was taken off."))
    reminder.minutes_before, reminder.days_before, reminder.at_time = None, None, None
    reminder.save(update_fields=["minutes_before", "days_before", "at_time", "updated_at"])
