"""``campaigns`` with their verbs, budget, members and tasks."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.budget_sheet import BudgetSerializer, budget_of_campaign
from campaigns.api.campaign_parts import (
    CampaignChangeSerializer,
    MembersAddedSerializer,
    MemberSerializer,
    MembersInput,
    TaskInput,
    TaskSerializer,
)
from campaigns.budgets.opening import open_campaign
from campaigns.budgets.watching import follow_plan_change
from campaigns.execution.campaign import CampaignState
from campaigns.execution.cloning import clone_campaign
from campaigns.execution.editing import edit_campaign
from campaigns.execution.members import add_from_segments, add_members
from campaigns.execution.moving import cancel, finish, pause, start
from campaigns.execution.tasks import plan_task
from campaigns.models import Campaign, CampaignMember, Channel, MarketingPlan, Segment
from config.common.api.fields import DayField, VisibleField, VisibleRows
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, check_names
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import Resource
from contacts.models import User
from deals.models import Activity

_STATE = _("What becomes of a campaign is said by verbs: POST /campaigns/{id}/start/, /pause/, /finish/ or /cancel/.")


class CampaignRowSerializer(RowSerializer):
    """A campaign in a list."""

    class Meta:
        model = Campaign
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "code",
            "plan",
            "owner",
            "state",
            "starts_on",
            "ends_on",
            "cloned_from",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class CampaignSerializer(RowSerializer):
    """A dated effort for segments over channels. ``budget``, at creation, is shared over channels and months."""

    state: ClassVar = {"state": _STATE, "code": _("The code is made of the name once, since links say it.")}

    plan = VisibleField(queryset=MarketingPlan.objects.all(), required=False, allow_null=True)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    segments = VisibleRows(queryset=Segment.objects.all(), required=False)
    channels = VisibleRows(queryset=Channel.objects.all(), required=False)
    budget = serializers.DecimalField(
        max_digits=18, decimal_places=3, min_value=Decimal(0), required=False, write_only=True,
        help_text="In the company's currency; the table is at /campaigns/{id}/budget/.",
    )  # fmt: skip
    changes = CampaignChangeSerializer(many=True, read_only=True)

    class Meta:
        model = Campaign
        fields = (*CampaignRowSerializer.Meta.fields, "message", "segments", "channels", "lesson", "budget", "changes")
        read_only_fields = ("state", "code", "cloned_from")

    def at_creation(self, name: str) -> Any:
        """Return the state that a new campaign has anyway."""
        return {"state": CampaignState.PLANNED}.get(name)

    def read_segments(self, campaign: Campaign) -> list[int]:
        """Return the ids."""
        return [each.pk for each in campaign.segments.all()]

    def read_channels(self, campaign: Campaign) -> list[int]:
        """Return the ids."""
        return [each.pk for each in campaign.channels.all()]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A budget that is there is changed in its table."""
        if self.instance is not None and "budget" in attrs:
            raise serializers.ValidationError(
                {"budget": [_("The campaign exists: change its lines at /budget-lines/.")]}
            )
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        """Add it with its budget, owned by the caller if nobody is named."""
        caller = self.context["request"].user
        lesson = validated_data.pop("lesson", "")
        campaign = open_campaign(**{"owner": caller, **validated_data}, by=caller)
        return edit_campaign(campaign, by=caller, lesson=lesson) if lesson else campaign

    def update(self, instance: Campaign, validated_data: dict[str, Any]) -> Campaign:
        """Change it; a campaign that changes its plan takes its money along."""
        caller, before = self.context["request"].user, instance.plan
        campaign = edit_campaign(instance, by=caller, **validated_data)
        follow_plan_change(campaign, before, by=caller)
        return campaign


class CampaignFilters(Filters):
    """What campaigns can be filtered by."""

    state = WordsFilter(words=CampaignState.values)
    plan = IdsFilter()
    owner = IdsFilter()
    segment = IdsFilter(field_name="segments", distinct=True)
    channel = IdsFilter(field_name="channels", distinct=True)
    code = WordsFilter()
    ends_from = DayFilter(field_name="ends_on", lookup_expr="gte")
    starts_to = DayFilter(field_name="starts_on", lookup_expr="lte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class CampaignWhyInput(VerbInput):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class CancelInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=500)


class FinishInput(VerbInput):
    """What was learned; not needed where the campaign says so already."""

    lesson = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class CloneInput(VerbInput):
    """From which day on (today, if not said), under which name, whose."""

    starts_on = DayField(required=False)
    name = serializers.CharField(required=False, max_length=160)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)


class CampaignViewSet(Resource):
    """Campaigns, the latest first."""

    queryset = Campaign.objects.all()
    serializer_class = CampaignSerializer
    list_serializer_class = CampaignRowSerializer
    filterset_class = CampaignFilters
    verb_permissions: ClassVar = {
        "clone": "campaigns.add_campaign",
        "budget": "campaigns.view_budgetline",
        "members": "campaigns.view_campaignmember",
        "add_members": "campaigns.add_campaignmember",
        "tasks": "campaigns.add_campaigntask",
    }
    ordering_fields: ClassVar = {
        "name": "name",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add to a single campaign its segments, channels and history."""
        if self.action == "list":
            return rows
        return rows.select_related("plan", "owner").prefetch_related("segments", "channels", "changes")

    def _act(self, request: Request, function: Callable[..., Any], body: Any = None) -> Response:
        return self.perform_verb(request, lambda row, **given: function(row, by=self.caller, **given), body=body)

    @verb(CampaignWhyInput)
    def start(self, request: Request, pk: str) -> Response:
        """Let a planned or paused campaign run."""
        return self._act(request, start, CampaignWhyInput)

    @verb(CampaignWhyInput)
    def pause(self, request: Request, pk: str) -> Response:
        """Let a running campaign rest."""
        return self._act(request, pause, CampaignWhyInput)

    @verb(FinishInput)
    def finish(self, request: Request, pk: str) -> Response:
        """Close it and keep what was learned."""
        return self._act(request, finish, FinishInput)

    @verb(CancelInput)
    def cancel(self, request: Request, pk: str) -> Response:
        """Call it off, with its open tasks."""
        return self._act(request, cancel, CancelInput)

    @extend_schema(request=CloneInput, responses={201: CampaignSerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """Plan it again: all that was planned, moved in time; no members, costs and touches."""
        row = self.get_object()
        body = CloneInput(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        clone = clone_campaign(row, by=self.caller, **body.validated_data)
        return self.answer(self.read_again(clone), status_code=status.HTTP_201_CREATED)

    @extend_schema(responses=BudgetSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def budget(self, request: Request, pk: str) -> Response:
        """Planned, committed, actual and left, by channel and month; what is in no sum; and the pace."""
        check_names(request, set(), [])
        return Response(budget_of_campaign(self.get_object()))

    @extend_schema(responses=MemberSerializer(many=True), filters=False)
    @action(detail=True)
    def members(self, request: Request, pk: str) -> Response:
        """Answer the members whom the caller may see; /campaign-members/?campaign=… filters and orders them too."""
        rows = CampaignMember.objects.visible_to(self.caller).filter(campaign=self.get_object().pk)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(MemberSerializer(page, many=True).data)

    @extend_schema(request=MembersInput, responses=MembersAddedSerializer)
    @members.mapping.post
    def add_members(self, request: Request, pk: str) -> Response:
        """Add people by id, or all who are in segments now."""
        row = self.get_object()
        body = MembersInput(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        given, number = body.validated_data, 0
        with transaction.atomic():
            if given.get("contacts"):
                number += add_members(row, given["contacts"], by=self.caller, status=given.get("status"))
            if "segments" in given or not given.get("contacts"):
                chosen = given.get("segments")
                number += add_from_segments(row, chosen, by=self.caller, status=given.get("status"))
        return Response({"added": number})

    @extend_schema(request=TaskInput, responses={201: TaskSerializer})
    @action(detail=True, methods=["post"])
    def tasks(self, request: Request, pk: str) -> Response:
        """Plan a task, with the owner's usual reminder; the list is at /campaign-tasks/?campaign=…."""
        row = self.get_object()
        body = TaskInput(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        task = plan_task(row, **{"owner": self.caller, **body.validated_data}, by=self.caller)
        task.activity = Activity.objects.get(pk=task.activity_id)
        return Response(TaskSerializer(task, context=self.get_serializer_context()).data, status=201)
