"""``campaign-tasks``, ``content-items`` and ``campaign-goals``."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.execution.content import move_content
from campaigns.execution.tasks import complete_task
from campaigns.execution.work import ContentKind, ContentState
from campaigns.models import (
    Campaign,
    CampaignChange,
    CampaignGoal,
    CampaignTask,
    Channel,
    ContentItem,
)
from config.common.api.fields import DayField, UtcDateTimeField, VisibleField
from config.common.api.filters import DayFilter, Filters, IdsFilter, WordsFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import Resource, VerbsMixin
from contacts.models import User

STAYS = _("It stays with its campaign. Add another one there.")


class CampaignChangeSerializer(RowSerializer):
    """A step of a campaign: when, by whom and why."""

    class Meta:
        model = CampaignChange
        fields = ("from_state", "to_state", "at", "by", "reason")
        read_only_fields = fields


class TaskInput(VerbInput):
    """What is to be done, by whom (the caller, if not said), on which day or at which moment."""

    subject = serializers.CharField(max_length=200)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    due_on = DayField(required=False)
    starts_at = UtcDateTimeField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class TaskSerializer(RowSerializer):
    """A task of a campaign; everything else is said of its activity, at /activities/{activity}/."""

    subject = serializers.CharField(source="activity.subject", read_only=True)
    owner = serializers.IntegerField(source="activity.owner_id", read_only=True)
    state = serializers.CharField(source="activity.state", read_only=True)  # type: ignore[assignment]
    due_on = DayField(source="activity.due_on", read_only=True, allow_null=True)
    starts_at = UtcDateTimeField(source="activity.starts_at", read_only=True, allow_null=True)
    done_at = UtcDateTimeField(source="activity.done_at", read_only=True, allow_null=True)

    class Meta:
        model = CampaignTask
        fields = ("id", "campaign", "activity", "subject", "owner", "state", "due_on", "starts_at", "done_at")
        read_only_fields = fields


class TaskFilters(Filters):
    """What tasks can be filtered by."""

    campaign = IdsFilter()
    owner = IdsFilter(field_name="activity__owner")
    state = WordsFilter(field_name="activity__state")
    due_to = DayFilter(field_name="activity__due_on", lookup_expr="lte")


class TaskDoneInput(VerbInput):
    """What there is to say about it."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class TaskViewSet(VerbsMixin):
    """Tasks of campaigns, by their day."""

    queryset = CampaignTask.objects.select_related("activity")
    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    ordering_fields: ClassVar = {"due_on": "activity__due_at", "created_at": "created_at"}

    @verb(TaskDoneInput)
    def complete(self, request: Request, pk: str) -> Response:
        """Mark it as done."""
        return self.perform_verb(
            request, lambda row, **given: complete_task(row, by=self.caller, **given), body=TaskDoneInput
        )


class OfCampaignFilters(Filters):
    """Parts of which campaign."""

    campaign = IdsFilter()


class ContentItemSerializer(RowSerializer):
    """Something that a campaign publishes on a day."""

    state: ClassVar = {"state": _("POST the new state to /content-items/{id}/set-state/.")}
    fixed: ClassVar = {"campaign": STAYS}

    campaign = VisibleField(queryset=Campaign.objects.all())
    channel = VisibleField(queryset=Channel.objects.all(), required=False, allow_null=True)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=ContentKind.choices, required=False)

    class Meta:
        model = ContentItem
        fields = (
            "id", "campaign", "title", "kind", "channel", "owner", "state", "publish_on", "body", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("state",)

    def at_creation(self, name: str) -> Any:
        """Return the state of a new item."""
        return ContentState.IDEA


class ContentItemRowSerializer(ContentItemSerializer):
    """Without its text, in lists."""

    class Meta(ContentItemSerializer.Meta):
        fields = tuple(name for name in ContentItemSerializer.Meta.fields if name != "body")  # type: ignore[assignment]


class ContentFilters(OfCampaignFilters):
    """What content can be filtered by."""

    owner = IdsFilter()
    channel = IdsFilter()
    state = WordsFilter(words=ContentState.values)
    publish_from = DayFilter(field_name="publish_on", lookup_expr="gte")
    publish_to = DayFilter(field_name="publish_on", lookup_expr="lte")


class ContentStateInput(VerbInput):
    """What it becomes."""

    state = serializers.ChoiceField(choices=ContentState.choices)


class ContentItemViewSet(Resource):
    """What campaigns publish, by day."""

    queryset = ContentItem.objects.all()
    serializer_class = ContentItemSerializer
    list_serializer_class = ContentItemRowSerializer
    filterset_class = ContentFilters
    ordering_fields: ClassVar = {"publish_on": "publish_on", "created_at": "created_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the texts out of lists."""
        return rows.defer("body") if self.action == "list" else rows

    @verb(ContentStateInput, path="set-state")
    def set_state(self, request: Request, pk: str) -> Response:
        """Let it become what it can become now."""
        return self.perform_verb(
            request, lambda row, **given: move_content(row, by=self.caller, **given), body=ContentStateInput
        )


class CampaignGoalSerializer(RowSerializer):
    """What a campaign is to reach by a day."""

    fixed: ClassVar = {"campaign": STAYS}

    campaign = VisibleField(queryset=Campaign.objects.all())

    class Meta:
        model = CampaignGoal
        fields = (
            "id", "campaign", "measure", "title", "target", "starts_on", "due_on", "counted", "counted_on",
            "created_at", "updated_at",
        )  # fmt: skip


class CampaignGoalViewSet(Resource):
    """Goals of campaigns."""

    queryset = CampaignGoal.objects.all()
    serializer_class = CampaignGoalSerializer
    filterset_class = OfCampaignFilters
    ordering_fields: ClassVar = {"due_on": "due_on"}
