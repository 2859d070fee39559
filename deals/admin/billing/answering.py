"""How an act on an invoice or a payment answers: done, it goes on with a sentence; refused, the page stands again with
what was typed and why not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from config.common.admin.base import change_address, visible_or_404
from config.common.admin.toasts import show_toast
from config.common.errors import DomainError
from deals.admin.billing.forms import ActForm
from deals.admin.reading import next_of


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, where one goes on, and how it is taken back."""

    sentence: str
    page: str = ""
    undo: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


Act = Callable[[HttpRequest, Any, dict[str, Any]], Done]
View = Callable[[HttpRequest, int], HttpResponse]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where acts on one kind of row come from: the rows with all their parts, and the page that shows one again."""

    rows: Callable[[Any], Any]
    page: Callable[[HttpRequest, Any, ActForm], HttpResponse]

    def act(self, permission: str, form_class: type[ActForm] = ActForm) -> Callable[[Act], View]:
        """Make a view of an act: on a row that one may see, with the permission, with a form that holds."""

        def decorate(act: Act) -> View:
            @wraps(act)
            def view(request: HttpRequest, object_id: int) -> HttpResponse:
                user: Any = request.user
                row = visible_or_404(self.rows(user), user, object_id)
                if not user.has_perm(permission):
                    raise PermissionDenied
                if request.method != "POST":
                    # Somebody came back to the address of an act.
                    return HttpResponseRedirect(change_address(row))
                form = form_class(row, request.POST, today=timezone.localdate())
                done = attempt(form, lambda: act(request, row, form.cleaned_data))
                return self.page(request, row, form) if done is None else go_on(request, done, change_address(row))

            return view

        return decorate


def attempt(form: Any, act: Callable[[], Done]) -> Done | None:
    """Do something in one transaction if its form holds; what is refused is said in the form, and nothing half done."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return act()
    except DomainError as refusal:
        form.refuse(ValidationError(refusal.sentence))
    except ValidationError as refusal:
        form.refuse(refusal)
    return None


def go_on(request: HttpRequest, done: Done, page: str) -> HttpResponse:
    """Say what was done on the page on which one goes on."""
    if done.undo:
        show_toast(request, done.sentence, undo=done.undo, fields=done.fields)
    else:
        messages.success(request, done.sentence)
    return HttpResponseRedirect(done.page or next_of(request) or page)
