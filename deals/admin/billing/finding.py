"""What the palette finds and makes of invoices."""

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.palette import Finder, Found, register_finder
from deals.admin.billing.showing import customer_name, money
from deals.billing.kinds import InvoiceStatus
from deals.models import Invoice

# "new invoice Acme", in the languages of the interface.
_NEW = r"^\s*(?:(?:new|baru|tambah|mới|thêm)\s+|\+\s*)"
_INVOICE = r"(?:invoice|bill|faktur|tagihan|hóa đơn|hoá đơn)\b(?P<name>.*)$"


def register() -> None:
    """Register the finders; called by ``ready``."""
    register_finder(Finder("deals.view_invoice", find_invoices))
    register_finder(Finder("deals.add_invoice", offer_invoice, creates=True))


def find_invoices(user: Any, text: str, most: int) -> Iterable[Found]:
    """Invoices and credit notes by number, customer or the customer's reference, newest first."""
    rows = Invoice.objects.visible_to(user).search(text).exclude(state=InvoiceStatus.DISCARDED)
    shown = rows.with_status(timezone.localdate()).select_related("company", "contact", "currency")
    for invoice in shown.order_by("-created_at", "-pk")[:most]:
        told = [
            customer_name(invoice),
            money(invoice.total, invoice.currency),
            str(InvoiceStatus(invoice.status).label),
        ]
        link = reverse("admin:deals_invoice_change", args=[invoice.pk])
        yield Found(str(invoice), link, "receipt_long", " · ".join(told))


def offer_invoice(user: Any, text: str, most: int) -> Iterable[Found]:
    """An offer to make an invoice for whom is named."""
    match = re.match(_NEW + _INVOICE, text, re.IGNORECASE)
    if match is None:
        return
    name, address = match["name"].strip(), reverse("admin:deals_invoice_add")
    title = _("New invoice for “%(name)s”") % {"name": name} if name else _("New invoice")
    yield Found(title, f"{address}?{urlencode({'name': name})}" if name else address, "add_circle")
