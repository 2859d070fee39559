"""``plans`` with their versions and verbs: drafted, approved, started, revised, closed with what was learned."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.plan_rows import (
    PlanApproveInput,
    PlanCloseInput,
    PlanCopyItemsInput,
    PlanDifferenceSerializer,
    PlanRowSerializer,
    PlanSerializer,
    as_rows,
)
from campaigns.models import MarketingPlan, PlanItem
from campaigns.plans import learning, moving, revising
from campaigns.plans.comparing import compare
from campaigns.plans.plan import PlanState
from config.common.api.fields import whole_number
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, check_names
from config.common.api.schema import verb
from config.common.api.viewsets import Resource

_DIFFERENCES = PlanDifferenceSerializer(many=True)


class PlanFilters(Filters):
    """What plans can be filtered by."""

    state = WordsFilter(words=PlanState.values)
    owner = IdsFilter()
    replaces = IdsFilter()
    segment = IdsFilter(field_name="strategies__segment", distinct=True)
    starts_from = DayFilter(field_name="starts_on", lookup_expr="gte")
    ends_to = DayFilter(field_name="ends_on", lookup_expr="lte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class PlanViewSet(Resource):
    """Marketing plans, the latest period first. What an approved plan says is never edited: it is revised."""

    queryset = MarketingPlan.objects.all()
    serializer_class = PlanSerializer
    list_serializer_class = PlanRowSerializer
    filterset_class = PlanFilters
    verb_permissions: ClassVar = {"approve": "campaigns.approve_marketingplan"}
    ordering_fields: ClassVar = {
        "name": "name",
        "starts_on": "starts_on",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add to a single plan what is computed of its parts."""
        if self.action in ("list", "compare"):
            return rows
        return rows.prefetch_related("goals", "strategies", "items", "changes", "answers__findings")

    def _act(self, request: Request, function: Callable[..., Any], body: Any = None) -> Response:
        return self.perform_verb(request, lambda row, **given: function(row, by=self.caller, **given), body=body)

    @verb(PlanApproveInput)
    def approve(self, request: Request, pk: str) -> Response:
        """Approve the draft. State the version you read in If-Match: what changed since is not approved."""
        return self._act(request, moving.approve, PlanApproveInput)

    @verb()
    def start(self, request: Request, pk: str) -> Response:
        """Let the approved plan run; it takes over from the version that it revises."""
        return self._act(request, moving.start)

    @verb(PlanCloseInput)
    def close(self, request: Request, pk: str) -> Response:
        """End the plan and keep what was learned; a draft is dropped this way."""
        return self._act(request, moving.close, PlanCloseInput)

    @extend_schema(request=None, responses={201: PlanSerializer})
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Draft the next version with everything that this one holds, and answer it."""
        row = self.get_object()
        with transaction.atomic():
            self.check_version(row)
            version = revising.revise(row, by=self.caller)
        return self.answer(self.read_again(version), status_code=status.HTTP_201_CREATED)

    @verb(PlanCopyItemsInput)
    def copy_items(self, request: Request, pk: str) -> Response:
        """Copy what worked in an earlier plan into this draft; what was copied before is not copied twice."""

        def act(plan: MarketingPlan, items: list[PlanItem]) -> None:
            if items:
                learning.copy_what_worked(items[0].plan, items, plan)

        return self.perform_verb(request, act, body=PlanCopyItemsInput)

    @extend_schema(parameters=[OpenApiParameter("with", int, required=True)], responses=_DIFFERENCES, filters=False)
    @action(detail=True, pagination_class=None)
    def compare(self, request: Request, pk: str) -> Response:
        """Say what is different between this plan and another, usually a version of it, the older one first."""
        check_names(request, {"with"}, ["with"])
        number = whole_number(request.query_params.get("with", ""))
        if number is None:
            raise serializers.ValidationError({"with": [_("Say with which other plan: ?with=ID.")]})
        other = MarketingPlan.objects.visible_to(self.caller).filter(pk=number).first() if number else None
        if other is None:
            raise Http404
        older, newer = sorted((self.get_object(), other), key=lambda each: int(each.pk))
        return Response(as_rows(compare(older, newer)))
