"""Copying what worked into the next plan, with its results beside it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from campaigns.plans.copying import copy_items
from campaigns.plans.locking import lock_plan
from campaigns.plans.plan import MarketingPlan
from campaigns.plans.refusing import PlanRefused, check_draft
from campaigns.plans.strategy import PlanItem
from config.common.saving import save_changed


def what_worked(plan: MarketingPlan) -> QuerySet[Any]:
    """Return the items of a plan that are worth doing again, with what they came to."""
    rows: QuerySet[Any] = plan.items.filter(worked=True)
    return rows.select_related("strategy__segment", "channel", "product", "plan")


@transaction.atomic
def copy_what_worked(source: MarketingPlan, items: Sequence[PlanItem], target: MarketingPlan) -> list[PlanItem]:
    """Copy chosen items of a plan into a draft; each copy keeps from which it comes, and so its result.

    Days move as far as the two plans are apart. What was copied before is not copied twice. Refuses
    ``plan_not_draft``, ``plan_same``, ``item_of_other_plan``, ``item_did_not_work``.
    """
    target = lock_plan(target.pk)
    check_draft(target)
    if source.pk == target.pk:
        raise PlanRefused(_("Choose another plan to copy into."), code="plan_same")
    for item in items:
        _check_worth_it(item, source)
    known = set(target.items.filter(copied_from__in=items).values_list("copied_from", flat=True))
    copies = copy_items([item for item in items if item.pk not in known], target, afresh=True)
    learned = {"learned_from": source} if target.learned_from_id is None else {}
    for name, value in learned.items():
        setattr(target, name, value)
    save_changed(target, learned)
    return copies


def _check_worth_it(item: PlanItem, source: MarketingPlan) -> None:
    if item.plan_id != source.pk:
        raise PlanRefused(_("“%(item)s” is of another plan.") % {"item": item}, code="item_of_other_plan")
    if not item.worked:
        sentence = _("Nobody wrote down that “%(item)s” worked. Say so at the item first.")
        raise PlanRefused(sentence % {"item": item}, code="item_did_not_work")
