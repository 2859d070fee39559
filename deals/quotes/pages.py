"""The printed pages of a revision: kept for ever once it was sent, made for a look before."""

from typing import Any

from deals.documents.facts import PrintedDocument
from deals.documents.models import StoredPdf
from deals.documents.numbering import local_day
from deals.documents.pages import stored_pages
from deals.documents.parties import buyer_copy, seller_copy
from deals.documents.printing import print_document, printable
from deals.documents.stating import stated
from deals.quotes.linking import link_for
from deals.quotes.refusing import never_sent
from deals.quotes.revision import QuoteRevision


def pages_of(revision: QuoteRevision) -> StoredPdf:
    """Return the pages of a sent revision, made once and kept with their hash. Refuses (``quote_not_sent``) a draft."""
    if revision.sent_at is None:
        raise never_sent(revision.quote)
    return stored_pages(revision, lambda: print_document(_facts(revision, accept_url=link_for(revision))))


def read_of(revision: QuoteRevision) -> dict[str, Any]:
    """Return what the pages of a sent revision say, written out in its language, for showing it elsewhere alike."""
    return printable(_facts(revision))


def preview_of(revision: QuoteRevision) -> bytes:
    """Return the pages that a draft would have if it were sent now, without a number."""
    # A copy of its own: nothing of the look ahead may be saved by the caller.
    revision = QuoteRevision.objects.select_related("quote__deal__company", "currency").get(pk=revision.pk)
    quote = revision.quote
    revision.seller_copy = seller_copy(quote.seller, revision.language)
    revision.buyer_copy = buyer_copy(quote.deal.company, quote.contact, revision.language)
    revision.issued_on = local_day(quote.seller)
    return print_document(_facts(revision))


def file_name(revision: QuoteRevision) -> str:
    """Return what the pages are called as a file."""
    suffix = f"-{revision.revision}" if revision.revision > 1 else ""
    return f"{revision.quote.number}{suffix}.pdf"


def _facts(revision: QuoteRevision, *, accept_url: str = "") -> PrintedDocument:
    return stated(
        revision,
        kind="quote",
        number=revision.quote.number,
        issued_on=revision.issued_on,
        valid_until=revision.valid_until,
        revision=revision.revision,
        introduction=revision.introduction,
        accept_url=accept_url,
    )
