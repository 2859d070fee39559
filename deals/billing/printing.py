"""The pages of invoices and credit notes: printed once after issuing, from frozen rows alone, kept with their hash."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from deals.billing.invoice import Invoice
from deals.billing.refusals import check_issued
from deals.documents.facts import Correction, PrintedDocument
from deals.documents.models import StoredPdf
from deals.documents.pages import stored_pages
from deals.documents.printing import print_document
from deals.documents.stating import stated

# What the sweep looks back on; pages of what is older are made when somebody asks for them.
SWEPT = timedelta(days=30)


def pages_of(invoice: Invoice) -> StoredPdf:
    """Return the pages of an issued invoice or credit note; the first call makes them, and they are the same for ever.

    Refuses (``invoice_not_issued``) a draft.
    """
    frozen = Invoice.objects.select_related("currency", "credits").get(pk=invoice.pk)
    check_issued(frozen)
    return stored_pages(frozen, lambda: print_document(document_of(frozen)))


def file_name(invoice: Invoice) -> str:
    """Return what the file with the pages is called."""
    return f"{invoice.number}.pdf"


def document_of(invoice: Invoice) -> PrintedDocument:
    """Return what an issued document prints."""
    facts: dict[str, Any] = {
        "kind": invoice.kind,
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "reference": invoice.reference,
    }
    corrected = invoice.credits
    if corrected is None or corrected.issued_on is None:
        return stated(invoice, due_on=invoice.due_on, delivered_on=invoice.delivered_on, **facts)
    correction = Correction(corrected.number, corrected.issued_on, invoice.reason)
    return stated(invoice, correction=correction, **facts)


def without_pages(most: int = 100) -> list[int]:
    """Return the ids of what was issued lately and has no pages yet: the nudge was lost, or printing failed."""
    kept = StoredPdf.objects.filter(document_type=Invoice._meta.label_lower, document_id=OuterRef("pk"))
    lately = Invoice.objects.issued().filter(~Exists(kept), issued_at__gte=timezone.now() - SWEPT)
    return list(lately.order_by("-issued_at").values_list("pk", flat=True)[:most])
