"""Adding a contact or a company: the row, its addresses, its first stage, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, enter
from contacts.people.models import Company, Contact, ContactEmail, ContactPhone, Employment
from contacts.people.stages import LifecycleStage
from contacts.staff.models import User


@dataclass(frozen=True, slots=True)
class Job:
    """Where a new contact works: a company that exists, or the name of one to be made."""

    company: Company | str
    role: str = ""


def added_by(user: User | None) -> Cause:
    """Return the cause of a first stage given by hand."""
    return Cause(CauseKind.ADDED, _("Added by %(name)s") % {"name": user} if user else _("Added"))


@transaction.atomic
def add_company(
    *,
    by: User | None,
    stage: str = LifecycleStage.LEAD,
    cause: Cause | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Company:
    """Create a company and let it enter its lifecycle. Raises ValidationError with the fields at fault."""
    company = Company(**fields)
    company.full_clean()
    company.save()
    enter(company, stage, cause or added_by(by), by=by, at=at)
    return company


@transaction.atomic
def add_contact(
    *,
    by: User | None,
    emails: Sequence[str] = (),
    phones: Sequence[str] = (),
    job: Job | None = None,
    stage: str = LifecycleStage.LEAD,
    cause: Cause | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Contact:
    """Create a contact with addresses and employment and let it enter its lifecycle, now or ``at``.

    The first e-mail address and the first number become primary. Raises ValidationError with the fields at fault,
    and saves nothing then.
    """
    contact = Contact(**fields)
    contact.full_clean()
    contact.save()
    add_emails(contact, emails)
    add_phones(contact, phones)
    if job:
        company = job.company
        if isinstance(company, str):
            company = add_company(by=by, name=company, owner=contact.owner, at=at)
        Employment.objects.create(contact=contact, company=company, role=job.role, is_primary=True)
    enter(contact, stage, cause or added_by(by), by=by, at=at)
    return contact


def add_emails(contact: Contact, addresses: Sequence[str]) -> None:
    """Add addresses; the first becomes primary if the contact has none."""
    _add_parts(contact, "emails", [ContactEmail(contact=contact, address=address) for address in addresses])


def add_phones(contact: Contact, numbers: Sequence[str]) -> None:
    """Add numbers; the first becomes primary if the contact has none."""
    _add_parts(contact, "phones", [ContactPhone(contact=contact, number=number) for number in numbers])


def _add_parts(contact: Contact, field: str, parts: Sequence[ContactEmail | ContactPhone]) -> None:
    has_primary = getattr(contact, field).filter(is_primary=True).exists() if parts else True
    for part in parts:
        part.is_primary, has_primary = not has_primary, True
        try:
            part.normalise(contact.country)
            part.full_clean(exclude=["contact"])
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from None
        part.save()
