"""The API's description of itself, drawn once a process: it is the same for everybody, and takes seconds to draw."""

from typing import ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import force_bytes
from django.utils.translation import get_language
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """The schema in JSON, which browsers read fastest, or in YAML for those who ask for it."""

    api_version = "v1"
    permission_classes = [IsAuthenticated]
    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2]
    _drawn: ClassVar[dict[tuple[str | None, str], bytes]] = {}

    def _get_schema_response(self, request: Request) -> HttpResponseBase:
        renderer, media_type = self.perform_content_negotiation(request, force=True)
        key = (get_language(), media_type)
        if key not in self._drawn:
            schema = super()._get_schema_response(request).data  # type: ignore[no-untyped-call]
            self._drawn[key] = force_bytes(renderer.render(schema, media_type, self.get_renderer_context()))
        name = self._get_filename(request, self.api_version)  # type: ignore[no-untyped-call]
        return HttpResponse(
            self._drawn[key],
            content_type=media_type,
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )
