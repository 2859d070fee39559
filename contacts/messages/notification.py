"""What a person's bell holds."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.staff.models import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notifications."""

    def visible_to(self, user: User) -> Self:
        """One's own, whatever one's role."""
        return self.filter(user=user.pk) if user.is_active else self.none()

    def unread(self) -> Self:
        """Those that nobody has opened."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One line in one person's bell: something they should know, and the record it leads to."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("user")
    )
    # Who is told twice of the same thing sees it once.
    key = models.CharField(max_length=200, editable=False)
    kind = models.SlugField(_("kind"), max_length=40, db_index=False)
    title = models.CharField(_("title"), max_length=250)
    body = models.CharField(_("details"), max_length=1000, blank=True, default="")
    # The record it leads to, as label and id ("deals.activity", 7).
    about_type = models.CharField(max_length=80, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["user", "key"], name="contacts_notification_once_per_person"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(kind="") & ~Q(title=""), name="contacts_notification_says_something"
            ),
            models.CheckConstraint(
                condition=Q(about_type="", about_id__isnull=True) | (~Q(about_type="") & Q(about_id__isnull=False)),
                name="contacts_notification_about_has_type_and_id",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["user", "-at", "-id"], name="contacts_notification_newest"),
            # The bell's number on every page.
            models.Index(fields=["user"], name="contacts_notification_unread", condition=Q(read_at__isnull=True)),
        )

    def __str__(self) -> str:
        return self.title
