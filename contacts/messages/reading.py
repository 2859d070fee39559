"""What becomes of notifications once they are there: counted, read."""

from datetime import datetime

from django.db.models import Case, Value, When

from contacts.messages.notification import Notification, NotificationQuerySet
from contacts.staff.models import User


def unread(user: User) -> NotificationQuerySet:
    """Return what a person has not opened: the bell's number is how many they are."""
    return Notification.objects.visible_to(user).unread()


def unread_first(user: User) -> NotificationQuerySet:
    """Return a person's notifications: the unread before the read, each newest first."""
    is_read = Case(When(read_at__isnull=True, then=Value(0)), default=Value(1))
    return Notification.objects.visible_to(user).order_by(is_read, "-at", "-id")


def mark_read(notification: Notification, *, now: datetime) -> None:
    """Note when a notification was first opened; opening it again changes nothing."""
    Notification.objects.unread().filter(pk=notification.pk).update(read_at=now)


def mark_all_read(user: User, *, now: datetime) -> int:
    """Note that a person has seen everything up to now; return how many were unread."""
    return Notification.objects.visible_to(user).unread().filter(at__lte=now).update(read_at=now)
