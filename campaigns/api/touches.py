"""``touches``, one or up to a thousand at once, and ``visitors``."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.capture.recording import NewTouch, record_touch, record_touches
from campaigns.capture.touch import TouchKind, TouchSource
from campaigns.models import Campaign, Channel, Touch, Visitor
from config.common.api.fields import IdNumber, UtcDateTimeField, VisibleField, visible_rows
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import CreatableResource, ReadOnlyResource
from contacts.models import Contact

MOST_AT_ONCE = 1000


class TouchSerializer(RowSerializer):
    """One dated contact between a campaign and a person. The same ``external_id`` again is the same touch."""

    campaign = VisibleField(queryset=Campaign.objects.all())
    channel = VisibleField(queryset=Channel.objects.all())
    contact = VisibleField(queryset=Contact.objects.all())
    kind = serializers.ChoiceField(choices=TouchKind.choices)
    external_id = serializers.CharField(max_length=120, required=False, allow_blank=True)

    class Meta:
        model = Touch
        fields = (
            "id", "contact", "visitor", "campaign", "channel", "kind", "at", "source", "link", "submission", "detail",
            "external_id", "joined_at", "recorded_at", "recorded_by",
        )  # fmt: skip
        read_only_fields = ("visitor", "source", "link", "submission", "joined_at", "recorded_at", "recorded_by")
        # The same external id is no fault here.
        validators = ()

    def create(self, validated_data: dict[str, Any]) -> Touch:
        """Record it."""
        return record_touch(source=TouchSource.API, by=self.context["request"].user, **validated_data)


class NewTouchInput(VerbInput):
    """A touch among many: references are ids."""

    contact = IdNumber()
    campaign = IdNumber()
    channel = IdNumber()
    kind = serializers.ChoiceField(choices=TouchKind.choices)
    at = UtcDateTimeField()
    detail = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    external_id = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class BulkInput(VerbInput):
    """Many touches: all are recorded, or none."""

    touches = NewTouchInput(many=True, allow_empty=False, max_length=MOST_AT_ONCE)  # type: ignore[call-arg]

    def validate_touches(self, rows: list[dict[str, Any]]) -> list[NewTouch]:
        """Look all references up at once; name each that is none by its place."""
        names = {"contact": Contact, "campaign": Campaign, "channel": Channel}
        known = {
            name: visible_rows(model._default_manager.all(), {row[name] for row in rows}, self.context)
            for name, model in names.items()
        }
        absent = str(VisibleField.default_error_messages["does_not_exist"])
        faults = [
            {name: [absent.format(pk_value=row[name])] for name in names if row[name] not in known[name]}
            for row in rows
        ]
        if any(faults):
            raise serializers.ValidationError(faults)
        return [NewTouch(**{**row, **{name: known[name][row[name]] for name in names}}) for row in rows]


class BulkAnswer(serializers.Serializer[Any]):
    """The ids of the touches in the order given; those whose external id was known are the ones that were there."""

    touches = serializers.ListField(child=serializers.IntegerField())


class TouchFilters(Filters):
    """What touches can be filtered by."""

    campaign = IdsFilter()
    channel = IdsFilter()
    contact = IdsFilter()
    visitor = IdsFilter()
    link = IdsFilter()
    form = IdsFilter(field_name="submission__form")
    kind = WordsFilter(words=TouchKind.values)
    source = WordsFilter(words=TouchSource.values)
    external_id = WordsFilter()
    known = YesFilter(field_name="contact", lookup_expr="isnull", exclude=True)
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class TouchViewSet(CreatableResource):
    """Touches, newest first. They are facts: none is changed."""

    queryset = Touch.objects.all()
    serializer_class = TouchSerializer
    filterset_class = TouchFilters
    verb_permissions: ClassVar = {"bulk": "campaigns.add_touch"}
    ordering_fields: ClassVar = {"at": "at", "recorded_at": "recorded_at"}

    @extend_schema(request=BulkInput, responses={201: BulkAnswer}, filters=False)
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def bulk(self, request: Request) -> Response:
        """Record up to a thousand touches at once: all, or none."""
        given = BulkInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            touches = record_touches(given.validated_data["touches"], source=TouchSource.API, by=self.caller)
        return Response({"touches": [touch.pk for touch in touches]}, status=status.HTTP_201_CREATED)


class VisitorSerializer(RowSerializer):
    """A browser that followed a link of ours, and the person once they are known. Its key is nobody's business."""

    class Meta:
        model = Visitor
        fields = ("id", "contact", "first_seen_at", "known_at")


class VisitorFilters(Filters):
    """What visitors can be filtered by."""

    contact = IdsFilter()


class VisitorViewSet(ReadOnlyResource):
    """Visitors, newest first."""

    queryset = Visitor.objects.all()
    serializer_class = VisitorSerializer
    filterset_class = VisitorFilters

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the keys where they are."""
        return rows.defer("key")
