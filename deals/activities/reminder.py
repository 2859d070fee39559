"""Reminders and their delivery ledger, each person's wishes about them, and the calendar feed."""

from datetime import datetime, time
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel, TimeStampedModel
from contacts.staff.models import Scope
from contacts.staff.visibility import owner_in_scope
from deals.activities.activity import Activity


class ReminderPurpose(models.TextChoices):
    """Whom a reminder is for."""

    REMIND = "remind", _("Reminder")
    ESCALATE = "escalate", _("Told to the manager")


class ReminderState(models.TextChoices):
    """Where a reminder stands."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Questions about reminders."""

    def visible_to(self, user: Any) -> Self:
        """One's own, and those of the people one looks after."""
        if not user.is_active:
            return self.none()
        return self.all() if user.scope == Scope.ALL else self.filter(owner_in_scope(user, "user"))

    def waiting(self) -> Self:
        """Those still to be delivered."""
        return self.filter(state=ReminderState.WAITING)

    def due(self, now: datetime) -> Self:
        """Waiting ones whose time has come and that nobody is delivering."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.waiting().filter(free, next_attempt_at__lte=now)


class Reminder(TimeStampedModel):
    """A due row: at this moment a person is told of an activity. Its rule recomputes it when the activity moves.

    The rule is one of: so many minutes before the start, or an hour of the day so many days before (in the person's
    own time zone). A snoozed reminder has a moment of its own until it was delivered.
    """

    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="reminders", verbose_name=_("activity")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders", verbose_name=_("for")
    )
    purpose = models.CharField(max_length=8, choices=ReminderPurpose, default=ReminderPurpose.REMIND)
    minutes_before = models.PositiveIntegerField(
        _("minutes before"), null=True, blank=True, validators=[MaxValueValidator(60 * 24 * 60)]
    )
    days_before = models.PositiveSmallIntegerField(
        _("days before"), null=True, blank=True, validators=[MaxValueValidator(60)]
    )
    at_time = models.TimeField(_("at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), db_index=False)
    is_snoozed = models.BooleanField(_("snoozed"), default=False, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=ReminderState, default=ReminderState.WAITING, editable=False
    )
    # Grows with each snooze: what was delivered for an earlier round doesn't count for this one.
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.CharField(_("error"), max_length=500, blank=True, default="", editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("why cancelled"), max_length=200, blank=True, default="", editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("due_at", "id")
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(state__in=ReminderState.values), name="deals_reminder_state_known"),
            models.CheckConstraint(
                condition=Q(purpose__in=ReminderPurpose.values), name="deals_reminder_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.DELIVERED, delivered_at__isnull=False)
                | ~Q(state=ReminderState.DELIVERED),
                name="deals_reminder_delivered_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(minutes_before__isnull=True) | Q(days_before__isnull=True, at_time__isnull=True),
                name="deals_reminder_has_one_rule",
            ),
            models.CheckConstraint(
                condition=Q(days_before__isnull=True, at_time__isnull=True)
                | Q(days_before__isnull=False, at_time__isnull=False),
                name="deals_reminder_hour_has_a_day",
            ),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(purpose="escalate", state="waiting"),
                name="deals_reminder_one_escalation_waits",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["next_attempt_at", "id"], name="deals_reminder_due", condition=Q(state="waiting")),
            models.Index(fields=["user", "due_at"], name="deals_reminder_of_user"),
        )

    def __str__(self) -> str:
        return f"{self.activity} → {self.user}"


class ReminderDeliveryQuerySet(models.QuerySet["ReminderDelivery"]):
    """Questions to the ledger."""

    def visible_to(self, user: Any) -> Self:
        """Those of reminders that the user may see."""
        return self.filter(reminder__in=Reminder.objects.visible_to(user).values("pk"))


class ReminderDelivery(AppendOnlyModel):
    """A reminder reached a person in one way: written in one transaction with the notification or queued e-mail."""

    reminder = models.ForeignKey(
        Reminder, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("reminder")
    )
    round = models.PositiveSmallIntegerField()
    channel = models.CharField(_("how"), max_length=5, choices=[("bell", _("Bell")), ("email", _("E-mail"))])
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("to"))
    due_at = models.DateTimeField(_("due"))
    delivered_at = models.DateTimeField(_("delivered"))

    objects = ReminderDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("delivery of a reminder")
        verbose_name_plural = _("deliveries of reminders")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["reminder", "round", "channel"], name="deals_reminderdelivery_once_per_round"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reminder_id}.{self.round} {self.channel}"


class OwnRowsQuerySet(models.QuerySet[Any]):
    """Rows that belong to one person."""

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_active else self.none()


class FollowUpSettings(TimeStampedModel):
    """How one person wants to be reminded, and when their digest is due next."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follow_up_settings", verbose_name=_("user")
    )
    by_email = models.BooleanField(_("reminders by e-mail too"), default=True)
    minutes_before = models.PositiveIntegerField(
        _("minutes before what has an hour"),
        default=15,
        validators=[MaxValueValidator(60 * 24 * 7)],
    )
    day_time = models.TimeField(_("hour for what is due on a day"), default=time(8))
    digest_time = models.TimeField(
        _("daily digest at"), null=True, blank=True, default=time(7), help_text=_("Empty: no digest.")
    )
    next_digest_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The time zone that the person's waiting moments were reckoned in; where it differs, they are reckoned anew.
    zone = models.CharField(max_length=64, blank=True, default="", editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnRowsQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("user",)
        verbose_name = _("follow-up settings")
        verbose_name_plural = _("follow-up settings")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(next_digest_at__isnull=True) | Q(digest_time__isnull=False),
                name="deals_followupsettings_digest_has_an_hour",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["next_digest_at"], name="deals_followupsettings_due"),)

    def __str__(self) -> str:
        return str(self.user)


class CalendarFeed(TimeStampedModel):
    """A private address under which a person's calendar program reads their activities. Only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds", verbose_name=_("user")
    )
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = OwnRowsQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-id",)
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="deals_calendarfeed_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
