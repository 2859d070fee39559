"""Runs of attribution models: their versions."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.attribution.model import AttributionModel
from config.common.money import AmountField
from config.common.remembering import once


class AttributionRunQuerySet(models.QuerySet["AttributionRun"]):
    """Questions about runs."""

    def visible_to(self, user: Any) -> Self:
        """Models belong to the house, and so do the dates of their runs."""
        return self.all() if user.is_active else self.none()

    def current(self) -> Self:
        """The newest finished run of each model."""
        return self.filter(is_current=True)

    @once
    def in_use(self) -> "list[AttributionRun]":
        """The newest run of each model in use, with it; that of the model that is shown first stands first."""
        rows = self.current().filter(model__is_active=True).select_related("model")
        return list(rows.order_by("-model__is_default", "model"))

    def of_default(self) -> "AttributionRun | None":
        """Return the newest run of the model that is shown first; of another, if that has none yet."""
        return self.current().select_related("model").order_by("-model__is_default", "model").first()


class AttributionRun(models.Model):
    """One reckoning of a model: its version, the settings it was made with, and what it left out.

    Kept for ever if somebody asked for it; of those made by the house, the last of each day and month.
    """

    model = models.ForeignKey(
        AttributionModel, on_delete=models.CASCADE, related_name="runs", verbose_name=_("attribution model")
    )
    number = models.PositiveIntegerField(_("version"))
    made_with = models.JSONField(_("made with"), default=dict)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    deals = models.PositiveIntegerField(_("won deals"), default=0)
    # Won deals with no touch in the window, and those whose money has no rate into the company's currency.
    untouched = models.PositiveIntegerField(_("without a touch"), default=0)
    without_rate = models.PositiveIntegerField(_("without a rate"), default=0)
    shared_amount = AmountField(_("shared"), default=Decimal(0))
    unshared_amount = AmountField(_("not shared"), default=Decimal(0))
    is_current = models.BooleanField(_("current"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = AttributionRunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("run of an attribution model")
        verbose_name_plural = _("runs of attribution models")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["model", "number"], name="campaigns_attributionrun_version_once"),
            models.UniqueConstraint(
                fields=["model"], condition=Q(is_current=True), name="campaigns_attributionrun_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"
