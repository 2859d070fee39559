"""``strategies``, ``plan-items``, ``plan-goals`` and ``plan-answers``: what a plan is made of."""

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.models import (
    Channel,
    Finding,
    MarketingPlan,
    Persona,
    PlanAnswer,
    PlanGoal,
    PlanItem,
    Segment,
    Strategy,
)
from campaigns.plans.editing import remove_part, save_part
from campaigns.plans.locking import lock_plan
from campaigns.plans.strategy import PART_OF, ItemState, Part, Topic
from config.common.api.fields import VisibleField, VisibleRows
from config.common.api.filters import DayFilter, Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from config.common.money import as_text
from contacts.models import User
from deals.models import Currency, Product

_STAYS = _("It stays in its plan. Add another one there.")


class PartSerializer(RowSerializer):
    """A part of a plan. Of an approved plan only what became of it can be changed."""

    fixed: ClassVar = {"plan": _STAYS}
    # Columns that refer to several rows.
    several: ClassVar[tuple[str, ...]] = ()

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Add it to its plan."""
        rows_of = {name: validated_data.pop(name) for name in self.several if name in validated_data}
        model: Any = self.Meta.model
        return save_part(model(**validated_data), **rows_of)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Change what is not the same already."""
        rows_of = {name: validated_data.pop(name) for name in self.several if name in validated_data}
        rows_of = {name: rows for name, rows in rows_of.items() if set(getattr(instance, name).all()) != set(rows)}
        changed = [name for name, value in validated_data.items() if getattr(instance, name) != value]
        for name in changed:
            setattr(instance, name, validated_data[name])
        return save_part(instance, changed, **rows_of) if changed or rows_of else instance


class PartViewSet(Resource):
    """Parts of plans."""

    verb_permissions: ClassVar[dict[str, str]] = {}

    def lock(self, row: Any) -> Any:
        """Lock the plan first, as everybody does who changes its parts."""
        lock_plan(row.plan_id)
        return super().lock(row)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Take it out of a draft."""
        row = self.get_object()
        with transaction.atomic():
            self.check_version(row)
            remove_part(row)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlanGoalSerializer(PartSerializer):
    """What a plan is to reach by a day. How it stands is said at /plans/{id}/."""

    plan = VisibleField(queryset=MarketingPlan.objects.all())

    class Meta:
        model = PlanGoal
        fields = (
            "id", "plan", "measure", "title", "target", "starts_on", "due_on", "counted", "counted_on",
            "created_at", "updated_at",
        )  # fmt: skip


class OfPlanFilters(Filters):
    """What parts can be filtered by."""

    plan = IdsFilter()


class PlanGoalViewSet(PartViewSet):
    """Goals of plans."""

    queryset = PlanGoal.objects.all()
    serializer_class = PlanGoalSerializer
    filterset_class = OfPlanFilters
    verb_permissions: ClassVar = {"remove": "campaigns.delete_plangoal"}
    ordering_fields: ClassVar = {"due_on": "due_on"}


class StrategySerializer(PartSerializer):
    """What a plan means to do for one segment; its 4 Ps are at /plan-items/."""

    plan = VisibleField(queryset=MarketingPlan.objects.all())
    segment = VisibleField(queryset=Segment.objects.all())
    persona = VisibleField(queryset=Persona.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Strategy
        fields = ("id", "plan", "segment", "persona", "statement", "position", "created_at", "updated_at")


class StrategyFilters(OfPlanFilters):
    """What strategies can be filtered by."""

    segment = IdsFilter()
    persona = IdsFilter()


class StrategyViewSet(PartViewSet):
    """Strategies of plans, one a segment."""

    queryset = Strategy.objects.all()
    serializer_class = StrategySerializer
    filterset_class = StrategyFilters
    verb_permissions: ClassVar = {"remove": "campaigns.delete_strategy"}
    ordering_fields: ClassVar = {"position": "position"}


class PlanItemSerializer(PartSerializer):
    """One thing that a plan says or does. Amounts are in the company's currency, with its decimals."""

    fixed: ClassVar = {
        **PartSerializer.fixed,
        "strategy": _("An item stays in its strategy. Add another one there."),
        "topic": _("An item keeps its topic. Add another one."),
    }
    several: ClassVar = ("products", "findings")

    plan = VisibleField(queryset=MarketingPlan.objects.all())
    strategy = VisibleField(queryset=Strategy.objects.all(), required=False, allow_null=True)
    channel = VisibleField(queryset=Channel.objects.all(), required=False, allow_null=True)
    product = VisibleField(queryset=Product.objects.all(), required=False, allow_null=True)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False, allow_null=True)
    products = VisibleRows(queryset=Product.objects.all(), required=False)
    findings = VisibleRows(queryset=Finding.objects.all(), required=False)
    part = serializers.ChoiceField(choices=Part.choices, read_only=True, help_text="Which P it belongs to.")

    class Meta:
        model = PlanItem
        fields = (
            "id", "plan", "strategy", "part", "topic", "text", "products", "channel", "starts_on", "ends_on", "product",
            "list_price", "discount", "floor", "owner", "due_on", "state", "cost", "findings", "result", "worked",
            "copied_from", "position", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("copied_from",)

    @cached_property
    def digits(self) -> int:
        """The decimals of the company's currency, read once for a list."""
        return Currency.objects.of_company().minor_units

    def read_products(self, item: PlanItem) -> list[int]:
        """Return the ids."""
        return [each.pk for each in item.products.all()]

    def read_findings(self, item: PlanItem) -> list[int]:
        """Return the ids."""
        return [each.pk for each in item.findings.all()]

    def read_part(self, item: PlanItem) -> str:
        """Return the P that follows from the topic."""
        return PART_OF[item.topic].value

    def read_list_price(self, item: PlanItem) -> str | None:
        """Return the amount as text."""
        return self._amount(item.list_price)

    def read_floor(self, item: PlanItem) -> str | None:
        """Return the amount as text."""
        return self._amount(item.floor)

    def read_cost(self, item: PlanItem) -> str | None:
        """Return the amount as text."""
        return self._amount(item.cost)

    def _amount(self, amount: Decimal | None) -> str | None:
        return None if amount is None else as_text(amount, self.digits)


class ItemFilters(OfPlanFilters):
    """What items can be filtered by."""

    strategy = IdsFilter()
    topic = WordsFilter(words=Topic.values)
    state = WordsFilter(words=ItemState.values)
    owner = IdsFilter()
    channel = IdsFilter()
    finding = IdsFilter(field_name="findings", distinct=True)
    worked = YesFilter()
    due_from = DayFilter(field_name="due_on", lookup_expr="gte")
    due_to = DayFilter(field_name="due_on", lookup_expr="lte")


class PlanItemViewSet(PartViewSet):
    """What plans say and do: the four Ps for each segment, and the measures inside the company."""

    queryset = PlanItem.objects.prefetch_related("products", "findings")
    serializer_class = PlanItemSerializer
    filterset_class = ItemFilters
    verb_permissions: ClassVar = {"remove": "campaigns.delete_planitem"}
    ordering_fields: ClassVar = {"position": "position", "due_on": "due_on", "updated_at": "updated_at"}


class PlanAnswerSerializer(PartSerializer):
    """The answer of a plan to one of the two questions, with the findings that speak for it."""

    fixed: ClassVar = {**PartSerializer.fixed, "question": _("An answer stays with its question.")}
    several: ClassVar = ("findings",)

    plan = VisibleField(queryset=MarketingPlan.objects.all())
    findings = VisibleRows(queryset=Finding.objects.all(), required=False)

    class Meta:
        model = PlanAnswer
        fields = ("id", "plan", "question", "answer", "text", "findings", "created_at", "updated_at")

    def read_findings(self, answer: PlanAnswer) -> list[int]:
        """Return the ids."""
        return [each.pk for each in answer.findings.all()]


class PlanAnswerViewSet(PartViewSet):
    """Answers of plans to the two questions."""

    queryset = PlanAnswer.objects.prefetch_related("findings")
    serializer_class = PlanAnswerSerializer
    filterset_class = OfPlanFilters
    verb_permissions: ClassVar = {"remove": "campaigns.delete_plananswer"}
    ordering_fields: ClassVar = {"created_at": "created_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the findings."""
        return rows.prefetch_related("findings")
