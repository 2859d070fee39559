"""How a verb on an activity answers: back to where one was, with a sentence and a way back; a refusal says why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from config.common.admin.base import sentence_of, visible_or_404
from config.common.admin.toasts import show_toast
from config.common.errors import DomainError
from deals.admin.activities.showing import page_of
from deals.admin.reading import next_of
from deals.models import Activity


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence; ``undo`` is the address that takes it back with ``fields``."""

    sentence: str
    undo: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


Verb = Callable[[HttpRequest, Activity], Done]


def activity_verb(permission: str) -> Callable[[Verb], Callable[[HttpRequest, int], HttpResponse]]:
    """Make a view of an act on one activity: POST only, on an activity one may see, with the permission."""

    def decorate(act: Verb) -> Callable[[HttpRequest, int], HttpResponse]:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            rows = Activity.objects.select_related("owner", "deal", "contact", "company")
            activity: Activity = visible_or_404(rows, request.user, object_id)
            user: Any = request.user
            if not user.has_perm(permission):
                raise PermissionDenied
            try:
                with transaction.atomic():
                    done = act(request, activity)
            except (DomainError, ValidationError) as refusal:
                return refused(request, sentence_of(refusal), page_of(activity))
            show_toast(request, done.sentence, undo=done.undo, fields=done.fields)
            return HttpResponseRedirect(next_of(request) or page_of(activity))

        return view

    return decorate


def refused(request: HttpRequest, sentence: str, page: str) -> HttpResponse:
    """Say why not: in place for a script, which leaves the page as it is; else on the page one comes back to."""
    if request.headers.get("HX-Request"):
        return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, sentence)
    return HttpResponseRedirect(next_of(request) or page)
