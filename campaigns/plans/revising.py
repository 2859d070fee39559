"""The next version of a plan: what an approved plan says is never edited, it is revised."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.plans.copying import copy_answers, copy_goals, copy_items, strategies_for
from campaigns.plans.locking import lock_plan
from campaigns.plans.moving import record
from campaigns.plans.plan import MarketingPlan, PlanState
from campaigns.plans.refusing import SETTLED, PlanRefused
from contacts.models import User

_KEPT = ("name", "market", "summary", "starts_on", "ends_on", "owner_id", "mql_segment_id", "learned_from_id")

# What areas above copy along with a plan, such as its budget.
Copier = Callable[[MarketingPlan, MarketingPlan], None]
_copiers: list[Copier] = []


def register_part_to_copy(copier: Copier) -> None:
    """Let an area copy its part of the revised plan (first) into the new version; called by ``ready``."""
    if copier not in _copiers:
        _copiers.append(copier)


@transaction.atomic
def revise(plan: MarketingPlan, *, by: User) -> MarketingPlan:
    """Draft the next version with everything that this one holds.

    Refuses ``plan_is_draft`` (change the draft itself), ``plan_is_over``, ``plan_revision_exists``.
    """
    plan = lock_plan(plan.pk)
    _check_revisable(plan)
    columns = {name: getattr(plan, name) for name in _KEPT}
    version = MarketingPlan(replaces=plan, version_number=plan.version_number + 1, **columns)
    version.save()
    copy_goals(plan, version)
    strategies_for(list(plan.strategies.all()), version)
    copy_items(list(plan.items.select_related("strategy", "plan").prefetch_related("products", "findings")), version)
    copy_answers(plan, version)
    for copier in _copiers:
        copier(plan, version)
    record(version, "", by=by)
    return version


def versions_of(plan: MarketingPlan) -> list[MarketingPlan]:
    """Return all versions of a plan, the newest first: one query a generation."""
    found = {plan.pk: plan}
    edge = [plan]
    while edge:
        forward, back = [row.pk for row in edge], [row.replaces_id for row in edge if row.replaces_id]
        near = MarketingPlan.objects.filter(Q(replaces__in=forward) | Q(pk__in=back)).exclude(pk__in=found)
        edge = list(near.select_related("owner"))
        found |= {row.pk: row for row in edge}
    return sorted(found.values(), key=lambda row: (-row.version_number, -row.pk))


def _check_revisable(plan: MarketingPlan) -> None:
    if plan.state == PlanState.DRAFT:
        raise PlanRefused(_("“%(plan)s” is a draft: change it as it is.") % {"plan": plan}, code="plan_is_draft")
    if plan.state not in SETTLED:
        sentence = _("“%(plan)s” is over. Plan the next period, and copy what worked.")
        raise PlanRefused(sentence % {"plan": plan}, code="plan_is_over")
    if plan.revisions.filter(state__in=(PlanState.DRAFT, PlanState.APPROVED)).exists():
        sentence = _("There is a newer version of “%(plan)s” already. Change or start that one.")
        raise PlanRefused(sentence % {"plan": plan}, code="plan_revision_exists")
