"""``stage-changes``, ``activity-changes`` and ``deal-notes``: what happened, and what colleagues noted."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import ReadOnlyResource, Resource
from deals.activities.activity import ActivityChangeKind
from deals.models import ActivityChange, Deal, DealNote, StageChange
from deals.pipeline.history import ChangeKind
from deals.pipeline.noting import change_deal_note


class StageChangeSerializer(RowSerializer):
    """A deal was opened, moved, won, lost or reopened: when, by whom, why, and how long it had been where it was."""

    seconds_in_stage = serializers.SerializerMethodField()

    class Meta:
        model = StageChange
        fields = (
            "id",
            "deal",
            "kind",
            "from_stage",
            "to_stage",
            "from_outcome",
            "to_outcome",
            "at",
            "recorded_at",
            "by",
            "reason",
            "seconds_in_stage",
        )
        read_only_fields = fields

    def get_seconds_in_stage(self, change: StageChange) -> int:
        """Return how long the deal had been in the stage it left."""
        return int(change.time_in_stage.total_seconds())


class StageChangeFilters(Filters):
    """What the history can be filtered by."""

    deal = IdsFilter()
    kind = WordsFilter(words=ChangeKind.values)
    from_stage = IdsFilter()
    to_stage = IdsFilter()
    by = IdsFilter()
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class StageChangeViewSet(ReadOnlyResource):
    """The history of deals, newest first. It only grows."""

    queryset = StageChange.objects.all()
    serializer_class = StageChangeSerializer
    filterset_class = StageChangeFilters
    ordering_fields: ClassVar = {"id": "id", "at": "at"}


class DealNoteSerializer(RowSerializer):
    """Something worth knowing about a deal. Its author is the caller."""

    fixed: ClassVar = {"deal": _("A note stays with its deal. Write another one.")}

    deal = VisibleField(queryset=Deal.objects.all())

    class Meta:
        model = DealNote
        fields = ("id", "deal", "body", "author", "created_at", "updated_at")
        read_only_fields = ("author",)

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Write a note in the caller's name."""
        return super().create({**validated_data, "author": self.context["request"].user})

    def update(self, instance: DealNote, validated_data: dict[str, Any]) -> DealNote:
        """Let the author rewrite it."""
        return change_deal_note(instance, validated_data.get("body", instance.body), by=self.context["request"].user)


class DealNoteFilters(Filters):
    """What notes can be filtered by."""

    deal = IdsFilter()
    author = IdsFilter()


class DealNoteViewSet(Resource):
    """Notes on deals that the caller may see, newest first."""

    queryset = DealNote.objects.all()
    serializer_class = DealNoteSerializer
    filterset_class = DealNoteFilters
    ordering_fields: ClassVar = {"created_at": "created_at"}


class ActivityChangeSerializer(RowSerializer):
    """An activity was planned, moved, given away, done, cancelled or opened again: when, by whom and why."""

    class Meta:
        model = ActivityChange
        fields = ("id", "activity", "kind", "at", "by", "reason", "to_state", "due_at", "owner")
        read_only_fields = fields


class ActivityChangeFilters(Filters):
    """What the history can be filtered by."""

    activity = IdsFilter()
    kind = WordsFilter(words=ActivityChangeKind.values)
    by = IdsFilter()
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class ActivityChangeViewSet(ReadOnlyResource):
    """The history of activities, newest first. It only grows."""

    queryset = ActivityChange.objects.all()
    serializer_class = ActivityChangeSerializer
    filterset_class = ActivityChangeFilters
    ordering_fields: ClassVar = {"id": "id", "at": "at"}
