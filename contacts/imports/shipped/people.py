"""Contacts, with their e-mail addresses, phone numbers and the company they work for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.context import Context
from contacts.imports.rows import Pending, Row
from contacts.imports.shipped.contact_fields import CONTACT_FIELDS
from contacts.imports.shipped.entering import check_known_since, enter_new, plan_stage, write_stages
from contacts.imports.shipped.finding import match_contacts
from contacts.imports.writing import ColumnsKind
from contacts.people.contact import Source, normalise_phone
from contacts.people.models import Contact, ContactEmail, ContactPhone, Employment


@dataclass(slots=True)
class Parts:
    """What hangs on a contact and is to be written."""

    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    company_id: int | None = None
    first_email: bool = True
    first_phone: bool = True
    first_company: bool = True


class ContactsKind(ColumnsKind):
    """Found again by external id, then by e-mail address, then by phone number and name."""

    code = "contacts"
    title = gettext_lazy("Contacts")
    model = Contact
    permissions = ("contacts.add_contact", "contacts.change_contact")
    fields = CONTACT_FIELDS
    columns = {
        **{name: name for name in ("full_name", "family_name", "preferred_name", "external_id", "language", "country")},
        **{name: name for name in ("time_zone", "source", "source_detail")},
        "owner": "owner_id",
    }

    def can_do_without(self, name: str, given: Any) -> bool:
        """The name follows from its parts."""
        return name == "full_name" and ("given_name" in given or "family_name" in given)

    def keys(self, row: Row) -> list[str]:
        """Two rows with one external id or one e-mail address are the same contact."""
        keys = [f"email:{address.lower()}" for address in row.values.get("email") or ()]
        if row.values.get("external_id"):
            keys.append(f"external_id:{row.values['external_id']}")
        return keys or [f"phone:{'|'.join(row.values.get('phone') or ())}|{row.values.get('full_name')}"]

    def check(self, row: Row, context: Context) -> None:
        """Put the name together, bring phone numbers into E.164, and see that the row can be found again."""
        values = row.values
        if not values.get("full_name"):
            values["full_name"] = " ".join(filter(None, (values.get("given_name"), values.get("family_name"))))
        for name, more in (("email", "other_emails"), ("phone", "other_phones")):
            values[name] = list(dict.fromkeys([*(values.get(name) or ()), *(values.get(more) or ())]))
        _normalise_phones(row)
        if not row.failed and not values["email"] and not values["phone"] and not values.get("external_id"):
            sentence = _(
                "Give an e-mail address, a phone number or an external id: "
                "without one a second import can't find this contact again."
            )
            row.refuse("email", "no_key", sentence)
        if "source" not in context.given:
            values["source"] = Source.IMPORT.value
        check_known_since(row, context)

    def match(self, rows: Sequence[Row], context: Context) -> dict[int, Any]:
        """Find contacts by external id, then e-mail address, then phone number and name."""
        return match_contacts(rows, context)

    def prepare_parts(self, rows: Sequence[Row], matches: dict[int, Any], context: Context) -> None:
        """Load addresses, numbers and employments of the contacts that are there already."""
        ids = [contact.pk for contact in matches.values()]
        known: dict[str, dict[int, set[Any]]] = {"emails": {}, "phones": {}, "companies": {}}
        for key, address in ContactEmail.objects.filter(contact__in=ids).values_list("contact_id", "address"):
            known["emails"].setdefault(key, set()).add(address.lower())
        for key, number in ContactPhone.objects.filter(contact__in=ids).values_list("contact_id", "number"):
            known["phones"].setdefault(key, set()).add(number)
        for key, company in Employment.objects.filter(contact__in=ids).values_list("contact_id", "company_id"):
            known["companies"].setdefault(key, set()).add(company)
        context.memory["parts known"] = known

    def plan_parts(self, row: Row, context: Context) -> bool:
        """Add what is new; nothing is ever taken away."""
        known, key = context.memory["parts known"], row.record.pk
        emails, phones, companies = (known[name].get(key, set()) for name in ("emails", "phones", "companies"))
        parts = Parts(
            emails=[address for address in row.values["email"] if address.lower() not in emails],
            phones=[number for number in row.values["phone"] if number not in phones],
            first_email=not emails,
            first_phone=not phones,
            first_company=not companies,
        )
        company = row.values.get("company")
        if company is not None and company not in companies:
            parts.company_id = None if isinstance(company, Pending) else company
        row.values["parts"] = parts
        moved = plan_stage(row, context)
        return moved or bool(parts.emails or parts.phones or (company is not None and company not in companies))

    def write_parts(self, rows: Sequence[Row], context: Context) -> None:
        """Write addresses, numbers and employments, then the ledger."""
        pairs = [(row.record, row.values["parts"], row) for row in rows]
        ContactEmail.objects.bulk_create(
            (
                ContactEmail(
                    contact=contact,
                    address=address,
                    is_primary=parts.first_email and place == 0,
                    is_live=not contact.is_archived,
                )
                for contact, parts, _row in pairs
                for place, address in enumerate(parts.emails)
            ),
            batch_size=500,
        )
        ContactPhone.objects.bulk_create(
            (
                ContactPhone(contact=contact, number=number, is_primary=parts.first_phone and place == 0)
                for contact, parts, _row in pairs
                for place, number in enumerate(parts.phones)
            ),
            batch_size=500,
        )
        Employment.objects.bulk_create(
            (
                Employment(
                    contact=contact,
                    company_id=parts.company_id,
                    role=row.values.get("job_title") or "",
                    is_primary=parts.first_company,
                )
                for contact, parts, row in pairs
                if parts.company_id
            ),
            batch_size=500,
        )
        enter_new(rows, context)
        write_stages(rows, context)


def _normalise_phones(row: Row) -> None:
    numbers = []
    for number in row.values["phone"]:
        try:
            numbers.append(normalise_phone(number, row.values.get("country") or ""))
        except ValidationError as error:
            row.refuse("phone" if "phone" in row.columns else "other_phones", "phone_invalid", error.messages[0])
    row.values["phone"] = list(dict.fromkeys(numbers))
