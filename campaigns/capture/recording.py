"""The only ways to record touches: one at a time, or many in one write (lists and imports)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.capture.lateness import tell_if_late
from campaigns.capture.links import TrackedLink
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.responding import follow_responses
from campaigns.capture.submission import Submission
from campaigns.capture.touch import Touch, TouchKind, TouchSource, Visitor
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from config.integrations.announcing import announce, build_event
from config.integrations.models import Event
from contacts.consent.recording import allows
from contacts.consent.shipping import VISITS
from contacts.models import Contact, User

# Clocks of other systems run a little ahead.
AHEAD = timedelta(minutes=5)
BATCH = 500


@dataclass(frozen=True, slots=True)
class NewTouch:
    """A touch to be recorded, of a contact or of a visitor."""

    campaign: Campaign
    channel: Channel
    kind: str
    at: datetime
    contact: Contact | None = None
    visitor: Visitor | None = None
    detail: str = ""
    external_id: str = ""


@transaction.atomic
def record_touch(
    *,
    campaign: Campaign,
    channel: Channel,
    kind: str,
    at: datetime,
    source: str,
    contact: Contact | None = None,
    visitor: Visitor | None = None,
    link: TrackedLink | None = None,
    submission: Submission | None = None,
    detail: str = "",
    external_id: str = "",
    by: User | None = None,
) -> Touch:
    """Record one touch and announce it; the same ``external_id`` again returns the touch that is there.

    A visitor whom we know, and who allows it, is the contact. A response moves a member of the campaign.
    """
    known = _of_external_id(external_id)
    if known is not None:
        return known
    new = NewTouch(
        campaign, channel, kind, at, contact=contact, visitor=visitor, detail=detail, external_id=external_id
    )
    check_touch(new, source)
    touch = _build(new, source, by)
    touch.link, touch.submission = link, submission
    if contact is None and visitor is not None and visitor.contact and allows(visitor.contact, VISITS):
        touch.contact = visitor.contact
    try:
        with transaction.atomic():
            touch.save()
    except IntegrityError:
        # Somebody recorded the same external id in this very moment.
        known = _of_external_id(external_id)
        if known is None:
            raise
        return known
    follow_responses([touch], by=by)
    tell_if_late([touch])
    announce(signals.touch_recorded, subject=touch, by=by, **_news(touch))
    return touch


@transaction.atomic
def record_touches(
    rows: Sequence[NewTouch], *, source: str, by: User | None = None, are_news: bool = True
) -> list[Touch]:
    """Record many touches in one write and return them in order; known external ids return the touches that are there.

    The news of them are delivered by the sweep; what is told of the past is history and no news.
    """
    for row in rows:
        check_touch(row, source)
    wanted = {row.external_id for row in rows if row.external_id}
    there = _of_external_ids(wanted)
    fresh: list[Touch] = []
    answer: list[Touch] = []
    for row in rows:
        touch = there.get(row.external_id) if row.external_id else None
        if touch is None:
            touch = _build(row, source, by)
            fresh.append(touch)
            if row.external_id:
                there[row.external_id] = touch
        answer.append(touch)
    Touch.objects.bulk_create(fresh, batch_size=BATCH)
    follow_responses(fresh, by=by)
    tell_if_late(fresh)
    if are_news:
        Event.objects.bulk_create(
            (build_event(signals.touch_recorded, subject=touch, by=by, payload=_news(touch)) for touch in fresh),
            batch_size=BATCH,
        )
    return answer


def check_touch(new: NewTouch, source: str) -> None:
    """Refuse a touch of nobody, of an unknown kind, or of the future."""
    if new.kind not in TouchKind.values:
        raise CaptureRefused(_("There is no kind of touch “%(kind)s”.") % {"kind": new.kind}, code="touch_unknown_kind")
    if source not in TouchSource.values:
        raise CaptureRefused(
            _("There is no source of touches “%(source)s”.") % {"source": source}, code="touch_unknown_source"
        )
    if new.contact is None and new.visitor is None:
        raise CaptureRefused(_("Say whose touch it is: choose a contact."), code="touch_of_nobody")
    if new.at > timezone.now() + AHEAD:
        raise CaptureRefused(
            _("A touch is something that happened: choose a moment that has passed."), code="touch_in_the_future"
        )


def _build(new: NewTouch, source: str, by: User | None) -> Touch:
    return Touch(
        contact=new.contact,
        visitor=new.visitor,
        campaign=new.campaign,
        channel=new.channel,
        kind=new.kind,
        at=new.at,
        source=source,
        detail=new.detail[:200],
        external_id=new.external_id,
        recorded_by=by,
    )


def _of_external_id(external_id: str) -> Touch | None:
    found: Touch | None = Touch.objects.filter(external_id=external_id).first() if external_id else None
    return found


def _of_external_ids(wanted: set[str]) -> dict[str, Touch]:
    ids, found = sorted(wanted), {}
    for start in range(0, len(ids), BATCH):
        rows = Touch.objects.filter(external_id__in=ids[start : start + BATCH])
        found.update({touch.external_id: touch for touch in rows})
    return found


def _news(touch: Touch) -> dict[str, object]:
    return {"contact": touch.contact_id, "campaign": touch.campaign_id, "kind": str(touch.kind)}
