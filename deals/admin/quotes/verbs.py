"""What one does to a quote from its page or from a deal: each reads its form and calls one function."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from config.common.admin.base import change_address
from deals.admin.acting import Outcome, act_on
from deals.admin.quotes.showing import address_of_invoice
from deals.admin.reading import text_of
from deals.billing.drafting import invoice_from_quote
from deals.models import Deal, Quote, QuoteRevision
from deals.quotes import answering, approving, drafting, sending, withdrawing
from deals.quotes.locking import draft_of, last_sent

CHANGE, ADD = "deals.change_quote", "deals.add_quote"


def _quotes() -> Any:
    return Quote.objects.select_related("deal__company", "seller", "contact")


def _deals() -> Any:
    return Deal.objects.select_related("company", "currency", "owner")


@act_on(_deals, ADD)
def quote_deal(request: HttpRequest, deal: Deal) -> Outcome:
    """Draft a quote with the deal's lines and go there."""
    quote = drafting.draft_quote(deal, by=_user(request))
    return Outcome(_("The quote is drafted with the deal's lines. Check it and send it."), change_address(quote))


@act_on(_quotes, CHANGE)
def send(request: HttpRequest, quote: Quote) -> Outcome:
    """Send the draft to ``to``, or mark it as sent if it is handed over otherwise."""
    by_email = request.POST.get("how") != "by_hand"
    to, words = text_of(request, "to", 254) or None, text_of(request, "message", 4000)
    revision = sending.send(quote, by=_user(request), to=to, message=words, by_email=by_email)
    if by_email:
        return Outcome(_("%(quote)s goes to %(to)s.") % {"quote": revision.quote, "to": revision.sent_to})
    return Outcome(_("%(quote)s counts as sent. Hand its link over.") % {"quote": revision.quote})


@act_on(_quotes, CHANGE)
def send_again(request: HttpRequest, quote: Quote) -> Outcome:
    """Mail the revision that counts once more."""
    revision = sending.send_again(quote, by=_user(request), message=text_of(request, "message", 4000))
    return Outcome(_("%(quote)s goes out once more.") % {"quote": revision.quote})


@act_on(_quotes, CHANGE)
def revise(request: HttpRequest, quote: Quote) -> Outcome:
    """Make the next revision."""
    revision = drafting.revise(quote, by=_user(request))
    return Outcome(
        _("Revision %(number)s is drafted. The customer still has the one before.") % {"number": revision.revision}
    )


@act_on(_quotes, CHANGE)
def discard(request: HttpRequest, quote: Quote) -> Outcome:
    """Throw the draft revision away."""
    drafting.discard_revision(_draft(quote), by=_user(request))
    return Outcome(_("The draft is gone. What the customer has counts."))


@act_on(_quotes, CHANGE)
def extend(request: HttpRequest, quote: Quote) -> Outcome:
    """Make it valid until a later day."""
    until = _day(request.POST.get("until", ""))
    if until is None:
        raise ValidationError(_("Choose until when the quote is valid: today or a later day."))
    sending.extend(quote, until=until, by=_user(request))
    return Outcome(_("The customer gets a new revision with the later day."))


@act_on(_quotes, CHANGE)
def withdraw(request: HttpRequest, quote: Quote) -> Outcome:
    """Take the quote back."""
    withdrawing.withdraw(quote, by=_user(request), reason=text_of(request, "reason"))
    return Outcome(_("%(quote)s is withdrawn; its page says so.") % {"quote": quote})


@act_on(_quotes, CHANGE)
def ask_approval(request: HttpRequest, quote: Quote) -> Outcome:
    """Ask a manager to approve the discounts."""
    approving.ask_approval(_draft(quote), by=_user(request), note=text_of(request, "note"))
    return Outcome(_("Approval was asked for. You are told when it is decided."))


@act_on(_quotes, "deals.approve_quote")
def approve(request: HttpRequest, quote: Quote) -> Outcome:
    """Approve the discounts of the draft, as they were seen."""
    draft = _draft(quote)
    approving.approve(draft, by=_user(request), note=text_of(request, "note"))
    return Outcome(_("The discounts are approved; the quote can be sent."))


@act_on(_quotes, "deals.approve_quote")
def refuse_approval(request: HttpRequest, quote: Quote) -> Outcome:
    """Refuse the discounts of the draft, with a reason."""
    approving.refuse_approval(_draft(quote), by=_user(request), note=text_of(request, "note"))
    return Outcome(_("The discounts are refused; who asked is told why."))


@act_on(_quotes, CHANGE)
def record_answer(request: HttpRequest, quote: Quote) -> Outcome:
    """Write down what the customer said elsewhere."""
    revision, name = last_sent(quote), text_of(request, "name", 200)
    if revision is None:
        raise ValidationError(_("This quote was never sent. Send it first."))
    if request.POST.get("answer") == "declined":
        reason = text_of(request, "reason", 1000)
        answering.decline(revision, name=name, reason=reason, recorded_by=_user(request))
        return Outcome(_("Written down: the customer declined."))
    answering.accept(revision, name=name, recorded_by=_user(request))
    return Outcome(_("Written down: the customer accepted."))


@act_on(_quotes, "deals.add_invoice")
def invoice(request: HttpRequest, quote: Quote) -> Outcome:
    """Turn an accepted quote into an invoice and go there; a second click finds the first one's."""
    made = invoice_from_quote(quote, by=_user(request))
    return Outcome(_("Here is the invoice of %(quote)s.") % {"quote": quote}, address_of_invoice(made))


def _draft(quote: Quote) -> QuoteRevision:
    draft = draft_of(quote)
    if draft is None:
        raise ValidationError(_("This quote has no draft. Make the next revision first."))
    return draft


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        # Written as a day, and none: 31 February.
        return None


def _user(request: HttpRequest) -> Any:
    return request.user


VERBS = {
    "send": send,
    "send_again": send_again,
    "revise": revise,
    "discard": discard,
    "extend": extend,
    "withdraw": withdraw,
    "ask_approval": ask_approval,
    "approve": approve,
    "refuse_approval": refuse_approval,
    "record_answer": record_answer,
    "invoice": invoice,
}
