"""How quotes are written for people: sums, days, standings and what to do next."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from config.common.money import show_money
from deals.models import Invoice, Quote, QuoteRevision
from deals.quotes.answer import QuoteReading
from deals.quotes.discounting import explain
from deals.quotes.revision import ApprovalState
from deals.quotes.standing import Standing

COLOURS = {
    Standing.DRAFT: "",
    Standing.SENT: "info",
    Standing.EXPIRED: "warning",
    Standing.REPLACED: "",
    Standing.ACCEPTED: "success",
    Standing.DECLINED: "danger",
    Standing.WITHDRAWN: "",
}
BADGES = {"info": "", "success": "td-badge-good", "danger": "td-badge-bad", "warning": "td-badge-warn", "": ""}


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do with a quote now, and why."""

    code: str
    sentence: str


def total_text(revision: QuoteRevision) -> str:
    """Return the total as people write it."""
    return show_money(revision.total, revision.currency_id, revision.currency.minor_units)


def day_text(day: Any) -> str:
    """Return a day as lists write it."""
    return date_format(day, "j M Y") if day else "–"


def badge_of(stands: Standing) -> str:
    """Return the colour of a standing's badge."""
    return BADGES[COLOURS[stands]]


def next_action(
    quote: Quote, stands: Standing, draft: QuoteRevision | None, *, user: Any, invoice: Invoice | None
) -> NextAction | None:
    """Return what to do next with a quote: approve, send, wait, extend, bill, offer something better."""
    if draft is not None and stands not in (Standing.ACCEPTED, Standing.WITHDRAWN):
        return _of_draft(draft, user)
    if stands == Standing.SENT:
        return NextAction("answer", _waiting(quote))
    if stands == Standing.EXPIRED:
        return NextAction("extend", _("Nobody answered in time. Extend it, or ask how they decided."))
    if stands == Standing.DECLINED:
        return NextAction("revise", _("The customer declined. Read why, and offer something better."))
    if stands == Standing.ACCEPTED and invoice is None:
        return NextAction("invoice", _("The customer accepted. Turn the quote into an invoice."))
    return None


def reading_text(revision: QuoteRevision | None) -> str:
    """Say when the customer looked at the page last."""
    reading = QuoteReading.objects.filter(revision=revision).first() if revision else None
    if reading is None:
        return _("The customer has not opened the page yet.")
    ago = timesince(reading.last_at, timezone.now()).split(",")[0]
    return _("The customer looked at it %(ago)s ago (%(times)s times).") % {"ago": ago, "times": reading.times}


def address_of_invoice(invoice: Invoice) -> str:
    """Return the address of an invoice's page."""
    return reverse("admin:deals_invoice_change", args=[invoice.pk])


def _of_draft(draft: QuoteRevision, user: Any) -> NextAction:
    if draft.approval in (ApprovalState.NEEDED, ApprovalState.REFUSED):
        return NextAction("ask", explain(draft, by=user))
    if draft.approval == ApprovalState.ASKED:
        return NextAction("decide" if user.has_perm("deals.approve_quote") else "wait", explain(draft, by=user))
    return NextAction("send", _("The draft is ready. Look at the page that the customer gets, then send it."))


def _waiting(quote: Quote) -> str:
    newest = max((row for row in quote.revisions.all() if row.sent_at), key=lambda row: row.revision)
    sentence = _("Waits for the customer until %(day)s.") % {"day": day_text(newest.valid_until)}
    return f"{sentence} {reading_text(newest)}"
