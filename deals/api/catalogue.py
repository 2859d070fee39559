"""``products``, ``product-categories``, ``currencies`` and ``exchange-rates``."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import MoneyField, VisibleField
from config.common.api.filters import DayFilter, Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from deals.catalogue.amounts import check_exact
from deals.catalogue.models import TaxCategory
from deals.models import Currency, ExchangeRate, Product, ProductCategory


def check_amounts(values: dict[str, Any], names: tuple[str, ...], currency: Currency) -> None:
    """Refuse amounts that the currency can't express, at their fields."""
    for name in names:
        try:
            check_exact(values.get(name), currency)
        except ValidationError as error:
            raise serializers.ValidationError({name: error.messages}) from None


class CategorySerializer(RowSerializer):
    """A family of products."""

    class Meta:
        model = ProductCategory
        fields = ("id", "name", "created_at", "updated_at")


class CategoryViewSet(Resource):
    """Families of products."""

    queryset = ProductCategory.objects.all()
    serializer_class = CategorySerializer
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}

    def visible(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Show all: categories are the same for everybody who may see them at all."""
        return rows


class ProductSerializer(RowSerializer):
    """Something we sell: its price and what it costs us, in one currency."""

    category = serializers.PrimaryKeyRelatedField(
        queryset=ProductCategory.objects.all(), required=False, allow_null=True
    )
    currency = VisibleField(queryset=Currency.objects.all(), required=False)
    price = MoneyField(min_value=Decimal(0))
    cost = MoneyField(min_value=Decimal(0), required=False, allow_null=True)

    class Meta:
        model = Product
        fields = (
            "id",
            "code",
            "name",
            "category",
            "unit",
            "price",
            "cost",
            "currency",
            "tax_category",
            "is_active",
            "created_at",
            "updated_at",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let price and cost be exact in the product's currency."""
        present = {} if self.instance is None else {name: getattr(self.instance, name) for name in ("price", "cost")}
        currency = attrs.get("currency") or getattr(self.instance, "currency", None) or Currency.objects.of_company()
        if self.instance is None:
            attrs["currency"] = currency
        check_amounts({**present, **attrs}, ("price", "cost"), currency)
        return attrs


class ProductFilters(Filters):
    """What products can be filtered by."""

    category = IdsFilter()
    currency = WordsFilter()
    code = WordsFilter()
    tax_category = WordsFilter(words=TaxCategory.values)
    is_active = YesFilter()


class ProductViewSet(Resource):
    """Products. One that is no longer sold is made inactive."""

    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilters
    ordering_fields: ClassVar = {
        "name": "name",
        "code": "code",
        "price": "price",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the currency, whose decimals are shown."""
        return rows.select_related("currency")


class CurrencySerializer(RowSerializer):
    """A currency in which deals are made."""

    state: ClassVar = {"is_company_currency": _("The company currency is set up in the back office.")}
    fixed: ClassVar = {
        "code": _("A currency keeps its code. Add another currency."),
        "minor_units": _("A currency keeps its decimals, because amounts were rounded to them. Add another currency."),
    }

    class Meta:
        model = Currency
        fields = ("code", "name", "minor_units", "is_company_currency")
        read_only_fields = ("is_company_currency",)
        extra_kwargs: ClassVar = {"minor_units": {"max_value": 3}}

    def at_creation(self, name: str) -> Any:
        """Return the value that a new currency has anyway."""
        return False


class CurrencyViewSet(Resource):
    """Currencies, by code."""

    queryset = Currency.objects.all()
    serializer_class = CurrencySerializer
    lookup_value_regex = "[A-Z]{3}"
    ordering_fields: ClassVar = {"code": "code", "name": "name"}


class RateSerializer(RowSerializer):
    """From a day on, one unit of a currency is worth so much in the company's currency."""

    currency = VisibleField(queryset=Currency.objects.all())

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "valid_from", "rate", "created_at", "updated_at")

    def read_rate(self, row: ExchangeRate) -> str:
        """Return plain digits without needless zeros."""
        return format(row.rate.normalize(), "f")

    def validate_currency(self, currency: Currency) -> Currency:
        """Refuse a rate of the company currency to itself."""
        if currency.is_company_currency:
            raise serializers.ValidationError(_("This is the company currency: its rate is always 1."))
        return currency


class RateFilters(Filters):
    """What rates can be filtered by."""

    currency = WordsFilter()
    valid_from = DayFilter(field_name="valid_from", lookup_expr="gte")
    valid_to = DayFilter(field_name="valid_from", lookup_expr="lte")


class RateViewSet(Resource):
    """Dated exchange rates. A deal counts with the newest rate that was valid on its day."""

    queryset = ExchangeRate.objects.all()
    serializer_class = RateSerializer
    filterset_class = RateFilters
    ordering_fields: ClassVar = {"valid_from": "valid_from", "currency": "currency"}
