"""How far each budget is used, as it was when something last changed, and what was told about it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from config.common.models import TimeStampedModel
from config.common.money import AmountField
from contacts.staff.visibility import SharedQuerySet


class BudgetLevel(models.TextChoices):
    """How far a budget is used."""

    NONE = "none", _("No budget")
    FINE = "fine", _("Within the budget")
    NEAR = "near", _("Nearly used up")
    OVER = "over", _("Overrun")


WARNED = (BudgetLevel.NEAR, BudgetLevel.OVER)


class BudgetWatchQuerySet(SharedQuerySet):
    """Questions about how budgets stand."""

    def warned(self) -> Self:
        """Those that are nearly used up or overrun."""
        return self.filter(level__in=WARNED)


class BudgetWatch(TimeStampedModel):
    """The level of one budget, written by ``campaigns.budgets.watching`` whenever lines or spending change.

    Each level is told once for one planned amount: what was told last stands in ``told_level`` and ``told_planned``.
    """

    campaign = models.OneToOneField(
        Campaign,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budget_watch",
        verbose_name=_("campaign"),
    )
    plan = models.OneToOneField(
        MarketingPlan,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budget_watch",
        verbose_name=_("marketing plan"),
    )
    level = models.CharField(_("level"), max_length=4, choices=BudgetLevel, default=BudgetLevel.NONE)
    planned = AmountField(_("planned"), default=0)
    used = AmountField(_("used"), default=0)
    told_level = models.CharField(max_length=4, choices=BudgetLevel, default=BudgetLevel.NONE)
    told_planned = AmountField(null=True, blank=True)

    objects = BudgetWatchQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("standing of a budget")
        verbose_name_plural = _("standings of budgets")
        constraints: ClassVar[Any] = (
            models.CheckConstraint(
                condition=Q(plan__isnull=True, campaign__isnull=False) | Q(plan__isnull=False, campaign__isnull=True),
                name="campaigns_budgetwatch_of_one_budget",
            ),
            models.CheckConstraint(condition=Q(level__in=BudgetLevel.values), name="campaigns_budgetwatch_level_known"),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id or self.plan_id}: {self.level}"
