"""The words that stand on every document of a kind, in the language that is active."""

from django.utils.translation import pgettext

from deals.documents.facts import Kind


def labels(kind: Kind) -> dict[str, str]:
    """Return what a document of the kind is headed with and calls its parts."""
    return _of_kind(kind) | _of_table() | _of_payment() | _of_page()


def category_label(category: str) -> str:
    """Return what a tax without a name of its own is called, and why nothing is charged."""
    names = {
        "zero": pgettext("document", "Zero-rated"),
        "exempt": pgettext("document", "Tax exempt"),
        "reverse": pgettext("document", "Reverse charge: the buyer pays the tax"),
    }
    return names.get(category) or pgettext("document", "Tax")


def signature_labels(country: str) -> dict[str, tuple[str, str]]:
    """Return who signs with which hint, where the country's custom wants room for it."""
    if country == "VN":
        return {
            "buyer": (pgettext("signature", "Buyer"), pgettext("signature", "Signature, full name")),
            "seller": (pgettext("signature", "Seller"), pgettext("signature", "Signature, stamp, full name")),
        }
    if country == "ID":
        return {"seller": (pgettext("signature", "Yours sincerely,"), pgettext("signature", "Signature and stamp"))}
    return {}


def acceptance_label() -> tuple[str, str]:
    """Return what the buyer signs a quote with."""
    return pgettext("signature", "Accepted"), pgettext("signature", "Name, date, signature")


def _of_kind(kind: Kind) -> dict[str, str]:
    if kind == "quote":
        return {
            "title": pgettext("document", "Quote"),
            "buyer": pgettext("document", "Prepared for"),
            "headline": pgettext("document", "valid until %(day)s"),
        }
    if kind == "credit_note":
        return {
            "title": pgettext("document", "Credit note"),
            "buyer": pgettext("document", "Credited to"),
            "headline": pgettext("document", "credited on invoice %(number)s"),
        }
    return {
        "title": pgettext("document", "Invoice"),
        "buyer": pgettext("document", "Billed to"),
        "headline": pgettext("document", "due on %(day)s"),
    }


def _of_table() -> dict[str, str]:
    return {
        "description": pgettext("document", "Description"),
        "quantity": pgettext("document", "Quantity"),
        "unit_price": pgettext("document", "Unit price"),
        "line_discount": pgettext("document", "Discount"),
        "line_tax": pgettext("document", "Tax"),
        "amount": pgettext("document", "Amount"),
        "amounts": pgettext("document", "Amounts in %(currency)s"),
        "amounts_with_tax": pgettext("document", "Amounts in %(currency)s, tax included"),
        "subtotal": pgettext("document", "Subtotal"),
        "discount": pgettext("document", "Discount %(percent)s"),
        "net": pgettext("document", "Net"),
        "net_in_total": pgettext("document", "Of which net"),
        "tax_on": pgettext("document", "on %(base)s"),
        "tax_base": pgettext("document", "Tax base %(share)s × %(base)s = %(taxable)s"),
        "total": pgettext("document", "Total"),
        "in_words": pgettext("document", "In words"),
    }


def _of_payment() -> dict[str, str]:
    return {
        "payment": pgettext("document", "Payment"),
        "bank": pgettext("document", "Bank"),
        "account": pgettext("document", "Account"),
        "holder": pgettext("document", "Account holder"),
        "code": pgettext("document", "SWIFT or bank code"),
        "payment_reference": pgettext("document", "Payment reference"),
        "acceptance": pgettext("document", "Acceptance"),
        "accept_until": pgettext("document", "You can accept this quote until %(day)s."),
        "accept_online": pgettext("document", "Read and accept it online"),
        "terms": pgettext("document", "Terms"),
        "reason": pgettext("document", "Reason"),
    }


def _of_page() -> dict[str, str]:
    return {
        "number": pgettext("document", "Number"),
        "date": pgettext("document", "Date"),
        "due": pgettext("document", "Due"),
        "valid_until": pgettext("document", "Valid until"),
        "delivered": pgettext("document", "Delivered"),
        "reference": pgettext("document", "Your reference"),
        "corrects": pgettext("document", "Corrects"),
        "corrected": pgettext("document", "%(number)s of %(day)s"),
        "revision": pgettext("document", "Revision"),
        "attention": pgettext("document", "Attn. %(name)s"),
        "page": pgettext("document", "Page %(page)s of %(pages)s"),
    }
