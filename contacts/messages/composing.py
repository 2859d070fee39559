"""Makes the e-mail of a message: headers, alternatives, attachments."""

from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from contacts.messages.message import Message
from contacts.staff.models import User


class CannotBeWritten(Exception):
    """No e-mail can be made of the message, such as to an address that is none; trying again can't help."""


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the e-mail; ``CannotBeWritten`` where none can be made."""
    try:
        email = _compose(message)
        # Writes it out once, so that what can't be written is known before anything is locked.
        email.message()
    except (ValueError, MessageError) as fault:
        raise CannotBeWritten(str(fault) or type(fault).__name__) from fault
    return email


def _compose(message: Message) -> EmailMultiAlternatives:
    writer = _writer(message)
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=_from(writer),
        to=[_mailbox(message.to_name, message.to_address)],
        reply_to=[_mailbox(writer.name, writer.email)] if writer else [],
        headers=_headers(message),
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    for each in message.attachments.all():
        content = bytes(each.content)
        if each.media_type.startswith("text/calendar") and "method=" in each.media_type:
            # Calendars read an invitation from the body; mail programs that don't, offer the file.
            email.attach_alternative(content.decode(), each.media_type)
            email.attach(each.name, content, "application/ics")
        else:
            email.attach(each.name, content, each.media_type)
    return email


def _headers(message: Message) -> dict[str, str]:
    headers = {"Message-ID": message.message_id, "Content-Language": message.language}
    if message.user_id:
        headers["Auto-Submitted"] = "auto-generated"
    return headers


def _writer(message: Message) -> User | None:
    """Return who of ours writes to a customer: the answer goes to them."""
    return message.sender if message.user_id is None else None


def _from(writer: User | None) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _mailbox(writer.name if writer else name, address)


def _mailbox(name: str, address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        raise ValueError("This is no e-mail address.")
    return str(Address(display_name=" ".join(name.split()), username=local, domain=domain))
