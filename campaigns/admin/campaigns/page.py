"""What stands on a campaign's page: its head, what to do next, its tabs and the parts of the one that is open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.campaigns.forms import CancelForm, CloneForm, FinishForm
from campaigns.admin.campaigns.parts import LABELS, Tab, parts_of, styles
from campaigns.admin.campaigns.showing import BADGES, campaign_address, period_text, teller
from campaigns.budgets.figures import Standing, read
from campaigns.budgets.pots import Pot
from campaigns.execution.campaign import CampaignState
from campaigns.execution.moving import states_after
from campaigns.models import Campaign, CampaignMember
from contacts.models import User
from deals.admin.reading import reader_of


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next, why, and the form or page that does it."""

    sentence: str
    # The verb of a button, or the address of a link.
    verb: str = ""
    link: str = ""
    label: str | Promise = ""


def campaign_page(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader."""
    user = reader_of(request)
    asked = request.GET.get("tab", "")
    tab = asked if asked in LABELS else str(Tab.OVERVIEW)
    sheet, tell = read(Pot(campaign=campaign).condition), teller()
    # The budget's parts show the same figures: read once for the page.
    shared: Any = campaign
    shared.sheet, shared.teller = sheet, tell
    standing = sheet.total()
    sees_money = user.has_perm("campaigns.view_cost")
    may_change = user.has_perm("campaigns.change_campaign")
    ways = states_after(campaign.state) if may_change else []
    return {
        "campaign": campaign,
        "standing": standing,
        "badge": BADGES.get(CampaignState(campaign.state), ""),
        "period": period_text(campaign.starts_on, campaign.ends_on),
        "told": tell.sentence(standing) if sees_money else "",
        "next": _next(campaign, standing, user) if may_change else None,
        "tab": tab,
        "tabs": [(each, LABELS[each], campaign_address(campaign, each)) for each in LABELS],
        "parts": parts_of(campaign, user, tab),
        "part_styles": styles(),
        "here": campaign_address(campaign, tab),
        "may_change": may_change,
        "may_log": user.has_perm("campaigns.add_cost"),
        "log_cost": f"{reverse('admin:campaigns_cost_add')}?campaign={campaign.pk}",
        "can_start": CampaignState.RUNNING in ways,
        "can_pause": CampaignState.PAUSED in ways,
        "finish_form": _form(FinishForm, campaign, user, CampaignState.FINISHED in ways),
        "cancel_form": _form(CancelForm, campaign, user, CampaignState.CANCELLED in ways),
        "clone_form": _form(CloneForm, campaign, user, user.has_perm("campaigns.add_campaign")),
    }


def _form(form: Any, campaign: Campaign, user: User, is_offered: bool) -> Any:
    return form(campaign, reader=user) if is_offered else None


def _next(campaign: Campaign, standing: Standing, user: User) -> Next | None:
    """Return the first of what is missing, waiting or due, with the way to it."""
    if campaign.state in (CampaignState.FINISHED, CampaignState.CANCELLED):
        return None
    if standing.number_waiting:
        sentence = ngettext(
            "%(number)s cost waits for approval", "%(number)s costs wait for approval", standing.number_waiting
        )
        link = f"{reverse('admin:campaigns_cost_changelist')}?state=waiting&campaign={campaign.pk}"
        return Next(sentence % {"number": standing.number_waiting}, link=link, label=_("Look at them"))
    today = timezone.localdate()
    if campaign.ends_on < today:
        return Next(_("Its last day is over. Close it and keep what you learned."), verb="finish")
    if not standing.has_budget:
        link = campaign_address(campaign, Tab.BUDGET)
        return Next(_("It has no budget yet."), link=link, label=_("Plan the budget"))
    if not CampaignMember.objects.filter(campaign=campaign.pk).exists():
        link = campaign_address(campaign, Tab.PEOPLE)
        return Next(_("Nobody is in it yet."), link=link, label=_("Add people"))
    if campaign.state != CampaignState.RUNNING and campaign.starts_on <= today:
        return Next(_("Its first day has come."), verb="start", label=_("Start"))
    return None
