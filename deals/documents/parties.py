"""The two sides of a document, copied as plain values when it is issued: what was printed stays what it was."""

from typing import Any

from babel import Locale

from contacts.models import Company, Contact
from deals.documents.seller import Seller

# The columns of a seller that are printed.
_PRINTED = (
    "tax_number", "email", "phone", "website",
    "bank_name", "bank_account", "bank_holder", "bank_code",
    "signatory", "footer", "amounts_in_words",
)  # fmt: skip


def seller_copy(seller: Seller, language: str) -> dict[str, Any]:
    """Return what a document prints of its seller."""
    return {
        "name": str(seller),
        "country": seller.country,
        "lines": address_lines(seller, language),
        **{name: getattr(seller, name) for name in _PRINTED},
    }


def buyer_copy(company: Company | None, contact: Contact | None, language: str) -> dict[str, Any]:
    """Return what a document prints of its buyer: the company with the person as its addressee, or the person."""
    email = address_of(contact)
    if company is None:
        name = str(contact) if contact else ""
        return {"name": name, "attention": "", "country": "", "lines": [], "tax_number": "", "email": email}
    return {
        "name": f"{company.legal_form} {company.name}".strip(),
        "attention": str(contact) if contact else "",
        "country": company.country,
        "lines": address_lines(company, language),
        "tax_number": company.tax_number,
        "email": email,
    }


def address_of(contact: Contact | None) -> str:
    """Return a person's primary e-mail address, or nothing."""
    if contact is None:
        return ""
    emails = contact.emails.order_by("-is_primary", "id").values_list("address", flat=True)
    return emails.first() or ""


def address_lines(place: Company | Seller, language: str) -> list[str]:
    """Return an address as lines: street, town with postal code, province, country in the document's language."""
    town = " ".join(part for part in (place.city, place.postal_code) if part)
    country = Locale.parse(language, sep="-").territories.get(place.country, place.country)
    return [line for line in (place.street, town, place.region, country) if line]
