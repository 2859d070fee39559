"""Writing notes on contacts and companies, and rewriting one's own."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.people.companies import Company
from contacts.people.contact import Contact
from contacts.people.notes import Note
from contacts.staff.models import User


class NoteRefused(DomainError):
    """A note can't be changed by this person."""

    code = "note_of_somebody_else"


def add_note(subject: Contact | Company, body: str, *, by: User) -> Note:
    """Keep what a colleague wrote. Raises ValidationError if it says nothing or is too long."""
    note = Note(body=body.replace("\x00", "").strip(), author=by)
    if isinstance(subject, Contact):
        note.contact = subject
    else:
        note.company = subject
    if not note.body:
        raise ValidationError({"body": [_("Write something first.")]})
    note.full_clean()
    note.save()
    return note


@transaction.atomic
def change_note(note: Note, body: str, *, by: User) -> Note:
    """Rewrite a note; only its author may."""
    note = Note.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if note.author_id != by.pk:
        raise NoteRefused(_("Only its author can rewrite a note. Write one of your own instead."))
    note.body = body
    note.full_clean()
    note.save(update_fields=["body", "updated_at"])
    return note
