"""Activities with their attendees and history."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.common.models import ChangeModel, TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.models import Company, Contact
from contacts.staff.visibility import OwnedQuerySet, visible_through
from deals.activities.care import CareStep
from deals.activities.kinds import ActivityKind, ActivityOutcome, ActivityState
from deals.pipeline.deal import Outcome
from deals.pipeline.models import Deal


class ActivityQuerySet(OwnedQuerySet):
    """Questions about activities. Besides owners, attendees see them, and whoever sees the deal or person."""

    def planned(self) -> Self:
        """Promises that are still to be kept."""
        return self.filter(state=ActivityState.PLANNED)

    def done(self) -> Self:
        """What has happened."""
        return self.filter(state=ActivityState.DONE)

    def overdue(self, now: Any = None) -> Self:
        """Promises whose time has passed."""
        return self.planned().filter(due_at__lt=now or timezone.now())

    def search(self, text: str) -> Self:
        """Activities whose subject or note contains the text."""
        return self.filter(folded__contains=fold(text))


class Activity(TimeStampedModel):
    """Something we promised to do at a time or on a day, or did: about a deal, a contact, a company, or ourselves."""

    kind = models.CharField(_("kind"), max_length=7, choices=ActivityKind)
    subject = models.CharField(_("subject"), max_length=200)
    note = models.TextField(_("note"), max_length=10_000, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="activities", verbose_name=_("owner")
    )
    deal = models.ForeignKey(
        Deal, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("deal")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("company")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=ActivityState, default=ActivityState.PLANNED, editable=False
    )
    # A promise is for a moment (``starts_at``) or for a whole day of its owner's calendar (``due_on`` alone).
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    due_on = models.DateField(_("day"), null=True, blank=True)
    # The moment from which it is late: the start, or the end of the day in the owner's time zone.
    due_at = models.DateTimeField(_("due"), null=True, blank=True, editable=False)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 7)]
    )
    place = models.CharField(_("place"), max_length=300, blank=True, default="")
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=ActivityOutcome, blank=True, default="", editable=False
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    # The activity whose next step this is: one act, a talk and the next date.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="next_steps"
    )
    care_step = models.ForeignKey(
        CareStep, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="activities"
    )
    # How the deal stood when this was planned: once it was closed in another way, the promise is moot.
    deal_outcome = models.CharField(max_length=4, choices=Outcome, blank=True, default="", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    # Calendars know it by this id; the sequence grows with each change that attendees must hear of.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    folded = FoldedField(of=("subject", "note"))

    objects = ActivityQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(subject=""), name="deals_activity_has_a_subject"),
            models.CheckConstraint(condition=Q(kind__in=ActivityKind.values), name="deals_activity_kind_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *ActivityOutcome.values]), name="deals_activity_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ActivityState.PLANNED, due_on__isnull=False, due_at__isnull=False)
                & Q(done_at__isnull=True, cancelled_at__isnull=True)
                | Q(state=ActivityState.DONE, done_at__isnull=False, cancelled_at__isnull=True)
                | Q(state=ActivityState.CANCELLED, cancelled_at__isnull=False, done_at__isnull=True),
                name="deals_activity_dates_match_state",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(state=ActivityState.DONE), name="deals_activity_outcome_only_if_done"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(due_on__isnull=False), name="deals_activity_start_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1), name="deals_activity_length_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(deal_outcome__in=["", *Outcome.values]), name="deals_activity_deal_outcome_known"
            ),
            models.UniqueConstraint(
                fields=["deal", "care_step"],
                condition=Q(care_step__isnull=False) & ~Q(state=ActivityState.CANCELLED),
                name="deals_activity_care_step_once_per_deal",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["owner", "due_at", "id"], name="deals_activity_to_do", condition=Q(state="planned")),
            models.Index(
                fields=["deal", "due_at", "id"], name="deals_activity_next_step", condition=Q(state="planned")
            ),
            models.Index(fields=["due_at", "id"], name="deals_activity_by_due", condition=Q(state="planned")),
            models.Index(fields=["-created_at", "-id"], name="deals_activity_newest"),
            models.Index(fields=["contact", "-done_at"], name="deals_activity_of_contact"),
            models.Index(fields=["company", "-done_at"], name="deals_activity_of_company"),
            models.Index(fields=["deal", "-done_at"], name="deals_activity_of_deal"),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def is_planned(self) -> bool:
        """Whether the promise is still to be kept."""
        return self.state == ActivityState.PLANNED

    @property
    def is_overdue(self) -> bool:
        """Whether its time has passed and nothing was done."""
        return self.is_planned and self.due_at is not None and self.due_at < timezone.now()


class ActivityPartQuerySet(models.QuerySet[Any]):
    """Attendees, history and reminders' parts of activities."""

    def visible_to(self, user: Any) -> Self:
        """Those of activities that the user may see."""
        seen: Self = visible_through(self, user, "activity", Activity.objects)
        return seen


class ActivityAttendee(TimeStampedModel):
    """Somebody who takes part in a meeting, call or visit: one of ours or a contact."""

    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="attendees", verbose_name=_("activity")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("colleague"),
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="attendances", verbose_name=_("contact")
    )

    objects = ActivityPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, contact__isnull=True) | Q(user__isnull=True, contact__isnull=False),
                name="deals_activityattendee_is_one_person",
            ),
            models.UniqueConstraint(
                fields=["activity", "user"], condition=Q(user__isnull=False), name="deals_activityattendee_user_once"
            ),
            models.UniqueConstraint(
                fields=["activity", "contact"],
                condition=Q(contact__isnull=False),
                name="deals_activityattendee_contact_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.user or self.contact)


class ActivityChangeKind(models.TextChoices):
    """What was done to an activity."""

    PLANNED = "planned", _("Planned")
    RESCHEDULED = "rescheduled", _("Rescheduled")
    REASSIGNED = "reassigned", _("Given to somebody else")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    # Cancelled because its deal was closed: it comes back with the deal.
    MOOT = "moot", _("No longer needed")
    REOPENED = "reopened", _("Opened again")


class ActivityChange(ChangeModel):
    """An activity was planned, moved, given away, done or cancelled: when, by whom and why."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="changes", verbose_name=_("activity"))
    kind = models.CharField(_("what"), max_length=11, choices=ActivityChangeKind)
    to_state = models.CharField(max_length=9, choices=ActivityState)
    due_at = models.DateTimeField(_("due"), null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )

    objects = ActivityPartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of an activity")
        verbose_name_plural = _("changes of activities")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(kind__in=ActivityChangeKind.values), name="deals_activitychange_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.activity_id}"
