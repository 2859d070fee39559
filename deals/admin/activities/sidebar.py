"""What activities put into the sidebar: my day, the calendar, the list; for those who look after others, reminders."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.common.admin.navigation import Group, Item, register_item
from contacts.models import User
from contacts.staff.models import Home
from deals.agenda.lists import needing

VIEW = "deals.view_activity"


def register() -> None:
    """Register the entries; called by ``ready``."""
    title, icon = _("My day"), "today"
    # A rep's home is their day: one entry for both.
    register_item(Item(Group.TODAY, 10, title, icon, "admin:index", VIEW, needing=needs_me, suits=is_rep))
    register_item(Item(Group.TODAY, 12, title, icon, "admin:my_day", VIEW, needing=needs_me, suits=is_no_rep))
    register_item(Item(Group.TODAY, 14, _("Calendar"), "calendar_month", "admin:calendar", VIEW))
    activities = "admin:deals_activity_changelist"
    register_item(Item(Group.TODAY, 16, _("Activities"), "checklist", activities, VIEW))
    may_set = "deals.change_salespolicy"
    for order, name, sign, address, permission in (
        (24, _("Sales policy"), "gavel", "admin:deals_salespolicy_changelist", may_set),
        (26, _("Care plans"), "volunteer_activism", "admin:deals_careplan_changelist", "deals.change_careplan"),
        (28, _("Reminders"), "alarm", "admin:deals_reminder_changelist", may_set),
    ):
        register_item(Item(Group.SET_UP, order, name, sign, address, permission))


def needs_me(user: User) -> list[QuerySet[Any]]:
    """Return what needs the user today: the same rows that their day shows."""
    return needing(user, timezone.now())


def is_rep(user: User) -> bool:
    """Say whether the user's home is their day."""
    return bool(user.role and user.role.home == Home.REP)


def is_no_rep(user: User) -> bool:
    """Say whether the user's day is another page than their home."""
    return not is_rep(user)
