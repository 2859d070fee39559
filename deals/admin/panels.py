"""What deals adds to the pages of contacts and companies: their open deals, and a button that opens one."""

from typing import Any

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from contacts.models import Company, Contact, User
from contacts.people.employment import present_job
from contacts.people.panels import PageButton, Panel, PanelRow, register_button, register_panel
from deals.admin.showing import age_text, amount_text
from deals.models import Deal
from deals.pipeline.attention import age_of, is_overdue
from deals.pipeline.board import URGENCY

MOST_ROWS = 5


def register() -> None:
    """Register the panels and buttons; called by ``ready``."""
    register_panel("contacts.contact", deals_of_contact)
    register_panel("contacts.company", deals_of_company)
    register_button("contacts.contact", button_of_contact)
    register_button("contacts.company", button_of_company)


def deals_of_contact(contact: Contact, reader: User) -> Panel | None:
    """The open deals that the contact takes part in."""
    return _panel(Deal.objects.filter(people__contact=contact), reader, f"contact={contact.pk}")


def deals_of_company(company: Company, reader: User) -> Panel | None:
    """The company's open deals."""
    return _panel(Deal.objects.filter(company=company), reader, f"company={company.pk}")


def button_of_contact(contact: Contact, reader: User) -> PageButton | None:
    """Open a deal with this contact, at their company."""
    job = present_job(contact)
    return _button(reader, {"contact": contact.pk} | ({"company": job.company_id} if job else {}))


def button_of_company(company: Company, reader: User) -> PageButton | None:
    """Open a deal with this company."""
    return _button(reader, {"company": company.pk})


def _button(reader: User, given: dict[str, Any]) -> PageButton | None:
    if not reader.has_perm("deals.add_deal"):
        return None
    return PageButton(_("Deal"), f"{reverse('admin:deals_deal_add')}?{urlencode(given)}", "add", order=40)


def _panel(deals: Any, reader: User, query: str) -> Panel | None:
    if not reader.has_perm("deals.view_deal"):
        return None
    visible = deals.visible_to(reader)
    waiting = visible.open().select_related("stage", "currency").order_by(*URGENCY)
    rows = list(waiting.annotate(number=Window(Count("pk")))[:MOST_ROWS])
    number = rows[0].number if rows else 0
    return Panel(
        title=_("Open deals"),
        rows=[_row(deal) for deal in rows],
        order=10,
        empty=_("No open deal."),
        more=f"{reverse('admin:deals_deal_changelist')}?{query}&outcome=open,won,lost",
        more_title=_("All deals (%(open)s open)") % {"open": number},
    )


def _row(deal: Deal) -> PanelRow:
    age, late = age_of(deal), is_overdue(deal)
    line = f"{deal.stage} · {age_text(age)}"
    if late and deal.expected_close:
        day = date_format(deal.expected_close, "j M Y")
        line += " · " + _("expected to close on %(day)s") % {"day": day}
    tone = "bad" if late or age.stalled else ""
    return PanelRow(deal.name, reverse("admin:deals_deal_change", args=[deal.pk]), line, amount_text(deal), tone)
