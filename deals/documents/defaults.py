"""What a document begins with where nobody said otherwise: its language, its addressee, its seller."""

from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.models import Company, Contact
from deals.documents.priced import LANGUAGES
from deals.documents.seller import Seller
from deals.pipeline.models import Deal

_OF_COUNTRY = {"ID": "id", "VN": "vi"}
_SPOKEN = frozenset(str(code) for code, _name in LANGUAGES or ())


class SellerMissing(DomainError):
    """There is no company of ours that could issue a document."""

    code = "seller_missing"


def usual_seller() -> Seller:
    """Return the seller of documents that don't name one. Raises SellerMissing, which says where to add one."""
    seller = Seller.objects.all().usual()
    if seller is None:
        raise SellerMissing(_("There is no seller yet. Add your own company under Sellers first."))
    return seller


def language_of(company: Company | None, contact: Contact | None) -> str:
    """Return the customer's language: the person's own, else their country's, else English."""
    if contact is not None and contact.language in _SPOKEN:
        return contact.language
    country = (company.country if company else "") or (contact.country if contact else "")
    return _OF_COUNTRY.get(country, "en")


def main_person(deal: Deal) -> Contact | None:
    """Return whom documents about a deal are addressed to: who buys or decides, else who was named first."""
    people = list(deal.people.select_related("contact").order_by("pk"))
    wanted = [part for role in ("buys", "decides") for part in people if part.role == role]
    return next((part.contact for part in [*wanted, *people]), None)
