"""Changing what a plan says: anything while it is a draft; what became of its items and goals while it runs.

Of an approved or running plan may be changed: of items the status, the result, whether it worked, and the owner; of
goals what was counted by hand. When the plan is over, result and verdict may still be written down. Everything else
needs a new version.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.plans.carrying import OF_GOAL, OF_ITEM
from campaigns.plans.locking import lock_plan
from campaigns.plans.plan import MarketingPlan, PlanGoal, PlanState
from campaigns.plans.refusing import SETTLED, PlanRefused, check_draft
from campaigns.plans.strategy import PlanItem
from config.common.saving import save_changed
from deals.catalogue.amounts import check_exact
from deals.catalogue.models import Currency

WHILE_RUNNING: dict[type, frozenset[str]] = {PlanItem: frozenset(OF_ITEM), PlanGoal: frozenset(OF_GOAL)}
AFTERWARDS: dict[type, frozenset[str]] = {PlanItem: frozenset({"result", "worked"})}

# Of items, in the company's currency.
_AMOUNTS = ("list_price", "floor", "cost")


def may_change(part: Any, plan: MarketingPlan) -> frozenset[str] | None:
    """Return the columns of a part that may be changed now; None for all of them."""
    if plan.is_draft:
        return None
    if plan.state in SETTLED:
        return WHILE_RUNNING.get(type(part), frozenset())
    return AFTERWARDS.get(type(part), frozenset()) if plan.state == PlanState.CLOSED else frozenset()


@transaction.atomic
def save_part(part: Any, names: Iterable[str] | None = None, **many: Iterable[Any]) -> Any:
    """Save a goal, strategy, item or answer: a new one, or the named columns of one that there is.

    ``many`` are the rows of its many-to-many columns. Refuses ``plan_not_draft``. Raises ValidationError.
    """
    plan = lock_plan(part.plan_id)
    changed = {*(names or ()), *many}
    allowed = may_change(part, plan)
    if allowed is not None and (part.pk is None or not changed <= allowed):
        check_draft(plan)
    part.plan = plan
    _check_part(part)
    if part.pk is None:
        part.save()
    else:
        save_changed(part, changed - set(many))
    for name, rows in many.items():
        getattr(part, name).set(rows)
    if plan.is_draft:
        _touch(plan)
    return part


@transaction.atomic
def remove_part(part: Any) -> None:
    """Take a goal, strategy, item or answer out of a draft. Refuses ``plan_not_draft``."""
    plan = lock_plan(part.plan_id)
    check_draft(plan)
    part.delete()
    _touch(plan)


@transaction.atomic
def change_plan(plan: MarketingPlan, names: Iterable[str]) -> MarketingPlan:
    """Save the named columns of a draft; of a plan that counts only its owner. Refuses ``plan_not_draft``."""
    stored = lock_plan(plan.pk)
    changed = set(names)
    if not (changed <= {"owner"} and stored.state in SETTLED):
        check_draft(stored)
    plan.full_clean()
    save_changed(plan, changed)
    return plan


def _check_part(part: Any) -> None:
    """Refuse an item whose strategy is of another plan, and what the model refuses."""
    strategy = getattr(part, "strategy", None)
    if strategy is not None and strategy.plan_id != part.plan_id:
        raise PlanRefused(_("The strategy belongs to another plan. Choose one of this plan."), code="strategy_of_other")
    part.full_clean()
    if isinstance(part, PlanItem) and any(getattr(part, name) is not None for name in _AMOUNTS):
        company = Currency.objects.of_company()
        for name in _AMOUNTS:
            check_exact(getattr(part, name), company)


def _touch(plan: MarketingPlan) -> None:
    """Give the plan a new version, so that nobody approves what they have not read."""
    MarketingPlan.objects.filter(pk=plan.pk).update(updated_at=timezone.now())
