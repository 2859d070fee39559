"""``care-plans`` and ``care-steps``: what a company does for its customers after a win."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from deals.models import CarePlan, CareStep, Pipeline


class PlanStepSerializer(RowSerializer):
    """A step as its plan shows it."""

    class Meta:
        model = CareStep
        fields = ("id", "position", "days_after", "kind", "subject", "is_active")
        read_only_fields = fields


class CarePlanRowSerializer(RowSerializer):
    """A care plan in a list."""

    class Meta:
        model = CarePlan
        fields: ClassVar[tuple[str, ...]] = ("id", "name", "pipeline", "is_active", "created_at", "updated_at")
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class CarePlanSerializer(RowSerializer):
    """What we do for a customer after a win; without a pipeline, for all that have no plan of their own."""

    state: ClassVar = {"steps": _("Use /care-steps/ to add or change a step.")}

    pipeline = VisibleField(queryset=Pipeline.objects.all(), required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)
    steps = PlanStepSerializer(many=True, read_only=True)

    class Meta:
        model = CarePlan
        fields = ("id", "name", "pipeline", "is_active", "steps", "created_at", "updated_at")
        # That one plan is for all is the model's own rule, with its own sentence.
        validators = ()


class CarePlanFilters(Filters):
    """What plans can be filtered by."""

    pipeline = IdsFilter()
    is_active = YesFilter()


class CarePlanViewSet(Resource):
    """Templates of follow-ups that won deals get. One that is used no more is made inactive."""

    queryset = CarePlan.objects.all()
    serializer_class = CarePlanSerializer
    list_serializer_class = CarePlanRowSerializer
    filterset_class = CarePlanFilters
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the steps of a single plan."""
        return rows if self.action == "list" else rows.prefetch_related("steps")


class CareStepSerializer(RowSerializer):
    """One follow-up: so many days after the win."""

    fixed: ClassVar = {"plan": _("A step stays in its plan. Add another one there.")}

    plan = VisibleField(queryset=CarePlan.objects.all())

    class Meta:
        model = CareStep
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "plan",
            "position",
            "days_after",
            "kind",
            "subject",
            "note",
            "is_active",
            "created_at",
            "updated_at",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {"position": {"max_value": 32767}}


class CareStepRowSerializer(CareStepSerializer):
    """A step in a list."""

    class Meta(CareStepSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = tuple(name for name in CareStepSerializer.Meta.fields if name != "note")
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class CareStepFilters(Filters):
    """What steps can be filtered by."""

    plan = IdsFilter()
    is_active = YesFilter()


class CareStepViewSet(Resource):
    """Steps of care plans, in their order. One that was used is made inactive, because follow-ups point at it."""

    queryset = CareStep.objects.all()
    serializer_class = CareStepSerializer
    list_serializer_class = CareStepRowSerializer
    filterset_class = CareStepFilters
    ordering_fields: ClassVar = {"position": "position", "days_after": "days_after"}
