"""The one door through which e-mail leaves: claimed, checked once more, sent under a lock, or put off and given up."""

import random
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.core.mail import get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.messages.composing import CannotBeWritten, compose
from contacts.messages.message import Message, State
from contacts.staff.models import User

log = structlog.get_logger(__name__)

Guard = Callable[[Message], str]
_guards: dict[str, Guard] = {}

LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 8
MOST_AT_ONCE, MOST_UNDER_WAY = 500, 1000


def register_guard(kind: str, guard: Guard) -> None:
    """Have ``guard`` asked just before a message of this kind leaves: '' lets it go, a sentence stops it for ever.

    It is asked inside the transaction that sends, before the message is locked, and may lock the record the message
    is about: records before messages, as whoever cancels does. Called by ``ready``.
    """
    _guards[kind] = guard


def due_messages(now: datetime, most: int = MOST_AT_ONCE) -> list[int]:
    """Return the ids of messages whose time has come and that nobody is sending, longest waiting first."""
    return list(Message.objects.due(now).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:most])


def claim_due_messages(now: datetime, most: int = MOST_AT_ONCE) -> tuple[str, list[int]]:
    """Reserve due messages for the workers that will be asked to send them; return the claim and the ids.

    However long the queue of the workers is, no more than so many are under way at a time.
    """
    if not due_messages(now, most=1):
        return "", []
    most = min(most, MOST_UNDER_WAY - Message.objects.claimed(now).count())
    if most <= 0:
        return "", []
    claim = secrets.token_hex(8)
    with transaction.atomic():
        due = Message.objects.due(now).order_by("next_attempt_at", "pk")
        ids = list(due.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:most])
        Message.objects.filter(pk__in=ids).update(claim=claim, claimed_until=now + LEASE)
    return claim, ids


def release_messages(claim: str, ids: Iterable[int]) -> None:
    """Give claimed messages back, so that the next sweep needs not wait: nobody could be asked to send them."""
    Message.objects.waiting().filter(pk__in=list(ids), claim=claim).update(claim="", claimed_until=None)


def send_message(message_id: int, *, now: datetime, claim: str = "") -> bool:
    """Send one message and say whether it left; harmless at any time and any number of times.

    ``claim`` is the one that a sweep made for the caller; without it the message is claimed here. A failure is kept
    on the row and tried again later, with growing pauses; what can never succeed is given up at once.
    """
    claim = claim or _claim(message_id, now)
    mine = Message.objects.waiting().filter(pk=message_id, claim=claim)
    message = mine.select_related("sender").first() if claim else None
    if message is None:
        return False
    try:
        return _send(message, claim, now)
    except Exception as error:
        # Whatever went wrong, with the mail server or in a guard, holds up this message alone.
        log.warning("message_not_sent", message=message.pk, kind=message.kind, error=type(error).__name__)
        _put_off(message, claim, error, now)
        return False


def _claim(message_id: int, now: datetime) -> str:
    claim = secrets.token_hex(8)
    taken = Message.objects.due(now).filter(pk=message_id).update(claim=claim, claimed_until=now + LEASE)
    return claim if taken else ""


def _send(message: Message, claim: str, now: datetime) -> bool:
    email = compose(message)
    # Before the lock: a mail server that is away or slow to answer must not keep others from the row.
    connection = get_connection()
    connection.open()
    try:
        with transaction.atomic(durable=True):
            reason = _objection(message)
            if not _lock(message, claim):
                return False
            if reason:
                _save(message, now, state=State.CANCELLED, cancelled_at=now, cancel_reason=reason[:500])
                return False
            connection.send_messages([email])
            _save(message, now, state=State.SENT, sent_at=now, attempts=message.attempts + 1, last_error="")
            return True
    finally:
        # What the server says to a goodbye changes nothing: the message has left or it has not.
        with suppress(Exception):
            connection.close()


def _lock(message: Message, claim: str) -> bool:
    """Hold the row until the message is sent; False if it was cancelled meanwhile or is somebody else's."""
    rows = Message.objects.select_for_update(of=("self",)).waiting().filter(pk=message.pk, claim=claim)
    return rows.values_list("pk", flat=True).first() is not None


def _objection(message: Message) -> str:
    """Return why the message must not leave any more, or an empty string."""
    if message.user_id and not User.objects.active().filter(pk=message.user_id).exists():
        return _("The recipient can't sign in any more.")
    guard = _guards.get(message.kind)
    return guard(message) if guard else ""


def _put_off(message: Message, claim: str, error: Exception, now: datetime) -> None:
    attempts = message.attempts + 1
    changes: dict[str, Any] = {"attempts": attempts, "last_error": _words(error)[:1000]}
    if attempts >= MOST_ATTEMPTS or _is_final(error):
        changes["state"] = State.FAILED
    else:
        changes["next_attempt_at"] = now + _pause(attempts)
    rows = Message.objects.waiting().filter(pk=message.pk, claim=claim)
    rows.update(**changes, claim="", claimed_until=None, updated_at=now)


def _pause(attempts: int) -> timedelta:
    """Return a pause that doubles; the jitter keeps those that failed together from coming back together."""
    jitter = random.uniform(0.75, 1.25)  # noqa: S311
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << (attempts - 1)) * jitter)


def _is_final(error: Exception) -> bool:
    """Whether trying again can't help: the address is none, or the server refuses the recipient or the message."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, CannotBeWritten | SMTPNotSupportedError)


def _words(error: Exception) -> str:
    """Return what the server said, or the fault in words."""
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(_said(code, text) for code, text in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return str(error) if isinstance(error, CannotBeWritten) else f"{type(error).__name__}: {error}"


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def _save(message: Message, now: datetime, **changes: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**changes, claim="", claimed_until=None, updated_at=now)
