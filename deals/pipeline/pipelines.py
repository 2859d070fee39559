"""Pipelines and their stages: data that a company orders as it works. And the reasons for which deals are lost."""

from decimal import Decimal
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.staff.visibility import SharedQuerySet


class RetirableQuerySet(SharedQuerySet):
    """Set-up that everybody who works with deals may see, and that is retired rather than deleted."""

    def usable(self) -> Self:
        """Those that are not retired."""
        return self.filter(retired_at__isnull=True)


class Pipeline(TimeStampedModel):
    """A way of selling: stages in an order, such as new business or renewal."""

    name = models.CharField(_("name"), max_length=120)
    is_default = models.BooleanField(_("default"), default=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = RetirableQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-is_default", "name", "id")
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints: ClassVar = (
            models.UniqueConstraint(Lower("name"), name="deals_pipeline_name_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="deals_pipeline_one_default"
            ),
        )

    def __str__(self) -> str:
        # Shipped names are in the catalogs; a company's own read as they were written.
        return gettext(self.name)


class Stage(TimeStampedModel):
    """A step of a pipeline. A stage for won deals (after-sale care) is entered by winning only."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages", verbose_name=_("pipeline"))
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"))
    probability = models.DecimalField(
        _("probability"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Per cent of the deals in this stage that are won in the end."),
    )
    expected_days = models.PositiveSmallIntegerField(_("usual days"), null=True, blank=True)
    is_for_won = models.BooleanField(_("for won deals"), default=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = RetirableQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("pipeline", "position", "id")
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints: ClassVar = (
            models.UniqueConstraint(
                "pipeline",
                Lower("name"),
                condition=Q(retired_at__isnull=True),
                name="deals_stage_name_unique_in_pipeline",
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=100), name="deals_stage_probability_in_range"
            ),
            models.UniqueConstraint(
                fields=["pipeline"],
                condition=Q(is_for_won=True, retired_at__isnull=True),
                name="deals_stage_one_for_won",
                violation_error_message=_("A pipeline has at most one stage for won deals."),
            ),
        )

    def __str__(self) -> str:
        # Shipped names are in the catalogs; a company's own read as they were written.
        return gettext(self.name)


class LossReason(TimeStampedModel):
    """Why deals are lost: one entry of the catalogue from which a person chooses."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = RetirableQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("reason for losing")
        verbose_name_plural = _("reasons for losing")

    def __str__(self) -> str:
        # Shipped names are in the catalogs; a company's own read as they were written.
        return gettext(self.name)
