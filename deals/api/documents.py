"""``sellers`` and ``tax-rates``: who issues documents, and what taxes cost from which day."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import DayFilter, Filters, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from deals.catalogue.models import TaxCategory
from deals.models import Currency, Seller, TaxRate


class SellerSerializer(RowSerializer):
    """One of our own companies, as its documents show it."""

    currency = VisibleField(queryset=Currency.objects.all())

    class Meta:
        model = Seller
        fields = (
            "id",
            "name",
            "legal_form",
            "tax_number",
            "street",
            "postal_code",
            "city",
            "region",
            "country",
            "email",
            "phone",
            "website",
            "time_zone",
            "currency",
            "bank_name",
            "bank_account",
            "bank_holder",
            "bank_code",
            "signatory",
            "footer",
            "quote_prefix",
            "invoice_prefix",
            "credit_note_prefix",
            "amounts_in_words",
            "is_default",
            "is_active",
            "created_at",
            "updated_at",
        )


class SellerFilters(Filters):
    """What sellers can be filtered by."""

    country = WordsFilter()
    is_active = YesFilter()


class SellerViewSet(Resource):
    """Who issues quotes and invoices. One that issues no more is made inactive."""

    queryset = Seller.objects.all()
    serializer_class = SellerSerializer
    filterset_class = SellerFilters
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}


class TaxRateSerializer(RowSerializer):
    """From a day on, a tax category costs so many per cent of a share of the price in a country."""

    rate = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)

    class Meta:
        model = TaxRate
        fields = (
            "id",
            "country",
            "category",
            "valid_from",
            "rate",
            "base_numerator",
            "base_denominator",
            "name",
            "legal_note",
            "created_at",
            "updated_at",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "country": {"help_text": _("Two letters: ID, VN …")},
            "rate": {"help_text": _("Per cent")},
        }


class TaxRateFilters(Filters):
    """What rates can be filtered by."""

    country = WordsFilter()
    category = WordsFilter(words=TaxCategory.values)
    valid_from = DayFilter(field_name="valid_from", lookup_expr="gte")
    valid_to = DayFilter(field_name="valid_from", lookup_expr="lte")


class TaxRateViewSet(Resource):
    """Dated tax rates. A document is taxed by the newest rate that was in force on its day."""

    queryset = TaxRate.objects.all()
    serializer_class = TaxRateSerializer
    filterset_class = TaxRateFilters
    ordering_fields: ClassVar = {"valid_from": "valid_from", "country": "country", "created_at": "created_at"}
