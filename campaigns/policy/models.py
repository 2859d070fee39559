"""The company's choices about marketing: one row."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel
from config.common.remembering import once


class MarketingPolicyQuerySet(models.QuerySet["MarketingPolicy"]):
    """Questions about the policy."""

    def visible_to(self, user: Any) -> Self:
        """Everybody works by it, so everybody may read it."""
        return self.all() if user.is_active else self.none()

    @once
    def current(self) -> "MarketingPolicy":
        """The policy in force; made with its defaults when first asked for."""
        policy, _created = self.get_or_create(pk=1)
        return policy


class MarketingPolicy(TimeStampedModel):
    """The company's choices about budgets, links and forms: one row."""

    warn_at = models.PositiveSmallIntegerField(
        _("warn when so much of a budget is used"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Per cent of what was planned; open commitments count as used."),
    )
    approve_overruns = models.BooleanField(
        _("a cost above the budget needs approval"),
        default=True,
        help_text=_("Until somebody with the right approves it, it doesn't count."),
    )
    double_click_seconds = models.PositiveSmallIntegerField(
        _("clicks of one visitor on one link within so many seconds count once"), default=30
    )
    form_posts_a_minute = models.PositiveSmallIntegerField(
        _("posts of one form from one address in a minute"), default=20, validators=[MinValueValidator(1)]
    )

    objects = MarketingPolicyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("marketing policy")
        verbose_name_plural = _("marketing policy")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(pk=1), name="campaigns_marketingpolicy_is_one_row"),
            models.CheckConstraint(
                condition=Q(warn_at__gte=1, warn_at__lte=100), name="campaigns_marketingpolicy_warn_at_in_range"
            ),
        )

    def __str__(self) -> str:
        return str(_("Marketing policy"))
