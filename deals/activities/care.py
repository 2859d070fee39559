"""Care plans: the template of follow-ups that a won deal gets."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from deals.activities.kinds import ActivityKind
from deals.pipeline.models import Pipeline


class CareQuerySet(models.QuerySet[Any]):
    """Questions about care plans and their steps."""

    def visible_to(self, user: Any) -> Self:
        """Set-up is no secret to those who work by it."""
        return self.all() if user.is_active else self.none()


class CarePlan(TimeStampedModel):
    """What we do for a customer after a win, as a list of steps; for one pipeline, or for all that have none."""

    name = models.CharField(_("name"), max_length=120)
    pipeline = models.OneToOneField(
        Pipeline,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="care_plan",
        verbose_name=_("pipeline"),
        help_text=_("Empty: for all pipelines that have no plan of their own."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = CareQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["is_active"],
                condition=Q(pipeline__isnull=True, is_active=True),
                name="deals_careplan_one_for_all",
                violation_error_message=_("There is an active plan for all pipelines already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="deals_careplan_has_a_name"),
        )

    def __str__(self) -> str:
        # Shipped names are in the catalogs; a company's own read as they were written.
        return gettext(self.name)


class CareStep(TimeStampedModel):
    """One follow-up of a care plan: so many days after the win. A step that was used is retired, not deleted."""

    plan = models.ForeignKey(CarePlan, on_delete=models.CASCADE, related_name="steps", verbose_name=_("care plan"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    days_after = models.PositiveSmallIntegerField(_("days after the win"), validators=[MaxValueValidator(3650)])
    kind = models.CharField(_("kind"), max_length=7, choices=ActivityKind, default=ActivityKind.CALL)
    subject = models.CharField(_("subject"), max_length=200)
    note = models.CharField(_("note"), max_length=1000, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)

    objects = CareQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("plan", "position", "id")
        verbose_name = _("step of a care plan")
        verbose_name_plural = _("steps of care plans")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(subject=""), name="deals_carestep_has_a_subject"),
            models.CheckConstraint(condition=Q(kind__in=ActivityKind.values), name="deals_carestep_kind_known"),
        )

    def __str__(self) -> str:
        # Shipped words are in the catalogs; a company's own read as they were written.
        return gettext(self.subject)
