"""Why something can't be done with a quote now, each with the way round."""

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.quotes.quote import Quote, QuoteState


class QuoteRefused(DomainError):
    """A quote can't be changed, sent or answered that way now."""

    code = "quote_refused"


def check_not_over(quote: Quote) -> None:
    """Refuse what can't be done any more once a quote was accepted or withdrawn."""
    if quote.state == QuoteState.ACCEPTED:
        sentence = _("%(quote)s was accepted, so it stays as it is. Draft a new quote on the deal.")
        raise QuoteRefused(sentence % {"quote": quote}, code="quote_accepted")
    if quote.state == QuoteState.WITHDRAWN:
        sentence = _("%(quote)s was withdrawn. Draft a new quote on the deal.")
        raise QuoteRefused(sentence % {"quote": quote}, code="quote_withdrawn")


def never_sent(quote: Quote) -> QuoteRefused:
    """Return the refusal of what can only be done with a quote that the customer has."""
    sentence = _("%(quote)s was never sent. Send it first.")
    return QuoteRefused(sentence % {"quote": quote}, code="quote_not_sent")
