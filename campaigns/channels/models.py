"""Channels: shipped ones and the company's own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.staff.visibility import SharedQuerySet


class ChannelKind(models.TextChoices):
    """What sort of channel it is."""

    INTERNET = "internet", _("Internet")
    EMAIL = "email", _("E-mail")
    SOCIAL = "social", _("Social media")
    BLOG = "blog", _("Blog and content")
    SEO = "seo", _("Search engines (SEO)")
    PRINT = "print", _("Print")
    PR = "pr", _("Public relations")
    EVENT = "event", _("Events")
    DIRECT = "direct", _("Direct marketing")
    ADVERTISING = "advertising", _("Advertising")
    PROMOTION = "promotion", _("Sales promotion")
    OTHER = "other", _("Other")


class Channel(TimeStampedModel):
    """A way on which a campaign reaches people: the shipped ones, and what a company adds (a radio station, a fair)."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=11, choices=ChannelKind, default=ChannelKind.OTHER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["code"],
                name="campaigns_channel_code_unique",
                violation_error_message=_("Another channel has this code."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_channel_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=ChannelKind.values), name="campaigns_channel_kind_known"),
        )

    def __str__(self) -> str:
        return self.name
