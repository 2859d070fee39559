"""The rows of messages, where Django looks for them."""

from contacts.messages.message import Message, MessageAttachment
from contacts.messages.notification import Notification

__all__ = ["Message", "MessageAttachment", "Notification"]
