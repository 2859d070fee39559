"""``deals`` and the verbs that change how a deal stands; ``stage-changes`` and ``deal-notes``."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import DayField, MoneyField, VisibleField, VisibleRows
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from config.common.money import as_text
from contacts.api.lifecycle import TimelinePageSerializer, timeline_answer
from contacts.models import Company, Contact, User
from deals.activities.next_steps import with_next_step
from deals.api.catalogue import check_amounts
from deals.api.filters import DealFilters
from deals.api.moving import LoseInput, MoveInput, ReopenInput, WinInput
from deals.api.parts import LineSerializer, MoneySerializer, PersonSerializer, as_line, money_texts
from deals.models import Currency, Deal, DealContact, DealLine, LossReason, Pipeline, Stage
from deals.pipeline.deal import BuyingRole
from deals.pipeline.editing import LineInput, change_deal, set_lines, set_people
from deals.pipeline.moving import lose, move, open_deal, reopen, win

MOST_LINES, MOST_PEOPLE = 200, 100
_BY_VERB = gettext_lazy("Won and lost are changed by verbs: POST /deals/{id}/win/, /lose/ or /reopen/.")
_BY_LINES = gettext_lazy("The amount is the sum of the lines, which is %(sum)s. Leave the amount out.")
People = list[tuple[Contact, str]]


class DealRowSerializer(RowSerializer):
    """A deal in a list."""

    company_name = serializers.CharField(read_only=True, allow_null=True)
    amount = MoneyField(read_only=True)
    probability = serializers.DecimalField(max_digits=5, decimal_places=2, read_only=True)
    probability_source = serializers.ChoiceField(choices=["outcome", "person", "stage"], read_only=True)
    days_in_stage = serializers.IntegerField(read_only=True)
    loss_reason = serializers.CharField(source="loss_reason.code", read_only=True, allow_null=True)
    next_step = serializers.CharField(read_only=True, allow_null=True, help_text="What is planned first.")
    next_step_on = DayField(read_only=True, allow_null=True, help_text="Its day.")

    class Meta:
        model = Deal
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "owner",
            "pipeline",
            "stage",
            "stage_since",
            "days_in_stage",
            "outcome",
            "company",
            "company_name",
            "currency",
            "amount",
            "probability",
            "probability_source",
            "expected_close",
            "opened_on",
            "closed_on",
            "loss_reason",
            "next_step",
            "next_step_on",
            "external_id",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def read_probability(self, deal: Deal) -> str:
        """Return per cent with two decimals."""
        return format(deal.probability, ".2f")


class DealSerializer(DealRowSerializer):
    """A sale in progress, or one that was won or lost. Who opens one without an owner owns it."""

    state: ClassVar = {
        "outcome": _BY_VERB,
        "closed_on": _BY_VERB,
        "loss_reason": _BY_VERB,
        "loss_note": _BY_VERB,
        "opened_on": gettext_lazy("A deal is opened on the day it is created."),
        "probability": gettext_lazy("Give own_probability, or null there to follow the stage's."),
    }
    fixed: ClassVar = {
        "stage": gettext_lazy("The stage is changed by its verb: POST /deals/{id}/move/."),
        "pipeline": gettext_lazy("A deal stays in its pipeline. Lose it and open another one there."),
    }

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    pipeline = VisibleField(queryset=Pipeline.objects.all(), required=False)
    stage = VisibleField(queryset=Stage.objects.all(), required=False)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    currency = VisibleField(queryset=Currency.objects.all(), required=False)
    amount = MoneyField(required=False, min_value=Decimal(0))
    contacts = VisibleRows(
        queryset=Contact.objects.all(),
        required=False,
        write_only=True,
        max_length=MOST_PEOPLE,
        help_text="Instead of people.",
    )
    people = PersonSerializer(many=True, required=False, max_length=MOST_PEOPLE)  # type: ignore[call-arg]
    lines = LineSerializer(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    money = serializers.SerializerMethodField(help_text="By currency, the deal's own first.")

    class Meta(DealRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *DealRowSerializer.Meta.fields,
            "own_probability",
            "loss_note",
            "contacts",
            "people",
            "lines",
            "money",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = ("outcome", "closed_on", "loss_note", "opened_on", "stage_since")

    def at_creation(self, name: str) -> Any:
        """Return the value that a new deal has anyway."""
        return {"outcome": "open", "loss_note": ""}.get(name)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let amounts be exact in the deal's currency, and people be given in one way."""
        currency = attrs.get("currency") or getattr(self.instance, "currency", None) or Currency.objects.of_company()
        check_amounts(attrs, ("amount",), currency)
        for line in attrs.get("lines") or ():
            check_amounts(line, ("unit_price",), currency)
        if "contacts" in attrs and "people" in attrs:
            raise serializers.ValidationError({"contacts": [_("Give either contacts or people, not both.")]})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Deal:
        """Open a deal with its people and lines."""
        caller = self.context["request"].user
        people, lines = self._people(None, validated_data), self._lines(validated_data)
        amount = validated_data.pop("amount", None) if lines else None
        fields = {"owner": caller, **validated_data}
        deal = open_deal(by=caller, contacts=[contact for contact, _role in people or ()], **fields)
        if people and any(role != BuyingRole.BUYS for _contact, role in people):
            set_people(deal, people, by=caller)
        if lines:
            _check_sum(set_lines(deal, lines), amount)
        return deal

    def update(self, instance: Deal, validated_data: dict[str, Any]) -> Deal:
        """Change columns; people and lines are replaced as a whole."""
        caller = self.context["request"].user
        people, lines = self._people(instance, validated_data), self._lines(validated_data)
        amount = validated_data.pop("amount", None) if lines else None
        if lines is not None and (not lines or "currency" in validated_data):
            set_lines(instance, [])
        if validated_data:
            change_deal(instance, validated_data, by=caller)
        if lines:
            _check_sum(set_lines(instance, lines), amount)
        if people is not None:
            set_people(instance, people, by=caller)
        return instance

    @extend_schema_field(MoneySerializer(many=True))
    def get_money(self, deal: Deal) -> list[dict[str, str]]:
        """Return what was quoted, invoiced and paid."""
        return money_texts(deal)

    def _people(self, deal: Deal | None, validated: dict[str, Any]) -> People | None:
        """Return the people with their roles; contacts that take part already keep theirs."""
        if (parts := validated.pop("people", None)) is not None:
            return [(part["contact"], part.get("role", BuyingRole.BUYS)) for part in parts]
        if (contacts := validated.pop("contacts", None)) is None:
            return None
        roles = {} if deal is None else dict(deal.people.values_list("contact", "role"))
        return [(contact, roles.get(contact.pk, BuyingRole.BUYS)) for contact in contacts]

    def _lines(self, validated: dict[str, Any]) -> list[LineInput] | None:
        lines = validated.pop("lines", None)
        return None if lines is None else [as_line(line) for line in lines]


def _check_sum(deal: Deal, amount: Decimal | None) -> None:
    if amount is not None and amount != deal.amount:
        text = as_text(deal.amount, deal.currency.minor_units)
        raise serializers.ValidationError({"amount": [_BY_LINES % {"sum": text}]})


class DealViewSet(Resource):
    """Deals. The list has the same filters as the pipeline report, so that every number there opens its list."""

    queryset = Deal.objects.all()
    serializer_class = DealSerializer
    list_serializer_class = DealRowSerializer
    filterset_class = DealFilters
    ordering_fields: ClassVar = {
        "name": "name",
        "amount": "amount",
        "expected_close": "expected_close",
        "opened_on": "opened_on",
        "closed_on": "closed_on",
        "stage_since": "stage_since",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add stage, currency and company name, and to a single deal its people and lines."""
        rows = rows.select_related("stage", "currency", "loss_reason").annotate(company_name=F("company__name"))
        rows = with_next_step(rows)
        if self.action == "list":
            own = [column.name for column in Deal._meta.concrete_fields]
            return rows.only(*own, "stage__probability", "currency__minor_units", "loss_reason__code")
        people = Prefetch("people", DealContact.objects.select_related("contact"))
        return rows.prefetch_related(people, Prefetch("lines", DealLine.objects.select_related("product")))

    @verb(MoveInput)
    def move(self, request: Request, pk: str) -> Response:
        """Move an open deal to another stage of its pipeline, forward or back."""

        def act(deal: Deal, stage: Stage, seen_stage: int | None = None, reason: str = "") -> None:
            move(deal, stage, by=self.caller, seen_stage=seen_stage, reason=reason)

        return self.perform_verb(request, act, body=MoveInput)

    @verb(WinInput)
    def win(self, request: Request, pk: str) -> Response:
        """Win an open deal: its people and company become Customers."""

        def act(deal: Deal, on: Any = None, reason: str = "") -> None:
            win(deal, by=self.caller, on=on, reason=reason)

        return self.perform_verb(request, act, body=WinInput)

    @verb(LoseInput)
    def lose(self, request: Request, pk: str) -> Response:
        """Lose an open deal for a reason from the catalogue."""

        def act(deal: Deal, reason: LossReason, note: str = "", on: Any = None) -> None:
            lose(deal, reason=reason, by=self.caller, note=note, on=on)

        return self.perform_verb(request, act, body=LoseInput)

    @verb(ReopenInput)
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back a win or a loss, with a reason."""

        def act(deal: Deal, reason: str) -> None:
            reopen(deal, reason=reason, by=self.caller)

        return self.perform_verb(request, act, body=ReopenInput)

    @extend_schema(
        parameters=[OpenApiParameter("before", str), OpenApiParameter("page_size", int)],
        responses=TimelinePageSerializer,
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def timeline(self, request: Request, pk: str) -> Response:
        """Everything that happened with this deal, newest first, as far as the caller may see it."""
        return timeline_answer(self.get_object(), request)
