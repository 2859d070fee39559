"""What one does to an invoice from its page: each act reads its form and calls one function."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.admin.base import change_address, visible_or_404
from deals.admin.billing.answering import Desk, Done, attempt, go_on
from deals.admin.billing.draft_form import DraftForm
from deals.admin.billing.forms import DiscardForm, IssueForm, PayForm, SendForm, TakeBackForm
from deals.admin.billing.page import invoice_rows, show_invoice
from deals.admin.billing.showing import money
from deals.admin.reading import reader_of
from deals.billing import allocating, drafting, issuing, mailing, paying
from deals.models import Allocation, Invoice

desk = Desk(invoice_rows, show_invoice)


@desk.act("deals.issue_invoice", IssueForm)
def issue(request: HttpRequest, invoice: Invoice, given: dict[str, Any]) -> Done:
    """Make the draft a fact."""
    issued = issuing.issue(invoice, by=reader_of(request), on=given["on"])
    return Done(_("%(number)s is issued.") % {"number": issued.number})


@desk.act("deals.change_invoice", SendForm)
def send(request: HttpRequest, invoice: Invoice, given: dict[str, Any]) -> Done:
    """Mail it: to its contact, if the address is theirs."""
    contact = invoice.contact
    theirs = contact is not None and any(each.address == given["to"] for each in contact.emails.all())
    message = mailing.send_invoice(invoice, by=reader_of(request), to=None if theirs else given["to"])
    return Done(_("%(number)s is on its way to %(to)s.") % {"number": invoice, "to": message.to_address})


@desk.act("deals.add_payment", PayForm)
def pay(request: HttpRequest, invoice: Invoice, given: dict[str, Any]) -> Done:
    """Record what came in for it."""
    payment: Any = paying.pay(invoice, by=reader_of(request), **given)
    labels = {"amount": money(payment.amount, invoice.currency), "number": invoice.number}
    sentence = _("%(amount)s received for %(number)s.") % labels
    if payment.credit > 0:
        sentence += " " + _("%(credit)s of it is the customer's credit.") % {
            "credit": money(payment.credit, invoice.currency)
        }
    undo = reverse("admin:deals_payment_void", args=[payment.pk])
    return Done(sentence, undo=undo, fields={"reason": _("Recorded by mistake.")})


@desk.act("deals.change_invoice", DiscardForm)
def discard(request: HttpRequest, invoice: Invoice, given: dict[str, Any]) -> Done:
    """Put the draft away."""
    drafting.discard(invoice, by=reader_of(request), reason=given["reason"])
    return Done(_("The draft is discarded."))


@desk.act("deals.change_allocation", TakeBackForm)
def take_back(request: HttpRequest, invoice: Invoice, given: dict[str, Any]) -> Done:
    """Take back what a payment pays of it."""
    allocation = Allocation.objects.filter(invoice=invoice.pk, pk=given["allocation"]).first()
    if allocation is None:
        raise ValidationError(_("This payment does not pay this invoice any more."))
    allocating.take_back(allocation, by=reader_of(request), reason=given["reason"])
    labels = {"amount": money(allocation.amount, invoice.currency), "number": invoice.number}
    return Done(_("%(amount)s taken back: so much of %(number)s is open again.") % labels)


def save(request: HttpRequest, object_id: int) -> HttpResponse:
    """Save the draft with its lines; where it can't be, show it again with what is wrong."""
    user = reader_of(request)
    invoice = visible_or_404(invoice_rows(user), user, object_id)
    if not user.has_perm("deals.change_invoice"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseRedirect(change_address(invoice))
    form = DraftForm(invoice, request.POST, reader=user, today=timezone.localdate())
    done = attempt(form, lambda: _saved(form))
    return show_invoice(request, invoice, form) if done is None else go_on(request, done, change_address(invoice))


def _saved(form: DraftForm) -> Done:
    form.save()
    return Done(_("The draft is saved."))
