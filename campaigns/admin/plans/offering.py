"""What plans add elsewhere: an entry in the sidebar, what the palette finds, events that people may read."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models import MarketingPlan
from campaigns.plans.plan import PlanState
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from config.integrations.models import EventQuerySet
from contacts.models import User

VIEW = "campaigns.view_marketingplan"


def register() -> None:
    """Register everything; called by ``ready``."""
    EventQuerySet.register_subject(MarketingPlan)
    address = "admin:campaigns_marketingplan_changelist"
    register_item(Item(Group.MARKET, 10, _("Plans"), "flag", address, VIEW, needing=needs_me))
    register_finder(Finder(VIEW, find_plans))


def needs_me(user: User) -> list[QuerySet[Any]]:
    """Return the drafts that wait for approval, for who gives it."""
    if not user.has_perm("campaigns.approve_marketingplan"):
        return []
    return [MarketingPlan.objects.visible_to(user).filter(state=PlanState.DRAFT)]


def find_plans(user: Any, text: str, most: int) -> Iterable[Found]:
    """Plans by name or market, the newest first."""
    for plan in MarketingPlan.objects.visible_to(user).search(text).order_by("-starts_on", "-id")[:most]:
        about = " · ".join(each for each in (plan.market, str(plan.get_state_display())) if each)
        yield Found(str(plan), reverse("admin:campaigns_marketingplan_change", args=[plan.pk]), "flag", about)
