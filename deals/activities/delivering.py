"""Delivers reminders: each once, to whoever may still see the activity, and never after it was done or cancelled.

A reminder is a row with a moment. Sweeps claim those that are due and name them to workers; a worker locks the deal,
the activity and the reminder, looks again, and writes the notification, the e-mail and the ledger in one transaction.
So any number of sweeps and workers is harmless: whoever comes second finds it delivered.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.messages.models import Message
from contacts.messages.queueing import notify, queue_message
from contacts.models import User
from deals.activities import telling
from deals.activities.activity import Activity
from deals.activities.escalating import manager_of
from deals.activities.mootness import why_moot
from deals.activities.recording import lock_deal
from deals.activities.reminder import (
    Reminder,
    ReminderDelivery,
    ReminderPurpose,
    ReminderState,
)
from deals.activities.scheduling import KIND, cancel_reminder
from deals.activities.wishes import wishes_of
from deals.pipeline.deal import Deal
from deals.policy.models import SalesPolicy

log = structlog.get_logger(__name__)

# A worker that was named a reminder and died frees it after so long.
LEASE = timedelta(seconds=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 8
MOST_AT_ONCE, MOST_UNDER_WAY = 500, 500


def due_reminders(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Return the ids of reminders whose moment has come and that nobody is delivering, longest waiting first."""
    return list(Reminder.objects.due(now).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:most])


def claim_due_reminders(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Reserve due reminders for workers and return their ids; no more than so many are under way at a time."""
    if not due_reminders(now, most=1):
        return []
    most = min(most, MOST_UNDER_WAY - Reminder.objects.waiting().filter(claimed_until__gte=now).count())
    if most <= 0:
        return []
    with transaction.atomic():
        due = Reminder.objects.due(now).order_by("next_attempt_at", "pk")
        ids = list(due.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:most])
        Reminder.objects.filter(pk__in=ids).update(claimed_until=now + LEASE)
    return ids


def release_reminders(ids: Sequence[int]) -> None:
    """Give claimed reminders back, so that the next sweep needs not wait: no worker could be asked."""
    if ids:
        Reminder.objects.waiting().filter(pk__in=ids).update(claimed_until=None)


def deliver_reminder(reminder_id: int, *, now: datetime) -> bool:
    """Deliver one reminder and say whether it was delivered now; harmless at any time and any number of times.

    What must not be delivered any more is cancelled, with the reason. What fails is tried again later, with growing
    pauses, and given up in the end with its error; it holds up no other.
    """
    try:
        with transaction.atomic():
            return _deliver(reminder_id, now)
    except Exception as error:
        log.warning("reminder_not_delivered", reminder=reminder_id, error=type(error).__name__)
        _put_off(reminder_id, error, now)
        return False


def objection_to(message: Message) -> str:
    """Return why a reminding e-mail must not leave any more; asked just before it does."""
    activity = Activity.objects.select_related("deal").filter(pk=message.about_id).first()
    if activity is None or message.user is None:
        return _("There is nothing to be reminded of.")
    return _objection(activity, activity.deal) or _blindness(activity, message.user)


def _deliver(reminder_id: int, now: datetime) -> bool:
    # Whoever comes second learns so without waiting for a lock.
    due = Reminder.objects.waiting().filter(pk=reminder_id, next_attempt_at__lte=now)
    place = due.values_list("activity_id", "activity__deal_id").first()
    if place is None:
        return False
    deal = lock_deal(place[1])
    activity = _lock_activity(place[0])
    activity.deal = deal
    reminder = _lock_reminder(reminder_id)
    if reminder.state != ReminderState.WAITING or reminder.next_attempt_at > now:
        return False
    if reason := _objection(activity, deal):
        cancel_reminder(reminder, reason)
        return False
    if reminder.purpose == ReminderPurpose.ESCALATE:
        return _tell_manager(reminder, activity, now)
    if reason := _blindness(activity, reminder.user):
        cancel_reminder(reminder, reason)
        return False
    if activity.owner_id == reminder.user_id:
        activity.owner = reminder.user
    with telling.language_of(reminder.user):
        title = telling.reminder_title(activity, reminder.user, now)
        body = telling.reminder_body(activity, reminder.user)
        letter = telling.reminder_letter(activity, reminder.user, now)
    _tell(reminder, activity, now, title=title, body=body, letter=letter)
    return True


def _lock_activity(activity_id: int) -> Activity:
    activity: Activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity_id)
    return activity


def _lock_reminder(reminder_id: int) -> Reminder:
    reminder: Reminder = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder_id)
    # With everything that is asked about whom to tell, and how they want it, in one statement.
    reminder.user = User.objects.select_related("role", "follow_up_settings").get(pk=reminder.user_id)
    return reminder


def _objection(activity: Activity, deal: Deal | None) -> str:
    """Return why nobody needs to be reminded of the activity, or an empty string."""
    if not activity.is_planned:
        return _("It is not planned any more.")
    return why_moot(activity, deal)


def _blindness(activity: Activity, user: User) -> str:
    """Return why this person must not be told, or an empty string."""
    if not user.is_staff:
        return _("The recipient can't sign in any more.")
    # One's own is always seen, and asking for it is the dearest question of a delivery.
    if activity.owner_id != user.pk and not Activity.objects.visible_to(user).filter(pk=activity.pk).exists():
        return _("The recipient may not see it any more.")
    return ""


def _tell_manager(reminder: Reminder, activity: Activity, now: datetime) -> bool:
    patience = timedelta(hours=SalesPolicy.objects.current().escalate_after_hours)
    if activity.due_at is not None and activity.due_at + patience > now:
        reminder.due_at = reminder.next_attempt_at = activity.due_at + patience
        reminder.claimed_until = None
        reminder.save(update_fields=["due_at", "next_attempt_at", "claimed_until", "updated_at"])
        return False
    manager = manager_of(activity.owner, activity)
    if manager is None:
        cancel_reminder(reminder, _("There is nobody to tell: no team of the owner has another manager."))
        return False
    reminder.user = manager
    with telling.language_of(manager):
        title = telling.escalation_title(activity)
        body = telling.escalation_body(activity, manager, now)
        letter = telling.escalation_letter(activity, manager, now)
    _tell(reminder, activity, now, title=title, body=body, letter=letter)
    return True


def _tell(reminder: Reminder, activity: Activity, now: datetime, *, title: str, body: str, letter: str) -> None:
    """Write the notification, the e-mail if it is wanted, the ledger and the state: all or nothing."""
    user, key = reminder.user, f"reminder:{reminder.pk}:{reminder.round}"
    kind = KIND if reminder.purpose == ReminderPurpose.REMIND else "escalation"
    notify(user, key=key, kind=kind, title=title, body=body, about=activity, at=now)
    channels = ["bell"]
    wishes = getattr(user, "follow_up_settings", None) or wishes_of(user)
    if wishes.by_email:
        queue_message(key=f"{key}:email", kind=KIND, to=user, subject=title, text=letter, about=activity)
        channels.append("email")
    ReminderDelivery.objects.bulk_create(
        ReminderDelivery(
            reminder=reminder,
            round=reminder.round,
            channel=channel,
            user=user,
            due_at=reminder.due_at,
            delivered_at=now,
        )
        for channel in channels
    )
    reminder.state, reminder.delivered_at = ReminderState.DELIVERED, now
    reminder.attempts, reminder.last_error = reminder.attempts + 1, ""
    reminder.claimed_until, reminder.is_snoozed = None, False
    reminder.save()


def _put_off(reminder_id: int, error: Exception, now: datetime) -> None:
    reminder = Reminder.objects.waiting().filter(pk=reminder_id).first()
    if reminder is None:
        return
    attempts = reminder.attempts + 1
    changes: dict[str, Any] = {"attempts": attempts, "last_error": f"{type(error).__name__}: {error}"[:500]}
    if attempts >= MOST_ATTEMPTS:
        changes["state"] = ReminderState.FAILED
    else:
        # The jitter keeps those that failed together from coming back together.
        pause = FIRST_PAUSE * 2**attempts * random.uniform(0.75, 1.25)  # noqa: S311
        changes["next_attempt_at"] = now + min(LONGEST_PAUSE, pause)
    mine = Reminder.objects.waiting().filter(pk=reminder_id, attempts=reminder.attempts)
    mine.update(**changes, claimed_until=None, updated_at=now)
