"""The redirect of tracked links: fast, kept by nobody on the way."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.capture.following import find_link, follow
from campaigns.models import Visitor

COOKIE = "tandem_visitor"
_COOKIE_SECONDS = 60 * 60 * 24 * 365
# What browsers and proxies say when they fetch a page that nobody asked for yet.
_LOOKING_AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")


@require_safe
def follow_link(request: HttpRequest, code: str) -> HttpResponse:
    """Send a visitor on to where a link leads, and count them."""
    link = find_link(code)
    if link is None:
        response: HttpResponse = render(request, "campaigns/public/no_link.html", status=404)
    else:
        followed = follow(
            link,
            key=visitor_key(request),
            user_agent=request.headers.get("User-Agent", ""),
            is_meant=request.method == "GET" and not looks_ahead(request),
            now=timezone.now(),
        )
        response = HttpResponseRedirect(followed.target)
        remember(response, followed.visitor)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def visitor_key(request: HttpRequest) -> str:
    """Return what the visitor's cookie says."""
    return request.COOKIES.get(COOKIE, "")


def remember(response: HttpResponse, visitor: Visitor | None) -> None:
    """Give the visitor's browser their key: a random one, which no script and no other site reads."""
    if visitor is not None:
        response.set_cookie(
            COOKIE,
            visitor.key,
            max_age=_COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def looks_ahead(request: HttpRequest) -> bool:
    """Say whether a browser or proxy fetches a page that nobody asked for yet."""
    said = " ".join(request.headers.get(name, "") for name in _LOOKING_AHEAD).lower()
    return any(word in said for word in ("prefetch", "prerender", "preview"))
