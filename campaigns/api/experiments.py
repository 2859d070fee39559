"""``experiments`` and their ``variants``: stated, started, read, stopped, decided."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.ab_testing import FiguresSerializer
from campaigns.experiments.assigning import assign_contacts
from campaigns.experiments.counting import results_of
from campaigns.experiments.experiment import ExperimentState
from campaigns.experiments.moving import decide, lock_experiment, start, stop
from campaigns.experiments.refusing import ExperimentRefused, check_draft
from campaigns.experiments.wording import report
from campaigns.models import Campaign, ContentItem, Experiment, TrackedLink, Variant, WebForm
from config.common.api.fields import SharedField, VisibleRows
from config.common.api.filters import Filters, IdsFilter, WordsFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput, VisibleField
from config.common.api.viewsets import Resource
from contacts.models import Contact, User

_BY_VERB = {
    "state": _("Use /start/, /stop/ and /decide/."),
    "winner": _("Use /decide/."),
    "decision": _("Use /decide/."),
}


class ExperimentVariantSerializer(RowSerializer):
    """A variant as its test shows it."""

    class Meta:
        model = Variant
        fields = ("id", "name", "weight", "is_control", "link", "form", "content", "position")
        read_only_fields = fields


class ExperimentRowSerializer(RowSerializer):
    """A test in a list."""

    class Meta:
        model = Experiment
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "code", "campaign", "compares", "measure", "state", "stopped_early", "needed_per_variant",
            "stops_on", "owner", "winner", "started_at", "stopped_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class ExperimentSerializer(RowSerializer):
    """A question put to the public, with its variants. What it states can be changed while it is a draft."""

    state: ClassVar = {**_BY_VERB, "variants": _("Use /variants/ to add or change a variant.")}

    campaign = VisibleField(queryset=Campaign.objects.all())
    owner = VisibleField(queryset=User.objects.all(), required=False)
    variants = ExperimentVariantSerializer(many=True, read_only=True)

    class Meta:
        model = Experiment
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "code", "campaign", "hypothesis", "compares", "measure", "base_rate", "smallest_effect",
            "significance", "power", "stops_on", "owner", "state", "needed_per_variant", "started_at", "stopped_at",
            "stopped_early", "winner", "decision", "variants", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "state", "needed_per_variant", "started_at", "stopped_at", "stopped_early", "winner", "decision",
        )  # fmt: skip

    def at_creation(self, name: str) -> Any:
        """Drafts begin as drafts."""
        return ExperimentState.DRAFT if name == "state" else None

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Give it to the caller, where no owner is named."""
        return super().create({"owner": self.context["request"].user, **validated_data})

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Change a draft."""
        check_draft(instance)
        return super().update(instance, validated_data)


class VariantSerializer(RowSerializer):
    """One of the things that a test compares. It can be changed while the test is a draft."""

    fixed: ClassVar = {"experiment": _("A variant stays in its test. Add another one there.")}

    experiment = SharedField(queryset=Experiment.objects.all())
    link = VisibleField(queryset=TrackedLink.objects.all(), required=False, allow_null=True)
    form = VisibleField(queryset=WebForm.objects.all(), required=False, allow_null=True)
    content = VisibleField(queryset=ContentItem.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Variant
        fields = (
            "id", "experiment", "name", "weight", "is_control", "link", "form", "content", "position", "created_at",
            "updated_at",
        )  # fmt: skip
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "weight": {"min_value": 1, "max_value": 1000},
            "position": {"max_value": 32767},
        }
        # That a name stands once and one is the control are the model's own rules, with their own sentences.
        validators = ()

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Add to a draft."""
        check_draft(lock_experiment(validated_data["experiment"].pk))
        return super().create(validated_data)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Change a variant of a draft."""
        check_draft(lock_experiment(instance.experiment_id))
        return super().update(instance, validated_data)


class StopInput(VerbInput):
    """Why a test is stopped: needed before its rule is met."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class DecideInput(VerbInput):
    """What follows: the winner, or none for “no difference”, and why."""

    winner = SharedField(queryset=Variant.objects.all(), required=False, allow_null=True)
    text = serializers.CharField(max_length=2000)


class AssignInput(VerbInput):
    """Whom to give a variant, for mails."""

    contacts = VisibleRows(queryset=Contact.objects.all())


class AssignedSerializer(serializers.Serializer[Any]):
    """Which variant somebody got."""

    contact = serializers.IntegerField()
    variant = serializers.IntegerField()


class ExperimentFilters(Filters):
    """What tests can be filtered by."""

    campaign = IdsFilter()
    owner = IdsFilter()
    state = WordsFilter(words=ExperimentState.values)
    code = WordsFilter()


class ExperimentViewSet(Resource):
    """A/B tests, newest first."""

    queryset = Experiment.objects.all()
    serializer_class = ExperimentSerializer
    list_serializer_class = ExperimentRowSerializer
    filterset_class = ExperimentFilters
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at", "started_at": "started_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the variants of a single test."""
        return rows if self.action == "list" else rows.prefetch_related("variants")

    @verb()
    def start(self, request: Request, pk: str) -> Response:
        """Begin: the size is reckoned, and what is stated stays from now on."""
        return self.perform_verb(request, lambda row: start(row, by=self.caller))

    @verb(StopInput)
    def stop(self, request: Request, pk: str) -> Response:
        """Stop. Before the rule is met that takes a reason, and counts as early."""
        return self.perform_verb(request, lambda row, **given: stop(row, by=self.caller, **given), body=StopInput)

    @verb(DecideInput)
    def decide(self, request: Request, pk: str) -> Response:
        """Write down what follows. The figures of this moment are kept."""
        return self.perform_verb(request, lambda row, **given: decide(row, by=self.caller, **given), body=DecideInput)

    @extend_schema(responses=FiguresSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def results(self, request: Request, pk: str) -> Response:
        """Answer how the test stands. While its rule isn't met (``rule_met`` is null), nothing of it is final."""
        row = self.get_object()
        results = results_of(row, timezone.localdate())
        if results is None:
            sentence = _("Give the test a control and at least one more variant first.")
            raise ExperimentRefused(sentence, code="variants_missing")
        return Response({**results.as_json(), "sentences": report(results.comparison)})

    @extend_schema(request=AssignInput, responses=AssignedSerializer(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def assign(self, request: Request, pk: str) -> Response:
        """Answer the variant of each contact, always the same one: for mails that are sent elsewhere."""
        row = self.get_object()
        body = AssignInput(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        given = assign_contacts(row, body.validated_data["contacts"])
        return Response([{"contact": contact, "variant": variant.pk} for contact, variant in given.items()])


class VariantFilters(Filters):
    """What variants can be filtered by."""

    experiment = IdsFilter()


class VariantViewSet(Resource):
    """Variants of tests, in their order."""

    queryset = Variant.objects.all()
    serializer_class = VariantSerializer
    filterset_class = VariantFilters
    ordering_fields: ClassVar = {"position": "position", "name": "name"}
