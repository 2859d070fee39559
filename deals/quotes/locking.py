"""The lock of a quote, and its revisions as they are while it is held.

Always in one order: the quote, then its deal, then what follows from the deal; messages and the seller's numbers last.
"""

from deals.quotes.quote import Quote
from deals.quotes.revision import QuoteRevision


def lock_quote(pk: int) -> Quote:
    """Lock a quote and return it as it is now; rows that only point at it can still be written."""
    Quote.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").get()
    locked: Quote = Quote.objects.select_related("deal__company", "deal__owner", "seller", "contact").get(pk=pk)
    return locked


def lock_revision(revision: QuoteRevision) -> QuoteRevision:
    """Lock the quote of a revision and return the revision as it is now."""
    quote = lock_quote(revision.quote_id)
    fresh: QuoteRevision = QuoteRevision.objects.select_related("currency").get(pk=revision.pk)
    fresh.quote = quote
    return fresh


def draft_of(quote: Quote) -> QuoteRevision | None:
    """Return the revision that is being written, if there is one."""
    return _first(quote, sent_at__isnull=True)


def last_sent(quote: Quote) -> QuoteRevision | None:
    """Return the revision that counts: the last one the customer got."""
    return _first(quote, sent_at__isnull=False)


def _first(quote: Quote, **condition: bool) -> QuoteRevision | None:
    rows = quote.revisions.filter(**condition).select_related("currency").order_by("-revision")
    found: QuoteRevision | None = rows.first()
    if found is not None:
        found.quote = quote
    return found
