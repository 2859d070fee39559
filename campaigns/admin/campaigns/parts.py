"""Parts of a campaign's page that other areas add: links and forms, figures, attribution, experiments."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign


class Tab(StrEnum):
    """The tabs of a campaign's page, chosen by ``?tab=``."""

    OVERVIEW = "overview"
    BUDGET = "budget"
    PEOPLE = "people"
    WORK = "work"
    LINKS = "links"
    RESULTS = "results"


LABELS = {
    Tab.OVERVIEW: _("Overview"),
    Tab.BUDGET: _("Budget"),
    Tab.PEOPLE: _("People"),
    Tab.WORK: _("Work"),
    Tab.LINKS: _("Links & forms"),
    Tab.RESULTS: _("Results"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a campaign's page: its title, the template of its inside, and what that reads.

    The template gets ``part`` (with ``part.context``), ``campaign``, ``user``, ``perms`` and ``csrf_token``; the page
    draws the panel and the title around it. Parts of one tab stand in the order of ``order``, then of registration.
    A form in it posts ``next`` (given as ``here``) to come back to this tab.
    """

    title: str | Promise
    template: str
    context: dict[str, Any]
    order: int = 50
    tab: str = Tab.OVERVIEW


CampaignPart = Callable[[Campaign, Any], Part | None]
_parts: list[tuple[str, CampaignPart]] = []
_media: list[str] = []


def register_campaign_part(source: CampaignPart, tab: str = "", *, styles: str = "") -> None:
    """Add a part to the page of every campaign; called by ``ready``. It answers None where it has nothing to show.

    Name the ``tab`` here too if all it answers stands there: it is then not asked for the other tabs, which saves
    its queries. ``styles`` is the static path of a style sheet that it needs.
    """
    if all(known is not source for _tab, known in _parts):
        _parts.append((tab, source))
    if styles and styles not in _media:
        _media.append(styles)


def parts_of(campaign: Campaign, user: Any, tab: str) -> list[Part]:
    """Return what stands on one tab of a campaign's page for this reader."""
    asked = [source(campaign, user) for known, source in _parts if known in ("", tab)]
    return sorted((part for part in asked if part is not None and part.tab == tab), key=lambda part: part.order)


def styles() -> list[str]:
    """Return the style sheets that the registered parts need."""
    return list(_media)
