"""What stays the same while a request is answered, is asked once; outside of requests nothing is remembered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import product
from typing import Any, ParamSpec, TypeVar

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
T = TypeVar("T")

_remembered: ContextVar[dict[str, Any] | None] = ContextVar("remembered", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember answers until the end of the block."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def once(ask: Callable[P, T]) -> Callable[P, T]:
    """Remember a function's answer, which is the same whatever it is given; ``forget_with`` says when it is no more."""
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _remembered.get()
        if known is None:
            return ask(*args, **kwargs)
        if name not in known:
            known[name] = ask(*args, **kwargs)
        found: T = known[name]
        return found

    return answer


def forget_with(*models: type[Model]) -> None:
    """Have everything forgotten whenever a row of these is saved or deleted; called by ``ready``."""
    for model, happened in product(models, (post_save, post_delete)):
        happened.connect(_forget, sender=model, dispatch_uid=f"remembering.{model._meta.label}")


def _forget(**kwargs: Any) -> None:
    known = _remembered.get()
    if known is not None:
        known.clear()


class RememberMiddleware:
    """Remembers for the time of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forget."""
        with remembering():
            return self.get_response(request)
