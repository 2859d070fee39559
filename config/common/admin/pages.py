"""Pages of the admin that belong to no model, such as "My account": apps register them, the site addresses them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

View = Callable[..., HttpResponseBase]
_pages: list[tuple[str, str, View]] = []


def register_page(route: str, name: str, view: View) -> None:
    """Add a page under ``/admin/<route>`` with the address ``admin:<name>``, for everybody who is signed in.

    Called while the admin modules load. The view checks further permissions itself.
    """
    _pages.append((route, name, view))


def pages() -> list[tuple[str, str, View]]:
    """Return the registered pages."""
    return list(_pages)


def show_page(request: HttpRequest, site: Any, template: str, title: str, **context: Any) -> TemplateResponse:
    """Render a page of one's own with everything that surrounds it: sidebar, title, messages."""
    request.current_app = site.name
    return TemplateResponse(request, template, {**site.each_context(request), "title": title, **context})
