"""``campaign-members`` and ``member-statuses``: whom campaigns address, and how far each has come."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.campaign_parts import STAYS, OfCampaignFilters
from campaigns.execution.members import set_status
from campaigns.models import Campaign, CampaignMember, MemberChange, MemberStatus, Segment
from config.common.api.fields import UtcDateTimeField, VisibleField, VisibleRows
from config.common.api.filters import Filters, IdsFilter, MomentFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import Resource, VerbsMixin
from contacts.models import Contact

# As many people as one call adds by id; more come with a segment.
MOST_PEOPLE = 1000


class MembersInput(VerbInput):
    """Whom to add: people, or all who are in segments (the campaign's own, if nothing is named); at which status."""

    contacts = VisibleRows(queryset=Contact.objects.live(), required=False, max_length=MOST_PEOPLE)
    segments = VisibleRows(queryset=Segment.objects.all(), required=False)
    status = VisibleField(queryset=MemberStatus.objects.all(), required=False)


class MembersAddedSerializer(serializers.Serializer[Any]):
    """How many are new."""

    added = serializers.IntegerField()


class MemberSerializer(RowSerializer):
    """A contact whom a campaign addresses."""

    class Meta:
        model = CampaignMember
        fields = ("id", "campaign", "contact", "status", "status_since", "responded_at", "created_at", "updated_at")
        read_only_fields = fields


class MemberChangeSerializer(RowSerializer):
    """A step of a member: when, by whom and why."""

    class Meta:
        model = MemberChange
        fields = ("from_status", "to_status", "at", "by", "reason")
        read_only_fields = fields


class OneMemberSerializer(MemberSerializer):
    """A member with its history."""

    changes = MemberChangeSerializer(many=True, read_only=True)

    class Meta(MemberSerializer.Meta):
        fields: Any = (*MemberSerializer.Meta.fields, "changes")
        read_only_fields: Any = fields


class MemberFilters(Filters):
    """What members can be filtered by."""

    campaign = IdsFilter()
    contact = IdsFilter()
    status = IdsFilter()
    is_response = YesFilter(field_name="status__is_response")
    responded_from = MomentFilter(field_name="responded_at", lookup_expr="gte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class StatusInput(VerbInput):
    """Which status, since when (now, if not said), and why."""

    status = VisibleField(queryset=MemberStatus.objects.all())
    at = UtcDateTimeField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class MemberViewSet(VerbsMixin):
    """Members of campaigns whom the caller may see; they are added at /campaigns/{id}/members/."""

    queryset = CampaignMember.objects.all()
    serializer_class = OneMemberSerializer
    list_serializer_class = MemberSerializer
    filterset_class = MemberFilters
    ordering_fields: ClassVar = {
        "status_since": "status_since", "responded_at": "responded_at", "created_at": "created_at",
    }  # fmt: skip

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the history to a single member."""
        return rows if self.action == "list" else rows.prefetch_related("changes")

    @verb(StatusInput, path="set-status")
    def set_status(self, request: Request, pk: str) -> Response:
        """Move the member to a status of its campaign's list."""

        def act(row: CampaignMember, status: MemberStatus, **given: Any) -> None:
            set_status(row, status, by=self.caller, **given)

        return self.perform_verb(request, act, body=StatusInput)


class MemberStatusSerializer(RowSerializer):
    """A status that members of a campaign can have."""

    fixed: ClassVar = {"campaign": STAYS}

    campaign = VisibleField(queryset=Campaign.objects.all())

    class Meta:
        model = MemberStatus
        fields = ("id", "campaign", "name", "is_response", "position", "created_at", "updated_at")


class MemberStatusViewSet(Resource):
    """The lists of statuses of campaigns."""

    queryset = MemberStatus.objects.all()
    serializer_class = MemberStatusSerializer
    filterset_class = OfCampaignFilters
    ordering_fields: ClassVar = {"position": "position"}
