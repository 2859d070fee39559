"""How a verb on a deal answers: the board gets itself back, every other page is returned to with a message."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from config.common.admin.base import sentence_of, visible_or_404
from config.common.admin.toasts import Toast, show_toast
from config.common.errors import DomainError
from deals.admin.board import board_context
from deals.admin.reading import next_of
from deals.models import Deal, StageChange


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence, and the step that can be taken back."""

    sentence: str
    undo: StageChange | None = None


Verb = Callable[[HttpRequest, Deal], Done]


def verb(permission: str) -> Callable[[Verb], Callable[[HttpRequest, int], HttpResponse]]:
    """Make a view of an act on one deal: POST only, on a deal one may see, with the permission.

    What is refused is said in a sentence, and nothing is half done.
    """

    def decorate(act: Verb) -> Callable[[HttpRequest, int], HttpResponse]:
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            deals = Deal.objects.select_related("stage", "pipeline", "currency", "owner", "company")
            deal = visible_or_404(deals, request.user, object_id)
            user: Any = request.user
            if not user.has_perm(permission):
                raise PermissionDenied
            try:
                with transaction.atomic():
                    done = act(request, deal)
            except (DomainError, ValidationError) as refusal:
                return _answer(request, deal, Toast(sentence_of(refusal), is_refusal=True))
            return _answer(request, deal, _toast_of(deal, done))

        return view

    return decorate


def _toast_of(deal: Deal, done: Done) -> Toast:
    if done.undo is None:
        return Toast(done.sentence)
    address = reverse("admin:deals_deal_undo", args=[deal.pk])
    return Toast(done.sentence, undo=address, fields={"change": str(done.undo.pk)})


def newest_step(deal: Deal) -> StageChange | None:
    """Return the step that was just written."""
    return deal.stage_changes.order_by("-id").first()


def _answer(request: HttpRequest, deal: Deal, toast: Toast) -> HttpResponse:
    if request.headers.get("X-Tandem-Board"):
        status = 409 if toast.is_refusal else 200
        board = board_context(request)
        return render(
            request,
            "deals/board_columns.html",
            {**board, "toast": toast, "toast_next": board["board_address"], "scripted": True},
            status=status,
        )
    if toast.is_refusal:
        messages.error(request, toast.sentence)
    elif toast.undo:
        show_toast(request, toast.sentence, undo=toast.undo, fields=toast.fields)
    else:
        messages.success(request, toast.sentence)
    return HttpResponseRedirect(next_of(request) or reverse("admin:deals_deal_change", args=[deal.pk]))
