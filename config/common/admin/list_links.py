"""What else one can do with the rows that a list shows: links beside its heading, which apps above register."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class ListLink:
    """Something to do with the rows of a list."""

    title: str | Promise
    link: str
    icon: str = "arrow_forward"


# Given the request and what narrows the list (its filters and ``q``, the search), returns a link or nothing.
LinkSource = Callable[[HttpRequest, dict[str, str]], ListLink | None]
_sources: dict[str, list[LinkSource]] = {}


def register_list_link(model_label: str, source: LinkSource) -> None:
    """Add a link to the list of ``model_label`` (``contacts.contact``); called by ``ready``."""
    _sources.setdefault(model_label, []).append(source)


def list_links(request: HttpRequest, model_label: str) -> list[ListLink]:
    """Return the links for a list as it is narrowed now."""
    params = {name: request.GET.get(name, "") for name in request.GET}
    found = [source(request, params) for source in _sources.get(model_label, [])]
    return [link for link in found if link is not None]
