"""``budget-lines``, ``commitments``, ``costs`` with their verbs, and ``marketing-policy``."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.budgets.asking import APPROVE
from campaigns.budgets.committing import close_commitment, commit_money
from campaigns.budgets.deciding import approve, refuse, take_back
from campaigns.budgets.lines import set_lines
from campaigns.budgets.models import CostState
from campaigns.budgets.pots import pot_of
from campaigns.budgets.spending import add_cost, change_cost
from campaigns.budgets.watching import watch_all
from campaigns.models import BudgetLine, Campaign, Channel, Commitment, Cost, MarketingPlan, MarketingPolicy
from config.common.api.fields import DayField, MoneyField, VisibleField
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.single import SingleResource
from config.common.api.viewsets import CreatableResource, Resource
from deals.models import Currency

_STAYS = _("Money stays where it was written. Take it back and write it where it belongs.")
_LEAST = Decimal("0.001")


class PotSerializer(RowSerializer):
    """Rows of a campaign, or of a plan itself where no campaign is named."""

    campaign = VisibleField(queryset=Campaign.objects.all(), required=False, allow_null=True)
    plan = VisibleField(queryset=MarketingPlan.objects.all(), required=False, allow_null=True)
    channel = VisibleField(queryset=Channel.objects.all())


class BudgetLineSerializer(PotSerializer):
    """So much is planned for a channel in a month, in the company's currency. The same line again changes it."""

    fixed: ClassVar = {"campaign": _STAYS, "plan": _STAYS, "channel": _STAYS, "month": _STAYS}

    month = DayField(help_text="Any day of the month.")
    amount = serializers.DecimalField(max_digits=18, decimal_places=3, min_value=Decimal(0))

    class Meta:
        model = BudgetLine
        fields = ("id", "plan", "campaign", "channel", "month", "amount", "created_at", "updated_at")
        # The same line again is a change of the one that is there.
        validators: ClassVar[list[Any]] = []

    def create(self, validated_data: dict[str, Any]) -> BudgetLine:
        """Write the line."""
        pot = pot_of(validated_data.get("campaign"), validated_data.get("plan"))
        channel, month = validated_data["channel"], validated_data["month"].replace(day=1)
        set_lines(pot, {(channel, month): validated_data["amount"]}, by=self.context["request"].user)
        return BudgetLine.objects.get(pot.condition, channel=channel, month=month)

    def update(self, instance: BudgetLine, validated_data: dict[str, Any]) -> BudgetLine:
        """Change the amount."""
        if "amount" in validated_data:
            pot = pot_of(instance.campaign, instance.plan)
            line = {(instance.channel, instance.month): validated_data["amount"]}
            set_lines(pot, line, by=self.context["request"].user)
        return instance


class OfPotFilters(Filters):
    """Whose money."""

    campaign = IdsFilter()
    plan = IdsFilter()
    plan_with_campaigns = IdsFilter(field_name="campaign__plan")
    channel = IdsFilter()


class BudgetLineFilters(OfPotFilters):
    """What lines can be filtered by."""

    month_from = DayFilter(field_name="month", lookup_expr="gte")
    month_to = DayFilter(field_name="month", lookup_expr="lte")


class BudgetLineViewSet(Resource):
    """What is planned, by month."""

    queryset = BudgetLine.objects.select_related("campaign", "plan", "channel")
    serializer_class = BudgetLineSerializer
    filterset_class = BudgetLineFilters
    ordering_fields: ClassVar = {"month": "month", "amount": "amount"}


class SpendingSerializer(PotSerializer):
    """What commitments and costs have in common."""

    currency = VisibleField(queryset=Currency.objects.all(), required=False)
    amount = MoneyField(min_value=_LEAST)


class CommitmentSerializer(SpendingSerializer):
    """Money that was ordered; costs use it up, and closing lets go of the rest."""

    class Meta:
        model = Commitment
        fields = (
            "id", "plan", "campaign", "channel", "day", "amount", "currency", "supplier", "note", "closed_at",
            "created_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("closed_at", "created_by")

    def create(self, validated_data: dict[str, Any]) -> Commitment:
        """Write the order."""
        return commit_money(**validated_data, by=self.context["request"].user)


class CommitmentFilters(OfPotFilters):
    """What commitments can be filtered by."""

    is_closed = YesFilter(field_name="closed_at", lookup_expr="isnull", exclude=True)
    day_from = DayFilter(field_name="day", lookup_expr="gte")
    day_to = DayFilter(field_name="day", lookup_expr="lte")


class CommitmentViewSet(CreatableResource):
    """Orders, the newest first."""

    queryset = Commitment.objects.select_related("currency", "campaign", "plan")
    serializer_class = CommitmentSerializer
    filterset_class = CommitmentFilters
    ordering_fields: ClassVar = {"day": "day", "amount": "amount", "created_at": "created_at"}

    @verb()
    def close(self, request: Request, pk: str) -> Response:
        """Let go of what is left: nothing more will be billed."""
        return self.perform_verb(request, lambda row: close_commitment(row, by=self.caller))


class CostSerializer(SpendingSerializer):
    """Money that was spent. What overruns its budget waits for approval; whose it is can't be changed."""

    state: ClassVar = {"state": _("POST to /costs/{id}/approve/, /refuse/ or /take-back/.")}
    fixed: ClassVar = {"campaign": _STAYS, "plan": _STAYS}

    commitment = VisibleField(queryset=Commitment.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Cost
        fields = (
            "id", "plan", "campaign", "channel", "day", "amount", "currency", "commitment", "supplier", "note",
            "document_number", "external_id", "state", "decided_by", "decided_at", "decision", "created_by",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("state", "decided_by", "decided_at", "decision", "created_by")

    def at_creation(self, name: str) -> Any:
        """Return the state that a cost within its budget has."""
        return CostState.COUNTED

    def create(self, validated_data: dict[str, Any]) -> Cost:
        """Write it; it counts, or waits for approval."""
        return add_cost(**validated_data, by=self.context["request"].user)

    def update(self, instance: Cost, validated_data: dict[str, Any]) -> Cost:
        """Correct it."""
        return change_cost(instance, by=self.context["request"].user, **validated_data)


class CostFilters(OfPotFilters):
    """What costs can be filtered by."""

    state = WordsFilter(words=CostState.values)
    commitment = IdsFilter()
    currency = WordsFilter()
    external_id = WordsFilter()
    day_from = DayFilter(field_name="day", lookup_expr="gte")
    day_to = DayFilter(field_name="day", lookup_expr="lte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class CostNoteInput(VerbInput):
    """A word to go with it."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class CostReasonInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=300)


class CostViewSet(Resource):
    """Costs, the newest first."""

    queryset = Cost.objects.select_related("currency", "campaign", "plan", "channel", "commitment")
    serializer_class = CostSerializer
    filterset_class = CostFilters
    verb_permissions: ClassVar = {"approve": APPROVE, "refuse": APPROVE}
    ordering_fields: ClassVar = {
        "day": "day", "amount": "amount", "created_at": "created_at", "updated_at": "updated_at",
    }  # fmt: skip

    def _act(self, request: Request, function: Callable[..., Any], body: Any) -> Response:
        return self.perform_verb(request, lambda row, **given: function(row, by=self.caller, **given), body=body)

    @verb(CostNoteInput)
    def approve(self, request: Request, pk: str) -> Response:
        """Let a waiting cost count although it overruns the budget."""
        return self._act(request, approve, CostNoteInput)

    @verb(CostReasonInput)
    def refuse(self, request: Request, pk: str) -> Response:
        """Don't let a waiting cost count."""
        return self._act(request, refuse, CostReasonInput)

    @verb(CostReasonInput, path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Take a cost back that was written by mistake; it stays to be read."""
        return self._act(request, take_back, CostReasonInput)


class MarketingPolicySerializer(RowSerializer):
    """The company's choices about budgets, links and forms."""

    class Meta:
        model = MarketingPolicy
        fields = ("warn_at", "approve_overruns", "double_click_seconds", "form_posts_a_minute", "updated_at")

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Change it; budgets are looked at anew where the warning moved."""
        policy = super().update(instance, validated_data)
        if "warn_at" in validated_data:
            watch_all(by=self.context["request"].user)
        return policy


class MarketingPolicyView(SingleResource):
    """The company's one policy."""

    queryset = MarketingPolicy.objects.all()
    serializer_class = MarketingPolicySerializer

    def row(self) -> Model:
        """Return it; made with its defaults when first asked for."""
        return MarketingPolicy.objects.current()
