"""``segments`` with members, picks, refreshes, previews and reasons; ``segment-fields``: what a rule may ask."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.api.segment_rows import (
    HandPickSerializer,
    PeopleInput,
    PickInput,
    PreviewSerializer,
    RuleInput,
    SegmentMemberSerializer,
    SegmentRefreshSerializer,
    SegmentRowSerializer,
    SegmentSerializer,
    UnpickInput,
    WhySerializer,
    faults_in_rule,
    why_answer,
)
from campaigns.models import HandPick, Segment, SegmentMember, SegmentRefresh
from campaigns.segments import picking, saving
from campaigns.segments.fields import Field, Relation, fields_of
from campaigns.segments.models import SegmentKind
from campaigns.segments.previewing import preview
from campaigns.segments.reading import explain_membership
from campaigns.segments.refreshing import refresh
from campaigns.segments.refusing import SegmentRefused
from campaigns.segments.seeing import with_numbers
from campaigns.segments.tree import read_tree
from config.common.api.fields import whole_number
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter, check_names
from config.common.api.schema import verb
from config.common.api.viewsets import Resource
from contacts.models import Contact

VIEW, PICK = "campaigns.view_segment", "campaigns.add_handpick"
_LEFT = OpenApiParameter("left", bool, description="1 for those who left, too.")


class SegmentFilters(Filters):
    """What segments can be filtered by."""

    kind = WordsFilter(words=SegmentKind.values)
    owner = IdsFilter()
    archived = YesFilter(field_name="archived_at", method="by_archive")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")

    def by_archive(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that are archived, or those that are not."""
        return rows.filter(archived_at__isnull=not value)


class SegmentViewSet(Resource):
    """Segments that the caller may see, newest first."""

    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    list_serializer_class = SegmentRowSerializer
    filterset_class = SegmentFilters
    verb_permissions: ClassVar = {"preview_rule": VIEW, "pick": PICK, "unpick": PICK, "people": PICK}
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at", "refreshed_at": "refreshed_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the numbers that the caller may know."""
        numbered = with_numbers(rows, self.caller).select_related("owner")
        return numbered if self.action == "list" else numbered.prefetch_related("personas")

    @verb()
    def archive(self, request: Request, pk: str) -> Response:
        """Take a segment out of use: it is refreshed no more, and keeps the members it has."""
        return self.perform_verb(request, lambda row: saving.archive_segment(row, by=self.caller))

    @verb()
    def restore(self, request: Request, pk: str) -> Response:
        """Bring an archived segment back into use."""
        return self.perform_verb(request, lambda row: saving.restore_segment(row, by=self.caller))

    @extend_schema(parameters=[_LEFT], responses=SegmentMemberSerializer(many=True), filters=False)
    @action(detail=True)
    def members(self, request: Request, pk: str) -> Response:
        """List the members whom the caller may see, the newest first; on wish those who left, too."""
        check_names(request, {"left", "cursor", "page_size", "with_count"}, ["left"])
        rows: Any = SegmentMember.objects.visible_to(self.caller).filter(segment=self.get_object().pk)
        if request.query_params.get("left", "") not in ("1", "true"):
            rows = rows.current()
        page = self.paginate_queryset(rows.select_related("contact").order_by("-id"))
        return self.get_paginated_response(SegmentMemberSerializer(page, many=True).data)

    @extend_schema(responses=SegmentRefreshSerializer(many=True), filters=False)
    @action(detail=True)
    def refreshes(self, request: Request, pk: str) -> Response:
        """List the refreshes with time and counts, the newest first."""
        rows = SegmentRefresh.objects.filter(segment=self.get_object().pk).order_by("-id")
        return self.get_paginated_response(SegmentRefreshSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=None, responses=SegmentRefreshSerializer)
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: str) -> Response:
        """Refresh now, and answer what was done."""
        row = refresh(self.get_object().pk, by=self.caller)
        return Response(SegmentRefreshSerializer(row).data)

    @extend_schema(responses=HandPickSerializer(many=True), filters=False)
    @action(detail=True)
    def picks(self, request: Request, pk: str) -> Response:
        """List who was put in or left out by hand, the newest first."""
        rows = HandPick.objects.visible_to(self.caller).filter(segment=self.get_object().pk).order_by("-id")
        return self.get_paginated_response(HandPickSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=PickInput, responses=HandPickSerializer)
    @picks.mapping.post
    def pick(self, request: Request, pk: str) -> Response:
        """Put a contact into a live segment, or leave them out, whatever its rule says."""
        given = self._given(PickInput, request)
        row = picking.pick(self.get_object(), by=self.caller, **given)
        return Response(HandPickSerializer(row).data)

    @verb(UnpickInput)
    def unpick(self, request: Request, pk: str) -> Response:
        """Take a pick back: the rule decides again."""

        def act(row: Segment, contact: Contact) -> None:
            picking.unpick(row, contact, by=self.caller)

        return self.perform_verb(request, act, body=UnpickInput)

    @verb(PeopleInput)
    def people(self, request: Request, pk: str) -> Response:
        """Add contacts to a fixed list, and take others off it."""

        def act(row: Segment, add: tuple[int, ...] = (), remove: tuple[int, ...] = ()) -> None:
            if add:
                picking.add_to_list(row, add, by=self.caller)
            if remove:
                picking.remove_from_list(row, remove, by=self.caller)

        return self.perform_verb(request, act, body=PeopleInput)

    @extend_schema(request=RuleInput, responses=PreviewSerializer)
    @action(detail=False, methods=["post"], url_path="preview", url_name="preview-rule")
    def preview_rule(self, request: Request) -> Response:
        """Say whom a rule would mean now, without saving it."""
        with faults_in_rule():
            tree = read_tree(self._given(RuleInput, request)["rule"])
            found = preview(tree, owner=self.caller, reader=self.caller)
        return Response(PreviewSerializer(found).data)

    @extend_schema(responses=PreviewSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def preview(self, request: Request, pk: str) -> Response:
        """Say whom the segment's rule means now, by its owner's calendar and with its picks."""
        check_names(request, set(), [])
        segment = self.get_object()
        if not segment.is_live:
            raise SegmentRefused(_("A fixed list has no rule. See its members."), code="segment_is_a_list")
        with faults_in_rule():
            found = preview(read_tree(segment.rule), owner=segment.owner, reader=self.caller, segment=segment)
        return Response(PreviewSerializer(found).data)

    @extend_schema(parameters=[OpenApiParameter("contact", int, required=True)], responses=WhySerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def why(self, request: Request, pk: str) -> Response:
        """Say why a contact is in the segment, or not."""
        check_names(request, {"contact"}, ["contact"])
        segment = self.get_object()
        key = whole_number(request.query_params.get("contact", ""))
        contact = Contact.objects.visible_to(self.caller).filter(pk=key).first() if key else None
        if contact is None or not self.caller.has_perm("contacts.view_contact"):
            raise serializers.ValidationError({"contact": [_("Give the id of a contact that you may see.")]})
        told = explain_membership(segment, contact, self.caller, now=timezone.now())
        return Response(WhySerializer(why_answer(contact, told)).data)

    def _given(self, body: Any, request: Request) -> dict[str, Any]:
        serializer = body(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class OperatorSerializer(serializers.Serializer[Any]):
    """How a field may be compared, and what that takes: nothing, one, many, days, day or number."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    takes = serializers.CharField()


class SegmentFieldSerializer(serializers.Serializer[Any]):
    """A field that a rule may ask for. A relation's ``fields`` are those of its rows, for ``where``."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()
    type = serializers.CharField()
    operators = OperatorSerializer(many=True)
    choices = serializers.ListField(child=serializers.JSONField(), help_text="Pairs of value and name.")
    fields = serializers.JSONField(allow_null=True)  # type: ignore[assignment]


class SegmentFieldsView(APIView):
    """The vocabulary of rules: fields, operators, types, choices."""

    required_permission = VIEW

    @extend_schema(operation_id="segment_fields", responses=SegmentFieldSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Answer all fields in their order."""
        check_names(request, set(), [])
        return Response([_field(each, request.user) for each in fields_of().values()])


def _field(asked: Field | Relation, reader: Any) -> dict[str, Any]:
    inner = fields_of(asked.code).values() if isinstance(asked, Relation) else None
    offered = asked.choices(reader) if isinstance(asked, Field) and asked.choices else []
    return {
        "code": asked.code,
        "label": str(asked.label),
        "group": str(asked.group),
        "type": str(asked.type),
        "operators": [
            {"code": each.code, "label": str(each.label), "takes": str(each.takes)} for each in asked.operators
        ],
        "choices": [[value, str(label)] for value, label in offered],
        "fields": None if inner is None else [_field(each, reader) for each in inner],
    }
