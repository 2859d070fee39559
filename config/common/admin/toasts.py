"""Toasts: messages that stand for a few seconds, perhaps with a button that takes the step back.

They travel as Django's messages. Imports nothing of the admin's classes: template tags are loaded before those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest

_MARK = "toast "


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence. ``undo`` is the address to which its button posts ``fields``; empty where there is no way back."""

    sentence: str
    is_refusal: bool = False
    undo: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def show_toast(request: HttpRequest, sentence: str, *, undo: str = "", fields: Mapping[str, Any] | None = None) -> None:
    """Say on the next page what was done, with a button that takes it back where ``undo`` is given."""
    tags = f"{_MARK}{undo}?{urlencode(fields or {})}"
    messages.add_message(request, messages.SUCCESS, sentence, extra_tags=tags)


def share_out(request: HttpRequest) -> dict[str, list[Any]]:
    """Share out the messages of a request: ``toasts``, and the ``others`` that stand on the page."""
    toasts, others = [], []
    for message in messages.get_messages(request):
        tags = message.extra_tags or ""
        if tags.startswith(_MARK):
            undo, _sign, query = tags.removeprefix(_MARK).partition("?")
            toasts.append(Toast(str(message), undo=undo, fields=dict(parse_qsl(query, keep_blank_values=True))))
        else:
            others.append(message)
    return {"toasts": toasts, "others": others}
