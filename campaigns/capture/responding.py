"""What somebody does moves them along a campaign's list: with their first response a member has responded."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.capture.touch import Touch
from campaigns.execution.members import set_status
from campaigns.execution.membership import CampaignMember, MemberStatus
from contacts.models import User

BATCH = 200


def follow_responses(touches: Iterable[Touch], *, by: User | None) -> int:
    """Move members who responded to the first status of their campaign's list that says so; return how many moved.

    Nobody moves back: who has such a status keeps it, and who is further down the list ("not interested") stays there.
    A campaign whose list has none moves nobody, and a touch makes nobody a member.
    """
    first: dict[tuple[int, int], Touch] = {}
    for touch in touches:
        if touch.contact_id is not None and touch.is_response:
            key = (touch.campaign_id, touch.contact_id)
            first[key] = min(touch, first.get(key, touch), key=lambda each: each.at)
    keys = sorted(first)
    return sum(_follow(keys[start : start + BATCH], first, by) for start in range(0, len(keys), BATCH))


def _follow(keys: Sequence[tuple[int, int]], first: dict[tuple[int, int], Touch], by: User | None) -> int:
    wanted = Q(*[Q(campaign=campaign, contact=contact) for campaign, contact in keys], _connector=Q.OR)
    members = list(
        CampaignMember.objects.filter(wanted, status__is_response=False).select_related("status").order_by("pk")
    )
    statuses = MemberStatus.objects.filter(campaign__in={member.campaign_id for member in members}, is_response=True)
    # The first in the list's order is written last, and stays.
    responded = {status.campaign_id: status for status in statuses.order_by("-position", "-id")} if members else {}
    moved = 0
    for member in members:
        status = responded.get(member.campaign_id)
        if status is not None and member.status.position <= status.position:
            touch = first[member.campaign_id, member.contact_id]
            at = min(max(touch.at, member.status_since), timezone.now())
            reason = _("Responded: %(kind)s") % {"kind": touch.get_kind_display()}
            set_status(member, status, by=by, reason=reason, at=at)
            moved += 1
    return moved
