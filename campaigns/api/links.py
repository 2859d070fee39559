"""``links`` and the vocabulary of their utm parameters."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.capture.counting import with_touches
from campaigns.capture.linking import address_of, make_link, rename_link, resume_link, retire_link, target_of
from campaigns.capture.links import UtmParameter
from campaigns.capture.vocabulary import set_aliases
from campaigns.models import Campaign, Channel, ContentItem, TrackedLink, UtmTerm
from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource

_FIXED = _("A link leads where it led when it was made. Make another one.")


class LinkSerializer(RowSerializer):
    """An address of ours that counts who comes, and leads to a destination that never changes."""

    state: ClassVar = {"is_active": _("Use POST /links/{id}/retire/ or /resume/.")}
    fixed: ClassVar = dict.fromkeys(
        ("destination", "campaign", "channel", "content", "source", "medium", "is_print_code"), _FIXED
    )

    campaign = VisibleField(queryset=Campaign.objects.all())
    channel = VisibleField(queryset=Channel.objects.all())
    content = VisibleField(queryset=ContentItem.objects.all(), required=False, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, max_length=80, help_text="A known value of utm_source, in any of its spellings."
    )
    medium = serializers.CharField(
        required=False, max_length=80, help_text="A known value of utm_medium; left out: the channel's."
    )
    address = serializers.CharField(read_only=True, help_text="What to publish.")
    leads_to = serializers.CharField(read_only=True, help_text="The destination with the utm parameters.")
    touches = serializers.IntegerField(source="touches_counted", read_only=True)

    class Meta:
        model = TrackedLink
        fields = (
            "id", "code", "name", "address", "destination", "leads_to", "campaign", "channel", "content", "source",
            "medium", "is_print_code", "is_active", "touches", "created_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("code", "is_active", "created_by")

    def read_source(self, link: TrackedLink) -> str:
        """Return the value, or an empty text."""
        return link.source.value if link.source else ""

    def read_medium(self, link: TrackedLink) -> str:
        """Return the value, or an empty text."""
        return link.medium.value if link.medium else ""

    def read_address(self, link: TrackedLink) -> str:
        """Return what to publish."""
        return address_of(link)

    def read_leads_to(self, link: TrackedLink) -> str:
        """Return where it leads."""
        return target_of(link)

    def at_creation(self, name: str) -> Any:
        """A new link counts."""
        return True if name == "is_active" else None

    def create(self, validated_data: dict[str, Any]) -> TrackedLink:
        """Make it, with a code of its own."""
        return make_link(by=self.context["request"].user, **validated_data)

    def update(self, instance: TrackedLink, validated_data: dict[str, Any]) -> TrackedLink:
        """Call it otherwise."""
        return rename_link(instance, validated_data.get("name", instance.name))


class LinkFilters(Filters):
    """What links can be filtered by."""

    campaign = IdsFilter()
    channel = IdsFilter()
    is_active = YesFilter()
    is_print_code = YesFilter()
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class LinkViewSet(Resource):
    """Tracked links, newest first."""

    queryset = TrackedLink.objects.all()
    serializer_class = LinkSerializer
    filterset_class = LinkFilters
    ordering_fields: ClassVar = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add what addresses are made of, and how often each was followed."""
        return with_touches(rows.select_related("campaign", "content", "source", "medium"))

    @verb()
    def retire(self, request: Request, pk: str) -> Response:
        """Stop counting; the link still leads where it led."""
        return self.perform_verb(request, retire_link)

    @verb()
    def resume(self, request: Request, pk: str) -> Response:
        """Count again."""
        return self.perform_verb(request, resume_link)


class UtmTermSerializer(RowSerializer):
    """A value that a utm parameter may have, with its other spellings."""

    fixed: ClassVar = {
        "parameter": _("A value belongs to one parameter. Make another one."),
        "value": _("Links out there say this value. Make another one."),
    }

    channel = VisibleField(queryset=Channel.objects.all(), required=False, allow_null=True)
    aliases = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=50)

    class Meta:
        model = UtmTerm
        fields = ("id", "parameter", "value", "channel", "aliases", "created_at", "updated_at")

    def read_aliases(self, term: UtmTerm) -> list[str]:
        """Return the other spellings."""
        return [alias.alias for alias in term.aliases.all()]

    def create(self, validated_data: dict[str, Any]) -> UtmTerm:
        """Add the value with its spellings."""
        aliases = validated_data.pop("aliases", ())
        term: UtmTerm = super().create(validated_data)
        set_aliases(term, aliases)
        return term

    @transaction.atomic
    def update(self, instance: UtmTerm, validated_data: dict[str, Any]) -> UtmTerm:
        """Change its channel and spellings."""
        aliases = validated_data.pop("aliases", None)
        term: UtmTerm = super().update(instance, validated_data)
        if aliases is not None:
            set_aliases(term, aliases)
        return term


class UtmTermFilters(Filters):
    """What values can be filtered by."""

    parameter = WordsFilter(words=UtmParameter.values)


class UtmTermViewSet(Resource):
    """The closed vocabulary of utm_source and utm_medium."""

    queryset = UtmTerm.objects.all()
    serializer_class = UtmTermSerializer
    filterset_class = UtmTermFilters

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the spellings."""
        return rows.prefetch_related("aliases")
