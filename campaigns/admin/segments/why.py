"""Why somebody is in a segment, or not: the rule condition by condition, with the person's value and the verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Segment
from campaigns.segments.reading import Trace, explain_membership
from config.common.admin.base import change_address, visible_or_404
from contacts.admin.typed import Typed, find_contact
from contacts.models import Contact
from deals.admin.reading import as_id


@dataclass(frozen=True, slots=True)
class Line:
    """One condition or group of the rule; ``depth`` says how far in it stands."""

    depth: int
    trace: Trace
    is_group: bool


def lines_of(trace: Trace, depth: int = 0) -> Iterator[Line]:
    """Return a rule's verdicts as lines, each under what it is part of."""
    yield Line(min(depth, 6), trace, bool(trace.match))
    for child in trace.children:
        yield from lines_of(child, depth + 1)


def why_context(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """Return the verdicts about the contact that the address names, and the box to ask about another one."""
    contact = _contact(request)
    context: dict[str, Any] = {
        "segment": segment,
        "segment_address": change_address(segment),
        "suggest": reverse("admin:suggest", args=["contact"]),
        "contact": contact,
        "asked": request.GET.get("name", "").replace("\x00", "")[:200],
    }
    if contact is not None:
        reader: Any = request.user
        told = explain_membership(segment, contact, reader, now=timezone.now())
        context["told"] = told
        context["lines"] = list(lines_of(told.rule)) if told.rule else []
        context["contact_address"] = change_address(contact)
    return context


def _contact(request: HttpRequest) -> Contact | None:
    reader: Any = request.user
    pk = as_id(request.GET.get("contact", "") or request.GET.get("name_id", ""))
    if pk:
        found: Contact = visible_or_404(Contact.objects.all(), reader, pk)
        return found
    name = request.GET.get("name", "").replace("\x00", "").strip()[:200]
    if not name:
        return None
    try:
        return find_contact(Typed(name), reader)
    except ValidationError:
        return None
