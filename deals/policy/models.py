"""The company's choices about selling, and how much discount a person may give by themselves."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel
from config.common.remembering import once

_PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]


class AfterAcceptance(models.TextChoices):
    """What becomes of a deal whose quote the customer accepts."""

    WIN = "win", _("The deal is won")
    LAST_STAGE = "last_stage", _("The deal moves to the last open stage")
    STAY = "stay", _("The deal stays where it is")


class SalesPolicyQuerySet(models.QuerySet["SalesPolicy"]):
    """Questions about the policy."""

    def visible_to(self, user: Any) -> Self:
        """Everybody works by it, so everybody may read it."""
        return self.all()

    @once
    def current(self) -> "SalesPolicy":
        """The policy in force; made with its defaults when first asked for."""
        policy, _created = self.get_or_create(pk=1)
        return policy


class SalesPolicy(TimeStampedModel):
    """The company's choices about follow-ups, quotes and invoices: one row."""

    escalate_after_hours = models.PositiveSmallIntegerField(
        _("hours until a missed follow-up is told to the manager"), default=24, validators=[MinValueValidator(1)]
    )
    discount_limit = models.DecimalField(
        _("discount a person may give by themselves"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=_PER_CENT,
        help_text=_("Per cent of the list price, over a whole quote. Above it a manager approves."),
    )
    quote_valid_days = models.PositiveSmallIntegerField(
        _("days a quote is valid"), default=30, validators=[MinValueValidator(1)]
    )
    after_acceptance = models.CharField(
        _("when a quote is accepted"), max_length=10, choices=AfterAcceptance, default=AfterAcceptance.WIN
    )
    payment_days = models.PositiveSmallIntegerField(_("days until an invoice is due"), default=30)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)

    objects = SalesPolicyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("sales policy")
        verbose_name_plural = _("sales policy")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(pk=1), name="deals_salespolicy_is_one"),
            models.CheckConstraint(
                condition=Q(discount_limit__gte=0, discount_limit__lte=100), name="deals_salespolicy_limit_in_range"
            ),
            models.CheckConstraint(
                condition=Q(after_acceptance__in=AfterAcceptance.values), name="deals_salespolicy_acceptance_known"
            ),
            models.CheckConstraint(
                condition=Q(escalate_after_hours__gte=1, quote_valid_days__gte=1),
                name="deals_salespolicy_times_above_zero",
            ),
        )

    def __str__(self) -> str:
        return str(_("Sales policy"))


class DiscountLimitQuerySet(models.QuerySet["DiscountLimit"]):
    """Questions about limits."""

    def visible_to(self, user: Any) -> Self:
        """One's own; all for whoever decides on them."""
        return self.all() if user.has_perm("deals.change_discountlimit") else self.filter(user=user)

    def of(self, user: Any) -> Decimal | None:
        """The discount in per cent that the user may give unasked; None where there is no limit."""
        if user.has_perm("deals.approve_quote"):
            return None
        own = self.filter(user=user).values_list("percent", flat=True).first()
        return SalesPolicy.objects.current().discount_limit if own is None else own


class DiscountLimit(TimeStampedModel):
    """One person's own limit on discounts, in place of the policy's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="discount_limit", verbose_name=_("user")
    )
    percent = models.DecimalField(_("per cent"), max_digits=5, decimal_places=2, validators=_PER_CENT)

    objects = DiscountLimitQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("user",)
        verbose_name = _("discount limit")
        verbose_name_plural = _("discount limits")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="deals_discountlimit_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.percent.normalize():f} %"
