"""``Idempotency-Key``: a POST that is sent again is answered as before instead of being done twice.

Every view of the API that takes a POST stands on ``IdempotentPosts``. Where keys and answers are kept is registered by
the app that keeps them.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 255
# What of an answer is kept beside status and body; everything else is made anew for each request.
KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Content-Disposition")


class KeyInvalid(exceptions.APIException):
    """The header holds what can't be a key."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_invalid"


class KeyReused(exceptions.APIException):
    """The caller used this key for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


class StillRunning(exceptions.APIException):
    """The first call with this key has not been answered yet."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_key_running"
    # Becomes Retry-After.
    wait = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A POST as a key knows it: whose, where to, and the SHA-256 of what was sent."""

    user: Any
    key: str
    path: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, as it went out."""

    status: int
    content: bytes
    headers: dict[str, str]


class Claim(Protocol):
    """The right to do what a key was sent with, held by one call at a time."""

    def lock(self) -> None:
        """Hold the claim until the present transaction ends. Raises StillRunning if another call has taken it over."""

    def keep(self, answer: Answer) -> None:
        """Store the answer in the present transaction."""

    def free(self) -> None:
        """Give the key back, as if it had never been sent."""


# Answers as before, or gives the caller the claim, committed. Raises KeyReused or StillRunning.
KeyStore = Callable[[Call], Answer | Claim]
_stores: list[KeyStore] = []


def register_store(store: KeyStore) -> None:
    """Say where keys are kept; called once by ``ready``."""
    _stores[:] = [store]


class IdempotentPosts(APIView):
    """Keeps the answer to a POST with an ``Idempotency-Key``, in one transaction with what the POST changed.

    Keys belong to the caller. An answer that is an error keeps nothing: its key is free again.
    """

    post: Callable[..., Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller first; then stand before the method that handles a POST."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and HEADER in request.headers and hasattr(self, "post"):
            self.post = partial(self._once, self.post)

    def _once(self, handle: Callable[..., Any], request: Request, *args: Any, **kwargs: Any) -> Any:
        found = _stores[0](_read_call(request))
        if isinstance(found, Answer):
            return _repeat(found)
        try:
            with transaction.atomic():
                found.lock()
                response = handle(request, *args, **kwargs)
                kept = response.status_code < status.HTTP_400_BAD_REQUEST
                if kept:
                    found.keep(self._rendered(request, response, *args, **kwargs))
        except BaseException:
            # With the database away the claim runs out by itself.
            with suppress(DatabaseError):
                found.free()
            raise
        if not kept:
            found.free()
        return response

    def _rendered(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Answer:
        response = self.finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.render()
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        return Answer(response.status_code, bytes(response.content), headers)


def _repeat(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.content, status=answer.status, headers={**answer.headers, REPLAYED: "true"})


def _read_call(request: Request) -> Call:
    key = request.headers[HEADER].strip()
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        sentence = _("Give an Idempotency-Key of 1 to %(most)s printable ASCII characters, such as a UUID.")
        raise KeyInvalid(sentence % {"most": LONGEST_KEY})
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\0")
    for chunk in _sent(request):
        digest.update(chunk)
    return Call(request.user, key, request.path, digest.hexdigest())


def _sent(request: Request) -> Iterator[bytes]:
    """Yield the body's bytes; of a form its parts, since a client divides the same form differently each time."""
    if not (request.content_type or "").startswith("multipart/"):
        yield request.body
        return
    form: Any = request.data
    for name, values in form.lists():
        for value in values:
            is_file = hasattr(value, "chunks")
            about = (name, value.name, value.size) if is_file else (name, value)
            yield repr(about).encode("utf-8", "surrogatepass")
            if is_file:
                yield from value.chunks()
                value.seek(0)
