"""Marketing plans as the API shows them, with what is computed about them."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns.models import MarketingPlan, PlanChange, PlanItem, Segment
from campaigns.plans.comparing import Difference, Kind
from campaigns.plans.editing import change_plan
from campaigns.plans.gaps import gaps_of
from campaigns.plans.goals import PaceState, paces
from campaigns.plans.moving import draft_plan
from campaigns.plans.plan import Measure, PlanState
from campaigns.plans.questions import questions_of
from campaigns.plans.strategy import Part, Question, Topic
from config.common.api.fields import VisibleField, VisibleRows
from config.common.api.serializers import RowSerializer, VerbInput
from contacts.models import User

_STATE = _("What becomes of a plan is said by verbs: POST /plans/{id}/approve/, /start/, /close/ or /revise/.")
LONGEST_LESSON = 10_000
MOST_ITEMS = 200


class PlanRowSerializer(RowSerializer):
    """A plan in a list."""

    class Meta:
        model = MarketingPlan
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "market", "starts_on", "ends_on", "owner", "state", "version_number", "replaces",
            "learned_from", "mql_segment", "approved_by", "approved_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class PlanChangeSerializer(RowSerializer):
    """A plan went from one state to another: when, by whom and why."""

    class Meta:
        model = PlanChange
        fields = ("from_state", "to_state", "at", "by", "reason")
        read_only_fields = fields


class PlanPaceSerializer(serializers.Serializer[Any]):
    """How a goal stands today. Amounts are in the company's currency; null is what can't be counted."""

    goal = serializers.IntegerField()
    measure = serializers.ChoiceField(choices=Measure.choices)
    target = serializers.CharField()
    actual = serializers.CharField(allow_null=True)
    expected = serializers.CharField(help_text="By today, on a straight line.")
    projection = serializers.CharField(allow_null=True, help_text="By the last day, at this pace.")
    pace = serializers.ChoiceField(choices=[each.value for each in PaceState])


class PlanGapSerializer(serializers.Serializer[Any]):
    """A topic about which the plan says nothing: for a strategy, or (null) inside the company."""

    strategy = serializers.IntegerField(allow_null=True)
    part = serializers.ChoiceField(choices=Part.choices)
    topic = serializers.ChoiceField(choices=Topic.choices)


class PlanQuestionSerializer(serializers.Serializer[Any]):
    """One of the two questions, with how many of the findings behind its answer hold today."""

    question = serializers.ChoiceField(choices=Question.choices)
    answer = serializers.IntegerField(allow_null=True, help_text="At /plan-answers/.")
    findings = serializers.IntegerField()
    holding = serializers.IntegerField()
    doubt = serializers.CharField(help_text="Why it can't be relied on; empty if it can.")


class PlanSerializer(PlanRowSerializer):
    """A plan for a period and a market. Its parts are at /strategies/, /plan-items/, /plan-goals/, /plan-answers/."""

    state: ClassVar = {"state": _STATE}

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    mql_segment = VisibleField(queryset=Segment.objects.all(), required=False, allow_null=True)
    goals = PlanPaceSerializer(many=True, read_only=True)
    gaps = PlanGapSerializer(many=True, read_only=True)
    questions = PlanQuestionSerializer(many=True, read_only=True)
    changes = PlanChangeSerializer(many=True, read_only=True)

    class Meta(PlanRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *PlanRowSerializer.Meta.fields,
            "summary",
            "lesson",
            "goals",
            "gaps",
            "questions",
            "changes",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "state", "version_number", "replaces", "learned_from", "approved_by", "approved_at", "lesson",
        )  # fmt: skip

    def at_creation(self, name: str) -> Any:
        """Return the state that a new plan has anyway."""
        return PlanState.DRAFT.value if name == "state" else None

    def read_goals(self, plan: MarketingPlan) -> list[dict[str, Any]]:
        """Return how each goal stands."""
        return [
            {
                "goal": each.goal.pk,
                "measure": each.goal.measure,
                "target": _text(each.goal.target),
                "actual": _text(each.actual),
                "expected": _text(each.expected),
                "projection": _text(each.projection),
                "pace": each.state.value,
            }
            for each in paces(plan.goals.all(), plan, timezone.localdate())
        ]

    def read_gaps(self, plan: MarketingPlan) -> list[dict[str, Any]]:
        """Return what the plan does not say yet."""
        found = gaps_of(list(plan.strategies.all()), list(plan.items.all()))
        return [
            {"strategy": gap.strategy and gap.strategy.pk, "part": gap.part.value, "topic": gap.topic.value}
            for gap in found
        ]

    def read_questions(self, plan: MarketingPlan) -> list[dict[str, Any]]:
        """Return the two questions."""
        return [
            {
                "question": each.question.value,
                "answer": each.answer and each.answer.pk,
                "findings": len(each.evidence),
                "holding": each.holding,
                "doubt": each.doubt,
            }
            for each in questions_of(list(plan.answers.all()), timezone.localdate())
        ]

    def create(self, validated_data: dict[str, Any]) -> MarketingPlan:
        """Begin a draft, owned by the caller if nobody is named."""
        caller = self.context["request"].user
        return draft_plan(by=caller, **{"owner": caller, **validated_data})

    def update(self, instance: MarketingPlan, validated_data: dict[str, Any]) -> MarketingPlan:
        """Change a draft; of a plan that counts, its owner."""
        changed = [name for name, value in validated_data.items() if getattr(instance, name) != value]
        for name in changed:
            setattr(instance, name, validated_data[name])
        return change_plan(instance, changed) if changed else instance


class PlanApproveInput(VerbInput):
    """A word to go with it."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class PlanCloseInput(VerbInput):
    """What was learned."""

    lesson = serializers.CharField(max_length=LONGEST_LESSON)


class PlanCopyItemsInput(VerbInput):
    """Items of one earlier plan of which somebody wrote down that they worked."""

    items = VisibleRows(queryset=PlanItem.objects.select_related("plan", "strategy"), max_length=MOST_ITEMS)


class PlanDifferenceSerializer(serializers.Serializer[Any]):
    """One thing that is not the same. ``name`` is empty where a whole row was added or removed."""

    kind = serializers.ChoiceField(choices=[each.value for each in Kind])
    of = serializers.CharField(help_text="What kind of row it is, such as `planitem`.")
    about = serializers.CharField(help_text="The row in words; empty for the plan itself.")
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


def as_rows(differences: list[Difference]) -> list[dict[str, Any]]:
    """Return differences as plain texts."""
    return [
        {
            "kind": each.kind.value,
            "of": each.of,
            "about": each.about,
            "name": each.name,
            "label": each.label,
            "before": None if each.before is None else str(each.before),
            "after": None if each.after is None else str(each.after),
        }
        for each in differences
    ]


def _text(number: Any) -> str | None:
    return None if number is None else format(number.normalize(), "f")
