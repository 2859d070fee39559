"""Withdrawing a quote: the customer can't accept it any more."""

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import User
from deals.quotes.history import QuoteChangeKind, record
from deals.quotes.locking import draft_of, last_sent, lock_quote
from deals.quotes.mailing import cancel_letters
from deals.quotes.quote import Quote, QuoteState
from deals.quotes.refusing import QuoteRefused, check_not_over


@transaction.atomic
def withdraw(quote: Quote, *, by: User, reason: str) -> Quote:
    """Take a quote back, sent or not, for good: its page says so, and letters that wait don't leave.

    Refuses ``quote_accepted``, ``quote_withdrawn``, ``quote_declined``, ``withdrawal_needs_reason``.
    """
    quote = lock_quote(quote.pk)
    check_not_over(quote)
    if quote.state == QuoteState.DECLINED:
        sentence = _("%(quote)s was declined; there is nothing to withdraw.")
        raise QuoteRefused(sentence % {"quote": quote}, code="quote_declined")
    if not reason.strip():
        raise QuoteRefused(_("Say why the quote is withdrawn."), code="withdrawal_needs_reason")
    quote.state = QuoteState.WITHDRAWN
    quote.save(update_fields=["state", "updated_at"])
    revision = last_sent(quote) or draft_of(quote)
    assert revision is not None  # noqa: S101  a quote begins with one
    record(quote, QuoteChangeKind.WITHDRAWN, revision=revision, by=by, reason=reason.strip())
    cancel_letters(quote, reason=_("The quote was withdrawn."))
    return quote
