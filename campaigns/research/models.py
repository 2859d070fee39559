"""Studies, what they found, and personas."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.channels.models import Channel
from config.common.models import TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet


class StudyMethod(models.TextChoices):
    """How a study was made."""

    DESK = "desk", _("Desk research")
    INTERVIEWS = "interviews", _("Interviews")
    SURVEY = "survey", _("Survey")
    OBSERVATION = "observation", _("Observation")
    OWN_RECORDS = "records", _("Our own records")
    TEST = "test", _("Test market")


class Confidence(models.TextChoices):
    """How sure we are of a finding."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class StudyQuerySet(SharedQuerySet):
    """Questions about studies and personas."""

    def search(self, text: str) -> Self:
        """Those with the text in their name."""
        return self.filter(folded__contains=fold(text))


class Study(TimeStampedModel):
    """A piece of market research: who asked whom what, when, and how."""

    title = models.CharField(_("title"), max_length=200)
    method = models.CharField(_("method"), max_length=11, choices=StudyMethod)
    market = models.CharField(_("market"), max_length=200, blank=True, default="")
    source = models.CharField(_("source"), max_length=300, blank=True, default="")
    started_on = models.DateField(_("started"))
    finished_on = models.DateField(_("finished"), null=True, blank=True)
    summary = models.TextField(_("summary"), max_length=10_000, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="studies", verbose_name=_("owner")
    )
    folded = FoldedField(of=("title", "market"))

    objects = StudyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-started_on", "-id")
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(title=""), name="campaigns_study_has_a_title"),
            models.CheckConstraint(condition=Q(method__in=StudyMethod.values), name="campaigns_study_method_known"),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=F("started_on")),
                name="campaigns_study_ends_after_it_starts",
                violation_error_message=_("A study can't finish before it starts."),
            ),
        )

    def __str__(self) -> str:
        return self.title


class FindingQuerySet(SharedQuerySet):
    """Questions about findings."""

    def valid_on(self, day: Any) -> Self:
        """Those that were found by then and still hold."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), found_on__lte=day)


class Finding(TimeStampedModel):
    """One thing a study found, on a date, from a source, with our confidence in it and how long it holds."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="findings", verbose_name=_("study"))
    text = models.TextField(_("finding"), max_length=2000)
    source = models.CharField(_("source"), max_length=300, blank=True, default="")
    found_on = models.DateField(_("found"))
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-found_on", "-id")
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(text=""), name="campaigns_finding_says_something"),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="campaigns_finding_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("found_on")),
                name="campaigns_finding_valid_after_found",
                violation_error_message=_("A finding can't expire before it was found."),
            ),
        )

    def __str__(self) -> str:
        return self.text[:80]

    def holds_on(self, day: date) -> bool:
        """Whether it was found by then and has not expired."""
        return self.found_on <= day and (self.valid_until is None or self.valid_until >= day)


class Persona(TimeStampedModel):
    """A typical customer: what they want, what hurts, what they object to, and where we reach them."""

    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True, default="")
    goals = models.TextField(_("goals"), max_length=2000, blank=True, default="")
    pains = models.TextField(_("pains"), max_length=2000, blank=True, default="")
    objections = models.TextField(_("objections"), max_length=2000, blank=True, default="")
    channels = models.ManyToManyField(Channel, blank=True, related_name="personas", verbose_name=_("channels"))
    findings = models.ManyToManyField(Finding, blank=True, related_name="personas", verbose_name=_("findings"))
    is_active = models.BooleanField(_("in use"), default=True)
    folded = FoldedField(of=("name", "role"))

    objects = StudyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("name", "id")
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        constraints: ClassVar = (models.CheckConstraint(condition=~Q(name=""), name="campaigns_persona_has_a_name"),)

    def __str__(self) -> str:
        return self.name
