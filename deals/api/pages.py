"""Serving a document's stored pages: the bytes as they were printed, under their SHA-256 as ETag."""

from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deals.documents.models import StoredPdf

PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The pages, as they were stored.")}


class PdfRenderer(BaseRenderer):
    """Lets callers ask for ``application/pdf``; pages are answered as they are, and errors are JSON anyway."""

    media_type = "application/pdf"
    format = "pdf"


class ServesPages(APIView):
    """A view some of whose answers are PDFs."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer everything but pages as JSON, whatever was asked for."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and isinstance(response.accepted_renderer, PdfRenderer):
            response.accepted_renderer, response.accepted_media_type = JSONRenderer(), "application/json"
        return response


def pages_answer(request: Request, pages: StoredPdf, name: str) -> HttpResponse:
    """Return the pages as a file called ``name``, or 304 to who has them already."""
    response = HttpResponse(bytes(pages.content), content_type="application/pdf")
    response["ETag"] = quote_etag(pages.sha256)
    response["Content-Disposition"] = content_disposition_header(True, name.replace("/", "-")) or ""
    response["Cache-Control"] = "private, no-cache"
    answer = get_conditional_response(request._request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response
