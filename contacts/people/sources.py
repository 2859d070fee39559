"""What the people slice itself tells on timelines: notes, and who changed which field, archived or restored."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.common.history import NOTHING, FieldChange, Step, steps
from contacts.people.companies import Company
from contacts.people.contact import Contact
from contacts.people.notes import Note
from contacts.people.timeline import TimelineEntry
from contacts.staff.models import User

# Columns that only go with others: they are told by the entry of the archive.
ARCHIVE_COLUMNS = ("archived_at", "archived_by", "archived_reason")


def notes(subject: Contact | Company, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """What colleagues noted."""
    written = (
        Note.objects.filter(contact=subject) if isinstance(subject, Contact) else Note.objects.filter(company=subject)
    )
    for note in written.filter(created_at__lt=before).select_related("author").order_by("-created_at", "-id")[:limit]:
        yield TimelineEntry(note.created_at, "note", _("Note"), note.body, str(note.author or ""), icon="sticky_note_2")


def edits(subject: Contact | Company, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """Who changed which field from what to what. The first save is told by the lifecycle."""
    for step in steps(subject, reader=reader, before=before, limit=limit):
        archive = {change.name: change for change in step.changes if change.name in ARCHIVE_COLUMNS}
        if "archived_at" in archive:
            yield _archived(step, archive)
        changes = [change for change in step.changes if change.name not in ARCHIVE_COLUMNS]
        if changes or (step.reason and not step.is_first):
            lines = [f"{capfirst(change.label)}: {change.old} → {change.new}" for change in changes]
            body = "\n".join([*lines, *([step.reason] if step.reason else [])])
            yield TimelineEntry(step.at, "edit", _("Details changed"), body, step.who, icon="edit")


def _archived(step: Step, archive: dict[str, FieldChange]) -> TimelineEntry:
    if archive["archived_at"].new == NOTHING:
        return TimelineEntry(step.at, "restored", _("Restored"), "", step.who, icon="unarchive")
    reason = archive["archived_reason"].new if "archived_reason" in archive else ""
    return TimelineEntry(step.at, "archived", _("Archived"), reason, step.who, icon="archive")
