"""``companies``."""

from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import IdsFilter, WordsFilter
from config.common.api.serializers import RowSerializer
from contacts.api.lifecycle import SubjectVerbs
from contacts.api.subjects import SubjectFilters, SubjectSerializer
from contacts.lifecycle.adding import add_company
from contacts.models import Company
from contacts.people.editing import change_company


class PlainAmountField(serializers.DecimalField):
    """An amount without needless zeros, for a currency of which only the code is known."""

    def to_representation(self, value: Decimal) -> str:
        """Write plain digits."""
        return format(value.normalize(), "f")


class CompanyRowSerializer(RowSerializer):
    """A company in a list."""

    class Meta:
        model = Company
        fields = (
            "id",
            "name",
            "legal_form",
            "domain",
            "industry",
            "city",
            "country",
            "parent",
            "owner",
            "lifecycle_stage",
            "lifecycle_since",
            "external_id",
            "archived_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class CompanySerializer(SubjectSerializer):
    """An organisation: customer, prospect, partner or supplier, perhaps part of a larger one."""

    parent: Any = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    annual_revenue = PlainAmountField(max_digits=18, decimal_places=3, required=False, allow_null=True)

    class Meta:
        model = Company
        fields = (
            "id",
            "name",
            "legal_form",
            "tax_number",
            "domain",
            "industry",
            "employees",
            "founded",
            "annual_revenue",
            "annual_revenue_currency",
            "street",
            "postal_code",
            "city",
            "region",
            "country",
            "parent",
            "owner",
            *SubjectSerializer.SHARED,
        )
        read_only_fields = SubjectSerializer.READ_ONLY

    def create(self, validated_data: dict[str, Any]) -> Company:
        """Add a company; without an owner it is the caller's, if the caller is a person."""
        fields = self.with_owner(validated_data)
        return add_company(by=self.caller, **self.first_stage(fields), **fields)

    def update(self, instance: Company, validated_data: dict[str, Any]) -> Company:
        """Change the given columns."""
        return change_company(instance, validated_data)


class CompanyFilters(SubjectFilters):
    """What companies can be filtered by."""

    industry = WordsFilter()
    country = WordsFilter()
    city = WordsFilter()
    domain = WordsFilter()
    parent = IdsFilter()


class CompanyViewSet(SubjectVerbs):
    """Companies. Archived ones are left out of the list unless it is asked for them (``?archived=1``)."""

    queryset = Company.objects.all()
    serializer_class = CompanySerializer
    list_serializer_class = CompanyRowSerializer
    filterset_class = CompanyFilters
    ordering_fields: ClassVar = {
        "name": "name",
        "industry": "industry",
        "employees": "employees",
        "lifecycle_since": "lifecycle_since",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
