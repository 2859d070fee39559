"""Watches budgets: writes down how far each is used, and tells once when one comes near its end or goes over it."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.budgets.figures import Standing, read
from campaigns.budgets.pots import Pot, lock_pot, whole_of
from campaigns.budgets.watch import WARNED, BudgetLevel, BudgetWatch
from campaigns.execution.campaign import CampaignState
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from campaigns.plans.plan import PlanState
from campaigns.policy.models import MarketingPolicy
from config.common.money import as_text, show_money
from config.integrations.announcing import announce
from contacts.messages.queueing import notify
from contacts.models import User
from deals.models import Currency

KIND = "budget"
_RANK = {level: rank for rank, level in enumerate(BudgetLevel)}


def watch(pot: Pot, *, by: User | None) -> None:
    """Look at a campaign's budget and at its plan's after something changed. The caller holds the pot's locks.

    Each level is told once for one planned amount, to the owner and by the signal ``budget_warned``.
    """
    warn_at = MarketingPolicy.objects.current().warn_at
    if pot.campaign is not None:
        _watch_one(pot.campaign, read(pot.condition).total(), warn_at, by)
    if pot.whole_plan is not None:
        _watch_one(pot.whole_plan, read(whole_of(pot.whole_plan)).total(), warn_at, by)


def watch_all(*, by: User | None = None) -> int:
    """Look at the budgets of all campaigns and plans that aren't over: after the policy or rates changed."""
    over = (CampaignState.FINISHED, CampaignState.CANCELLED)
    campaigns = Campaign.objects.exclude(state__in=over).filter(
        Q(budget_lines__isnull=False) | Q(budget_watch__isnull=False)
    )
    ids = list(campaigns.order_by("pk").values_list("pk", flat=True).distinct())
    for campaign in Campaign.objects.filter(pk__in=ids).order_by("pk"):
        with transaction.atomic():
            watch(lock_pot(Pot(campaign=campaign)), by=by)
    # Most plans were looked at with their campaigns; those with money of their own only were not.
    own = Q(budget_lines__campaign__isnull=True, budget_lines__isnull=False)
    plans = MarketingPlan.objects.filter(own).exclude(state__in=(PlanState.CLOSED, PlanState.REPLACED)).distinct()
    for plan in plans.order_by("pk"):
        with transaction.atomic():
            watch(lock_pot(Pot(plan=plan)), by=by)
    return len(ids) + len(plans)


def _watch_one(subject: Campaign | MarketingPlan, standing: Standing, warn_at: int, by: User | None) -> None:
    whose: dict[str, Any] = {"campaign" if isinstance(subject, Campaign) else "plan": subject}
    row, _is_new = BudgetWatch.objects.get_or_create(**whose)
    level = standing.level(warn_at)
    is_news = level in WARNED and not (
        row.told_planned == standing.planned and _RANK[BudgetLevel(row.told_level)] >= _RANK[level]
    )
    row.level, row.planned, row.used = level, standing.planned, standing.used
    if is_news:
        row.told_level, row.told_planned = level, standing.planned
    row.save()
    if is_news:
        _tell(subject, level, standing, by)


def _tell(subject: Campaign | MarketingPlan, level: BudgetLevel, standing: Standing, by: User | None) -> None:
    currency = Currency.objects.of_company()
    owner = subject.owner
    with translation.override(owner.language or translation.get_language()):
        title = _title(level) % {
            "name": subject,
            "used": show_money(standing.used, currency.code, currency.minor_units),
            "planned": show_money(standing.planned, currency.code, currency.minor_units),
        }
    key = f"budget:{subject._meta.model_name}:{subject.pk}:{level}:{as_key(standing.planned)}"
    notify(owner, key=key, kind=KIND, title=title, about=subject)
    announce(
        signals.budget_warned,
        subject=subject,
        by=by,
        level=str(level),
        planned=as_text(standing.planned, currency.minor_units),
        used=as_text(standing.used, currency.minor_units),
    )


def as_key(amount: Decimal) -> str:
    """Return an amount as a part of a key: the same for the same amount."""
    return f"{amount.normalize():f}"


def _title(level: BudgetLevel) -> str:
    if level == BudgetLevel.OVER:
        return _("“%(name)s” is over its budget: %(used)s of %(planned)s are used")
    return _("“%(name)s” has nearly used up its budget: %(used)s of %(planned)s")


@transaction.atomic
def follow_plan_change(campaign: Campaign, before: MarketingPlan | None, *, by: User | None) -> None:
    """Look at both plans' budgets after a campaign went from one to another and took its money along."""
    if campaign.plan == before:
        return
    watch(lock_pot(Pot(campaign=campaign)), by=by)
    if before is not None:
        watch(lock_pot(Pot(plan=before)), by=by)
