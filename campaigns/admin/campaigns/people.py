"""The people of a campaign on its page: how many stand where, who they are, and how more are added."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.execution.campaign import CampaignState
from campaigns.execution.members import count_by_status
from campaigns.models import Campaign, CampaignMember, MemberChange
from contacts.models import Contact
from deals.admin.reading import as_id

ROWS_A_PAGE = 50
MOST_FOUND = 8


def register() -> None:
    """Register the part; called by ``ready``."""
    register_campaign_part(members, Tab.PEOPLE)


def members(campaign: Campaign, user: Any) -> Part | None:
    """Counts, the page of members that the address asks for, and whom one looks for."""
    if not user.has_perm("campaigns.view_campaignmember"):
        return None
    asked = getattr(campaign, "asked", {})
    counts = count_by_status(campaign, user)
    status = next((each for each, _number in counts if each.pk == as_id(asked.get("status", ""))), None)
    rows = CampaignMember.objects.visible_to(user).filter(campaign=campaign.pk)
    rows = rows.filter(status=status) if status else rows
    changes = MemberChange.objects.select_related("from_status", "to_status", "by")
    rows = rows.select_related("contact", "status").prefetch_related(Prefetch("changes", changes))
    is_over = campaign.state in (CampaignState.FINISHED, CampaignState.CANCELLED)
    find = str(asked.get("find", "")).replace("\x00", "").strip()[:100]
    context = {
        "counts": counts,
        "chosen": status,
        "total": sum(number for _status, number in counts),
        "page": Paginator(rows.order_by("-created_at", "-id"), ROWS_A_PAGE).get_page(asked.get("page")),
        "segments": list(campaign.segments.visible_to(user)),
        "find": find,
        "found": _find(campaign, user, find) if find else [],
        "may_add": user.has_perm("campaigns.add_campaignmember") and not is_over,
        "may_move": user.has_perm("campaigns.change_campaignmember"),
        "may_add_status": user.has_perm("campaigns.add_memberstatus") and not is_over,
    }
    return Part(_("People"), "campaigns/campaigns/people.html", context, order=10, tab=Tab.PEOPLE)


def _find(campaign: Campaign, user: Any, text: str) -> list[Contact]:
    inside = CampaignMember.objects.filter(campaign=campaign.pk).values("contact")
    found = Contact.objects.live().visible_to(user).search(text).exclude(pk__in=inside)
    return list(found[:MOST_FOUND])
