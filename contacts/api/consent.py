"""``consents``, ``consent-changes``, ``consent-purposes`` and ``consent-texts``: what people allow us."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from config.common.api.fields import UtcDateTimeField, VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import CreatableResource, ReadOnlyResource, Resource
from contacts.consent.models import ConsentSource
from contacts.consent.recording import new_text, record_consent
from contacts.models import Consent, ConsentChange, ConsentPurpose, ConsentText, Contact


class ConsentSerializer(RowSerializer):
    """How a contact stands to a purpose now, and the change that made it so."""

    purpose_code = serializers.CharField(source="purpose.code", read_only=True)

    class Meta:
        model = Consent
        fields = ("id", "contact", "purpose", "purpose_code", "is_given", "since", "change")
        read_only_fields = fields


class ConsentFilters(Filters):
    """What consents can be filtered by."""

    contact = IdsFilter()
    purpose = IdsFilter()
    purpose_code = WordsFilter(field_name="purpose__code")
    is_given = YesFilter()


class ConsentViewSet(ReadOnlyResource):
    """What contacts allow now. To change it, write a row to ``consent-changes``."""

    queryset = Consent.objects.order_by("id")
    serializer_class = ConsentSerializer
    filterset_class = ConsentFilters
    ordering_fields: ClassVar = {"since": "since"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Read the purpose with each row."""
        return rows.select_related("purpose")


class ConsentChangeSerializer(RowSerializer):
    """A person allowed or forbade a purpose: when, where, by which text."""

    contact = VisibleField(queryset=Contact.objects.all())
    purpose = VisibleField(queryset=ConsentPurpose.objects.all())
    text = VisibleField(queryset=ConsentText.objects.all(), required=False, allow_null=True)
    at = UtcDateTimeField(required=False, help_text="When it was said; now, if it is left out.")
    source = serializers.ChoiceField(choices=ConsentSource.choices, required=False)  # type: ignore[assignment]

    class Meta:
        model = ConsentChange
        fields = ("id", "contact", "purpose", "is_given", "at", "source", "text", "evidence", "by", "recorded_at")
        read_only_fields = ("by", "recorded_at")

    def create(self, validated_data: dict[str, Any]) -> ConsentChange:
        """Write it in the caller's name; whoever is no person heard it as an integration."""
        caller = self.context["request"].user
        source = ConsentSource.API if caller.is_service else ConsentSource.PERSON
        return record_consent(**{"source": source, **validated_data}, by=caller)


class ConsentChangeFilters(Filters):
    """What the ledger can be filtered by."""

    contact = IdsFilter()
    purpose = IdsFilter()
    purpose_code = WordsFilter(field_name="purpose__code")
    is_given = YesFilter()
    source = WordsFilter(words=ConsentSource.values)
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class ConsentChangeViewSet(CreatableResource):
    """The ledger of consent, the newest row first. It only grows."""

    queryset = ConsentChange.objects.all()
    serializer_class = ConsentChangeSerializer
    filterset_class = ConsentChangeFilters
    ordering_fields: ClassVar = {"at": "at", "id": "id"}


class ConsentPurposeSerializer(RowSerializer):
    """Something that people may allow us."""

    fixed: ClassVar = {"code": gettext_lazy("Rules know a purpose by its code. Add another purpose instead.")}

    class Meta:
        model = ConsentPurpose
        fields = ("id", "code", "name", "is_active", "created_at", "updated_at")


class ConsentPurposeFilters(Filters):
    """What purposes can be filtered by."""

    code = WordsFilter()
    is_active = YesFilter()


class ConsentPurposeViewSet(Resource):
    """What people may allow us. A purpose that is no longer asked for is taken out of use."""

    queryset = ConsentPurpose.objects.all()
    serializer_class = ConsentPurposeSerializer
    filterset_class = ConsentPurposeFilters
    ordering_fields: ClassVar = {"code": "code", "id": "id"}


class ConsentTextSerializer(RowSerializer):
    """One version of the words by which we ask."""

    purpose = VisibleField(queryset=ConsentPurpose.objects.all())

    class Meta:
        model = ConsentText
        fields = ("id", "purpose", "language", "version", "text", "created_at")
        read_only_fields = ("version",)

    def create(self, validated_data: dict[str, Any]) -> ConsentText:
        """Write the next version; the same words again are no new one."""
        return new_text(validated_data["purpose"], validated_data.get("language", "en"), validated_data["text"])


class ConsentTextFilters(Filters):
    """What texts can be filtered by."""

    purpose = IdsFilter()
    purpose_code = WordsFilter(field_name="purpose__code")
    language = WordsFilter()


class ConsentTextViewSet(CreatableResource):
    """Every version of every text: what people agreed to stays readable."""

    queryset = ConsentText.objects.order_by("id")
    serializer_class = ConsentTextSerializer
    filterset_class = ConsentTextFilters
    ordering_fields: ClassVar = {"id": "id", "created_at": "created_at"}
