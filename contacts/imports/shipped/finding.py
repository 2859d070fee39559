"""Which contact a row is about: by external id, then by e-mail address, then by phone number and name."""

from collections.abc import Sequence

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.rows import Row
from contacts.imports.writing import lock_for_writing, match_by_external_id, refuse_taken
from contacts.people.models import Contact, ContactEmail, ContactPhone


def match_contacts(rows: Sequence[Row], context: Context) -> dict[int, Contact]:
    """Return the contacts that rows are about, by line; a row whose address is somebody else's is refused."""
    matches = match_by_external_id(rows, Contact, context)
    owners = _owners_of_addresses(rows)
    owners_of_phones = _owners_of_phones([row for row in rows if not row.failed and row.line not in matches])
    ids = {key for keys in (*owners.values(), *owners_of_phones.values()) for key in keys}
    people = Contact.objects.visible_to(context.user) if context.user else Contact.objects.all()
    contacts = {contact.pk: contact for contact in lock_for_writing(people.filter(pk__in=ids), context)}
    for row in rows:
        if row.failed:
            continue
        holders = {key for address in row.values["email"] for key in owners.get(address.lower(), ())}
        if holders:
            _match_by_address(row, holders, matches, contacts)
        elif row.line not in matches:
            named = [
                contacts[key]
                for number in row.values["phone"]
                for key in owners_of_phones.get(number, ())
                if key in contacts and fold(contacts[key].full_name) == fold(row.values["full_name"])
            ]
            if named:
                matches[row.line] = named[0]
    return matches


def _match_by_address(row: Row, holders: set[int], matches: dict[int, Contact], contacts: dict[int, Contact]) -> None:
    present = matches.get(row.line)
    if not holders <= contacts.keys():
        refuse_taken(row, "email")
    elif present is not None and holders != {present.pk}:
        sentence = _("Another contact has this e-mail address. Open that contact, or archive it first.")
        row.refuse("email", "email_taken", sentence)
    elif len(holders) > 1:
        row.refuse(
            "email",
            "email_ambiguous",
            _("These e-mail addresses belong to different contacts. Merge or correct them first."),
        )
    elif present is None:
        contact = contacts[next(iter(holders))]
        mine = row.values.get("external_id")
        if mine and contact.external_id and contact.external_id != mine:
            sentence = _("The contact with this e-mail address has another external id: %(id)s.")
            row.refuse("email", "email_taken", sentence % {"id": contact.external_id})
        else:
            matches[row.line] = contact


def _owners_of_addresses(rows: Sequence[Row]) -> dict[str, set[int]]:
    addresses = {address.lower() for row in rows if not row.failed for address in row.values["email"]}
    found: dict[str, set[int]] = {}
    live = ContactEmail.objects.annotate(lower=Lower("address")).filter(is_live=True, lower__in=addresses)
    for address, key in live.values_list("lower", "contact_id"):
        found.setdefault(address, set()).add(key)
    return found


def _owners_of_phones(rows: Sequence[Row]) -> dict[str, list[int]]:
    numbers = {number for row in rows for number in row.values["phone"]}
    found: dict[str, list[int]] = {}
    for number, key in ContactPhone.objects.filter(number__in=numbers, contact__archived_at__isnull=True).values_list(
        "number", "contact_id"
    ):
        found.setdefault(number, []).append(key)
    return found
