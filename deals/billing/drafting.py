"""Drafts of invoices: made free, from a deal or from an accepted quote; changed and discarded until issued."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Company, Contact, User
from deals.billing.history import record
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceChangeKind, InvoiceState
from deals.billing.locking import lock_draft
from deals.billing.refusals import InvoiceRefused, check_draft
from deals.catalogue.models import Currency
from deals.documents.defaults import language_of, main_person, usual_seller
from deals.documents.drafting import DraftLine, lines_of, lines_of_deal, write_lines
from deals.documents.models import Seller
from deals.documents.numbering import local_day
from deals.documents.pricing import price
from deals.pipeline.models import Deal
from deals.policy.models import SalesPolicy
from deals.quotes.models import Quote, QuoteAnswer, QuoteState

# What a draft's author decides besides the lines.
CHANGEABLE = frozenset({
    "seller", "company", "contact", "deal", "owner", "currency", "language", "prices_include_tax", "discount",
    "terms", "reference", "delivered_on", "payment_days",
})  # fmt: skip


@transaction.atomic
def draft_invoice(
    *,
    by: User,
    lines: Sequence[DraftLine] = (),
    seller: Seller | None = None,
    company: Company | None = None,
    contact: Contact | None = None,
    deal: Deal | None = None,
    currency: Currency | None = None,
    language: str = "",
    **fields: Any,
) -> Invoice:
    """Draft an invoice, priced at today's rates of tax where the seller is.

    What is left out comes from the deal (company, main person, currency, owner), from the customer (language), from
    the seller (currency) and from the sales policy (days until due, prices with or without tax). ``fields`` are others
    of CHANGEABLE. Raises ValidationError with the fields at fault, SellerMissing, TaxRateMissing, AmountTooLarge.
    """
    return _draft(
        {
            "seller": seller,
            "company": company,
            "contact": contact,
            "deal": deal,
            "currency": currency,
            "language": language,
            **_known(fields),
        },
        lines,
        by=by,
    )


@transaction.atomic
def invoice_from_deal(deal: Deal, *, by: User) -> Invoice:
    """Draft an invoice with the lines of a deal, for its company and main person, in its currency."""
    return draft_invoice(deal=deal, lines=lines_of_deal(deal), by=by)


@transaction.atomic
def invoice_from_quote(quote: Quote, *, by: User) -> Invoice:
    """Draft the invoice of an accepted quote: the lines, discount and terms that were accepted, taxed as of today.

    Called again, it returns the same invoice, issued or not; after that was discarded, a new one. Refuses
    (``quote_not_accepted``) every other quote.
    """
    # The quote is the lock: of many clicks at once, one drafts and the others find what it drafted.
    Quote.objects.select_for_update(no_key=True).filter(pk=quote.pk).values_list("pk").get()
    present: Invoice | None = (
        Invoice.objects.invoices().filter(quote=quote.pk).exclude(state=InvoiceState.DISCARDED).first()
    )
    if present is not None:
        return present
    answer = QuoteAnswer.objects.filter(quote=quote.pk, accepted=True).select_related("revision__currency").first()
    quote = Quote.objects.select_related("deal__company", "seller", "contact").get(pk=quote.pk)
    if answer is None or quote.state != QuoteState.ACCEPTED:
        sentence = _("%(quote)s isn't accepted. Record the customer's answer first, or draft an invoice by hand.")
        raise InvoiceRefused(sentence % {"quote": quote}, code="quote_not_accepted")
    accepted = answer.revision
    copied = ("currency", "language", "prices_include_tax", "discount", "terms")
    fields = {name: getattr(accepted, name) for name in copied}
    fields |= {"quote": quote, "deal": quote.deal, "seller": quote.seller}
    fields |= {"company": quote.deal.company, "contact": quote.contact}
    return _draft(fields, lines_of(accepted), by=by)


@transaction.atomic
def change_draft(invoice: Invoice, *, by: User, lines: Sequence[DraftLine] | None = None, **fields: Any) -> Invoice:
    """Change a draft and price it anew at today's rates; ``lines`` replace all that there are.

    Raises InvoiceRefused (``invoice_issued``, ``invoice_discarded``) and what drafting raises.
    """
    locked = lock_draft(invoice.pk)
    check_draft(locked)
    _known(fields)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save(update_fields=[*fields, "updated_at"])
    if lines is not None:
        write_lines(locked, lines)
    price(locked, country=locked.seller.country, day=local_day(locked.seller))
    return locked


@transaction.atomic
def discard(invoice: Invoice, *, by: User, reason: str) -> Invoice:
    """Put a draft away for good; its quote can be invoiced again. The row stays, and no number is lost."""
    locked = lock_draft(invoice.pk)
    check_draft(locked)
    if not reason.strip():
        raise InvoiceRefused(_("Say why the draft is discarded."), code="discard_needs_reason")
    locked.state = InvoiceState.DISCARDED
    locked.save(update_fields=["state", "updated_at"])
    record(locked, InvoiceChangeKind.DISCARDED, by=by, reason=reason)
    return locked


def _draft(fields: Mapping[str, Any], lines: Sequence[DraftLine], *, by: User) -> Invoice:
    invoice = Invoice(**_completed(dict(fields), by), created_by=by)
    invoice.full_clean()
    invoice.save()
    write_lines(invoice, lines)
    price(invoice, country=invoice.seller.country, day=local_day(invoice.seller))
    record(invoice, InvoiceChangeKind.DRAFTED, by=by)
    return invoice


def _completed(fields: dict[str, Any], by: User) -> dict[str, Any]:
    """Return the columns of a draft, with what follows from others where nothing was said."""
    deal: Deal | None = fields.get("deal")
    policy = SalesPolicy.objects.current()
    seller = fields.get("seller") or usual_seller()
    company, contact = fields.get("company"), fields.get("contact")
    if deal is not None and company is None and contact is None:
        company = deal.company
    if deal is not None and contact is None and company == deal.company:
        contact = main_person(deal)
    return {
        **fields,
        "seller": seller,
        "company": company,
        "contact": contact,
        "currency": fields.get("currency") or (deal.currency if deal else seller.currency),
        "language": fields.get("language") or language_of(company, contact),
        "owner": fields.get("owner") or (deal.owner if deal else by),
        "payment_days": _given(fields, "payment_days", policy.payment_days),
        "prices_include_tax": _given(fields, "prices_include_tax", policy.prices_include_tax),
    }


def _given(fields: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    value = fields.get(name)
    return otherwise if value is None else value


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - CHANGEABLE:
        raise TypeError(f"Nobody decides {sorted(unknown)} of an invoice.")
    return fields
