"""Experiments: the question, the sizes and the rule stated before."""

from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.execution.models import Campaign
from config.common.models import TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet


class ExperimentOn(models.TextChoices):
    """What the variants are."""

    LINKS = "links", _("Links")
    FORMS = "forms", _("Forms")
    MAILS = "mails", _("Mails")


class ExperimentState(models.TextChoices):
    """How an experiment stands."""

    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    DECIDED = "decided", _("Decided")


class ExperimentMeasure(models.TextChoices):
    """What counts as a conversion of somebody who was assigned."""

    RESPONSE = "response", _("A response")
    FORM = "form", _("A form sent")
    LEAD = "lead", _("Became a lead")


class ExperimentQuerySet(SharedQuerySet):
    """Questions about experiments."""

    def search(self, text: str) -> Self:
        """Experiments with the text in their name, or of this address."""
        return self.filter(Q(folded__contains=fold(text)) | Q(code=text))


class Experiment(TimeStampedModel):
    """A question put to the public: which variant makes more of those who see it convert, by a rule stated before."""

    name = models.CharField(_("name"), max_length=160)
    code = models.SlugField(_("address"), max_length=60, help_text=_("Visitors come to /x/<address>/."))
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="experiments", verbose_name=_("campaign")
    )
    hypothesis = models.TextField(_("hypothesis"), max_length=2000)
    compares = models.CharField(_("compares"), max_length=5, choices=ExperimentOn, default=ExperimentOn.LINKS)
    measure = models.CharField(
        _("conversion"), max_length=8, choices=ExperimentMeasure, default=ExperimentMeasure.RESPONSE
    )
    # Beforehand: shares of one, and the sizes they lead to.
    base_rate = models.DecimalField(_("expected rate"), max_digits=6, decimal_places=5)
    smallest_effect = models.DecimalField(_("smallest difference worth finding"), max_digits=6, decimal_places=5)
    significance = models.DecimalField(
        _("chance of a false alarm"), max_digits=4, decimal_places=3, default=Decimal("0.05")
    )
    power = models.DecimalField(_("chance to find it"), max_digits=4, decimal_places=3, default=Decimal("0.80"))
    needed_per_variant = models.PositiveIntegerField(_("needed per variant"), default=0, editable=False)
    # The stop rule: when every variant has as many as needed, or on this day.
    stops_on = models.DateField(_("stops at the latest on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=7, choices=ExperimentState, default=ExperimentState.DRAFT, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="experiments", verbose_name=_("owner")
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)
    # Stopped by a person before the rule was met: what stands there then is no proof.
    stopped_early = models.BooleanField(_("stopped early"), default=False, editable=False)
    winner = models.ForeignKey(
        "campaigns.Variant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("chosen"),
    )
    decision = models.TextField(_("decision"), max_length=2000, blank=True, default="", editable=False)

    folded = FoldedField(of=("name", "hypothesis"))

    objects = ExperimentQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("A/B test")
        verbose_name_plural = _("A/B tests")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["code"],
                name="campaigns_experiment_code_unique",
                violation_error_message=_("Another test has this address."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_experiment_has_a_name"),
            models.CheckConstraint(condition=~Q(hypothesis=""), name="campaigns_experiment_has_a_hypothesis"),
            models.CheckConstraint(
                condition=Q(state__in=ExperimentState.values), name="campaigns_experiment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(base_rate__gt=0, base_rate__lt=1),
                name="campaigns_experiment_rate_between_0_and_1",
                violation_error_message=_("The expected rate must be above 0 and below 1, such as 0.02."),
            ),
            models.CheckConstraint(
                condition=Q(smallest_effect__gt=0, smallest_effect__lt=1),
                name="campaigns_experiment_effect_between_0_and_1",
                violation_error_message=_("The difference must be above 0 and below 1 (0.005 is half a point)."),
            ),
            models.CheckConstraint(
                condition=Q(significance__gt=0, significance__lt=1, power__gt=0, power__lt=1),
                name="campaigns_experiment_chances_between_0_and_1",
                violation_error_message=_("Chances must be above 0 and below 1."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(started_at__isnull=False, needed_per_variant__gt=0),
                name="campaigns_experiment_running_has_a_size",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "running"]) | Q(stopped_at__isnull=False),
                name="campaigns_experiment_stopped_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | ~Q(decision=""), name="campaigns_experiment_decided_in_words"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == ExperimentState.DRAFT
