"""Our own company, and invoices as they are drafted, issued and paid by the rules themselves."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from contacts.models import User
from deals.billing.drafting import draft_invoice
from deals.billing.issuing import issue
from deals.documents.drafting import DraftLine, write_lines
from deals.documents.pricing import price
from deals.models import Currency, Deal, Invoice, Quote, QuoteAnswer, QuoteRevision, Seller
from deals.quotes.models import QuoteState
from tests.factories.contacts import CompanyFactory, UserFactory


class SellerFactory(factory.django.DjangoModelFactory[Seller]):
    """A company of ours in Jakarta that sells in US dollars; the first one is the usual one."""

    name = factory.Sequence("Nusantara {}".format)
    legal_form = "PT"
    country = "ID"
    time_zone = "Asia/Jakarta"
    currency = factory.LazyFunction(lambda: Currency.objects.get(code="USD"))
    is_default = factory.LazyFunction(lambda: not Seller.objects.filter(is_default=True).exists())

    class Meta:
        model = Seller


def line(price: str | int = 100, quantity: str | int = 1, **fields: Any) -> DraftLine:
    """A line that isn't taxed, unless a category is given."""
    fields = {"description": "Consulting", "tax_category": "zero"} | fields
    return DraftLine(unit_price=Decimal(price), quantity=Decimal(quantity), **fields)


def drafted(lines: Sequence[DraftLine] | None = None, *, by: User | None = None, **fields: Any) -> Invoice:
    """A draft for a company, over 100 US dollars without tax if nothing else is said."""
    if not {"company", "contact", "deal"} & fields.keys():
        fields["company"] = CompanyFactory()
    fields.setdefault("seller", Seller.objects.all().usual() or SellerFactory())
    return draft_invoice(lines=lines if lines is not None else [line()], by=by or UserFactory(role="finance"), **fields)


def issued(lines: Sequence[DraftLine] | None = None, *, on: date | None = None, **fields: Any) -> Invoice:
    """The same, issued."""
    draft = drafted(lines, **fields)
    assert draft.created_by is not None
    return issue(draft, by=draft.created_by, on=on)


def accepted_quote(lines: Sequence[DraftLine], *, deal: Deal, seller: Seller, **fields: Any) -> Quote:
    """A quote whose first revision was sent and accepted, written row by row: no rule of quotes is under test here."""
    quote = Quote.objects.create(deal=deal, seller=seller, contact=fields.pop("contact", None))
    fields = {"currency": seller.currency, "language": "en"} | fields
    revision = QuoteRevision.objects.create(quote=quote, **fields)
    write_lines(revision, lines)
    price(revision, country=seller.country, day=timezone.localdate())
    revision.sent_at, revision.issued_on = timezone.now(), timezone.localdate()
    revision.valid_until = timezone.localdate()
    revision.save()
    quote.number, quote.year, quote.sequence = f"Q-2026-{quote.pk:05d}", 2026, quote.pk
    quote.state = QuoteState.ACCEPTED
    quote.save()
    QuoteAnswer.objects.create(
        quote=quote, revision=revision, accepted=True, name="Ayu", at=timezone.now(), sha256="0" * 64
    )
    return quote
