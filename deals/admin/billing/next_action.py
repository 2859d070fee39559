"""What an invoice needs next, and why: the line on top of its page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.messages.message import Message, State
from deals.admin.billing.showing import day_text, due_words, money
from deals.billing.kinds import InvoiceChangeKind, InvoiceKind, InvoiceStatus
from deals.models import Invoice

ISSUE, SEND, PAY, REMIND, LINES = "issue", "send", "pay", "remind", "lines"


@dataclass(frozen=True, slots=True)
class NextAction:
    """The act that is called for, if any, and the sentence that says why. ``tone`` colours the line."""

    act: str
    why: str
    tone: str = ""


def next_action(invoice: Any, today: date, acts: set[str], mail: Message | None = None) -> NextAction:
    """Return what the invoice (with its balance, status and changes) needs.

    ``acts`` are those its reader may do, ``mail`` is the last e-mail that took it to its customer.
    """
    status = InvoiceStatus(invoice.status)
    if status == InvoiceStatus.DRAFT:
        return _of_draft(invoice, acts)
    if status == InvoiceStatus.DISCARDED:
        return NextAction("", _("Discarded: %(why)s") % {"why": _reason(invoice, InvoiceChangeKind.DISCARDED)})
    if mail is not None and mail.state == State.FAILED:
        labels = {"address": mail.to_address, "error": mail.last_error or mail.get_state_display()}
        why = _("The e-mail to %(address)s failed: %(error)s") % labels
        return NextAction(SEND if SEND in acts else "", why, "bad")
    if not _last(invoice, InvoiceChangeKind.SENT) and status not in (InvoiceStatus.PAID, InvoiceStatus.CREDITED):
        why = _("Issued on %(day)s, and not sent to the customer yet.") % {"day": day_text(invoice.issued_on)}
        return NextAction(SEND if SEND in acts else "", why, "warn")
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return NextAction("", _("Issued and sent. There is nothing more to do."))
    if status == InvoiceStatus.PAID:
        return NextAction("", _("Paid. There is nothing more to do."), "good")
    if status == InvoiceStatus.CREDITED:
        return NextAction("", _("Credited as a whole. There is nothing more to do."))
    return _of_debt(invoice, today, acts)


def _of_draft(invoice: Invoice, acts: set[str]) -> NextAction:
    if not invoice.lines.all():
        return NextAction(LINES if LINES in acts else "", _("There is nothing on this draft yet. Add a line."), "warn")
    labels = {"total": money(invoice.total, invoice.currency), "days": invoice.payment_days}
    due = ngettext("due %(days)s day later", "due %(days)s days later", invoice.payment_days) % labels
    if ISSUE not in acts:
        return NextAction("", _("A draft over %(total)s. It counts when it is issued.") % labels, "warn")
    why = _("A draft over %(total)s. Issued, it gets its number and is %(due)s.") % {**labels, "due": due}
    return NextAction(ISSUE, why, "warn")


def _of_debt(invoice: Any, today: date, acts: set[str]) -> NextAction:
    labels = {
        "open": money(invoice.open_amount, invoice.currency),
        "due": due_words(invoice.due_on, today),
        "day": day_text(invoice.due_on),
    }
    if invoice.status != InvoiceStatus.OVERDUE:
        why = _("%(open)s is open, due %(due)s, on %(day)s.") % labels
        return NextAction(PAY if PAY in acts else "", why)
    reminded = _last(invoice, InvoiceChangeKind.REMINDED)
    why = _("%(open)s is overdue: %(due)s.") % labels
    if reminded is None:
        why += " " + _("The customer was not reminded yet.")
    else:
        told = {"day": day_text(timezone.localdate(reminded.at)), "level": reminded.reason}
        why += " " + _("Last reminded on %(day)s: %(level)s.") % told
    return NextAction(REMIND if REMIND in acts else PAY if PAY in acts else "", why, "bad")


def _last(invoice: Any, kind: InvoiceChangeKind) -> Any:
    """Return the newest change of a kind; the page has read them all."""
    return max((each for each in invoice.changes.all() if each.kind == kind), key=lambda each: each.pk, default=None)


def _reason(invoice: Any, kind: InvoiceChangeKind) -> str:
    change = _last(invoice, kind)
    return change.reason if change else ""
