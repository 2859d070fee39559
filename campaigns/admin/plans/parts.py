"""Tabs of a plan's page that other areas add: the budget, the results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from campaigns.models import MarketingPlan


@dataclass(frozen=True, slots=True)
class Part:
    """What stands on a tab: the template of its inside, and what that reads.

    The template gets ``part`` (with ``part.context``), ``plan``, ``perms`` and ``csrf_token``; the page draws the panel
    and the title around it.
    """

    template: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanTab:
    """A tab of every plan's page, chosen by ``?tab=``, for the readers who may see it. It is asked for when open."""

    code: str
    label: str | Promise
    part: Callable[[MarketingPlan, Any], Part]
    is_for: Callable[[Any], bool]


_tabs: list[PlanTab] = []


def register_plan_tab(tab: PlanTab) -> None:
    """Add a tab to the page of every plan; called by ``ready``."""
    if all(known.code != tab.code for known in _tabs):
        _tabs.append(tab)


def tabs_for(user: Any) -> dict[str, PlanTab]:
    """Return the tabs that a reader may open, by code."""
    return {tab.code: tab for tab in _tabs if tab.is_for(user)}
