"""What one can do to an invoice from its page: which acts there are for this reader now, each with its form."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import User
from deals.admin.billing.forms import ActForm, DiscardForm, IssueForm, PayForm, SendForm
from deals.admin.billing.next_action import ISSUE, PAY, REMIND, SEND
from deals.admin.billing.showing import money
from deals.billing.kinds import InvoiceKind, InvoiceStatus

CREDIT, DISCARD = "credit", "discard"


@dataclass(frozen=True, slots=True)
class Act:
    """A button. With a form it opens that form in place, with a note and the word that sends it; else it is a link."""

    key: str
    label: str
    icon: str
    address: str
    form: ActForm | None = None
    note: str = ""
    submit: str = ""
    # Opens the form without being asked, as one was refused.
    is_open: bool = False

    def reopened(self, refused: ActForm | None) -> "Act":
        """Return the act with its form as it was refused, if it is this act's."""
        if refused is None or self.form is None or type(self.form) is not type(refused):
            return self
        return replace(self, form=refused, is_open=True)


def acts_for(invoice: Any, user: User, today: date, refused: ActForm | None = None) -> list[Act]:
    """Return the acts that a reader may do now. ``refused`` is the form that stands again with what was wrong."""
    acts = _of_draft(invoice, user, today) if invoice.is_draft else _of_fact(invoice, user, today)
    return [act.reopened(refused) for act in acts]


def _of_draft(invoice: Any, user: User, today: date) -> Iterator[Act]:
    if user.has_perm("deals.issue_invoice") and invoice.lines.all():
        note = _("It gets its number and can't be changed any more: %(total)s for %(customer)s.")
        labels = {"total": money(invoice.total, invoice.currency), "customer": invoice.company or invoice.contact}
        address = _address("issue", invoice)
        form = IssueForm(invoice, today=today)
        yield Act(ISSUE, _("Issue"), "verified", address, form, note % labels, _("Issue now"))
    if user.has_perm("deals.change_invoice"):
        away = DiscardForm(invoice, today=today)
        note = _("It is put away for good. Its quote, if it has one, can be invoiced again.")
        yield Act(DISCARD, _("Discard"), "delete", _address("discard", invoice), away, note, _("Discard"))


def _of_fact(invoice: Any, user: User, today: date) -> Iterator[Act]:
    if not invoice.is_issued:
        return
    is_invoice = invoice.kind == InvoiceKind.INVOICE
    if is_invoice and invoice.open_amount > 0 and user.has_perm("deals.add_payment"):
        form: ActForm = PayForm(invoice, today=today)
        note = _("What is above the open amount is kept as the customer's credit.")
        yield Act(PAY, _("Record payment"), "payments", _address("pay", invoice), form, note, _("Save payment"))
    if invoice.status == InvoiceStatus.OVERDUE and user.has_perm("deals.add_dunningletter"):
        yield Act(REMIND, _("Remind"), "notification_important", reverse("admin:payment_reminders"))
    if user.has_perm("deals.change_invoice"):
        form = SendForm(invoice, today=today)
        note = _("The e-mail has the PDF with it, in the customer's language.")
        yield Act(SEND, _("Send"), "send", _address("send", invoice), form, note, _("Send now"))
    if is_invoice and invoice.credited < invoice.total and user.has_perm("deals.credit_invoice"):
        yield Act(CREDIT, _("Credit"), "undo", _address("credit", invoice))


def _address(name: str, invoice: Any) -> str:
    return reverse(f"admin:deals_invoice_{name}", args=[invoice.pk])
