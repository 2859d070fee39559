"""Archive and restore: nothing is deleted, and an archived contact frees its e-mail addresses."""

from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from config.integrations.announcing import announce
from contacts import signals
from contacts.people.companies import Company
from contacts.people.contact import Contact, ContactEmail
from contacts.staff.models import User


class ArchiveRefused(DomainError):
    """A record can't be archived or restored now."""

    code = "archive_refused"


Row = TypeVar("Row", Contact, Company)


@transaction.atomic
def archive(subject: Row, *, by: User, reason: str = "") -> Row:
    """Take a contact or company out of use: it leaves lists and frees its e-mail addresses, and can be restored."""
    row: Row = type(subject).objects.select_for_update().get(pk=subject.pk)
    if row.is_archived:
        raise ArchiveRefused(_("%(name)s is archived already.") % {"name": row}, code="already_archived")
    row.archived_at, row.archived_by, row.archived_reason = timezone.now(), by, reason
    row.save(update_fields=["archived_at", "archived_by", "archived_reason", "updated_at"])
    if isinstance(row, Contact):
        ContactEmail.objects.filter(contact=row).update(is_live=False)
    announce(signals.subject_archived, subject=row, by=by, reason=reason)
    return row


@transaction.atomic
def restore(subject: Row, *, by: User) -> Row:
    """Bring an archived contact or company back; refused when another contact has its e-mail address meanwhile."""
    row: Row = type(subject).objects.select_for_update().get(pk=subject.pk)
    if not row.is_archived:
        raise ArchiveRefused(_("%(name)s is not archived.") % {"name": row}, code="not_archived")
    try:
        with transaction.atomic():
            if isinstance(row, Contact):
                ContactEmail.objects.filter(contact=row).update(is_live=True)
    except IntegrityError:
        sentence = _("Another contact has an e-mail address of %(name)s now. Change or archive that contact first.")
        raise ArchiveRefused(sentence % {"name": row}, code="email_taken") from None
    row.archived_at, row.archived_by, row.archived_reason = None, None, ""
    row.save(update_fields=["archived_at", "archived_by", "archived_reason", "updated_at"])
    announce(signals.subject_restored, subject=row, by=by)
    return row
