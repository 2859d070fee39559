"""What billing puts into the sidebar. The badge counts the overdue invoices of whoever is to chase them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.common.admin.navigation import Group, Item, register_item
from contacts.models import User
from deals.models import Invoice

_BILLING = "/admin/deals"


def register() -> None:
    """Register the entries; called by ``ready``."""
    for item in (
        Item(
            Group.BILL,
            20,
            _("Invoices"),
            "receipt_long",
            "admin:deals_invoice_changelist",
            "deals.view_invoice",
            needing=overdue_to_chase,
        ),
        Item(Group.BILL, 30, _("Payments"), "payments", "admin:deals_payment_changelist", "deals.view_payment"),
        Item(
            Group.BILL,
            35,
            _("Payment reminders"),
            "notification_important",
            "admin:payment_reminders",
            "deals.add_dunningletter",
            also_active=(f"{_BILLING}/dunningletter/", f"{_BILLING}/dunninglevel/"),
        ),
        Item(Group.INSIGHT, 20, _("Receivables by age"), "hourglass_top", "admin:receivables", "deals.view_invoice"),
    ):
        register_item(item)


def overdue_to_chase(user: User) -> list[QuerySet[Any]]:
    """Return the overdue invoices that are the user's to chase: all for who sends reminders, else their own."""
    overdue = Invoice.objects.visible_to(user).overdue(timezone.localdate())
    return [overdue if user.has_perm("deals.add_dunningletter") else overdue.filter(owner=user.pk)]
