"""How each person wants to be reminded: made with the usual values when first asked for, changed in one place."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.db import transaction
from django.utils import timezone

from contacts.models import User
from deals.activities.moments import local_day, local_moment, zone_of
from deals.activities.reminder import FollowUpSettings

log = structlog.get_logger(__name__)


def wishes_of(user: User) -> FollowUpSettings:
    """Return a person's settings; made with the usual values when first asked for."""
    wishes, _is_new = FollowUpSettings.objects.get_or_create(user=user, defaults={"zone": user.time_zone})
    return wishes


@transaction.atomic
def change_wishes(user: User, **changes: Any) -> FollowUpSettings:
    """Change ``by_email``, ``minutes_before``, ``day_time`` or ``digest_time`` (None: no digest).

    What is planned already keeps its reminders; the digest comes at its new hour from now on. Raises ValidationError.
    """
    if unknown := changes.keys() - {"by_email", "minutes_before", "day_time", "digest_time"}:
        raise TypeError(f"There is no such wish: {sorted(unknown)}.")
    wishes_of(user)
    wishes: FollowUpSettings = FollowUpSettings.objects.select_for_update(of=("self",)).get(user=user)
    for name, value in changes.items():
        setattr(wishes, name, value)
    wishes.full_clean(exclude=["user"])
    wishes.next_digest_at = next_digest(wishes, user, timezone.now())
    wishes.save()
    return wishes


def next_digest(wishes: FollowUpSettings, user: User, now: datetime) -> datetime | None:
    """Return the first moment after ``now`` at which the person wants their digest; None if they want none."""
    if wishes.digest_time is None:
        return None
    zone = zone_of(user)
    today = local_day(now, zone)
    # The third day is for the one after a day that a zone left out.
    moments = (local_moment(today + timedelta(days=days), wishes.digest_time, zone) for days in range(3))
    return next(moment for moment in moments if moment > now)


def make_missing_wishes(now: datetime) -> int:
    """Make settings for everybody who signs in and has none, and the digest's moment where it is not reckoned yet."""
    people = User.objects.active().filter(is_service=False)
    missing = people.filter(follow_up_settings__isnull=True)
    rows = [FollowUpSettings(user=user, zone=user.time_zone) for user in missing]
    FollowUpSettings.objects.bulk_create(rows, ignore_conflicts=True)
    unreckoned = FollowUpSettings.objects.filter(next_digest_at=None, digest_time__isnull=False, user__in=people)
    for wishes in unreckoned.select_related("user"):
        try:
            moment = next_digest(wishes, wishes.user, now)
        except ZoneInfoNotFoundError:
            log.warning("time_zone_unknown", user=wishes.user_id)
            continue
        FollowUpSettings.objects.filter(pk=wishes.pk, next_digest_at=None).update(next_digest_at=moment)
    return len(rows)
