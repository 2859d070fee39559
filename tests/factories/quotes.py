"""Quotes on deals of Rani's kind: drafted, sent and answered by the rules themselves."""

from collections.abc import Sequence
from typing import Any

import pytest

from config.common.errors import DomainError
from contacts.models import Contact, User
from deals.documents.drafting import DraftLine
from deals.models import Deal, Quote, QuoteRevision, Seller
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.sending import send
from tests.factories.billing import SellerFactory, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory


def anna(**fields: Any) -> Contact:
    """Anna, who buys and reads English; the same Anna each time."""
    known = Contact.objects.filter(full_name="Anna Berg").first()
    if known is not None and not fields:
        return known
    return ContactFactory(**{"full_name": "Anna Berg", "emails": ["anna@example.com"], "language": "en"} | fields)


def deal_of(owner: User, *, contact: Contact | None = None, **fields: Any) -> Deal:
    """An open deal with Anna, at a company."""
    fields.setdefault("company", CompanyFactory(name="Kedai Senja"))
    return DealFactory(owner=owner, contacts=[contact or anna()], **fields)


def drafted_quote(
    by: User, lines: Sequence[DraftLine] | None = None, *, deal: Deal | None = None, **changes: Any
) -> Quote:
    """A draft of 100 US dollars without tax if nothing else is said, on a deal of the author's."""
    if Seller.objects.all().usual() is None:
        SellerFactory()
    quote = draft_quote(deal or deal_of(by), by=by)
    change_revision(quote.revisions.get(), by=by, lines=[line()] if lines is None else lines, **changes)
    return quote


def sent_quote(
    by: User, lines: Sequence[DraftLine] | None = None, *, by_email: bool = True, **fields: Any
) -> QuoteRevision:
    """The same, sent to Anna; the revision she has."""
    return send(drafted_quote(by, lines, **fields), by=by, by_email=by_email)


def draft(quote: Quote) -> QuoteRevision:
    """The revision that is being written, as it is now."""
    return quote.revisions.get(sent_at__isnull=True)


def refused(code: str) -> Any:
    """Expect a refusal by its code."""
    return pytest.raises(DomainError, check=lambda refusal: refusal.code == code)
