"""The people of a campaign: taken from segments or added by hand, and moved along its list of statuses."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.execution.campaign import Campaign
from campaigns.execution.locking import lock_campaign
from campaigns.execution.membership import CampaignMember, MemberChange, MemberStatus
from campaigns.execution.refusing import CampaignRefused, check_not_over
from campaigns.segments.models import Segment, SegmentMember
from contacts.models import Contact, User

BATCH = 2000


@transaction.atomic
def add_from_segments(
    campaign: Campaign, segments: Iterable[Segment] | None = None, *, by: User, status: MemberStatus | None = None
) -> int:
    """Add everybody who is in the segments now (those of the campaign, if none are named); return how many are new.

    Only people whom ``by`` may see, and nobody twice. Refuses ``campaign_over``, ``no_segments``, ``no_statuses``,
    ``status_elsewhere``.
    """
    locked = lock_campaign(campaign.pk)
    chosen = list(locked.segments.all() if segments is None else segments)
    if not chosen:
        sentence = _("“%(campaign)s” has no segments yet. Choose whom it is for first.")
        raise CampaignRefused(sentence % {"campaign": locked}, code="no_segments")
    seen = Segment.objects.visible_to(by).filter(pk__in=[each.pk for each in chosen])
    inside = SegmentMember.objects.current().filter(segment__in=seen)
    people = Contact.objects.live().visible_to(by).filter(pk__in=inside.values("contact"))
    return _add(locked, people, by=by, status=status, reason=_("From a segment"))


@transaction.atomic
def add_members(
    campaign: Campaign, contacts: Iterable[Contact], *, by: User | None, status: MemberStatus | None = None
) -> int:
    """Add people by hand; return how many are new. Refuses ``campaign_over``, ``no_statuses``, ``status_elsewhere``."""
    locked = lock_campaign(campaign.pk)
    people = Contact.objects.live().filter(pk__in=[each.pk for each in contacts])
    return _add(locked, people, by=by, status=status, reason="")


@transaction.atomic
def set_status(
    member: CampaignMember, status: MemberStatus, *, by: User | None, reason: str = "", at: datetime | None = None
) -> CampaignMember:
    """Move a member to a status of its campaign's list, and keep when they first responded.

    The same status again changes nothing. Refuses ``status_elsewhere`` and ``status_in_future``.
    """
    now = timezone.now()
    locked: CampaignMember = CampaignMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    _check_status(locked.campaign_id, status)
    if at is not None and at > now:
        raise CampaignRefused(_("This moment is still to come. Give the day on which it was."), code="status_in_future")
    if locked.status_id == status.pk:
        return locked
    before, locked.status, locked.status_since = locked.status_id, status, at or now
    if status.is_response and (locked.responded_at is None or locked.responded_at > locked.status_since):
        locked.responded_at = locked.status_since
    locked.save(update_fields=["status", "status_since", "responded_at", "updated_at"])
    MemberChange.objects.create(
        member=locked,
        from_status_id=before,
        to_status=status,
        at=locked.status_since,
        by=by,
        reason=reason.replace("\x00", "").strip()[:300],
    )
    return locked


def _add(
    campaign: Campaign, people: QuerySet[Contact], *, by: User | None, status: MemberStatus | None, reason: str
) -> int:
    """Write the members that are missing, some thousand at a time. The campaign's lock keeps others from adding."""
    check_not_over(campaign)
    first = status or campaign.statuses.first()
    if first is None:
        sentence = _("“%(campaign)s” has no statuses for its members. Add one first.")
        raise CampaignRefused(sentence % {"campaign": campaign}, code="no_statuses")
    _check_status(campaign.pk, first)
    there = CampaignMember.objects.filter(campaign=campaign.pk).values("contact")
    ids = list(people.order_by("pk").exclude(pk__in=there).values_list("pk", flat=True))
    now = timezone.now()
    responded_at = now if first.is_response else None
    for start in range(0, len(ids), BATCH):
        members = CampaignMember.objects.bulk_create(
            CampaignMember(campaign=campaign, contact_id=pk, status=first, status_since=now, responded_at=responded_at)
            for pk in ids[start : start + BATCH]
        )
        MemberChange.objects.bulk_create(
            MemberChange(member=member, to_status=first, at=now, by=by, reason=reason) for member in members
        )
    return len(ids)


def _check_status(campaign: int, status: MemberStatus) -> None:
    if status.campaign_id != campaign:
        sentence = _("“%(status)s” is a status of another campaign. Choose one of this campaign's list.")
        raise CampaignRefused(sentence % {"status": status}, code="status_elsewhere")


def count_by_status(campaign: Campaign, user: User) -> list[tuple[MemberStatus, int]]:
    """Return how many members whom a reader may see have each status of a campaign, in the list's order."""
    members = CampaignMember.objects.visible_to(user).filter(campaign=campaign.pk)
    numbers = dict(members.order_by().values_list("status").annotate(number=Count("pk")))
    return [(status, numbers.get(status.pk, 0)) for status in campaign.statuses.all()]
