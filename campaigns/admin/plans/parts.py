"""Parts of a plan's page that other areas add: the budget, the results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from campaigns.models import MarketingPlan


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a plan's page: its title, the template of its inside, and what that reads.

    The template gets ``part`` (with ``part.context``), ``plan``, ``perms`` and ``csrf_token``; the page draws the panel
    and the title around it. Parts stand in the order of ``order``, then of registration.
    """

    title: str
    template: str
    context: dict[str, Any]
    order: int = 50


PlanPart = Callable[[MarketingPlan, Any], Part | None]
_parts: list[PlanPart] = []


def register_plan_part(part: PlanPart) -> None:
    """Add a part to the page of every plan; called by ``ready``. It answers None where it has nothing to show."""
    if part not in _parts:
        _parts.append(part)


def parts_of(plan: MarketingPlan, user: Any) -> list[Part]:
    """Return what other areas show of a plan to this reader."""
    found = [part(plan, user) for part in _parts]
    return sorted((each for each in found if each is not None), key=lambda each: each.order)
