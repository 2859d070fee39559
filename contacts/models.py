"""Re-exports the slices' models, where Django looks for them."""

from contacts.consent.models import Consent, ConsentChange, ConsentPurpose, ConsentText
from contacts.imports.models import Import, ImportLane, ImportProblem
from contacts.lifecycle.models import LifecycleChange
from contacts.messages.models import Message, MessageAttachment, Notification
from contacts.people.models import Company, Contact, ContactEmail, ContactPhone, Employment, Note
from contacts.staff.models import Role, Team, User

__all__ = [
    "Company",
    "Consent",
    "ConsentChange",
    "ConsentPurpose",
    "ConsentText",
    "Contact",
    "ContactEmail",
    "ContactPhone",
    "Employment",
    "Import",
    "ImportLane",
    "ImportProblem",
    "LifecycleChange",
    "Message",
    "MessageAttachment",
    "Note",
    "Notification",
    "Role",
    "Team",
    "User",
]
