"""What is to be done for a campaign: tasks with reminders, content items with their day."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.channels.models import Channel
from campaigns.execution.campaign import Campaign, CampaignPartQuerySet
from config.common.models import TimeStampedModel
from deals.activities.models import Activity


class CampaignTask(TimeStampedModel):
    """A task of a campaign. It is an activity like any other: with owner, day, reminders, on My day and calendar."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("campaign"))
    activity = models.OneToOneField(
        Activity, on_delete=models.CASCADE, related_name="campaign_task", verbose_name=_("activity")
    )

    objects = CampaignPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("activity__due_at", "id")
        verbose_name = _("task of a campaign")
        verbose_name_plural = _("tasks of campaigns")

    def __str__(self) -> str:
        return str(self.activity)


class ContentKind(models.TextChoices):
    """What sort of thing is made."""

    ARTICLE = "article", _("Article")
    MAIL = "mail", _("Mail")
    POST = "post", _("Post")
    VIDEO = "video", _("Video")
    ADVERT = "advert", _("Advertisement")
    PAGE = "page", _("Page")
    PRINT = "print", _("Printed matter")
    EVENT = "event", _("Event")
    OTHER = "other", _("Other")


class ContentState(models.TextChoices):
    """How far it is."""

    IDEA = "idea", _("Idea")
    WRITING = "writing", _("Being made")
    REVIEW = "review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    DROPPED = "dropped", _("Dropped")


class ContentItem(TimeStampedModel):
    """Something a campaign publishes on a channel on a day."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="content", verbose_name=_("campaign"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=7, choices=ContentKind, default=ContentKind.POST)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="content", verbose_name=_("channel")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="content_items",
        verbose_name=_("owner"),
    )
    state = models.CharField(_("status"), max_length=9, choices=ContentState, default=ContentState.IDEA, editable=False)
    publish_on = models.DateField(_("publish on"), null=True, blank=True)
    body = models.TextField(_("text"), max_length=50_000, blank=True, default="")

    objects = CampaignPartQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["body"])
    # Who changes it, for the history.
    _history_user: Any

    class Meta(TimeStampedModel.Meta):
        ordering = ("publish_on", "id")
        verbose_name = _("content item")
        verbose_name_plural = _("content items")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(title=""), name="campaigns_contentitem_has_a_title"),
            models.CheckConstraint(condition=Q(kind__in=ContentKind.values), name="campaigns_contentitem_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=ContentState.values), name="campaigns_contentitem_state_known"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["publish_on"], name="campaigns_contentitem_by_day"),)

    def __str__(self) -> str:
        return self.title
