"""Each signed-in person's own language and time zone for the request they make."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation


class PersonalSettingsMiddleware:
    """Activate the user's language and zone; others get what their browser asks for and the company's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language and zone, late templates included."""
        user = request.user
        if user.is_authenticated:
            language, zone = user.language, zoneinfo.ZoneInfo(user.time_zone)
        else:
            language, zone = translation.get_language_from_request(request), timezone.get_default_timezone()
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response
