"""What quotes and invoices have in common in the API: lines, taxes, amounts and history."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from config.common.api.fields import MoneyField, VisibleField
from config.common.api.serializers import RowSerializer
from deals.api.catalogue import check_amounts
from deals.catalogue.models import TaxCategory
from deals.documents.drafting import DraftLine
from deals.models import Currency, InvoiceLine, InvoiceTax, Product, QuoteLine, QuoteTax

MOST_LINES = 200
AMOUNTS = ("subtotal", "discount_amount", "net", "tax", "total")


def per_cent(**options: Any) -> serializers.DecimalField:
    """Return a field for per cent, with two decimals."""
    return serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=100, **options)


def computed(**options: Any) -> MoneyField:
    """Return a field for an amount that is computed, in the document's currency."""
    return MoneyField(read_only=True, **options)


class PricedLineSerializer(RowSerializer):
    """So many of something at a price. What is left out is the product's; without one, say what and at which price."""

    product = VisibleField(queryset=Product.objects.all(), required=False, allow_null=True)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=Decimal("0.001"), required=False)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    unit_price = MoneyField(currency="document.currency", min_value=Decimal(0), required=False)
    discount = per_cent(required=False, help_text="Per cent")
    tax_category = serializers.ChoiceField(choices=TaxCategory.choices, required=False)
    tax_rate = per_cent(read_only=True)
    amount = computed(currency="document.currency")
    net = computed(currency="document.currency")
    tax = computed(currency="document.currency")

    class Meta:
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "product",
            "description",
            "quantity",
            "unit",
            "unit_price",
            "discount",
            "tax_category",
            "tax_rate",
            "amount",
            "net",
            "tax",
        )


class QuoteLineSerializer(PricedLineSerializer):
    """A line of a quote."""

    class Meta(PricedLineSerializer.Meta):
        model = QuoteLine


class InvoiceLineSerializer(PricedLineSerializer):
    """A line of an invoice; a credit note's names the line that it takes back."""

    class Meta(PricedLineSerializer.Meta):
        model = InvoiceLine
        fields: ClassVar[tuple[str, ...]] = (*PricedLineSerializer.Meta.fields, "credits_line")
        read_only_fields: ClassVar[tuple[str, ...]] = ("credits_line",)


class TaxSummarySerializer(RowSerializer):
    """What one tax rule adds: its base, the share of it that is taxed, and the tax."""

    base = computed(currency="document.currency")
    taxable = computed(currency="document.currency")
    amount = computed(currency="document.currency")

    class Meta:
        fields: ClassVar[tuple[str, ...]] = (
            "category",
            "name",
            "rate",
            "base_numerator",
            "base_denominator",
            "base",
            "taxable",
            "amount",
            "legal_note",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class QuoteTaxSerializer(TaxSummarySerializer):
    """A tax of a quote."""

    class Meta(TaxSummarySerializer.Meta):
        model = QuoteTax


class InvoiceTaxSerializer(TaxSummarySerializer):
    """A tax of an invoice."""

    class Meta(TaxSummarySerializer.Meta):
        model = InvoiceTax


def as_lines(given: Iterable[dict[str, Any]]) -> list[DraftLine]:
    """Return lines as the slice takes them."""
    return [DraftLine(**line) for line in given]


def check_lines(given: Iterable[dict[str, Any]], currency: Currency) -> None:
    """Refuse prices that the currency can't express, each at its place."""
    faults: dict[Any, Any] = {}
    for place, line in enumerate(given):
        try:
            check_amounts(line, ("unit_price",), currency)
        except serializers.ValidationError as error:
            faults[place] = error.detail
    if faults:
        raise serializers.ValidationError({"lines": faults})
