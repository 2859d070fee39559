"""``studies``, ``findings``, ``personas`` and ``channels``."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns.channels.adding import free_code
from campaigns.channels.models import ChannelKind
from campaigns.models import Channel, Finding, Persona, Segment, Study
from campaigns.research.models import Confidence, StudyMethod
from config.common.api.fields import VisibleField, VisibleRows
from config.common.api.filters import DayFilter, Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from contacts.models import User


class StudySerializer(RowSerializer):
    """A piece of market research; what it found is at /findings/."""

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)

    class Meta:
        model = Study
        fields = (
            "id", "title", "method", "market", "source", "started_on", "finished_on", "summary", "owner",
            "created_at", "updated_at",
        )  # fmt: skip

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Add it, owned by the caller if nobody is named."""
        return super().create({"owner": self.context["request"].user, **validated_data})


class StudyFilters(Filters):
    """What studies can be filtered by."""

    method = WordsFilter(words=StudyMethod.values)
    owner = IdsFilter()
    started_from = DayFilter(field_name="started_on", lookup_expr="gte")
    started_to = DayFilter(field_name="started_on", lookup_expr="lte")


class StudyViewSet(Resource):
    """Studies, the newest first."""

    queryset = Study.objects.all()
    serializer_class = StudySerializer
    filterset_class = StudyFilters
    ordering_fields: ClassVar = {"title": "title", "started_on": "started_on", "updated_at": "updated_at"}


class FindingSerializer(RowSerializer):
    """One thing a study found, and which plan items and answers rest on it."""

    fixed: ClassVar = {"study": _("A finding stays with its study. Add another one there.")}

    study = VisibleField(queryset=Study.objects.all())
    holds = serializers.BooleanField(read_only=True, help_text="Whether it is valid today.")
    plan_items = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    answers = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Finding
        fields = (
            "id", "study", "text", "source", "found_on", "confidence", "valid_until", "holds", "plan_items", "answers",
            "created_at", "updated_at",
        )  # fmt: skip

    def read_holds(self, finding: Finding) -> bool:
        """Return whether it is valid today."""
        return finding.holds_on(timezone.localdate())

    def read_plan_items(self, finding: Any) -> list[int]:
        """Return the ids."""
        return [each.pk for each in finding.plan_items.all()]

    def read_answers(self, finding: Any) -> list[int]:
        """Return the ids."""
        return [each.pk for each in finding.answers.all()]


class FindingFilters(Filters):
    """What findings can be filtered by; ``valid_on`` keeps those that hold on a day."""

    study = IdsFilter()
    confidence = WordsFilter(words=Confidence.values)
    valid_on = DayFilter(method="by_validity")
    plan = IdsFilter(field_name="plan_items__plan", distinct=True)

    def by_validity(self, rows: Any, name: str, value: Any) -> QuerySet[Any]:
        """Keep those that hold on a day."""
        held: QuerySet[Any] = rows.valid_on(value)
        return held


class FindingViewSet(Resource):
    """Findings, the newest first."""

    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = FindingFilters
    ordering_fields: ClassVar = {"found_on": "found_on", "valid_until": "valid_until"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add what rests on them."""
        return rows.prefetch_related("plan_items", "answers")


class PersonaSerializer(RowSerializer):
    """A typical customer. Segments name their personas at /segments/."""

    channels = VisibleRows(queryset=Channel.objects.all(), required=False)
    findings = VisibleRows(queryset=Finding.objects.all(), required=False)
    segments = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Persona
        fields = (
            "id", "name", "role", "goals", "pains", "objections", "channels", "findings", "segments", "is_active",
            "created_at", "updated_at",
        )  # fmt: skip

    def read_channels(self, persona: Persona) -> list[int]:
        """Return the ids."""
        return [each.pk for each in persona.channels.all()]

    def read_findings(self, persona: Persona) -> list[int]:
        """Return the ids."""
        return [each.pk for each in persona.findings.all()]

    def read_segments(self, persona: Any) -> list[int]:
        """Return the ids of those that the caller sees."""
        return [each.pk for each in persona.segments.all()]

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Add it with its channels and findings."""
        several = _several(validated_data)
        persona = super().create(validated_data)
        for name, rows in several.items():
            getattr(persona, name).set(rows)
        return persona

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Change it."""
        several = _several(validated_data)
        persona = super().update(instance, validated_data)
        for name, rows in several.items():
            getattr(persona, name).set(rows)
        return persona


def _several(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.pop(name) for name in ("channels", "findings") if name in given}


class PersonaFilters(Filters):
    """What personas can be filtered by."""

    segment = IdsFilter(field_name="segments", distinct=True)
    is_active = YesFilter()


class PersonaViewSet(Resource):
    """Personas by name."""

    queryset = Persona.objects.all()
    serializer_class = PersonaSerializer
    filterset_class = PersonaFilters
    ordering_fields: ClassVar = {"name": "name", "updated_at": "updated_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add channels, findings, and the segments that the caller sees."""
        seen = Segment.objects.visible_to(self.caller)
        return rows.prefetch_related("channels", "findings", Prefetch("segments", seen))


class ChannelSerializer(RowSerializer):
    """A way on which marketing reaches people. Without a code it gets one made from its name."""

    fixed: ClassVar = {"code": _("A channel keeps its code, because links and imports name it. Add another channel.")}

    code = serializers.SlugField(max_length=40, required=False)

    class Meta:
        model = Channel
        fields = ("id", "code", "name", "kind", "position", "is_active", "created_at", "updated_at")

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Add it with the code given, or one made from the name."""
        return super().create({"code": free_code(slugify(validated_data["name"])), **validated_data})


class ChannelFilters(Filters):
    """What channels can be filtered by."""

    code = WordsFilter()
    kind = WordsFilter(words=ChannelKind.values)
    is_active = YesFilter()


class ChannelViewSet(Resource):
    """Channels in their order."""

    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    filterset_class = ChannelFilters
    ordering_fields: ClassVar = {"position": "position", "name": "name"}
