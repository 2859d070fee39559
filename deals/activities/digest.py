"""The daily digest: one e-mail at an hour of the person's choice, that says what is late and what is for today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.common.links import absolute
from contacts.messages.queueing import queue_message
from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.moments import local_day, zone_of
from deals.activities.mootness import why_moot
from deals.activities.reminder import FollowUpSettings
from deals.activities.telling import about_texts, day_text, language_of, when_text
from deals.activities.wishes import next_digest

log = structlog.get_logger(__name__)

KIND = "digest"
LEASE = PAUSE = timedelta(minutes=2)
MOST_AT_ONCE = 200
MOST_LINES = 20
_MONDAY = 0


@dataclass(slots=True)
class Digest:
    """What a digest tells: promises that are late, for today, and on Mondays for the rest of the week."""

    late: list[Activity] = field(default_factory=list)
    today: list[Activity] = field(default_factory=list)
    week: list[Activity] = field(default_factory=list)

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.late or self.today or self.week)


def due_digests(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Return the ids of the settings whose digest is due and that nobody is writing."""
    return list(_due(now).order_by("next_digest_at", "pk").values_list("pk", flat=True)[:most])


def claim_due_digests(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Reserve due digests for workers and return their ids."""
    ids = due_digests(now, most)
    return [pk for pk in ids if _due(now).filter(pk=pk).update(claimed_until=now + LEASE)]


def deliver_digest(settings_id: int, *, now: datetime) -> bool:
    """Write one person's digest if it is due and says something; reckon the next one. Say whether one was written.

    Harmless any number of times. Whoever was not reached for days gets one digest, not one for each day.
    """
    try:
        with transaction.atomic():
            return _deliver(settings_id, now)
    except Exception:
        log.exception("digest_not_written", settings=settings_id)
        FollowUpSettings.objects.filter(pk=settings_id).update(claimed_until=now + PAUSE)
        return False


def gather(user: User, now: datetime) -> Digest:
    """Return what a person's digest tells at a moment."""
    today = local_day(now, zone_of(user))
    last = today + timedelta(days=6 - today.weekday()) if today.weekday() == _MONDAY else today
    rows = Activity.objects.planned().filter(owner=user, due_on__lte=last).order_by("due_at", "pk")
    digest = Digest()
    for activity in rows.select_related("deal", "contact", "company"):
        if why_moot(activity, activity.deal) or activity.due_at is None or activity.due_on is None:
            continue
        if activity.due_at <= now:
            digest.late.append(activity)
        elif activity.due_on <= today:
            digest.today.append(activity)
        else:
            digest.week.append(activity)
    return digest


def digest_letter(digest: Digest, user: User, now: datetime) -> str:
    """Return the text, in the language that is spoken now."""
    parts = [_("Hello %(name)s,") % {"name": user.name}]
    sections = (
        (_("Late"), digest.late, True),
        (_("Today"), digest.today, False),
        (_("This week"), digest.week, True),
    )
    for title, activities, with_day in sections:
        if activities:
            parts.append("\n".join([f"{title} ({len(activities)})", *_lines(activities, user, now, with_day=with_day)]))
    return "\n\n".join([*parts, absolute("admin/")])


def _lines(activities: list[Activity], user: User, now: datetime, *, with_day: bool) -> Iterable[str]:
    abouts = about_texts(activities[:MOST_LINES], user)
    for activity in activities[:MOST_LINES]:
        when = when_text(activity, user, now)
        if not with_day:
            # The section says the day.
            when = when.removeprefix(day_text(activity, user, now)).removeprefix(", ")
        yield "– " + " · ".join(part for part in (when, activity.subject, abouts[activity.pk]) if part)
    if len(activities) > MOST_LINES:
        yield _("… and %(number)s more") % {"number": len(activities) - MOST_LINES}


def _due(now: datetime) -> "QuerySet[FollowUpSettings]":
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    return FollowUpSettings.objects.filter(free, next_digest_at__lte=now)


def _deliver(settings_id: int, now: datetime) -> bool:
    FollowUpSettings.objects.select_for_update(of=("self",)).filter(pk=settings_id).first()
    wishes = FollowUpSettings.objects.select_related("user__role", "user__team").filter(pk=settings_id).first()
    if wishes is None or wishes.next_digest_at is None or wishes.next_digest_at > now:
        return False
    user = wishes.user
    wishes.claimed_until = None
    # Whoever can't sign in gets none until they can.
    wishes.next_digest_at = next_digest(wishes, user, now) if user.is_staff else None
    wishes.save(update_fields=["claimed_until", "next_digest_at", "updated_at"])
    digest = gather(user, now) if user.is_staff else Digest()
    if digest.says_nothing:
        return False
    with language_of(user):
        labels = {"today": len(digest.today), "late": len(digest.late)}
        subject = _("Your follow-ups: %(today)s for today, %(late)s late") % labels
        text = digest_letter(digest, user, now)
    key = f"digest:{user.pk}:{local_day(now, zone_of(user)).isoformat()}"
    queue_message(key=key, kind=KIND, to=user, subject=subject, text=text)
    return True
