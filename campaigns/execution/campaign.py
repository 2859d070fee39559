"""Campaigns with their history and goals."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.channels.models import Channel
from campaigns.plans.models import MarketingPlan
from campaigns.plans.plan import Goal, Measure
from campaigns.segments.models import Segment
from config.common.models import ChangeModel, TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet


class CampaignState(models.TextChoices):
    """How a campaign stands."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")


class CampaignQuerySet(SharedQuerySet):
    """Questions about campaigns. They belong to the house: a rep sees which campaign brought a lead."""

    def search(self, text: str) -> Self:
        """Campaigns with the text in name or code."""
        return self.filter(folded__contains=fold(text))

    def running(self) -> Self:
        """Those that are under way."""
        return self.filter(state=CampaignState.RUNNING)

    def between(self, first: date, last: date) -> Self:
        """Those that take place on any day of a period."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class Campaign(TimeStampedModel):
    """A dated effort for one or more segments over channels."""

    name = models.CharField(_("name"), max_length=160)
    # What links carry as utm_campaign: made of the name, then fixed, since links out there say it.
    code = models.SlugField(_("code"), max_length=60)
    plan = models.ForeignKey(
        MarketingPlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("marketing plan"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("owner")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=CampaignState, default=CampaignState.PLANNED, editable=False
    )
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    message = models.TextField(_("message"), max_length=2000, blank=True, default="")
    segments = models.ManyToManyField(Segment, blank=True, related_name="campaigns", verbose_name=_("segments"))
    channels = models.ManyToManyField(Channel, blank=True, related_name="campaigns", verbose_name=_("channels"))
    cloned_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="clones",
        verbose_name=_("cloned from"),
    )
    lesson = models.TextField(_("what we learned"), max_length=2000, blank=True, default="")
    folded = FoldedField(of=("name", "code"))

    # Who changes it, for the history.
    _history_user: Any

    objects = CampaignQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-starts_on", "-id")
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_campaign_has_a_name"),
            models.UniqueConstraint(
                fields=["code"],
                name="campaigns_campaign_code_unique",
                violation_error_message=_("Another campaign has this code."),
            ),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaigns_campaign_state_known"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaigns_campaign_ends_after_it_starts",
                violation_error_message=_("The campaign can't end before it starts."),
            ),
        )
        indexes: ClassVar = (models.Index(fields=["state", "starts_on"], name="campaigns_campaign_by_state"),)

    def __str__(self) -> str:
        return self.name


class CampaignPartQuerySet(models.QuerySet[Any]):
    """Parts of campaigns."""

    def visible_to(self, user: Any) -> Self:
        """Campaigns belong to the house: whoever may read them reads all."""
        return self.all() if user.is_active else self.none()


class CampaignChange(ChangeModel):
    """A campaign went from one state to another: when, by whom and why."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="changes", verbose_name=_("campaign"))
    from_state = models.CharField(_("from"), max_length=9, choices=CampaignState, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=9, choices=CampaignState)

    objects = CampaignPartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of a campaign")
        verbose_name_plural = _("changes of campaigns")

    def __str__(self) -> str:
        return f"{self.from_state or '–'} → {self.to_state}"


class CampaignGoal(Goal):
    """A goal of a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="goals", verbose_name=_("campaign"))

    objects = CampaignPartQuerySet.as_manager()

    class Meta(Goal.Meta):
        verbose_name = _("goal of a campaign")
        verbose_name_plural = _("goals of campaigns")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="campaigns_campaigngoal_target_above_zero",
                violation_error_message=_("The target must be above zero."),
            ),
            models.CheckConstraint(
                condition=Q(measure__in=Measure.values), name="campaigns_campaigngoal_measure_known"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")),
                name="campaigns_campaigngoal_due_after_start",
                violation_error_message=_("The goal can't be due before the day from which it counts."),
            ),
        )
