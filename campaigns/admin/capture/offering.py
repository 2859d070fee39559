"""What capture adds elsewhere: the sidebar, timelines, the campaign's page, the contact's buttons, the palette."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.admin.capture.leads import accept_button
from campaigns.admin.capture.touches import VIEW, touches_of
from campaigns.capture.counting import with_posts, with_touches
from campaigns.capture.linking import address_of
from campaigns.capture.showing import form_address
from campaigns.models import Campaign, TrackedLink, WebForm
from campaigns.qualification.accepting import may_accept, waiting_leads
from config.common.admin.base import change_address
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from contacts.models import User
from contacts.people.panels import register_button
from contacts.people.timeline import register_timeline

MOST_ROWS = 20
_OF_FORMS = tuple(f"/admin/campaigns/{model}/" for model in ("trackedlink", "submission", "utmterm"))


def register() -> None:
    """Register everything; called by ``ready``."""
    forms, touches = "admin:campaigns_webform_changelist", "admin:campaigns_touch_changelist"
    register_item(
        Item(
            Group.MARKET, 34, _("Forms & links"), "dynamic_form", forms, "campaigns.view_webform", also_active=_OF_FORMS
        )
    )
    register_item(Item(Group.INSIGHT, 50, _("Touches"), "touch_app", touches, VIEW))
    register_item(
        Item(
            Group.SELL, 50, _("Leads waiting"), "handshake", "admin:campaigns_leads", "contacts.view_contact",
            needing=leads_for, suits=may_accept,
        )
    )  # fmt: skip
    register_timeline("contacts.contact", touches_of)
    register_button("contacts.contact", accept_button)
    register_campaign_part(links_and_forms, Tab.LINKS, styles="campaigns/capture.css")
    register_finder(Finder("campaigns.view_trackedlink", find_links))
    register_finder(Finder("campaigns.view_webform", find_forms))


def leads_for(user: User) -> list[QuerySet[Any]]:
    """Return the leads that wait for the user."""
    return [waiting_leads(user)]


def links_and_forms(campaign: Campaign, user: Any) -> Part | None:
    """The links and forms of a campaign, with how often they were used."""
    if not user.has_perm("campaigns.view_webform"):
        return None
    links = with_touches(TrackedLink.objects.visible_to(user).filter(campaign=campaign))[:MOST_ROWS]
    forms = with_posts(WebForm.objects.visible_to(user).filter(campaign=campaign))[:MOST_ROWS]
    context = {
        "links": [(link, address_of(link), change_address(link)) for link in links],
        "forms": [(form, form_address(form), change_address(form)) for form in forms],
    }
    return Part(_("Links & forms"), "campaigns/capture/of_campaign.html", context, tab=Tab.LINKS)


def find_links(user: Any, text: str, most: int) -> Iterable[Found]:
    """Links by name, code or destination."""
    for link in TrackedLink.objects.visible_to(user).search(text).select_related("campaign")[:most]:
        yield Found(
            link.name, reverse("admin:campaigns_trackedlink_change", args=[link.pk]), "link", str(link.campaign)
        )


def find_forms(user: Any, text: str, most: int) -> Iterable[Found]:
    """Forms by name or title."""
    for form in WebForm.objects.visible_to(user).search(text).select_related("campaign")[:most]:
        yield Found(
            form.name, reverse("admin:campaigns_webform_change", args=[form.pk]), "dynamic_form", str(form.campaign)
        )
