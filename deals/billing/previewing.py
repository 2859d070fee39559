"""A look at the pages that a draft would have if it were issued now: marked as a draft, and kept nowhere."""

from dataclasses import replace
from datetime import timedelta

from django.utils import translation

from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceState
from deals.billing.refusals import check_draft
from deals.documents.facts import PrintedDocument
from deals.documents.numbering import local_day
from deals.documents.parties import buyer_copy, seller_copy
from deals.documents.printing import draw_document, print_document
from deals.documents.stating import stated


def preview_pdf(draft: Invoice) -> bytes:
    """Return the pages of a draft as a PDF. Refuses (``invoice_issued``, ``invoice_discarded``) what is no draft."""
    return print_document(_looked_ahead(draft))


def preview_pictures(draft: Invoice) -> list[bytes]:
    """Return the pages of a draft as pictures (PNG). Refuses what ``preview_pdf`` refuses."""
    return draw_document(_looked_ahead(draft))


def _looked_ahead(draft: Invoice) -> PrintedDocument:
    """Return what a draft would print today, at the amounts that it was last reckoned with."""
    # A copy of its own: nothing of the look ahead may be saved by the caller.
    copy = Invoice.objects.select_related("currency", "seller", "company", "contact").get(pk=draft.pk)
    check_draft(copy)
    day = local_day(copy.seller)
    copy.seller_copy = seller_copy(copy.seller, copy.language)
    copy.buyer_copy = buyer_copy(copy.company, copy.contact, copy.language)
    with translation.override(copy.language):
        word = str(InvoiceState.DRAFT.label)
    facts = stated(
        copy,
        kind=copy.kind,
        number=word,
        issued_on=day,
        due_on=day + timedelta(days=copy.payment_days),
        delivered_on=copy.delivered_on,
        reference=copy.reference,
    )
    return replace(facts, mark=word)
