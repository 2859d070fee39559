"""The overview of a campaign: whom it is for, what it says, its goals, its history, and the form that corrects it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin.campaigns.forms import EditForm, GoalForm
from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.admin.goals import goal_row
from campaigns.models import Campaign
from campaigns.plans.goals import paces
from deals.models import Currency


def register() -> None:
    """Register the parts; called by ``ready``."""
    register_campaign_part(about, Tab.OVERVIEW)
    register_campaign_part(goals, Tab.OVERVIEW)
    register_campaign_part(history, Tab.OVERVIEW)


def about(campaign: Campaign, user: Any) -> Part:
    """Whom it is for and what it says."""
    may_edit = user.has_perm("campaigns.change_campaign")
    context = {
        "segments": list(campaign.segments.visible_to(user)),
        "channels": list(campaign.channels.all()),
        "may_edit": may_edit,
        "form": EditForm(campaign, reader=user) if may_edit and "edit" in getattr(campaign, "asked", {}) else None,
    }
    return Part(_("About"), "campaigns/campaigns/about.html", context, order=10)


def goals(campaign: Campaign, user: Any) -> Part | None:
    """What it is to reach, and how far it has come."""
    if not user.has_perm("campaigns.view_campaigngoal"):
        return None
    may_add = user.has_perm("campaigns.add_campaigngoal")
    currency, today = Currency.objects.of_company(), timezone.localdate()
    context = {
        "goals": [goal_row(each, currency) for each in paces(campaign.goals.all(), campaign, today)],
        "form": GoalForm(campaign, reader=user) if may_add else None,
        "may_count": user.has_perm("campaigns.change_campaigngoal"),
    }
    return Part(_("Goals"), "campaigns/campaigns/goals.html", context, order=30)


def history(campaign: Campaign, user: Any) -> Part:
    """How it went from state to state."""
    context = {"changes": list(campaign.changes.select_related("by"))}
    return Part(_("History"), "campaigns/campaigns/history.html", context, order=90)
