"""How invoices and payments are written for people: money, days, how they stand, where their lists are."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import show_money
from deals.billing.figures import OWED
from deals.billing.kinds import InvoiceStatus
from deals.models import Currency, Invoice, Payment

TONES = {
    InvoiceStatus.DRAFT: "warn",
    InvoiceStatus.OVERDUE: "bad",
    InvoiceStatus.PAID: "good",
}
# As the API and the list's filter take several values of one name.
OWED_STATUS = ",".join(OWED)


def money(amount: Decimal, currency: Currency) -> str:
    """Return an amount with its currency as the reader writes it."""
    return show_money(amount, currency.pk, currency.minor_units)


def day_text(day: date | None) -> str:
    """Return “3 Nov 2026”, or a dash."""
    return date_format(day, "j M Y") if day else "–"


def customer_name(row: Invoice | Payment) -> str:
    """Return who pays: the company, or the person on their own account."""
    return str(row.company or row.contact)


def due_words(due_on: date, today: date) -> str:
    """Return “in 12 days”, “today” or “3 days late”."""
    days = (due_on - today).days
    if not days:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}


def badge(text: Any, tone: str = "") -> SafeString:
    """Return a word as a badge."""
    css = f"td-badge td-badge-{tone}" if tone else "td-badge"
    return format_html('<span class="{}">{}</span>', css, text)


def status_badge(status: str) -> SafeString:
    """Return how an invoice stands as a badge."""
    known = InvoiceStatus(status)
    return badge(known.label, TONES.get(known, ""))


def invoice_list(**filters: Any) -> str:
    """Return the address of the list of invoices with these filters."""
    return _list("admin:deals_invoice_changelist", filters)


def payment_list(**filters: Any) -> str:
    """Return the address of the list of payments with these filters."""
    return _list("admin:deals_payment_changelist", filters)


def page_or_nothing(name: str, *args: Any) -> str:
    """Return the address of a page; nothing where this house has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _list(name: str, filters: dict[str, Any]) -> str:
    given = {key: value for key, value in filters.items() if value not in (None, "")}
    query = urlencode(given).replace("%2C", ",")
    return f"{reverse(name)}?{query}" if query else reverse(name)
