"""Changes of contacts and companies that are no change of state: columns, addresses, numbers, employer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.history import as_reason, part_change, reference
from contacts.people.companies import Company
from contacts.people.contact import Contact, ContactEmail, ContactPhone, PhoneKind
from contacts.people.employment import Employment

Row = TypeVar("Row", Contact, Company)


@dataclass(frozen=True, slots=True)
class PhoneInput:
    """A number as a person or an integration gives it, with what it is for."""

    number: str
    kind: str = PhoneKind.MOBILE


@dataclass(frozen=True, slots=True)
class NewJob:
    """Where a contact works from now on; without a company, nowhere that we know of."""

    company: Company | None
    role: str = ""


@transaction.atomic
def change_contact(
    contact: Contact,
    changes: Mapping[str, Any],
    *,
    emails: Sequence[str] | None = None,
    phones: Sequence[PhoneInput] | None = None,
    job: NewJob | None = None,
) -> Contact:
    """Change columns of a contact (not its lifecycle) and replace what is given of addresses, numbers and employer.

    Raises ValidationError with the fields at fault, and changes nothing then.
    """
    row = _changed(contact, changes)
    notes = [
        *(_set_emails(row, emails) if emails is not None else ()),
        *(_set_phones(row, phones) if phones is not None else ()),
        *(_set_job(row, job) if job is not None else ()),
    ]
    return _save(row, changes, notes)


@transaction.atomic
def change_company(company: Company, changes: Mapping[str, Any]) -> Company:
    """Change columns of a company (not its lifecycle). Raises ValidationError with the fields at fault."""
    return _save(_changed(company, changes), changes)


def _changed(subject: Row, changes: Mapping[str, Any]) -> Row:
    # The caller's copy may be stale: change the locked row.
    row: Row = type(subject).objects.select_for_update().get(pk=subject.pk)
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    return row


def _save(row: Row, changes: Mapping[str, Any], notes: Sequence[str] = ()) -> Row:
    # Parts have no history of their own: the contact's says what became of them.
    row._change_reason = as_reason(notes) or None  # type: ignore[attr-defined]
    following: list[str] = [field.name for field in row._meta.concrete_fields if getattr(field, "follows", False)]
    row.save(update_fields=[*changes, *following, "updated_at"])
    return row


def _set_emails(contact: Contact, addresses: Sequence[str]) -> list[str]:
    """Make exactly these addresses the contact's, the first one primary; return the note for the history."""
    parts = [ContactEmail(contact=contact, address=address, is_live=not contact.is_archived) for address in addresses]
    for part in parts:
        _at("emails", part.normalise)
    if len({part.address.lower() for part in parts}) < len(parts):
        raise ValidationError({"emails": [_("The same address stands here twice.")]})
    present: dict[str, ContactEmail] = {part.address: part for part in contact.emails.all()}
    kept = [present.get(part.address, part) for part in parts]
    contact.emails.exclude(pk__in=[part.pk for part in kept if part.pk]).delete()
    contact.emails.update(is_primary=False)
    for place, part in enumerate(kept):
        part.is_primary = place == 0
        _at("emails", part.full_clean)
        part.save()
    return _note("emails", list(present), [part.address for part in parts])


def _set_phones(contact: Contact, numbers: Sequence[PhoneInput]) -> list[str]:
    """Make exactly these numbers the contact's, the first one primary; return the note for the history."""
    parts = [ContactPhone(contact=contact, number=given.number, kind=given.kind) for given in numbers]
    for part in parts:
        _at("phones", part.normalise, contact.country)
    if len({part.number for part in parts}) < len(parts):
        raise ValidationError({"phones": [_("The same number stands here twice.")]})
    present: dict[str, ContactPhone] = {part.number: part for part in contact.phones.all()}
    contact.phones.exclude(number__in=[part.number for part in parts]).delete()
    contact.phones.update(is_primary=False)
    for place, given in enumerate(parts):
        part = present.get(given.number, given)
        part.kind, part.is_primary = given.kind, place == 0
        _at("phones", part.full_clean)
        part.save()
    return _note("phones", list(present), [part.number for part in parts])


def _set_job(contact: Contact, job: NewJob) -> list[str]:
    """Let the contact work for another company from today, or in another role of the same; the old job is history."""
    old: Employment | None = contact.employments.filter(is_primary=True).select_related("company").first()
    if old is not None and job.company is not None and old.company_id == job.company.pk:
        if old.role == job.role:
            return []
        notes = _note("employments", [old.role], [job.role])
        old.role = job.role
        old.full_clean()
        old.save(update_fields=["role", "folded_role", "updated_at"])
        return notes
    today = timezone.localdate()
    if old is not None:
        old.is_primary = False
        # A job that ended already keeps its day; one that was to begin later never took place.
        old.until = old.until or max(today, old.since or today)
        old.save(update_fields=["is_primary", "until", "updated_at"])
    if job.company is not None:
        since = today if old is not None else None
        employment = Employment(contact=contact, company=job.company, role=job.role, is_primary=True, since=since)
        employment.full_clean()
        employment.save()
    return _note("employments", [reference(old.company if old else None)], [reference(job.company)])


def _note(part: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    return [part_change(part, ", ".join(old), ", ".join(new))] if list(old) != list(new) else []


def _at(field: str, check: Any, *arguments: Any) -> None:
    """Run a check of a part and report its faults at the contact's field."""
    try:
        check(*arguments)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from None
