"""Segments with their members, the people put in or left out by hand, and their refreshes."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.research.models import Persona
from config.common.models import AppendOnlyModel, TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.models import Contact
from contacts.staff.visibility import OwnedQuerySet, visible_through


class SegmentKind(models.TextChoices):
    """Where the members come from."""

    LIVE = "live", _("Live: whoever the rule fits")
    FIXED = "fixed", _("Fixed list")


class SegmentQuerySet(OwnedQuerySet):
    """Questions about segments."""

    def in_use(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at__isnull=True)

    def search(self, text: str) -> Self:
        """Segments with the text in their name."""
        return self.filter(folded__contains=fold(text))


class Segment(TimeStampedModel):
    """A part of all contacts: those whom a rule fits, or a list made by hand.

    ``rule`` is a checked tree (see ``campaigns.segments.tree``). Relative dates in it are of the owner's calendar.
    """

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=5, choices=SegmentKind, default=SegmentKind.LIVE)
    rule = models.JSONField(_("rule"), null=True, blank=True)
    rule_version = models.PositiveIntegerField(_("version of the rule"), default=1, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="segments", verbose_name=_("owner")
    )
    personas = models.ManyToManyField(Persona, blank=True, related_name="segments", verbose_name=_("personas"))
    refresh_hours = models.PositiveSmallIntegerField(_("hours between refreshes"), default=6)
    # The database is the schedule: the moment of the next refresh, and who works on it until when.
    refresh_due_at = models.DateTimeField(_("next refresh"), null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    refreshed_at = models.DateTimeField(_("refreshed"), null=True, blank=True, editable=False)
    size = models.PositiveIntegerField(_("members"), default=0, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    folded = FoldedField(of=("name",))

    objects = SegmentQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded", "refresh_due_at", "claimed_until", "refreshed_at", "size"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_segment_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=SegmentKind.values), name="campaigns_segment_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=SegmentKind.LIVE, rule__isnull=False) | Q(kind=SegmentKind.FIXED, rule__isnull=True),
                name="campaigns_segment_live_has_a_rule",
                violation_error_message=_("A live segment needs a rule; a fixed list has none."),
            ),
            models.CheckConstraint(
                condition=Q(refresh_hours__gte=1), name="campaigns_segment_refreshes_hourly_at_most"
            ),
        )
        indexes: ClassVar = (
            models.Index(
                fields=["refresh_due_at"], name="campaigns_segment_due", condition=Q(refresh_due_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether a rule decides."""
        return self.kind == SegmentKind.LIVE


class SegmentPartQuerySet(models.QuerySet[Any]):
    """Members and picks of segments."""

    def visible_to(self, user: Any) -> Self:
        """Those of contacts whom the user may see, in segments that the user may see."""
        of_seen_contacts = visible_through(self, user, "contact", Contact.objects)
        seen: Self = visible_through(of_seen_contacts, user, "segment", Segment.objects)
        return seen

    def current(self) -> Self:
        """Those who are in now."""
        return self.filter(left_at__isnull=True)


class SegmentMember(models.Model):
    """A contact was in a segment from a moment on, and until another one if they left."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members", verbose_name=_("segment"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("contact")
    )
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = SegmentPartQuerySet.as_manager()

    class Meta:
        ordering = ("-entered_at", "-id")
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["segment", "contact"],
                condition=Q(left_at__isnull=True),
                name="campaigns_segmentmember_in_once",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="campaigns_segmentmember_leaves_after_entering",
            ),
        )

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.segment_id}"


class HandPick(TimeStampedModel):
    """Somebody put a contact into a segment, or left them out, whatever the rule says; it survives every refresh."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="picks", verbose_name=_("segment"))
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="hand_picks", verbose_name=_("contact"))
    is_in = models.BooleanField(_("in"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = SegmentPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("pick by hand")
        verbose_name_plural = _("picks by hand")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["segment", "contact"], name="campaigns_handpick_one_per_contact"),
        )

    def __str__(self) -> str:
        return f"{self.contact_id} {'+' if self.is_in else '−'} {self.segment_id}"


class SegmentRefreshQuerySet(models.QuerySet["SegmentRefresh"]):
    """Questions about refreshes."""

    def visible_to(self, user: Any) -> Self:
        """Those of segments that the user may see."""
        seen: Self = visible_through(self, user, "segment", Segment.objects)
        return seen


class SegmentRefresh(AppendOnlyModel):
    """One refresh of a segment: when, how long it took, how many entered and left, or why it could not be done."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="refreshes", verbose_name=_("segment"))
    rule_version = models.PositiveIntegerField(_("version of the rule"))
    at = models.DateTimeField(_("when"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    entered = models.PositiveIntegerField(_("entered"), default=0)
    left = models.PositiveIntegerField(_("left"), default=0)
    size = models.PositiveIntegerField(_("members"), default=0)
    refusal = models.CharField(_("why not"), max_length=500, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = SegmentRefreshQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("refresh of a segment")
        verbose_name_plural = _("refreshes of segments")

    def __str__(self) -> str:
        return f"{self.segment_id}: +{self.entered} −{self.left}"
