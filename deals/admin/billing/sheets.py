"""The pages of documents: stored ones as they are, and what a draft would print, marked as a draft."""

import base64
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.common.admin.base import visible_or_404
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from deals.admin.reading import reader_of
from deals.billing.previewing import preview_pdf, preview_pictures
from deals.billing.printing import file_name, pages_of
from deals.models import Invoice


@require_safe
def pdf(request: HttpRequest, object_id: int) -> HttpResponse:
    """Answer the stored pages of what is issued, or those that a draft would have."""
    invoice = _seen(request, object_id)
    if invoice.is_draft:
        return _as_pdf(preview_pdf(invoice), _("Draft") + ".pdf")
    try:
        pages = pages_of(invoice)
    except DomainError as refusal:
        page = show_page(request, admin.site, "deals/billing/refused.html", str(invoice), refusal=refusal.sentence)
        page.status_code = 409
        return page
    response = _as_pdf(bytes(pages.content), file_name(invoice))
    response["ETag"] = quote_etag(pages.sha256)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response


@require_safe
def preview(request: HttpRequest, object_id: int) -> HttpResponse:
    """Answer pictures of the pages that a draft would have: beside its form, or alone where there is no script."""
    invoice = _seen(request, object_id)
    context: dict[str, Any] = {"pdf_address": reverse("admin:deals_invoice_pdf", args=[invoice.pk])}
    try:
        context["pages"] = [base64.b64encode(page).decode() for page in preview_pictures(invoice)]
    except DomainError as refusal:
        context["refusal"] = refusal.sentence
    if request.headers.get("HX-Request"):
        return render(request, "deals/billing/preview.html", context)
    return show_page(request, admin.site, "deals/billing/preview_page.html", _("Preview"), **context)


def _seen(request: HttpRequest, object_id: int) -> Invoice:
    user = reader_of(request)
    invoice: Invoice = visible_or_404(Invoice.objects.select_related("currency"), user, object_id)
    if not user.has_perm("deals.view_invoice"):
        raise PermissionDenied
    return invoice


def _as_pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name.replace("/", "-")) or ""
    response["Cache-Control"] = "private, no-cache"
    return response
