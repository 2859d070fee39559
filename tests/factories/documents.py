"""Documents as they are printed, priced by the real arithmetic."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from deals.documents.facts import BankAccount, Party, PrintedDocument, PrintedLine, PrintedTax
from deals.documents.totals import LineInput, TaxRule, compute

PPN = TaxRule("standard", Decimal(12), 11, 12)
GOODS = (("Biji kopi Arabika Gayo", "kg", "185000"), ("Servis berkala", "kali", "350000"))


def printed_document(
    *,
    goods: Sequence[tuple[str, str, str]] = GOODS,
    rule: TaxRule = PPN,
    discount: Decimal = Decimal(0),
    minor_units: int = 0,
    tax: dict[str, Any] | None = None,
    **changes: Any,
) -> PrintedDocument:
    """Return an invoice of PT Nusantara Kopi to PT Kedai Senja; what else differs is given by name."""
    inputs = [LineInput(Decimal(3), Decimal(price), Decimal(0), rule) for _, _, price in goods]
    priced = compute(inputs, minor_units=minor_units, discount=discount)
    lines = tuple(
        PrintedLine(name, each.quantity, each.unit_price, total.amount, rule.rate, unit=unit)
        for (name, unit, _), each, total in zip(goods, inputs, priced.lines, strict=True)
    )
    taxes = tuple(
        PrintedTax(
            row.rule.category, row.rule.rate, row.base, row.taxable, row.tax,
            **{"name": "PPN", "base_numerator": rule.base_numerator, "base_denominator": rule.base_denominator}
            | (tax or {}),
        )
        for row in priced.taxes
    )  # fmt: skip
    document = PrintedDocument(
        kind="invoice",
        language="en",
        country="ID",
        currency="IDR",
        minor_units=minor_units,
        number="INV-2026-00042",
        issued_on=date(2026, 11, 21),
        seller=Party("PT Nusantara Kopi", ("Jl. Jenderal Sudirman 52", "Jakarta"), "01.234.567.8-091.000", "NPWP"),
        buyer=Party("PT Kedai Senja", ("Jl. Braga 99", "Bandung")),
        lines=lines,
        taxes=taxes,
        subtotal=priced.subtotal,
        net=priced.net,
        tax=priced.tax,
        total=priced.total,
        discount=discount,
        discount_amount=priced.discount_amount,
        due_on=date(2026, 12, 21),
        bank=BankAccount("Bank Central Asia", "035 123 4567", "PT Nusantara Kopi"),
        signatory="Rani Wulandari",
    )
    return replace(document, **changes)
