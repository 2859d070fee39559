"""The parts of experiments: variants, who was given which, and the history."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.capture.models import TrackedLink, Visitor, WebForm
from campaigns.execution.models import ContentItem
from campaigns.experiments.experiment import Experiment, ExperimentState
from config.common.models import ChangeModel, TimeStampedModel
from contacts.models import Contact


class ExperimentPartQuerySet(models.QuerySet[Any]):
    """Parts of experiments."""

    def visible_to(self, user: Any) -> Self:
        """Experiments belong to the house: whoever may read them reads all."""
        return self.all() if user.is_active else self.none()


class Variant(TimeStampedModel):
    """One of the things that an experiment compares, and its share of those who come."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="variants", verbose_name=_("A/B test")
    )
    name = models.CharField(_("name"), max_length=80)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    is_control = models.BooleanField(_("control"), default=False)
    link = models.ForeignKey(
        TrackedLink, on_delete=models.PROTECT, null=True, blank=True, related_name="variants", verbose_name=_("link")
    )
    form = models.ForeignKey(
        WebForm, on_delete=models.PROTECT, null=True, blank=True, related_name="variants", verbose_name=_("form")
    )
    content = models.ForeignKey(
        ContentItem, on_delete=models.PROTECT, null=True, blank=True, related_name="variants", verbose_name=_("mail")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ExperimentPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_variant_has_a_name"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="campaigns_variant_weight_above_zero"),
            models.UniqueConstraint(fields=["experiment", "name"], name="campaigns_variant_name_once"),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(is_control=True), name="campaigns_variant_one_control"
            ),
        )

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(models.QuerySet[Any]):
    """Who was given which variant."""

    def visible_to(self, user: Any) -> Self:
        """Those of contacts whom the user may see, and those of strangers."""
        if not user.is_active:
            return self.none()
        return self.filter(Q(contact__isnull=True) | Q(contact__in=Contact.objects.visible_to(user).values("pk")))


class Assignment(models.Model):
    """A visitor or contact was given a variant, and keeps it. Whether they converted is reckoned from their touches."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("A/B test")
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("variant")
    )
    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, null=True, blank=True, related_name="assignments", verbose_name=_("visitor")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    at = models.DateTimeField(_("when"))

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["experiment", "visitor"],
                condition=Q(visitor__isnull=False),
                name="campaigns_assignment_once_per_visitor",
            ),
            models.UniqueConstraint(
                fields=["experiment", "contact"],
                condition=Q(contact__isnull=False),
                name="campaigns_assignment_once_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(visitor__isnull=False) | Q(contact__isnull=False),
                name="campaigns_assignment_of_somebody",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["experiment", "variant"], name="campaigns_assignment_variant"),)

    def __str__(self) -> str:
        return f"{self.variant_id} {self.at:%Y-%m-%d}"


class ExperimentChange(ChangeModel):
    """An experiment went from one state to another: when, by whom, why, and with which figures."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="changes", verbose_name=_("A/B test")
    )
    from_state = models.CharField(_("from"), max_length=7, choices=ExperimentState, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=7, choices=ExperimentState)
    figures = models.JSONField(_("figures"), default=dict, blank=True)

    objects = ExperimentPartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of an A/B test")
        verbose_name_plural = _("changes of A/B tests")

    def __str__(self) -> str:
        return f"{self.from_state or '–'} → {self.to_state}"
