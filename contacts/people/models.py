"""Re-exports the models of this slice."""

from contacts.people.companies import Company
from contacts.people.contact import Contact, ContactEmail, ContactPhone
from contacts.people.employment import Employment
from contacts.people.notes import Note

__all__ = ["Company", "Contact", "ContactEmail", "ContactPhone", "Employment", "Note"]
