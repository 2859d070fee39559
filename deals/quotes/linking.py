"""The customer's address of a revision: signed, so that nobody can guess another one."""

from django.core.signing import BadSignature, Signer

from config.common.links import absolute
from deals.quotes.revision import QuoteRevision

# The place of the page; deals.views.urls has it too.
PATH = "/q/%s/"


def token_for(revision: QuoteRevision) -> str:
    """Return what stands for a revision in its address."""
    return _signer().sign(str(revision.pk))


def link_for(revision: QuoteRevision) -> str:
    """Return the whole address of the page on which the customer reads and answers a revision."""
    return absolute(PATH % token_for(revision))


def revision_of(token: str) -> QuoteRevision | None:
    """Return the sent revision that a token stands for; None for a token that we didn't make."""
    try:
        pk = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    sent = QuoteRevision.objects.sent().filter(pk=pk)
    found: QuoteRevision | None = sent.select_related("quote__seller", "quote__deal", "currency").first()
    return found


def _signer() -> Signer:
    # A point: Django's own separator is written as %3A in some mail programs.
    return Signer(sep=".", salt="deals.quotes.customer_link")
