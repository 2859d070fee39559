"""What campaigns and budgets add elsewhere: the sidebar, the palette, the home, a contact's panel and timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.campaigns import overview, people, work
from campaigns.admin.campaigns.admin import budget_warned
from campaigns.admin.campaigns.parts import Tab
from campaigns.admin.campaigns.showing import campaign_address
from campaigns.budgets.asking import APPROVE
from campaigns.models import Campaign, CampaignMember, Cost, MemberChange
from config.common.admin.home import Button, HomePage, register_home
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from contacts.models import Contact, User
from contacts.people.panels import Panel, PanelRow, register_panel
from contacts.people.timeline import TimelineEntry, register_timeline

VIEW = "campaigns.view_campaign"
MOST_IN_PANEL = 6


def register() -> None:
    """Register everything; called by ``ready``."""
    for part in (overview, people, work):
        part.register()
    register_item(
        Item(Group.MARKET, 20, _("Campaigns"), "campaign", "admin:campaigns_campaign_changelist", VIEW, needing=warned)
    )
    register_item(Item(Group.MARKET, 40, _("Campaign calendar"), "calendar_month", "admin:campaign_calendar", VIEW))
    register_item(
        Item(
            Group.BILL,
            60,
            _("Marketing costs"),
            "receipt",
            "admin:campaigns_cost_changelist",
            "campaigns.view_cost",
            needing=costs_to_decide,
            also_active=("/admin/campaigns/commitment/",),
        )
    )
    register_item(
        Item(
            Group.SET_UP,
            40,
            _("Marketing policy"),
            "policy",
            "admin:campaigns_marketingpolicy_changelist",
            "campaigns.change_marketingpolicy",
        )
    )
    register_finder(Finder(VIEW, find_campaigns))
    register_home("marketer", add_buttons)
    register_panel("contacts.contact", panel_of_contact)
    register_timeline("contacts.contact", steps_of_contact)


def warned(user: User) -> list[QuerySet[Any]]:
    """Return the user's own campaigns whose budget is nearly used up or overrun."""
    return [Campaign.objects.visible_to(user).filter(budget_warned(), owner=user.pk)]


def costs_to_decide(user: User) -> list[QuerySet[Any]]:
    """Return the costs that wait, for those who decide."""
    return [Cost.objects.visible_to(user).waiting()] if user.has_perm(APPROVE) else []


def find_campaigns(user: Any, text: str, most: int) -> Iterable[Found]:
    """Campaigns by name or code, the latest first."""
    for campaign in Campaign.objects.visible_to(user).search(text)[:most]:
        yield Found(str(campaign), campaign_address(campaign), "campaign", campaign.get_state_display())


def add_buttons(user: User, page: HomePage) -> None:
    """A new campaign is one click from the marketer's home."""
    if user.has_perm("campaigns.add_campaign"):
        page.buttons.insert(0, Button(gettext("Campaign"), reverse("admin:campaigns_campaign_add")))


def panel_of_contact(contact: Contact, reader: User) -> Panel | None:
    """The campaigns that a person is in, and how far each came with them."""
    if not (reader.has_perm(VIEW) and reader.has_perm("campaigns.view_campaignmember")):
        return None
    members = CampaignMember.objects.visible_to(reader).filter(contact=contact.pk).select_related("campaign", "status")
    rows = [
        PanelRow(
            str(member.campaign),
            campaign_address(member.campaign, Tab.PEOPLE),
            value=str(member.status),
            tone="good" if member.responded_at else "",
        )
        for member in members[:MOST_IN_PANEL]
    ]
    return Panel(gettext("Campaigns"), rows, order=30, empty=gettext("In no campaign yet."))


def steps_of_contact(contact: Any, reader: User, before: datetime, limit: int) -> Iterable[TimelineEntry]:
    """How a person got into campaigns, and which statuses they went through."""
    if not (reader.has_perm(VIEW) and reader.has_perm("campaigns.view_campaignmember")):
        return
    changes = MemberChange.objects.visible_to(reader).filter(member__contact=contact.pk, at__lt=before)
    for change in changes.select_related("member__campaign", "to_status", "by").order_by("-at", "-id")[:limit]:
        labels = {"campaign": change.member.campaign, "status": change.to_status}
        who = change.by.name if change.by else ""
        link = campaign_address(change.member.campaign_id, Tab.PEOPLE)
        title = gettext("%(campaign)s: %(status)s") % labels
        yield TimelineEntry(change.at, "campaign", title, change.reason, who, link, "campaign")
