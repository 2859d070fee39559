"""Finding the person behind an e-mail address, or adding them: one contact per address, whoever comes at once."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from contacts.lifecycle.adding import Job, add_company, add_contact, add_phones
from contacts.lifecycle.moving import Cause
from contacts.models import Company, Contact, ContactEmail, User
from contacts.people.contact import Source, normalise_email
from contacts.people.editing import NewJob, change_contact
from contacts.people.stages import LifecycleStage

_MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told of themselves; only the address must be there."""

    email: str
    name: str = ""
    phone: str = ""
    company: str = ""
    role: str = ""
    country: str = ""
    language: str = ""
    source_detail: str = ""


def find_by_email(address: str) -> Contact | None:
    """Return the live contact with an address, whatever its capitals."""
    rows = ContactEmail.objects.alias(lower=Lower("address")).filter(lower=normalise_email(address).lower())
    part = rows.filter(is_live=True).select_related("contact__owner").first()
    return part.contact if part else None


def find_or_add(
    told: Told,
    *,
    owner: User | None,
    cause: Cause,
    source: str = Source.FORM,
    at: datetime | None = None,
    by: User | None = None,
) -> tuple[Contact, bool]:
    """Return the contact with the address and whether they are new; a known one is completed, never overwritten.

    The database keeps addresses unique: who adds one in the same moment waits for the other, and finds them then.
    """
    for attempt in range(_MOST_TRIES):
        known = find_by_email(told.email)
        if known is not None:
            return _complete(known, told, owner=owner, cause=cause, by=by), False
        try:
            with transaction.atomic():
                return _add(told, owner=owner, cause=cause, source=source, at=at, by=by), True
        except (IntegrityError, ValidationError):
            # Somebody added this address just now, or it is really at fault.
            if attempt + 1 == _MOST_TRIES or (find_by_email(told.email) is None and attempt):
                raise
    raise RuntimeError("Every way out of the loop returns or raises.")


def _add(told: Told, *, owner: User | None, cause: Cause, source: str, at: datetime | None, by: User | None) -> Contact:
    company = _company(told, owner=owner, cause=cause, by=by)
    return add_contact(
        by=by,
        emails=[told.email],
        phones=[told.phone] if told.phone else [],
        job=Job(company, told.role) if company else None,
        stage=LifecycleStage.LEAD,
        cause=cause,
        at=at,
        full_name=told.name or told.email,
        country=told.country,
        language=told.language,
        source=source,
        source_detail=told.source_detail[:200],
        owner=owner,
    )


def _complete(contact: Contact, told: Told, *, owner: User | None, cause: Cause, by: User | None) -> Contact:
    """Fill what is empty; a name that is only the address was never told."""
    row: Contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    changes: dict[str, object] = {}
    if told.name and row.full_name.lower() == told.email.lower():
        changes["full_name"] = told.name
    for name in ("country", "language"):
        if not getattr(row, name) and getattr(told, name):
            changes[name] = getattr(told, name)
    if row.owner_id is None and owner is not None:
        changes["owner"] = owner
    works = row.employments.exists()
    company = None if works else _company(told, owner=row.owner or owner, cause=cause, by=by)
    if told.phone and not row.phones.exists():
        add_phones(row, [told.phone])
    if not changes and company is None:
        return row
    return change_contact(row, changes, job=NewJob(company, told.role) if company else None)


def _company(told: Told, *, owner: User | None, cause: Cause, by: User | None) -> Company | None:
    """Return the company of that name, made if there is none."""
    if not told.company:
        return None
    known = Company.objects.live().filter(name__iexact=told.company).order_by("pk").first()
    return known or add_company(by=by, name=told.company, owner=owner, cause=cause)
