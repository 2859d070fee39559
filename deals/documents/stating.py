"""From a document's frozen rows to the facts that are printed, for every kind of document alike."""

from typing import Any

from deals.catalogue.taxes import UNTAXED
from deals.documents.facts import BankAccount, Party, PrintedDocument, PrintedLine, PrintedTax
from deals.documents.priced import PricedDocument, PricedLine, TaxSummary

# What a country's documents call the number under which it knows a taxpayer.
_TAX_NUMBER = {"ID": "NPWP", "VN": "MST"}


def stated(document: PricedDocument, **facts: Any) -> PrintedDocument:
    """Return what a document prints; ``facts`` are those that only its kind knows (kind, number, issued_on …).

    Read are its own rows and copies only, so that the same document always states the same.
    """
    whole: Any = document
    seller, buyer = document.seller_copy, document.buyer_copy
    common = {
        "language": document.language,
        "country": seller["country"],
        "currency": document.currency_id,
        "minor_units": document.currency.minor_units,
        "seller": _party(seller),
        "buyer": _party(buyer),
        "attention": buyer["attention"],
        "lines": tuple(_line(each) for each in whole.lines.order_by("position", "pk")),
        "taxes": tuple(_tax(each) for each in whole.taxes.all()),
        "in_words": seller["amounts_in_words"],
        "bank": _bank(seller),
        "signatory": seller["signatory"],
        "footer": seller["footer"],
    }
    copied = ("subtotal", "discount", "discount_amount", "net", "tax", "total", "prices_include_tax", "terms")
    return PrintedDocument(**common, **{name: getattr(document, name) for name in copied}, **facts)


def _party(copy: dict[str, Any]) -> Party:
    return Party(
        name=copy["name"],
        lines=tuple(copy["lines"]),
        tax_number=copy["tax_number"],
        tax_number_label=_TAX_NUMBER.get(copy["country"], ""),
        email=copy.get("email", ""),
        phone=copy.get("phone", ""),
        website=copy.get("website", ""),
    )


def _bank(copy: dict[str, Any]) -> BankAccount | None:
    if not copy["bank_account"]:
        return None
    return BankAccount(copy["bank_name"], copy["bank_account"], holder=copy["bank_holder"], code=copy["bank_code"])


def _line(line: PricedLine) -> PrintedLine:
    return PrintedLine(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount=line.discount,
        amount=line.amount,
        tax_rate=None if line.tax_category in UNTAXED else line.tax_rate,
    )


def _tax(tax: TaxSummary) -> PrintedTax:
    return PrintedTax(
        category=tax.category,
        rate=tax.rate,
        base=tax.base,
        taxable=tax.taxable,
        amount=tax.amount,
        name=tax.name,
        base_numerator=tax.base_numerator,
        base_denominator=tax.base_denominator,
        legal_note=tax.legal_note,
    )
