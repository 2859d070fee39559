"""Finance's home: what is overdue, due this week, drafted or accepted and not billed, and how old the debts are."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.admin.home import Button, HomePage, Tile, Todo, register_home
from config.common.money import show_number
from contacts.models import User
from deals.admin.billing.receivables import age_chart
from deals.admin.billing.showing import OWED_STATUS, customer_name, due_words, invoice_list, money, payment_list
from deals.billing.billable import unbilled_quotes
from deals.billing.figures import BillFigures, bill_figures
from deals.billing.kinds import InvoiceStatus
from deals.billing.receivables import receivables
from deals.models import Invoice, Payment

MOST_OVERDUE, MOST_OTHERS = 4, 2


def register() -> None:
    """Register the builder; called by ``ready``."""
    register_home("finance", finance_home)


def finance_home(user: User, page: HomePage) -> None:
    """What is to be chased, issued and billed; each number opens its list."""
    if not user.has_perm("deals.view_invoice"):
        return
    today = timezone.localdate()
    invoices = Invoice.objects.visible_to(user).invoices()
    figures, quotes = bill_figures(invoices, today), unbilled_quotes(user)
    unbilled = quotes.count()
    page.heading = page.heading or figures.sentence()
    page.tiles += [
        _overdue_tile(figures),
        _week_tile(figures, today),
        _drafts_tile(figures),
        _unbilled_tile(unbilled),
    ]
    page.chart = page.chart or age_chart(receivables(user, today), figures.currency)
    page.todo_title = page.todo_title or _("What needs you")
    page.todo_empty = page.todo_empty or _("Nothing is overdue, and everything is billed.")
    page.todos += [*_overdue(invoices, today), *_unbilled(quotes), *_drafts(invoices), *_credits(user)]
    if figures.overdue_count > MOST_OVERDUE:
        page.todo_more = page.todo_more or invoice_list(status=InvoiceStatus.OVERDUE.value)
    page.buttons = [*_buttons(user), *page.buttons]


def _overdue_tile(figures: BillFigures) -> Tile:
    number, link = figures.overdue_count, invoice_list(status=InvoiceStatus.OVERDUE.value)
    line = str(figures.overdue) if number else _("Everybody paid in time")
    return Tile(_("Overdue"), show_number(number), line, link, tone="bad" if number else "good")


def _week_tile(figures: BillFigures, today: date) -> Tile:
    sunday = today + timedelta(days=6 - today.weekday())
    number, amount = figures.due_between(today, sunday)
    days = {"due_from": today.isoformat(), "due_to": sunday.isoformat()}
    link = invoice_list(status=OWED_STATUS, **days)
    line = str(amount) if number else _("Nothing until Sunday")
    return Tile(_("Due this week"), show_number(number), line, link)


def _drafts_tile(figures: BillFigures) -> Tile:
    number = figures.draft_count
    line = _("They count when they are issued") if number else _("Everything is issued")
    return Tile(_("Drafts not issued"), show_number(number), line, invoice_list(status=InvoiceStatus.DRAFT.value))


def _unbilled_tile(number: int) -> Tile:
    line = _("One click makes the invoice") if number else _("Everything accepted is billed")
    tone = "warn" if number else ""
    return Tile(
        _("Accepted, not billed"), show_number(number), line, reverse("admin:deals_invoice_unbilled"), tone=tone
    )


def _overdue(invoices: Any, today: date) -> list[Todo]:
    """Return the invoices that are overdue for the longest time."""
    rows = invoices.overdue(today).select_related("company", "contact", "currency").order_by("due_on", "pk")
    return [
        Todo(
            f"{row} · {customer_name(row)} · {money(row.open_amount, row.currency)}",
            due_words(row.due_on, today),
            reverse("admin:deals_invoice_change", args=[row.pk]),
            "notification_important",
        )
        for row in rows[:MOST_OVERDUE]
    ]


def _unbilled(quotes: Any) -> list[Todo]:
    rows = quotes.select_related("deal__company").order_by("pk")[:MOST_OTHERS]
    link = reverse("admin:deals_invoice_unbilled")
    return [Todo(f"{quote} · {quote.deal}", _("accepted, and not billed yet"), link, "request_quote") for quote in rows]


def _drafts(invoices: Any) -> list[Todo]:
    rows = invoices.filter(state=InvoiceStatus.DRAFT).select_related("company", "contact", "currency")
    return [
        Todo(
            f"{customer_name(row)} · {money(row.total, row.currency)}",
            _("drafted on %(day)s, not issued") % {"day": date_format(timezone.localtime(row.created_at), "j M")},
            reverse("admin:deals_invoice_change", args=[row.pk]),
            "edit_note",
        )
        for row in rows.order_by("created_at", "pk")[:MOST_OTHERS]
    ]


def _credits(user: User) -> list[Todo]:
    payments: Any = Payment.objects.visible_to(user).with_balance()
    number = payments.filter(credit__gt=0).count()
    if not number:
        return []
    title = ngettext("%(number)s payment with credit left", "%(number)s payments with credit left", number)
    why = _("it pays no invoice yet")
    return [Todo(title % {"number": show_number(number)}, why, payment_list(left="credit"), "savings")]


def _buttons(user: User) -> list[Button]:
    wanted = [
        ("deals.add_dunningletter", _("Send reminders"), "admin:payment_reminders", "notification_important"),
        ("deals.add_invoice", _("Invoice"), "admin:deals_invoice_add", "add"),
        ("deals.add_payment", _("Payment"), "admin:deals_payment_add", "add"),
    ]
    return [Button(title, reverse(name), icon) for permission, title, name, icon in wanted if user.has_perm(permission)]
