"""The panel “Money” on the pages of deals, contacts and companies, and the buttons that begin an invoice there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.money import ZERO, show_money
from contacts.models import Company, Contact, User
from contacts.people.employment import present_job
from contacts.people.panels import PageButton, Panel, PanelRow, register_button, register_panel
from deals.admin.billing.showing import (
    OWED_STATUS,
    TONES,
    day_text,
    due_words,
    invoice_list,
    money,
    page_or_nothing,
    payment_list,
)
from deals.billing.customers import CustomerMoney, money_of_company, money_of_contact
from deals.billing.dealing import DealMoney, bills_of_deal
from deals.billing.kinds import InvoiceKind, InvoiceStatus
from deals.models import Deal, Invoice


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice or credit note of a deal, as one line."""

    document: Invoice
    amount: str
    status: Any
    tone: str
    line: str


def register() -> None:
    """Register the panels and buttons; called by ``ready``."""
    register_panel("contacts.contact", panel_of_contact)
    register_panel("contacts.company", panel_of_company)
    register_button("contacts.contact", button_of_contact)
    register_button("contacts.company", button_of_company)


def deal_money_panel(request: HttpRequest, deal: Deal, quotes: Sequence[Any]) -> dict[str, Any]:
    """Return what the panel of a deal's page shows: sums with their lists, documents, and what can be billed now.

    ``quotes`` are the deal's, with their current revisions; the page has read them for their own panel.
    """
    user: Any = request.user
    if not user.has_perm("deals.view_invoice"):
        return {"shows_money": False}
    today = timezone.localdate()
    bills = bills_of_deal(deal, today, quotes)
    return {
        "shows_money": True,
        "money_rows": _rows_of_deal(deal, bills.money),
        "bills": [_bill(each, today) for each in bills.documents],
        "unbilled_quote": bills.unbilled,
        "may_invoice": user.has_perm("deals.add_invoice"),
    }


def panel_of_contact(contact: Contact, reader: User) -> Panel | None:
    """What was quoted, invoiced, paid and is open on documents that name the person."""
    if not reader.has_perm("deals.view_invoice"):
        return None
    return _panel(money_of_contact(contact, reader), contact=contact.pk)


def panel_of_company(company: Company, reader: User) -> Panel | None:
    """What was quoted to the company, invoiced, paid and is open."""
    if not reader.has_perm("deals.view_invoice"):
        return None
    return _panel(money_of_company(company, reader), company=company.pk)


def button_of_contact(contact: Contact, reader: User) -> PageButton | None:
    """Begin an invoice for this person, at their company."""
    job = present_job(contact)
    return _button(reader, {"contact": contact.pk} | ({"company": job.company_id} if job else {}))


def button_of_company(company: Company, reader: User) -> PageButton | None:
    """Begin an invoice for this company."""
    return _button(reader, {"company": company.pk})


def _button(reader: User, given: dict[str, Any]) -> PageButton | None:
    if not reader.has_perm("deals.add_invoice"):
        return None
    return PageButton(_("Invoice"), f"{reverse('admin:deals_invoice_add')}?{urlencode(given)}", "add", order=60)


def _panel(sums: list[CustomerMoney], **whose: int) -> Panel:
    def shown(name: str) -> str:
        amounts = [(getattr(each, name), each) for each in sums]
        some = [show_money(amount, each.currency, each.minor_units) for amount, each in amounts if amount]
        return " + ".join(some) or "0"

    rows = [
        PanelRow(_("Quoted"), value=shown("quoted")),
        PanelRow(_("Invoiced"), invoice_list(**whose), value=shown("invoiced")),
        PanelRow(_("Paid"), payment_list(**whose), value=shown("paid")),
        PanelRow(
            _("Open"),
            invoice_list(**whose, status=OWED_STATUS),
            value=shown("open"),
            tone="warn" if any(each.open for each in sums) else "",
        ),
    ]
    return Panel(_("Money"), rows if sums else [], order=15, empty=_("Nothing was quoted or invoiced yet."))


def _rows_of_deal(deal: Deal, sums: list[DealMoney]) -> list[PanelRow]:
    def shown(name: str) -> str:
        amounts = [(getattr(each, name), each) for each in sums]
        some = [show_money(amount, each.currency, each.minor_units) for amount, each in amounts if amount]
        return " + ".join(some) or money(ZERO, deal.currency)

    quotes = page_or_nothing("admin:deals_quote_changelist")
    return [
        PanelRow(_("Quoted"), f"{quotes}?deal={deal.pk}" if quotes else "", value=shown("quoted")),
        PanelRow(_("Invoiced"), invoice_list(deal=deal.pk), value=shown("invoiced")),
        PanelRow(_("Paid"), invoice_list(deal=deal.pk), value=shown("paid")),
    ]


def _bill(document: Any, today: Any) -> Bill:
    status = InvoiceStatus(document.status)
    line = day_text(document.issued_on) if document.is_issued else ""
    if document.kind == InvoiceKind.CREDIT_NOTE:
        return Bill(document, f"−{money(document.total, document.currency)}", _("Credit note"), "", line)
    if document.is_issued and document.open_amount > 0:
        line += " · " + _("due %(due)s") % {"due": due_words(document.due_on, today)}
    return Bill(document, money(document.total, document.currency), status.label, TONES.get(status, ""), line)
