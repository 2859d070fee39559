"""``activities`` with their verbs: what was promised, what was done."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import VisibleField
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from contacts.models import Company, Contact, User
from deals.activities.doing import cancel, complete, log, reopen
from deals.activities.kinds import ActivityKind, ActivityOutcome, ActivityState
from deals.activities.planning import plan
from deals.activities.shifting import change_activity, reassign, reschedule, snooze
from deals.api.promising import (
    AttendeeSerializer,
    CompleteInput,
    LogInput,
    ReassignInput,
    RuleSerializer,
    SnoozeInput,
    WhenInput,
    WhyInput,
    as_people,
    as_rule,
)
from deals.models import Activity, Deal

MOST_ATTENDEES, MOST_RULES = 50, 10
_BY_VERB = _("What becomes of an activity is said by verbs: POST /activities/{id}/complete/, /cancel/ or /reopen/.")
_MOVED = _("Use POST /activities/{id}/reschedule/ or /snooze/.")
_STAYS = _("An activity stays with what it is about. Cancel it and plan another one.")


class ActivityRowSerializer(RowSerializer):
    """An activity in a list."""

    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Activity
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "kind",
            "subject",
            "state",
            "outcome",
            "owner",
            "deal",
            "contact",
            "company",
            "starts_at",
            "due_on",
            "due_at",
            "is_overdue",
            "minutes",
            "done_at",
            "done_by",
            "cancelled_at",
            "follows",
            "created_by",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class ActivitySerializer(ActivityRowSerializer):
    """Something that was promised for a moment or a day, or that was done. Who plans one without an owner owns it."""

    state: ClassVar = {"state": _BY_VERB, "outcome": _BY_VERB, "done_at": _BY_VERB, "cancelled_at": _BY_VERB}
    fixed: ClassVar = {
        "owner": _("Use POST /activities/{id}/reassign/."),
        "starts_at": _MOVED,
        "due_on": _MOVED,
        "deal": _STAYS,
        "contact": _STAYS,
        "company": _STAYS,
        "attendees": _("Who takes part is said when it is planned. Cancel it and plan another one."),
        "reminders": _("Use /reminders/."),
    }

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    deal = VisibleField(queryset=Deal.objects.all(), required=False, allow_null=True)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    attendees = AttendeeSerializer(many=True, required=False, max_length=MOST_ATTENDEES)  # type: ignore[call-arg]
    reminders = RuleSerializer(  # type: ignore[call-arg]
        many=True,
        required=False,
        write_only=True,
        max_length=MOST_RULES,
        help_text="When its owner is reminded; left out: as they usually want to be.",
    )

    class Meta(ActivityRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *ActivityRowSerializer.Meta.fields,
            "place",
            "note",
            "care_step",
            "attendees",
            "reminders",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "state",
            "outcome",
            "due_at",
            "done_at",
            "done_by",
            "cancelled_at",
            "follows",
            "care_step",
            "created_by",
        )
        # What is unique here is so among rows of a care plan, which nobody gives.
        validators = ()

    def at_creation(self, name: str) -> Any:
        """Return the value that a new activity has anyway."""
        return {"state": "planned", "outcome": ""}.get(name)

    def create(self, validated_data: dict[str, Any]) -> Activity:
        """Promise it."""
        caller = self.context["request"].user
        attendees, rules = validated_data.pop("attendees", ()), validated_data.pop("reminders", None)
        return plan(
            by=caller,
            attendees=as_people(attendees),
            reminders=None if rules is None else [as_rule(rule) for rule in rules],
            **{"owner": caller, **validated_data},
        )

    def update(self, instance: Activity, validated_data: dict[str, Any]) -> Activity:
        """Correct what it says."""
        return change_activity(instance, by=self.context["request"].user, **validated_data)


class LoggedSerializer(serializers.Serializer[Any]):
    """What one act left behind: what was done, and the next step if one was promised."""

    activity = ActivitySerializer()
    next_step = ActivitySerializer(allow_null=True)


class ActivityFilters(Filters):
    """What activities can be filtered by."""

    kind = WordsFilter(words=ActivityKind.values)
    state = WordsFilter(words=ActivityState.values)
    outcome = WordsFilter(words=ActivityOutcome.values)
    owner = IdsFilter()
    deal = IdsFilter()
    contact = IdsFilter()
    company = IdsFilter()
    overdue = YesFilter(method="by_lateness")
    due_from = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_to = MomentFilter(field_name="due_at", lookup_expr="lt")
    on_from = DayFilter(field_name="due_on", lookup_expr="gte")
    on_to = DayFilter(field_name="due_on", lookup_expr="lte")
    done_from = MomentFilter(field_name="done_at", lookup_expr="gte")
    done_to = MomentFilter(field_name="done_at", lookup_expr="lt")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")

    def by_lateness(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Keep the promises that are late, or everything else."""
        late = rows.overdue()
        found: QuerySet[Any] = late if value else rows.exclude(pk__in=late.order_by().values("pk"))
        return found


class ActivityViewSet(Resource):
    """Calls, meetings, visits, messages and tasks: planned, done or cancelled; newest first."""

    queryset = Activity.objects.all()
    serializer_class = ActivitySerializer
    list_serializer_class = ActivityRowSerializer
    filterset_class = ActivityFilters
    verb_permissions: ClassVar = {"log": "deals.add_activity"}
    ordering_fields: ClassVar = {
        "due_at": "due_at",
        "done_at": "done_at",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Leave notes out of lists; add the attendees of a single activity."""
        return rows.defer("note", "place", "folded") if self.action == "list" else rows.prefetch_related("attendees")

    @extend_schema(request=LogInput, responses={201: LoggedSerializer}, filters=False)
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def log(self, request: Request) -> Response:
        """Keep what happened and promise the next step: both are written, or nothing."""
        given = LogInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        if given.validated_data.get("completes") and not self.caller.has_perm("deals.change_activity"):
            raise PermissionDenied
        with transaction.atomic():
            logged = log(by=self.caller, **given.validated_data)
        rows = [
            each and self.get_serializer(self.read_again(each)).data for each in (logged.activity, logged.next_step)
        ]
        return Response({"activity": rows[0], "next_step": rows[1]}, status=status.HTTP_201_CREATED)

    @verb(CompleteInput)
    def complete(self, request: Request, pk: str) -> Response:
        """Mark a promise as kept, with what came of it."""
        return self.perform_verb(
            request, lambda row, **given: complete(row, by=self.caller, **given), body=CompleteInput
        )

    @verb(WhyInput)
    def reopen(self, request: Request, pk: str) -> Response:
        """Make a promise of what was done or cancelled again."""
        return self.perform_verb(request, lambda row, **given: reopen(row, by=self.caller, **given), body=WhyInput)

    @verb(SnoozeInput)
    def snooze(self, request: Request, pk: str) -> Response:
        """Put a promise off by some days, or until a day or moment."""
        return self.perform_verb(request, lambda row, **given: snooze(row, by=self.caller, **given), body=SnoozeInput)

    @verb(WhenInput)
    def reschedule(self, request: Request, pk: str) -> Response:
        """Move a promise to another moment or day; its reminders move with it."""
        return self.perform_verb(request, lambda row, **given: reschedule(row, by=self.caller, **given), body=WhenInput)

    @verb(ReassignInput)
    def reassign(self, request: Request, pk: str) -> Response:
        """Give a promise to somebody else."""
        return self.perform_verb(
            request, lambda row, **given: reassign(row, by=self.caller, **given), body=ReassignInput
        )

    @verb(WhyInput)
    def cancel(self, request: Request, pk: str) -> Response:
        """Take a promise back; nobody is reminded of it any more."""
        return self.perform_verb(request, lambda row, **given: cancel(row, by=self.caller, **given), body=WhyInput)
