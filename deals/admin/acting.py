"""Views of acts on one record: POST only, on a record one may see, with the permission, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from config.common.admin.base import change_address, sentence_of, visible_or_404
from config.common.errors import DomainError
from deals.admin.reading import next_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, in a sentence, and where it leads if not back to the record."""

    sentence: str
    lead_to: str = ""


Act = Callable[[HttpRequest, Any], Outcome]


def act_on(
    rows: Callable[[], QuerySet[Any]], permission: str
) -> Callable[[Act], Callable[[HttpRequest, int], HttpResponse]]:
    """Make a view of an act on one of ``rows``. A refusal is said on the page one comes back to."""

    def decorate(act: Act) -> Callable[[HttpRequest, int], HttpResponse]:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            row = visible_or_404(rows(), request.user, object_id)
            user: Any = request.user
            if not user.has_perm(permission):
                raise PermissionDenied
            try:
                with transaction.atomic():
                    outcome = act(request, row)
            except (DomainError, ValidationError) as refusal:
                messages.error(request, sentence_of(refusal))
                return HttpResponseRedirect(next_of(request) or change_address(row))
            messages.success(request, outcome.sentence)
            return HttpResponseRedirect(outcome.lead_to or next_of(request) or change_address(row))

        return view

    return decorate
