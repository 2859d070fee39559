"""From a document's facts to what its template sets: every number, day and label written out in its language."""

from collections.abc import Sequence
from typing import Any

from django.utils import translation

from config.common.money import show_money
from deals.documents import formats
from deals.documents.facts import Party, PrintedDocument, PrintedLine, PrintedTax
from deals.documents.labels import acceptance_label, category_label, labels, signature_labels
from deals.documents.pdf import draw, render
from deals.documents.words import amount_in_words


def print_document(document: PrintedDocument) -> bytes:
    """Return the document as a PDF/A-3b in its language; the same facts give the same bytes."""
    return render(document.kind, printable(document), language=document.language)


def draw_document(document: PrintedDocument) -> list[bytes]:
    """Return a picture (PNG) of each page of the document, to be looked at beside the form that makes it."""
    return draw(document.kind, printable(document), language=document.language)


def printable(document: PrintedDocument) -> dict[str, Any]:
    """Return what the template prints, as text: templates reckon and translate nothing."""
    with translation.override(document.language):
        said = labels(document.kind)
        return {
            "labels": said,
            "number": document.number,
            "issued_on": document.issued_on.isoformat(),
            "headline": {"amount": _money(document), "note": _headline(document, said)},
            "seller": _party(document.seller),
            "buyer": _party(document.buyer, said["attention"] % {"name": document.attention}, bool(document.attention)),
            "facts": _facts(document, said),
            "introduction": _paragraphs(document.introduction),
            "amounts_in": said["amounts_with_tax" if document.prices_include_tax else "amounts"]
            % {"currency": document.currency},
            "lines": [_line(line, document.minor_units) for line in document.lines],
            "totals": _totals(document, said),
            "in_words": _in_words(document),
            "reason": _paragraphs(document.correction.reason if document.correction else ""),
            "payment": _payment(document, said),
            "acceptance": _acceptance(document, said),
            "signatures": _signatures(document),
            "terms": _paragraphs(document.terms),
            "footer": document.footer,
            "mark": document.mark,
        }


def _money(document: PrintedDocument) -> str:
    return show_money(document.total, document.currency, document.minor_units)


def _headline(document: PrintedDocument, said: dict[str, str]) -> str:
    if document.correction:
        return said["headline"] % {"number": document.correction.number}
    until = document.valid_until if document.kind == "quote" else document.due_on
    return said["headline"] % {"day": formats.show_day(until)} if until else ""


def _party(party: Party, attention: str = "", has_attention: bool = False) -> dict[str, Any]:
    lines = [attention, *party.lines] if has_attention else list(party.lines)
    number = f"{party.tax_number_label} {party.tax_number}".strip() if party.tax_number else ""
    return {
        "name": party.name,
        "lines": [line for line in lines if line],
        "tax_number": number,
        "reach": [each for each in (party.phone, party.email, party.website) if each],
    }


def _facts(document: PrintedDocument, said: dict[str, str]) -> list[list[str]]:
    """Return the labelled facts beside the buyer, without those there are none of."""
    correction = document.correction
    corrected = {"number": correction.number, "day": formats.show_day(correction.issued_on)} if correction else {}
    days = {"due": document.due_on, "valid_until": document.valid_until, "delivered": document.delivered_on}
    rows = {
        "number": document.number,
        "revision": str(document.revision) if document.revision > 1 else "",
        "date": formats.show_day(document.issued_on),
        **{name: formats.show_day(day) for name, day in days.items() if day},
        "corrects": said["corrected"] % corrected if correction else "",
        "reference": document.reference,
    }
    return [[said[name], value] for name, value in rows.items() if value]


def _line(line: PrintedLine, minor_units: int) -> dict[str, str]:
    return {
        "description": line.description,
        "detail": line.detail,
        "quantity": formats.show_quantity(line.quantity),
        "unit": line.unit,
        "unit_price": formats.show_price(line.unit_price, minor_units),
        "discount": formats.show_percent(line.discount) if line.discount else "",
        "tax": formats.show_percent(line.tax_rate) if line.tax_rate is not None else "–",
        "amount": formats.show_amount(line.amount, minor_units),
    }


def _totals(document: PrintedDocument, said: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows under the lines. Where prices have tax, net and taxes are parts of the total and follow it."""
    places = document.minor_units
    rows = []
    if document.taxes or document.discount_amount:
        rows.append(_row(said["subtotal"], formats.show_amount(document.subtotal, places)))
    if document.discount_amount:
        label = said["discount"] % {"percent": formats.show_percent(document.discount)}
        rows.append(_row(label, formats.show_amount(-document.discount_amount, places)))
    taxes = [_tax(tax, document, said) for tax in document.taxes]
    total = _row(said["total"], _money(document), is_total=True)
    if document.prices_include_tax:
        net = _row(said["net_in_total"], formats.show_amount(document.net, places))
        return [*rows, total, net, *taxes] if taxes else [*rows, total]
    if document.discount_amount and taxes:
        rows.append(_row(said["net"], formats.show_amount(document.net, places)))
    return [*rows, *taxes, total]


def _tax(tax: PrintedTax, document: PrintedDocument, said: dict[str, str]) -> dict[str, Any]:
    name = tax.name or category_label(tax.category)
    base = formats.show_amount(tax.base, document.minor_units)
    aside = said["tax_on"] % {"base": base}
    if tax.base_numerator != tax.base_denominator:
        taxable = formats.show_amount(tax.taxable, document.minor_units)
        share = f"{tax.base_numerator}/{tax.base_denominator}"
        aside = said["tax_base"] % {"share": share, "base": base, "taxable": taxable}
    label = f"{name} {formats.show_percent(tax.rate)}" if tax.rate else name
    amount = formats.show_amount(tax.amount, document.minor_units)
    return _row(label, amount, aside=aside, notes=[tax.legal_note] if tax.legal_note else [])


def _row(
    label: str, amount: str, *, aside: str = "", notes: Sequence[str] = (), is_total: bool = False
) -> dict[str, Any]:
    return {"label": label, "aside": aside, "amount": amount, "notes": list(notes), "is_total": is_total}


def _in_words(document: PrintedDocument) -> str:
    if not document.in_words:
        return ""
    return amount_in_words(document.total, document.currency, document.minor_units, document.language)


def _payment(document: PrintedDocument, said: dict[str, str]) -> list[list[str]]:
    bank = document.bank
    if bank is None or document.kind != "invoice":
        return []
    rows = {
        "bank": bank.bank,
        "account": bank.number,
        "holder": bank.holder,
        "code": bank.code,
        "payment_reference": document.number,
    }
    return [[said[name], value] for name, value in rows.items() if value]


def _acceptance(document: PrintedDocument, said: dict[str, str]) -> dict[str, str]:
    if document.kind != "quote":
        return {}
    until = formats.show_day(document.valid_until) if document.valid_until else ""
    return {"until": said["accept_until"] % {"day": until} if until else "", "url": document.accept_url}


def _signatures(document: PrintedDocument) -> list[dict[str, str]]:
    """Return who signs: by the seller's country's custom, whoever is named, and the buyer of a quote."""
    who = signature_labels(document.country)
    if document.kind == "quote":
        who = {"buyer": acceptance_label(), **{key: value for key, value in who.items() if key != "buyer"}}
    if document.signatory and "seller" not in who:
        who["seller"] = (document.seller.name, "")
    names = {"seller": document.signatory, "buyer": ""}
    return [{"label": label, "hint": hint, "name": names[key]} for key, (label, hint) in who.items()]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()] if text.strip() else []
