"""Touches that are recorded later than they happened: whoever has reckoned with the past meanwhile is told."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.capture.touch import Touch

# What is recorded within this time is recorded as it happens.
IN_TIME = timedelta(minutes=5)

Listener = Callable[[], object]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Have a function called, after commit, when the past has got another touch; called by ``ready``."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_if_late(touches: Iterable[Touch]) -> None:
    """Tell the listeners if one of the touches that were just recorded happened before."""
    in_time = timezone.now() - IN_TIME
    if any(touch.at < in_time for touch in touches):
        tell_of_the_past()


def tell_of_the_past() -> None:
    """Tell the listeners that a person's past has got a touch that was nobody's, or not known."""
    for listener in _listeners:
        transaction.on_commit(listener, robust=True)
