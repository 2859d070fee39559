"""What is to be done for a campaign, on its page: tasks with their days, content items with their states."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin.campaigns.forms import ContentForm, TaskForm
from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.admin.campaigns.showing import CONTENT_BADGES
from campaigns.execution.campaign import CampaignState
from campaigns.execution.content import NEXT
from campaigns.models import Campaign
from deals.models import Activity

MOST_ROWS = 200


def register() -> None:
    """Register the parts; called by ``ready``."""
    register_campaign_part(tasks, Tab.WORK)
    register_campaign_part(content, Tab.WORK)


def tasks(campaign: Campaign, user: Any) -> Part | None:
    """What is to be done and by whom; what is private to a colleague isn't shown."""
    if not user.has_perm("campaigns.view_campaigntask"):
        return None
    seen = Activity.objects.visible_to(user)
    rows = campaign.tasks.filter(activity__in=seen.values("pk")).select_related("activity__owner")
    may_add = user.has_perm("campaigns.add_campaigntask") and not _is_over(campaign)
    context = {
        "tasks": list(rows.order_by("activity__due_at", "pk")[:MOST_ROWS]),
        "now": timezone.now(),
        "form": TaskForm(campaign, reader=user) if may_add else None,
        "may_do": user.has_perm("campaigns.change_campaigntask"),
    }
    return Part(_("Tasks"), "campaigns/campaigns/tasks.html", context, order=10, tab=Tab.WORK)


def content(campaign: Campaign, user: Any) -> Part | None:
    """What is published when, and how far it is."""
    if not user.has_perm("campaigns.view_contentitem"):
        return None
    may_move = user.has_perm("campaigns.change_contentitem")
    items = campaign.content.select_related("channel", "owner").defer("body")[:MOST_ROWS]
    may_add = user.has_perm("campaigns.add_contentitem") and not _is_over(campaign)
    context = {
        "rows": [(item, CONTENT_BADGES.get(item.state, ""), NEXT[item.state] if may_move else ()) for item in items],
        "form": ContentForm(campaign, reader=user) if may_add else None,
    }
    return Part(_("Content"), "campaigns/campaigns/content.html", context, order=20, tab=Tab.WORK)


def _is_over(campaign: Campaign) -> bool:
    return campaign.state in (CampaignState.FINISHED, CampaignState.CANCELLED)
