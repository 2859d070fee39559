"""Public forms: the page, what is posted through it, and the page that confirms it; no account and no script."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.capture.confirming import confirm, refusal_of, submission_of
from campaigns.capture.following import known_visitor
from campaigns.capture.limiting import is_within_limit
from campaigns.capture.page_keys import PageKey, new_page_key, read_page_key
from campaigns.capture.posting import post_form, turn_away
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.submission import SubmissionState
from campaigns.capture.vocabulary import channel_of_medium
from campaigns.models import Submission, WebForm
from campaigns.views.fields import TRAP, PublicForm
from campaigns.views.links import remember, visitor_key
from config.common.requests import client_address

View = Callable[..., HttpResponse]


def framed(response: HttpResponse, form: WebForm) -> HttpResponse:
    """Let exactly the form's sites embed an answer; kept by nobody on the way."""
    if form.sites:
        response._csp_replace = {"frame-ancestors": ["'self'", *form.sites]}  # type: ignore[attr-defined]
        # The older header knows no list; browsers that know the newer one need only that.
        response.xframe_options_exempt = True
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = form.language
    return response


def for_strangers(view: View) -> View:
    """Find the form of an address and answer in its language."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str) -> HttpResponse:
        form = WebForm.objects.select_related("campaign", "channel", "owner").filter(slug=slug).first()
        if form is None:
            return render(request, "campaigns/public/no_form.html", status=404)
        with translation.override(form.language):
            if not form.is_active:
                return framed(render(request, "campaigns/public/closed.html", {"form": form}, status=410), form)
            return framed(view(request, form), form)

    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@for_strangers
def form_page(request: HttpRequest, form: WebForm) -> HttpResponse:
    """Show a form, or take what was posted: the signed key in the page stands for what a cookie would."""
    if request.method != "POST":
        return _show(request, form, PublicForm(form))
    now = timezone.now()
    if not is_within_limit(form, client_address(request), now=now):
        response = render(request, "campaigns/public/too_many.html", {"form": form}, status=429)
        response["Retry-After"] = "60"
        return response
    page = read_page_key(form, request.POST.get("page", ""))
    filled = PublicForm(form, request.POST)
    if request.POST.get(TRAP) or (page is not None and page.is_too_fast(now)):
        turn_away(form)
        return _thanks(form)
    if page is None or page.is_too_old(now):
        sentence = _("This page was open for a long time. Please look at your answers and send them again.")
        return _show(request, form, filled, sentence=sentence, status=422)
    if not filled.is_valid():
        return _show(request, form, filled, page=page, status=422)
    return _posted(request, form, page, filled)


@require_safe
@for_strangers
def form_thanks(request: HttpRequest, form: WebForm) -> HttpResponse:
    """Thank: the same words for everybody, whether we knew them or not."""
    return render(request, "campaigns/public/thanks.html", {"form": form, "confirms": form.double_opt_in})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that confirms; only pressing it does, since programs that check mails follow its links too."""
    submission = submission_of(token)
    if submission is None:
        return render(request, "campaigns/public/no_form.html", status=404)
    form = submission.form
    with translation.override(form.language):
        refusal = refusal_of(submission, now=timezone.now())
        if request.method == "POST" and refusal is None:
            try:
                submission = confirm(submission, now=timezone.now())
                response = render(request, "campaigns/public/confirmed.html", {"form": form})
                remember(response, submission.visitor)
                return _kept_by_nobody(response)
            except CaptureRefused as late:
                refusal = late
        context = {"form": form, "refusal": refusal.sentence if refusal else ""}
        status = 409 if refusal and request.method == "POST" else 410 if refusal else 200
        return _kept_by_nobody(render(request, "campaigns/public/confirm.html", context, status=status))


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _posted(request: HttpRequest, form: WebForm, page: PageKey, filled: PublicForm) -> HttpResponse:
    submission: Submission = post_form(
        form,
        page=page,
        email=filled.email,
        answers=filled.answers,
        texts=filled.agreed,
        visitor=known_visitor(visitor_key(request)),
        now=timezone.now(),
    )
    response = _thanks(form)
    if submission.state == SubmissionState.ACCEPTED:
        remember(response, submission.visitor)
    return response


def _thanks(form: WebForm) -> HttpResponse:
    response = HttpResponseRedirect(reverse("form-thanks", args=[form.slug]))
    response.status_code = 303
    return response


def _show(
    request: HttpRequest,
    form: WebForm,
    filled: PublicForm,
    *,
    page: PageKey | None = None,
    sentence: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the form; what was wrong with it keeps its key, so that sending it again is still one post."""
    channel = channel_of_medium(request.GET.get("utm_medium", ""))
    key = request.POST.get("page", "") if page else new_page_key(form, channel, now=timezone.now())
    context: dict[str, Any] = {"form": form, "filled": filled, "page_key": key, "trap": TRAP, "sentence": sentence}
    return render(request, "campaigns/public/form.html", context, status=status)
