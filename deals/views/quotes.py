"""The customer's page of a quote: read it, keep its pages, accept or decline it; no account, no script."""

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any

from babel.dates import format_datetime
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from config.common.errors import DomainError
from config.common.requests import client_address
from deals.quotes.answering import accept, decline, refusal_of
from deals.quotes.linking import revision_of
from deals.quotes.models import QuoteAnswer, QuoteRevision
from deals.quotes.pages import file_name, pages_of, read_of
from deals.quotes.reading import note_reading
from deals.quotes.refusing import QuoteRefused
from deals.quotes.standing import Standing, standing

View = Callable[..., HttpResponse]


class AnswerForm(forms.Form):
    """What the customer gives to answer."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})


class AcceptForm(AnswerForm):
    """What the customer gives to accept."""

    agreed = forms.BooleanField(label=_("I accept this quote, exactly as it is shown here."))


class DeclineForm(AnswerForm):
    """What the customer gives to decline."""

    reason = forms.CharField(label=_("What is the reason?"), max_length=1000, widget=forms.Textarea({"rows": 3}))


def for_customers(view: View) -> View:
    """Find the revision of a link and answer in its language, kept by nobody on the way and listed by no one."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        revision = revision_of(token)
        if revision is None:
            response = render(request, "deals/quote_public/unknown.html", status=404)
        else:
            with translation.override(revision.language):
                response = view(request, token, revision)
            response["Content-Language"] = revision.language
        response.headers.setdefault("Cache-Control", "no-store")
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


@require_safe
@for_customers
def quote_page(request: HttpRequest, token: str, revision: QuoteRevision) -> HttpResponse:
    """Show a revision, and how it stands."""
    if request.method == "GET" and not request.user.is_authenticated:
        note_reading(revision, at=timezone.now())
    return _show(request, token, revision)


@require_safe
@for_customers
def quote_pdf(request: HttpRequest, token: str, revision: QuoteRevision) -> HttpResponse:
    """Serve the pages exactly as they were stored; their ETag is their SHA-256."""
    pages = pages_of(revision)
    response = HttpResponse(bytes(pages.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file_name(revision)}"'
    response["ETag"] = quote_etag(pages.sha256)
    # Kept by the reader alone, who asks each time whether it is still so.
    response["Cache-Control"] = "private, no-cache"
    unchanged = get_conditional_response(request, etag=response["ETag"], response=response)
    return unchanged if isinstance(unchanged, HttpResponse) else response


@require_POST
@for_customers
def quote_accept(request: HttpRequest, token: str, revision: QuoteRevision) -> HttpResponse:
    """Accept a revision."""
    form = AcceptForm(request.POST, prefix="accept")
    if not form.is_valid():
        return _show(request, token, revision, accepting=form, status=422)
    return _answered(request, token, revision, lambda: accept(revision, **_said(request, form)))


@require_POST
@for_customers
def quote_decline(request: HttpRequest, token: str, revision: QuoteRevision) -> HttpResponse:
    """Decline a revision."""
    form = DeclineForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _show(request, token, revision, declining=form, status=422)
    said = _said(request, form)
    return _answered(request, token, revision, lambda: decline(revision, reason=form.cleaned_data["reason"], **said))


def _answered(
    request: HttpRequest, token: str, revision: QuoteRevision, answer: Callable[[], QuoteAnswer]
) -> HttpResponse:
    try:
        answer()
    except QuoteRefused as refusal:
        # How it stands now is on the page; the sentence says why the answer came too late.
        revision.quote.refresh_from_db()
        return _show(request, token, revision, refusal=refusal.sentence, status=409)
    except DomainError:
        # What our own house refused is no business of the customer.
        sentence = gettext("Your answer could not be recorded just now. Please tell us by e-mail or phone.")
        return _show(request, token, revision, refusal=sentence, status=409)
    return HttpResponseRedirect(f"{reverse('quote-page', args=[token])}#answer")


def _said(request: HttpRequest, form: AnswerForm) -> dict[str, Any]:
    return {
        "name": form.cleaned_data["name"],
        "address": client_address(request),
        "user_agent": request.headers.get("User-Agent", ""),
    }


def _show(
    request: HttpRequest,
    token: str,
    revision: QuoteRevision,
    *,
    accepting: AcceptForm | None = None,
    declining: DeclineForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    stands = standing(revision)
    answer = QuoteAnswer.objects.filter(revision=revision).first()
    why_not = refusal_of(revision, stands)
    context = {
        "token": token,
        "revision": revision,
        "quote": read_of(revision),
        "greeted": revision.buyer_copy["attention"] or revision.buyer_copy["name"],
        "stands": stands,
        "open": stands == Standing.SENT,
        "why_not": refusal or (why_not.sentence if why_not and not answer else ""),
        "answer": answer,
        "answered_at": _moment(answer, revision) if answer else "",
        "accepting": accepting or AcceptForm(prefix="accept"),
        "declining": declining or DeclineForm(prefix="decline"),
        "fingerprint": pages_of(revision).sha256,
    }
    return render(request, "deals/quote_public/page.html", context, status=status)


def _moment(answer: QuoteAnswer, revision: QuoteRevision) -> str:
    """Return when it was answered, by the clock of the seller, with its distance from UTC."""
    zone = zoneinfo.ZoneInfo(revision.quote.seller.time_zone)
    return str(format_datetime(answer.at, "d MMMM y, HH:mm 'GMT'xxx", tzinfo=zone, locale=revision.language))
