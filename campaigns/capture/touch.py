"""Visitors and touches."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.capture.links import TrackedLink
from campaigns.capture.submission import Submission
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from contacts.models import Contact
from contacts.staff.models import Scope


class TouchKind(models.TextChoices):
    """What happened."""

    SENT = "sent", _("Mail sent")
    VIEW = "view", _("Saw it")
    OPENED = "opened", _("Mail opened")
    CLICK = "click", _("Click")
    FORM = "form", _("Form")
    VISIT = "visit", _("Visit")
    CALL = "call", _("Phone")
    ATTENDED = "attended", _("Attended")
    REPLY = "reply", _("Reply")
    PRINT = "print", _("Printed code")


# What a person did, in contrast to what was done to reach them.
RESPONSES = (
    TouchKind.CLICK,
    TouchKind.FORM,
    TouchKind.VISIT,
    TouchKind.CALL,
    TouchKind.ATTENDED,
    TouchKind.REPLY,
    TouchKind.PRINT,
)


class TouchSource(models.TextChoices):
    """How we know."""

    LINK = "link", _("Tracked link")
    FORM = "form", _("Form")
    HAND = "hand", _("By hand")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")


class VisitorQuerySet(models.QuerySet[Any]):
    """Questions about visitors."""

    def visible_to(self, user: Any) -> Self:
        """Those of contacts whom the user may see; strangers, for those who see everything."""
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        return self.filter(contact__in=Contact.objects.visible_to(user).values("pk"))


class Visitor(models.Model):
    """A browser that followed a link of ours: a random key in a cookie of ours, and the person once they are known."""

    key = models.CharField(_("key"), max_length=32, unique=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="visitors", verbose_name=_("contact")
    )
    first_seen_at = models.DateTimeField(_("first seen"))
    known_at = models.DateTimeField(_("known since"), null=True, blank=True)

    objects = VisitorQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        constraints: ClassVar = (models.CheckConstraint(condition=~Q(key=""), name="campaigns_visitor_has_a_key"),)

    def __str__(self) -> str:
        return str(self.contact or _("Visitor %(number)s") % {"number": self.pk})


class TouchQuerySet(models.QuerySet[Any]):
    """Questions about touches."""

    def visible_to(self, user: Any) -> Self:
        """Those of contacts whom the user may see; those of strangers, for those who see everything."""
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        return self.filter(contact__in=Contact.objects.visible_to(user).values("pk"))

    def responses(self) -> Self:
        """What people did."""
        return self.filter(kind__in=RESPONSES)

    def known(self) -> Self:
        """Those of people we know."""
        return self.filter(contact__isnull=False)


class Touch(models.Model):
    """One dated contact between a campaign, on a channel, and a person, or a visitor whom we don't know yet.

    It is a fact and does not change, but for one thing: a visitor's touches join the person once known, if they allow.
    """

    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="touches", verbose_name=_("contact")
    )
    visitor = models.ForeignKey(
        Visitor, on_delete=models.SET_NULL, null=True, blank=True, related_name="touches", verbose_name=_("visitor")
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="touches", verbose_name=_("campaign"))
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="touches", verbose_name=_("channel"))
    kind = models.CharField(_("kind"), max_length=8, choices=TouchKind)
    at = models.DateTimeField(_("when"))
    source = models.CharField(_("source"), max_length=6, choices=TouchSource)
    link = models.ForeignKey(
        TrackedLink, on_delete=models.PROTECT, null=True, blank=True, related_name="touches", verbose_name=_("link")
    )
    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="touch", verbose_name=_("form post")
    )
    detail = models.CharField(_("detail"), max_length=200, blank=True, default="")
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    joined_at = models.DateTimeField(_("joined the person"), null=True, blank=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = TouchQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("touch")
        verbose_name_plural = _("touches")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(kind__in=TouchKind.values), name="campaigns_touch_kind_known"),
            models.CheckConstraint(condition=Q(source__in=TouchSource.values), name="campaigns_touch_source_known"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="campaigns_touch_external_id_unique",
                violation_error_message=_("Another touch has this external id."),
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["contact", "at"], name="campaigns_touch_of_contact"),
            models.Index(fields=["campaign", "kind", "at"], name="campaigns_touch_of_campaign"),
            models.Index(fields=["-at", "-id"], name="campaigns_touch_newest"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localdate(self.at)}"

    @property
    def is_response(self) -> bool:
        """Whether the person did something."""
        return self.kind in RESPONSES
