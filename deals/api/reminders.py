"""``reminders`` with their verbs, and ``follow-up-settings``: when a person is told of what they promised."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import UtcDateTimeField, VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.single import SingleResource
from config.common.api.viewsets import CreatableResource
from contacts.models import User
from deals.activities.reminder import ReminderPurpose, ReminderState
from deals.activities.reminding import call_off, remind, retry_reminder, snooze_reminder
from deals.activities.wishes import change_wishes, wishes_of
from deals.api.promising import MOST_DAYS_BEFORE, MOST_MINUTES_BEFORE, as_rule, check_rule
from deals.models import Activity, FollowUpSettings, Reminder


class ReminderSerializer(RowSerializer):
    """At this moment a person is told of an activity: by a rule that follows it when it moves."""

    activity = VisibleField(queryset=Activity.objects.all())
    user = VisibleField(
        queryset=User.objects.filter(is_active=True), required=False, help_text="The caller, if nobody is named."
    )
    minutes_before = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES_BEFORE, required=False)
    at_time = serializers.TimeField(required=False, help_text="An hour of the day in the person's own time zone.")
    days_before = serializers.IntegerField(min_value=0, max_value=MOST_DAYS_BEFORE, required=False)

    class Meta:
        model = Reminder
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "activity",
            "user",
            "purpose",
            "minutes_before",
            "days_before",
            "at_time",
            "due_at",
            "is_snoozed",
            "state",
            "attempts",
            "last_error",
            "delivered_at",
            "cancel_reason",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "purpose",
            "due_at",
            "is_snoozed",
            "state",
            "attempts",
            "last_error",
            "delivered_at",
            "cancel_reason",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let there be one rule."""
        check_rule(attrs)
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Reminder:
        """Remind somebody of a promise."""
        user = validated_data.pop("user", None) or self.context["request"].user
        return remind(validated_data.pop("activity"), as_rule(validated_data), user=user)


class ReminderFilters(Filters):
    """What reminders can be filtered by."""

    activity = IdsFilter()
    user = IdsFilter()
    state = WordsFilter(words=ReminderState.values)
    purpose = WordsFilter(words=ReminderPurpose.values)
    due_from = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_to = MomentFilter(field_name="due_at", lookup_expr="lt")


class UntilInput(VerbInput):
    """At which moment it comes again."""

    until = UtcDateTimeField()


class ReminderViewSet(CreatableResource):
    """Reminders of the caller and of the people they look after, the next one first. Those that failed wait here."""

    queryset = Reminder.objects.all()
    serializer_class = ReminderSerializer
    filterset_class = ReminderFilters
    ordering_fields: ClassVar = {"due_at": "due_at", "created_at": "created_at"}

    @verb(UntilInput)
    def snooze(self, request: Request, pk: str) -> Response:
        """Let it come again at a moment; the promise stays where it is."""
        return self.perform_verb(
            request, lambda row, until: snooze_reminder(row, until=until, by=self.caller), body=UntilInput
        )

    @verb()
    def cancel(self, request: Request, pk: str) -> Response:
        """Take one back that still waits."""
        return self.perform_verb(request, lambda row: call_off(row, by=self.caller))

    @verb()
    def retry(self, request: Request, pk: str) -> Response:
        """Have one that failed tried again at once."""
        return self.perform_verb(request, lambda row: retry_reminder(row, by=self.caller))


class FollowUpSettingsSerializer(RowSerializer):
    """How the caller wants to be reminded. Hours are of their own time zone."""

    class Meta:
        model = FollowUpSettings
        fields = ("by_email", "minutes_before", "day_time", "digest_time", "updated_at")

    def update(self, instance: FollowUpSettings, validated_data: dict[str, Any]) -> FollowUpSettings:
        """Change them; what is planned already keeps its reminders."""
        return change_wishes(instance.user, **validated_data)


class FollowUpSettingsView(SingleResource):
    """The caller's own settings."""

    queryset = FollowUpSettings.objects.all()
    serializer_class = FollowUpSettingsSerializer
    required_permission = None

    def row(self) -> Model:
        """Return the caller's; made with the usual values when first asked for."""
        return wishes_of(self.caller)

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add whose they are."""
        return rows.select_related("user")
