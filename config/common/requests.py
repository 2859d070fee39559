"""What every request gets: an id that ties log lines and error answers together, and a plain answer when the database
is away."""

import re
import sys
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

_ID_SHAPE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_current: ContextVar[str] = ContextVar("request_id", default="")
RETRY_AFTER_SECONDS = 5

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_id() -> str:
    """Return the id of the request being answered, or an empty string outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Take the caller's ``X-Request-ID`` if it looks like one, else make one; send it back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the request's id."""
        given = request.headers.get("X-Request-ID", "")
        token = _current.set(given if _ID_SHAPE.match(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = _current.get()
            return response
        finally:
            _current.reset(token)


def client_address(request: HttpRequest) -> str | None:
    """Return the network address that a request came from, as the outermost proxy we trust saw it; None if unknown.

    What stands further left in ``X-Forwarded-For`` was written by whoever asked.
    """
    proxies = getattr(settings, "AXES_IPWARE_PROXY_COUNT", None) or 0
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    address = passed[-proxies] if proxies and len(passed) >= proxies else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def is_collision(error: BaseException) -> bool:
    """Say whether the database gave this transaction up for another one: repeated, it goes through."""
    text = str(error).lower()
    return any(sign in text for sign in ("deadlock detected", "could not serialize", "database is locked"))


def is_outage(error: BaseException) -> bool:
    """Say whether a database error means that the database can't be reached (and will be there again), not a fault."""
    text = str(error).lower()
    signs = (
        "connection",
        "could not connect",
        "server closed",
        "timeout",
        "unable to open",
        "shutting down",
        "starting up",
    )
    return isinstance(error, InterfaceError) or any(sign in text for sign in signs)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503 answer, as JSON to an integration and as a page to a person."""
    sentence = _("The database can't be reached just now. Nothing was changed; please try again in a few seconds.")
    if request.path.startswith("/api/"):
        body = {
            "type": "unavailable",
            "code": "database_unavailable",
            "message": sentence,
            "fields": {},
            "request_id": request_id(),
        }
        response: HttpResponse = JsonResponse(body, status=503)
    else:
        response = HttpResponse(render_to_string("unavailable.html", {"sentence": sentence, "retry": True}), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unhandled fault (Django's ``handler500``): 503 where the database is away, else a plain 500.

    Django turns an exception inside a middleware into an answer before an outer middleware can see it; here all
    of them pass.
    """
    error = sys.exc_info()[1]
    if error is not None and isinstance(error, (OperationalError, InterfaceError)) and is_outage(error):
        return unavailable(request)
    sentence = _("Something went wrong on our side. Nothing was saved; the fault has been logged.")
    if request.path.startswith("/api/"):
        body = {"type": "error", "code": "server_error", "message": sentence, "fields": {}, "request_id": request_id()}
        return JsonResponse(body, status=500)
    return HttpResponse(render_to_string("unavailable.html", {"sentence": sentence}), status=500)


class DatabaseUnavailableMiddleware:
    """Answer 503 with Retry-After while the database is away; the next request tries again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Catch what a view raised, before Django turns it into a 500."""
        if isinstance(exception, (OperationalError, InterfaceError)) and is_outage(exception):
            return unavailable(request)
        return None
