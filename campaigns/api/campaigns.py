"""``campaigns`` with their verbs, budget, members and tasks."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.budget_sheet import BudgetSerializer, budget_of_campaign
from campaigns.api.campaign_members import MembersAddedSerializer, MemberSerializer, MembersInput
from campaigns.api.campaign_parts import TaskInput, TaskSerializer
from campaigns.api.campaign_rows import (
    CampaignFilters,
    CampaignRowSerializer,
    CampaignSerializer,
    CampaignWhyInput,
    CancelInput,
    CloneInput,
    FinishInput,
)
from campaigns.execution.cloning import clone_campaign
from campaigns.execution.members import add_from_segments, add_members
from campaigns.execution.moving import cancel, finish, pause, start
from campaigns.execution.tasks import plan_task
from campaigns.models import Campaign, CampaignMember
from config.common.api.filters import check_names
from config.common.api.schema import verb
from config.common.api.viewsets import Resource
from deals.models import Activity


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
