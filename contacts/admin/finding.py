"""What contacts adds to the palette: people, companies and users to find, and offers to make a contact or a company."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.base import change_address
from config.common.admin.palette import Finder, Found, register_finder
from contacts.lifecycle.telling import short_name
from contacts.models import Company, Contact, User
from contacts.people.employment import primary_company_name

# "new company Acme": what is to be made, and its name. The words stand in the languages of the interface.
_NEW = r"^\s*(?:(?:new|baru|tambah|mới|thêm)\s+|\+\s*)"
_KINDS = {
    "company": rf"{_NEW}(?:company|perusahaan|công ty)\s+(?P<name>.+)$",
    "contact": rf"{_NEW}(?:contact|person|kontak|liên hệ)\s+(?P<name>.+)$",
}


def register() -> None:
    """Register every finder; called by ``ready``."""
    register_finder(Finder("contacts.view_contact", find_contacts))
    register_finder(Finder("contacts.view_company", find_companies))
    register_finder(Finder("contacts.change_user", find_users))
    register_finder(Finder("contacts.add_contact", offer_contact, creates=True))
    register_finder(Finder("contacts.add_company", offer_company, creates=True))


def find_contacts(user: Any, text: str, limit: int) -> Iterator[Found]:
    """Contacts, with stage and company."""
    rows = (
        Contact.objects.live().visible_to(user).search(wanted(text)).annotate(company_name=primary_company_name(user))
    )
    for contact in _best(rows, "full_name", limit):
        line = ", ".join(part for part in (contact.company_name, short_name(contact.lifecycle_stage or "")) if part)
        yield Found(contact.full_name, change_address(contact), "person", line)


def find_companies(user: Any, text: str, limit: int) -> Iterator[Found]:
    """Companies, with industry and stage."""
    for company in _best(Company.objects.live().visible_to(user).search(wanted(text)), "name", limit):
        line = ", ".join(part for part in (company.industry, short_name(company.lifecycle_stage or "")) if part)
        yield Found(company.name, change_address(company), "domain", line)


def find_users(user: Any, text: str, limit: int) -> Iterator[Found]:
    """Users, for those who administer them."""
    for found in User.objects.visible_to(user).search(text)[:limit]:
        yield Found(found.name, change_address(found), "group", found.email)


def offer_contact(user: Any, text: str, limit: int) -> Iterator[Found]:
    """An offer to make a contact of this name."""
    if name := name_of_new("contact", text):
        link = reverse("admin:contacts_contact_add") + "?" + urlencode({"full_name": name})
        yield Found(_("New contact “%(name)s”") % {"name": name}, link, "person_add")


def offer_company(user: Any, text: str, limit: int) -> Iterator[Found]:
    """An offer to make a company of this name."""
    if name := name_of_new("company", text):
        link = reverse("admin:contacts_company_add") + "?" + urlencode({"name": name})
        yield Found(_("New company “%(name)s”") % {"name": name}, link, "domain_add")


def name_of_new(kind: str, text: str) -> str:
    """Return the name of what is to be made; nothing if the text asks for another kind of thing."""
    for each, pattern in _KINDS.items():
        if match := re.match(pattern, text, re.IGNORECASE):
            return match["name"].strip() if each == kind else ""
    return "" if re.match(_NEW + r"\w+\s", text, re.IGNORECASE) else text.strip()


def wanted(text: str) -> str:
    """Return the words to look for: those after “new company” too, since it may exist already."""
    return name_of_new("company", text) or name_of_new("contact", text) or text


def _best(rows: QuerySet[Any], column: str, limit: int) -> QuerySet[Any]:
    return rows.order_by(column, "pk")[:limit]
