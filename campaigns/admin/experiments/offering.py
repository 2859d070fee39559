"""What A/B tests add elsewhere: an entry in the sidebar, what the palette finds, a part of each campaign's page."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.admin.campaigns.parts import Part, Tab, register_campaign_part
from campaigns.experiments.experiment import ExperimentState
from campaigns.models import Campaign, Experiment
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from contacts.models import User

VIEW = "campaigns.view_experiment"
MOST_SHOWN = 20


def register() -> None:
    """Register everything; called by ``ready``."""
    address = "admin:campaigns_experiment_changelist"
    register_item(Item(Group.MARKET, 36, _("A/B tests"), "science", address, VIEW, needing=needs_me))
    register_finder(Finder(VIEW, find_tests))
    register_campaign_part(tests_of, Tab.RESULTS)


def needs_me(user: User) -> list[QuerySet[Any]]:
    """Return one's own tests that stopped and wait for a decision."""
    return [Experiment.objects.visible_to(user).filter(state=ExperimentState.STOPPED, owner=user.pk)]


def find_tests(user: Any, text: str, most: int) -> Iterable[Found]:
    """Tests by name, hypothesis or address, the newest first."""
    rows = Experiment.objects.visible_to(user).search(text).select_related("campaign")
    for test in rows.order_by("-created_at", "-id")[:most]:
        about = f"{test.campaign} · {test.get_state_display()}"
        yield Found(test.name, reverse("admin:campaigns_experiment_change", args=[test.pk]), "science", about)


def tests_of(campaign: Campaign, user: Any) -> Part | None:
    """Return the tests of a campaign, with the way to make one."""
    if not user.has_perm(VIEW):
        return None
    rows = Experiment.objects.visible_to(user).filter(campaign=campaign).select_related("winner")
    context = {"tests": list(rows[:MOST_SHOWN]), "may_add": user.has_perm("campaigns.add_experiment")}
    return Part(_("A/B tests"), "campaigns/experiments/of_campaign.html", context, order=80, tab=Tab.RESULTS)
