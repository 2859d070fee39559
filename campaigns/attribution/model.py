"""Attribution models: ways to share money over touches."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.attribution.methods import Basis, Method
from config.common.models import TimeStampedModel
from contacts.staff.visibility import SharedQuerySet


class AttributionModelQuerySet(SharedQuerySet):
    """Questions about attribution models."""

    def in_use(self) -> Self:
        """Those that are run."""
        return self.filter(is_active=True)

    def due(self, now: datetime) -> Self:
        """Those that wait for a run."""
        return self.in_use().filter(due_at__lte=now)


class AttributionModel(TimeStampedModel):
    """A way to share the money of won deals over touches: method, window, and which money."""

    name = models.CharField(_("name"), max_length=120)
    method = models.CharField(_("method"), max_length=8, choices=Method)
    basis = models.CharField(_("shares what was"), max_length=8, choices=Basis, default=Basis.PAID)
    window_days = models.PositiveSmallIntegerField(
        _("window in days"), default=180, help_text=_("Touches so long before the deal was won count.")
    )
    half_life_days = models.DecimalField(
        _("half-life in days"), max_digits=6, decimal_places=2, default=Decimal(7), help_text=_("Of time decay.")
    )
    chain_order = models.PositiveSmallIntegerField(
        _("order of the chain"),
        default=1,
        help_text=_("Of Markov: how many touches back the chain remembers, 1 to 4."),
    )
    responses_only = models.BooleanField(
        _("only what people did"),
        default=True,
        help_text=_("Clicks, forms, visits and the like; not mails sent, opened or seen."),
    )
    include_colleagues = models.BooleanField(
        _("touches of other people of the company too"), default=False, help_text=_("They are marked as such.")
    )
    is_default = models.BooleanField(_("shown first"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    # The database is the schedule: something happened that a new run would show, and from then on it may be made.
    due_at = models.DateTimeField(_("to be run from"), null=True, blank=True, editable=False)

    objects = AttributionModelQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["due_at"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-is_default", "id")
        verbose_name = _("attribution model")
        verbose_name_plural = _("attribution models")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_attributionmodel_has_a_name"),
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="campaigns_attributionmodel_method_known"
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="campaigns_attributionmodel_basis_known"),
            models.CheckConstraint(
                condition=Q(window_days__gte=1),
                name="campaigns_attributionmodel_window_above_zero",
                violation_error_message=_("The window must be at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(half_life_days__gt=0),
                name="campaigns_attributionmodel_half_life_above_zero",
                violation_error_message=_("The half-life must be above zero."),
            ),
            models.CheckConstraint(
                condition=Q(chain_order__gte=1, chain_order__lte=4),
                name="campaigns_attributionmodel_order_1_to_4",
                violation_error_message=_("The order of the chain is 1 to 4."),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="campaigns_attributionmodel_one_default",
                violation_error_message=_("Another model is shown first; take that from it first."),
            ),
        )

    def __str__(self) -> str:
        return self.name
