"""Notes on deals."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.models import User
from deals.pipeline.deal import Deal, DealNote


class DealNoteRefused(DomainError):
    """A note can't be changed by this person."""

    code = "note_of_somebody_else"


def add_note(deal: Deal, body: str, *, by: User) -> DealNote:
    """Keep what a colleague wrote. Raises ValidationError if it says nothing or is too long."""
    note = DealNote(deal=deal, body=body.replace("\x00", "").strip(), author=by)
    if not note.body:
        raise ValidationError({"body": [_("Write something first.")]})
    note.full_clean()
    note.save()
    return note


@transaction.atomic
def change_deal_note(note: DealNote, body: str, *, by: User) -> DealNote:
    """Rewrite a note; only its author may."""
    note = DealNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if note.author_id != by.pk:
        raise DealNoteRefused(_("Only its author can rewrite a note. Write one of your own instead."))
    note.body = body
    note.full_clean()
    note.save(update_fields=["body", "updated_at"])
    return note
