"""What contacts and companies share in the API: their lifecycle, archive and timeline; and the ledger's own list."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.common.api.fields import UtcDateTimeField, utc_text
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, check_names
from config.common.api.pagination import page_size
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import ReadOnlyResource, Resource
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import STEP_BACK, Cause, advance, preview, step_back
from contacts.people.archiving import archive, restore
from contacts.people.stages import LifecycleStage
from contacts.people.timeline import timeline_page

LONGEST_REASON = 500


class AdvanceInput(VerbInput):
    """Where to, and why."""

    to = serializers.CharField(max_length=20, help_text="The lifecycle stage to go to.")
    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True)


class StepBackInput(VerbInput):
    """Where to, and why: a step back always has a reason."""

    to = serializers.CharField(max_length=20, help_text="The lifecycle stage to go back to.")
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ArchiveInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=255, required=False, allow_blank=True)


class VerdictSerializer(serializers.Serializer[Any]):
    """What a move would do: whether it is allowed, by which rule, in words."""

    allowed = serializers.BooleanField()
    from_stage = serializers.CharField()
    to_stage = serializers.CharField()
    code = serializers.CharField()
    sentence = serializers.CharField()


class TimelineEntrySerializer(serializers.Serializer[Any]):
    """One line of a timeline."""

    at = UtcDateTimeField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    actor = serializers.CharField()
    link = serializers.CharField(help_text="Its page in the back office, where it has one.")


class TimelinePageSerializer(serializers.Serializer[Any]):
    """A page of a timeline, newest first."""

    next = serializers.URLField(allow_null=True)
    results = TimelineEntrySerializer(many=True)


class SubjectVerbs(Resource):
    """The verbs of contacts and companies."""

    verb_permissions: ClassVar = {"step_back": STEP_BACK}

    @verb(AdvanceInput)
    def advance(self, request: Request, pk: str) -> Response:
        """Move forward in the lifecycle; every other direction is refused."""

        def act(subject: Any, to: str, reason: str = "") -> None:
            words = reason.strip() or _("Moved by %(name)s") % {"name": self.caller}
            advance(subject, to=to, cause=Cause(CauseKind.PERSON, words), by=self.caller)

        return self.perform_verb(request, act, body=AdvanceInput)

    @verb(StepBackInput)
    def step_back(self, request: Request, pk: str) -> Response:
        """Move backwards in the lifecycle, to Other or out of it, with a reason."""

        def act(subject: Any, to: str, reason: str) -> None:
            step_back(subject, to=to, reason=reason, by=self.caller)

        return self.perform_verb(request, act, body=StepBackInput)

    @verb(ArchiveInput)
    def archive(self, request: Request, pk: str) -> Response:
        """Take the record out of use; its e-mail addresses become free."""

        def act(subject: Any, reason: str = "") -> None:
            archive(subject, by=self.caller, reason=reason)

        return self.perform_verb(request, act, body=ArchiveInput)

    @verb()
    def restore(self, request: Request, pk: str) -> Response:
        """Bring an archived record back."""
        return self.perform_verb(request, lambda subject: restore(subject, by=self.caller))

    @extend_schema(
        parameters=[OpenApiParameter("to", str, required=True, enum=LifecycleStage.values)],
        responses=VerdictSerializer,
        filters=False,
    )
    @action(detail=True, url_path="lifecycle-preview", pagination_class=None)
    def lifecycle_preview(self, request: Request, pk: str) -> Response:
        """Say what advancing to a stage would do now, by which rule, without doing it."""
        check_names(request, {"to"}, ["to"])
        to = request.query_params.get("to", "")
        if to not in LifecycleStage.values:
            sentence = _("Give a stage: %(stages)s.") % {"stages": ", ".join(LifecycleStage.values)}
            raise ValidationError({"to": [sentence]})
        return Response(VerdictSerializer(preview(self.get_object(), to=to)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("before", datetime, description="Only what happened before this moment."),
            OpenApiParameter("page_size", int),
        ],
        responses=TimelinePageSerializer,
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def timeline(self, request: Request, pk: str) -> Response:
        """Everything that happened with this record, newest first, as far as the caller may see it."""
        return timeline_answer(self.get_object(), request)


def timeline_answer(subject: Any, request: Request) -> Response:
    """Answer a page of a record's timeline, with the address of the next one."""
    check_names(request, {"before", "page_size"}, ["before", "page_size"])
    reader: Any = request.user
    entries, older = timeline_page(subject, reader=reader, before=_before(request), limit=page_size(request))
    following = replace_query_param(request.build_absolute_uri(), "before", utc_text(older)) if older else None
    return Response({"next": following, "results": TimelineEntrySerializer(entries, many=True).data})


def _before(request: Request) -> datetime:
    given = request.query_params.get("before", "")
    if not given:
        return timezone.now() + timedelta(minutes=1)
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None or not 1900 <= moment.year <= 9998:
        raise ValidationError({"before": [_("Write the moment like 2026-01-31T09:30:00Z.")]})
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


class LifecycleChangeSerializer(RowSerializer):
    """One row of the lifecycle ledger: who went from where to where, when, by whom and why."""

    class Meta:
        model = LifecycleChange
        fields = (
            "id",
            "contact",
            "company",
            "from_stage",
            "to_stage",
            "at",
            "recorded_at",
            "by",
            "cause_kind",
            "cause",
            "cause_type",
            "cause_id",
        )
        read_only_fields = fields


class LifecycleChangeFilters(Filters):
    """What the ledger can be filtered by."""

    contact = IdsFilter()
    company = IdsFilter()
    from_stage = WordsFilter(words=LifecycleStage.values)
    to_stage = WordsFilter(words=LifecycleStage.values)
    cause_kind = WordsFilter(words=CauseKind.values)
    by = IdsFilter()
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class LifecycleChangeViewSet(ReadOnlyResource):
    """The ledger of lifecycle changes of contacts and companies, newest first. It only grows."""

    queryset = LifecycleChange.objects.all()
    serializer_class = LifecycleChangeSerializer
    filterset_class = LifecycleChangeFilters
    ordering_fields: ClassVar = {"id": "id", "at": "at"}
