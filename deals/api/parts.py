"""What stands inside a deal in the API: its people, its lines, and how far it has become money."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from config.common.api.fields import MoneyField, VisibleField
from config.common.api.serializers import RowSerializer
from config.common.money import as_text
from contacts.models import Contact
from deals.billing.dealing import DealMoney, deal_money
from deals.models import Deal, DealContact, DealLine, Product
from deals.pipeline.editing import LineInput


class PersonSerializer(RowSerializer):
    """Somebody who takes part in a deal on the customer's side."""

    contact = VisibleField(queryset=Contact.objects.all())
    name = serializers.CharField(source="contact.full_name", read_only=True)

    class Meta:
        model = DealContact
        fields = ("contact", "name", "role")


class LineSerializer(RowSerializer):
    """A product in a deal: so many at such a price, less a discount in per cent."""

    product = VisibleField(queryset=Product.objects.all())
    product_name = serializers.CharField(source="product.name", read_only=True)
    unit_price = MoneyField(currency="deal.currency", min_value=Decimal(0), required=False)
    amount = serializers.SerializerMethodField()

    class Meta:
        model = DealLine
        fields = ("product", "product_name", "description", "quantity", "unit_price", "discount", "amount")

    def get_amount(self, line: DealLine) -> str:
        """Return the line's amount in the deal's currency."""
        digits = line.deal.currency.minor_units
        return as_text(line.total(digits), digits)


class MoneySerializer(serializers.Serializer[Any]):
    """What was quoted, invoiced (less credit notes) and paid in one currency."""

    currency = serializers.CharField()
    quoted = serializers.CharField()
    invoiced = serializers.CharField()
    paid = serializers.CharField()


def money_texts(deal: Deal) -> list[dict[str, str]]:
    """Return a deal's money in every currency that there is any in, its own first."""
    own = DealMoney(deal.currency.pk, deal.currency.minor_units)
    rows = {own.currency: own} | {row.currency: row for row in deal_money(deal)}
    return [
        {
            "currency": row.currency,
            **{name: as_text(getattr(row, name), row.minor_units) for name in ("quoted", "invoiced", "paid")},
        }
        for row in rows.values()
    ]


def as_line(given: dict[str, Any]) -> LineInput:
    """Return a line as the slice takes it."""
    return LineInput(**given)
