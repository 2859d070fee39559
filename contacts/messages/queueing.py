"""Puts messages in the queue, takes them out again, and rings people's bells; each once by its key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import partial
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts import signals
from contacts.messages.message import Message, MessageAttachment, State, label_and_id
from contacts.messages.notification import Notification
from contacts.people.models import Contact
from contacts.staff.models import User

Record = Model | tuple[str, int]


class MessageRefused(DomainError):
    """A message can't be queued, cancelled or tried again that way."""

    code = "message_refused"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a message; ``media_type`` with its parameters (``text/calendar; method=REQUEST``)."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Recipient:
    address: str
    name: str
    language: str
    user: User | None = None
    contact: Contact | None = None


@transaction.atomic
def queue_message(
    *,
    key: str,
    kind: str,
    to: User | Contact | str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    to_name: str = "",
    contact: Contact | None = None,
    language: str = "",
    sender: User | None = None,
    about: Record | None = None,
    due_at: datetime | None = None,
) -> Message:
    """Write a message that leaves when it is due (now, if not said), after the surrounding transaction's commit.

    The same ``key`` is never queued twice: the row that is there is returned as it is. ``to`` is a user, a contact
    (their primary address; refused with ``message_no_address`` without one), or an address, then with ``contact`` if
    it is one of theirs. ``about`` is the record behind it; ``sender`` the user who caused it and gets the answer.
    """
    recipient = _recipient(to, to_name, contact)
    about_type, about_id = label_and_id(about) if about else ("", None)
    due = due_at or timezone.now()
    message, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to_address": recipient.address,
            "to_name": recipient.name[:200],
            "user": recipient.user,
            "contact": recipient.contact,
            "language": language or recipient.language,
            # A line break would end the header.
            "subject": " ".join(subject.split())[:250],
            "text": text,
            "html": html,
            "sender": sender,
            "about_type": about_type,
            "about_id": about_id,
            "message_id": _new_message_id(),
            "due_at": due,
            "next_attempt_at": due,
        },
    )
    if is_new:
        MessageAttachment.objects.bulk_create(
            MessageAttachment(message=message, name=each.name, media_type=each.media_type, content=each.content)
            for each in attachments
        )
        tell_if_due(message)
    return message


def tell_if_due(message: Message) -> None:
    """Tell the edge after commit that a message may leave at once; what is due later the sweep finds."""
    if message.next_attempt_at <= timezone.now():
        told = partial(signals.message_due.send_robust, sender=Message, message=message.pk)
        transaction.on_commit(told, robust=True)


@transaction.atomic
def cancel_messages(*, about: Record | None = None, key: str = "", kind: str = "", reason: str) -> int:
    """Stop the waiting messages about a record, or the one with the key; return how many were stopped.

    Waits for a message that is just being sent until it is sent, so that none leaves after this transaction's commit.
    Whoever locks the record too locks it first: records before messages, as sending does.
    """
    if about is None and not key:
        raise TypeError("Say which messages: about a record, or the one with a key.")
    rows = Message.objects.waiting()
    rows = rows.about(about) if about else rows
    rows = rows.filter(key=key) if key else rows
    rows = rows.filter(kind=kind) if kind else rows
    # In one order, so that two who cancel can't lock each other out.
    ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    now = timezone.now()
    return (
        Message.objects.waiting()
        .filter(pk__in=ids)
        .update(
            state=State.CANCELLED,
            cancelled_at=now,
            cancel_reason=reason[:500],
            claim="",
            claimed_until=None,
            updated_at=now,
        )
    )


@transaction.atomic
def retry_message(message: Message, *, by: User) -> Message:
    """Put a message that was given up back into the queue; refuse (``message_not_failed``) every other."""
    locked = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if locked.state != State.FAILED:
        labels = {"subject": locked.subject, "state": locked.get_state_display()}
        sentence = _("“%(subject)s” is %(state)s. Only a message that failed can be tried again.")
        raise MessageRefused(sentence % labels, code="message_not_failed")
    now = timezone.now()
    locked.state, locked.attempts, locked.next_attempt_at = State.WAITING, 0, now
    locked.retried_at, locked.retried_by = now, by
    locked.save(update_fields=["state", "attempts", "next_attempt_at", "retried_at", "retried_by", "updated_at"])
    tell_if_due(locked)
    return locked


def notify(
    user: User,
    *,
    key: str,
    kind: str,
    title: str,
    body: str = "",
    about: Record | None = None,
    at: datetime | None = None,
) -> Notification | None:
    """Ring a person's bell; None where they were told of ``key`` already, or can't sign in to see it."""
    if not user.is_staff:
        return None
    about_type, about_id = label_and_id(about) if about else ("", None)
    notification, is_new = Notification.objects.get_or_create(
        user=user,
        key=key,
        defaults={
            "kind": kind,
            "title": title[:250],
            "body": body[:1000],
            "about_type": about_type,
            "about_id": about_id,
            "at": at or timezone.now(),
        },
    )
    return notification if is_new else None


def _recipient(to: User | Contact | str, name: str, contact: Contact | None) -> _Recipient:
    if isinstance(to, User):
        return _Recipient(to.email, name or to.name, to.language, user=to)
    if isinstance(to, Contact):
        contact, first = to, to.emails.order_by("-is_primary", "id").first()
        to = first.address if first else ""
    name = name or (contact.called if contact else "")
    if not to.strip():
        sentence = _("“%(name)s” has no e-mail address. Add one first.")
        raise MessageRefused(sentence % {"name": name}, code="message_no_address")
    language = (contact.language if contact else "") or settings.LANGUAGE_CODE
    return _Recipient(to.strip(), name, language, contact=contact)


def _new_message_id() -> str:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{uuid4()}@{address.rpartition('@')[2] or 'localhost'}>"
