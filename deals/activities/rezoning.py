"""What follows when a person moves to another time zone: their days and hours come at other moments."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.planning import set_time
from deals.activities.recording import lock, save
from deals.activities.reminder import FollowUpSettings, Reminder
from deals.activities.scheduling import follow_clock
from deals.activities.wishes import next_digest

log = structlog.get_logger(__name__)


@transaction.atomic
def rezone(user: User) -> int:
    """Reckon a person's waiting moments anew if their time zone is another than before; return how many promises moved.

    A whole day ends when it ends where they are, reminders at an hour of the day and the digest come at that hour
    there. What was set for a moment stays at that moment, and what was delivered is not delivered again.
    """
    elsewhere = FollowUpSettings.objects.filter(user=user).exclude(zone=user.time_zone)
    wishes = elsewhere.select_for_update(of=("self",)).first()
    if wishes is None:
        # Whoever has no settings was never promised anything.
        return 0
    now = timezone.now()
    by_the_clock = Reminder.objects.waiting().filter(user=user, at_time__isnull=False).values("activity")
    planned = Activity.objects.planned().filter(Q(owner=user) | Q(pk__in=by_the_clock))
    ids = list(planned.order_by("pk").values_list("pk", flat=True))
    moved = sum(_rezone(pk, user, now) for pk in ids)
    wishes.zone, wishes.next_digest_at = user.time_zone, next_digest(wishes, user, now)
    wishes.save(update_fields=["zone", "next_digest_at", "updated_at"])
    return moved


def rezone_missed() -> int:
    """Reckon anew for whoever's time zone was changed without anybody being told; return how many people that were."""
    changed = User.objects.exclude(follow_up_settings__zone=F("time_zone")).filter(follow_up_settings__isnull=False)
    followed = 0
    for user in changed:
        try:
            rezone(user)
            followed += 1
        except ZoneInfoNotFoundError:
            log.warning("time_zone_unknown", user=user.pk)
    return followed


def _rezone(activity_id: int, user: User, now: datetime) -> bool:
    activity = lock(Activity(pk=activity_id))
    if not activity.is_planned:
        return False
    before = activity.due_on, activity.due_at
    if activity.owner_id == user.pk:
        activity.owner = user
        set_time(activity, activity.starts_at, activity.due_on)
    moved = before != (activity.due_on, activity.due_at)
    if moved:
        save(activity, "due_on", "due_at")
    follow_clock(activity, user, late_since=before[1])
    return moved
