"""People put in or left out by hand: picks of live segments, which survive every refresh, and the people of lists.

Both count at once. Who was a member when is the history of a list; a pick says who wished it, and why.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.segments.models import HandPick, Segment, SegmentMember
from campaigns.segments.refusing import SegmentRefused
from campaigns.segments.telling import tell
from contacts.models import Contact, User

# So many people are added or taken out in one call.
MOST_AT_ONCE = 10_000


@transaction.atomic
def pick(segment: Segment, contact: Contact, *, is_in: bool, by: User, reason: str = "") -> HandPick:
    """Put a contact into a live segment, or leave them out, whatever its rule says; the newest pick counts.

    Refuses ``segment_archived``, ``segment_is_a_list`` and, of one to be put in, ``contact_archived``.
    """
    row = _locked(segment)
    if not row.is_live:
        sentence = _("“%(segment)s” is a list. Add people to it, or take them out.")
        raise SegmentRefused(sentence % {"segment": row}, code="segment_is_a_list")
    if is_in and contact.is_archived:
        sentence = _("%(contact)s is archived. Restore the contact first.")
        raise SegmentRefused(sentence % {"contact": contact}, code="contact_archived")
    made, _created = HandPick.objects.update_or_create(
        segment=row, contact=contact, defaults={"is_in": is_in, "reason": reason, "by": by}
    )
    if is_in:
        _enter(row, [contact.pk], by)
    else:
        _leave(row, [contact.pk], by)
    return made


@transaction.atomic
def unpick(segment: Segment, contact: Contact, *, by: User) -> None:
    """Take a pick back: from the next refresh on, which is due at once, the rule decides again."""
    row = _locked(segment)
    deleted, _by_model = HandPick.objects.filter(segment=row, contact=contact).delete()
    if deleted:
        Segment.objects.filter(pk=row.pk).update(refresh_due_at=timezone.now(), claimed_until=None)


@transaction.atomic
def add_to_list(segment: Segment, ids: Sequence[int], *, by: User) -> int:
    """Add the contacts with these ids that ``by`` may see to a fixed list; return how many are new in it.

    Refuses ``segment_archived``, ``segment_has_a_rule`` and ``too_many_people``.
    """
    row = _locked_list(segment, ids)
    live = Contact.objects.visible_to(by).filter(archived_at__isnull=True)
    return _enter(row, list(live.filter(pk__in=ids).order_by().values_list("pk", flat=True)), by)


@transaction.atomic
def remove_from_list(segment: Segment, ids: Sequence[int], *, by: User) -> int:
    """Take the contacts with these ids that ``by`` may see out of a fixed list; return how many were in it."""
    row = _locked_list(segment, ids)
    seen = Contact.objects.visible_to(by).filter(pk__in=ids).order_by()
    return _leave(row, list(seen.values_list("pk", flat=True)), by)


def _locked(segment: Segment) -> Segment:
    row: Segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if row.archived_at is not None:
        sentence = _("“%(segment)s” is archived. Restore it first.")
        raise SegmentRefused(sentence % {"segment": row}, code="segment_archived")
    return row


def _locked_list(segment: Segment, ids: Sequence[int]) -> Segment:
    row = _locked(segment)
    if row.is_live:
        sentence = _("The rule decides who is in “%(segment)s”. Pick people by hand instead.")
        raise SegmentRefused(sentence % {"segment": row}, code="segment_has_a_rule")
    if len(ids) > MOST_AT_ONCE:
        sentence = _("These are more than %(most)s people. Take them in parts.")
        raise SegmentRefused(sentence % {"most": MOST_AT_ONCE}, code="too_many_people")
    return row


def _enter(segment: Segment, ids: Sequence[int], by: User) -> int:
    now = timezone.now()
    inside = set(SegmentMember.objects.current().filter(segment=segment).values_list("contact", flat=True))
    new = [pk for pk in dict.fromkeys(ids) if pk not in inside]
    SegmentMember.objects.bulk_create(
        (SegmentMember(segment=segment, contact_id=pk, entered_at=now) for pk in new), batch_size=1000
    )
    _count(segment, now)
    tell(signals.segment_entered, segment, new, by=by)
    return len(new)


def _leave(segment: Segment, ids: Sequence[int], by: User) -> int:
    now = timezone.now()
    current = SegmentMember.objects.current().filter(segment=segment, contact__in=ids).order_by()
    gone = list(current.values_list("contact", flat=True))
    current.update(left_at=Greatest("entered_at", now))
    _count(segment, now)
    tell(signals.segment_left, segment, gone, by=by)
    return len(gone)


def _count(segment: Segment, now: datetime) -> None:
    segment.size = SegmentMember.objects.current().filter(segment=segment).count()
    Segment.objects.filter(pk=segment.pk).update(size=segment.size, updated_at=now)
