"""``imports``: upload a file, watch its progress, start and stop it."""

import json
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.filters import Filters, IdsFilter, WordsFilter
from config.common.api.parsers import StrictJSONParser
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import VerbsMixin
from contacts.imports.errors import ImportRefused
from contacts.imports.kinds import kind_called
from contacts.imports.models import Import, ImportProblem, Status
from contacts.imports.starting import ADD, change_mapping, request_check, request_start, request_stop, upload
from contacts.models import User
from contacts.tasks import enqueue_import

PROBLEMS_SHOWN = 100
# Refusals about the mapping; the other refusals of an upload are about the file.
_ABOUT_MAPPING = frozenset(
    {
        "mapping_invalid",
        "pattern_invalid",
        "date_format_invalid",
        "decimal_sign_invalid",
        "sheet_unknown",
        "encoding_unknown",
    }
)


class ImportRowSerializer(RowSerializer):
    """An import in a list."""

    kind = serializers.CharField()

    class Meta:
        model = Import
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "kind",
            "file_name",
            "status",
            "message",
            "all_or_nothing",
            "rows_total",
            "next_row",
            "rows_new",
            "rows_changed",
            "rows_unchanged",
            "rows_failed",
            "created_by",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class ProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    """A row that was not saved, and what to do about it."""

    class Meta:
        model = ImportProblem
        fields = ("line", "column", "value", "code", "sentence")


class UnknownNamesSerializer(serializers.Serializer[Any]):
    """Names in one field that match no record."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    what = serializers.ChoiceField(choices=["error", "create", "empty"])
    different = serializers.IntegerField(help_text="How many different names.")
    names = serializers.ListField(help_text="The most frequent names, each with the number of its rows.")


class QuestionSerializer(serializers.Serializer[Any]):
    """A column that can be read in two ways: state the format in the mapping."""

    column = serializers.CharField()
    field = serializers.CharField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    choices = serializers.ListField(help_text="Formats to choose from, each with how an example would be read.")


class ImportSerializer(ImportRowSerializer):
    """An import with what was found: names that match nothing, questions, and its first problems."""

    mapping = serializers.JSONField(read_only=True)
    unknown = UnknownNamesSerializer(many=True, read_only=True)
    questions = QuestionSerializer(many=True, read_only=True)
    problems = ProblemSerializer(many=True, read_only=True, help_text="The first ones; /problems/ has all.")

    class Meta(ImportRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *ImportRowSerializer.Meta.fields,
            "mapping",
            "unknown",
            "questions",
            "problems",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def read_unknown(self, run: Import) -> Any:
        """Return names that match nothing."""
        return run.findings.get("unknown", [])

    def read_questions(self, run: Import) -> Any:
        """Return what the mapping must state."""
        return run.findings.get("questions", [])

    def read_problems(self, run: Import) -> Any:
        """Return the first problems."""
        return ProblemSerializer(run.problems.all()[:PROBLEMS_SHOWN], many=True).data


class UploadInput(VerbInput):
    """A file to import. Without a mapping it is guessed from the header."""

    kind = serializers.CharField(help_text="users, companies, contacts, products or deals.")
    file = serializers.FileField(help_text="CSV or Excel.")
    mapping = serializers.CharField(required=False, help_text="JSON, as in mapping files.")
    dry_run = serializers.BooleanField(default=False, help_text="Check everything and write nothing.")
    all_or_nothing = serializers.BooleanField(default=False, help_text="Save nothing if any row has a problem.")

    def validate_kind(self, code: str) -> Any:
        """Return the kind."""
        try:
            return kind_called(code)
        except ImportRefused as refusal:
            raise serializers.ValidationError(refusal.sentence) from None

    def validate_mapping(self, text: str) -> Any:
        """Read the JSON."""
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise serializers.ValidationError(_("The mapping is no JSON.")) from None


class StartInput(VerbInput):
    """How to start."""

    mapping = serializers.JSONField(
        required=False, help_text="Another mapping, for instance with the format that was asked for."
    )


class ImportFilters(Filters):
    """What imports can be filtered by."""

    kind = WordsFilter()
    status = WordsFilter(words=Status.values)
    created_by = IdsFilter()


class ImportViewSet(mixins.CreateModelMixin, VerbsMixin):
    """Imports of files: own ones; all for those who see everything. A worker does the work; read the row to follow."""

    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    list_serializer_class = ImportRowSerializer
    filterset_class = ImportFilters
    parser_classes = (StrictJSONParser, MultiPartParser)  # type: ignore[assignment]
    ordering_fields: ClassVar = {"created_at": "created_at", "finished_at": "finished_at"}
    verb_permissions: ClassVar = {"problems": "contacts.view_import", "create": ADD}

    def get_queryset(self) -> QuerySet[Any]:
        """Leave the order of writing out: it is long, and of no use to readers."""
        return super().get_queryset().defer("first_lines")

    @extend_schema(request={"multipart/form-data": UploadInput}, responses={201: ImportSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Upload a file; it is checked, and imported too unless it is a dry run."""
        body = UploadInput(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(body.validated_data)
        user: User = request.user  # type: ignore[assignment]
        with transaction.atomic():
            run = self._upload(given, user)
            run = request_check(run, then_write=not given["dry_run"])
            enqueue_import(run)
        return self.answer(self.read_again(run), status_code=201)

    @staticmethod
    def _upload(given: dict[str, Any], by: User) -> Import:
        file, whole = given["file"], given["all_or_nothing"]
        try:
            return upload(given["kind"], file, file.name, by=by, mapping=given.get("mapping"), all_or_nothing=whole)
        except ImportRefused as refusal:
            if refusal.code == "import_not_allowed":
                raise exceptions.PermissionDenied(refusal.sentence) from None
            field = "mapping" if refusal.code in _ABOUT_MAPPING else "file"
            raise exceptions.ValidationError({field: [refusal.sentence]}) from None

    @verb(StartInput)
    def start(self, request: Request, pk: str) -> Response:
        """Write what was checked, or go on where it stopped; with another mapping it is checked again first."""
        return self.perform_verb(request, self._start, body=StartInput)

    @staticmethod
    def _start(run: Import, mapping: Any = None) -> None:
        if mapping is not None:
            run = request_check(change_mapping(run, mapping), then_write=True)
        else:
            run = request_start(run)
        enqueue_import(run)

    @verb()
    def stop(self, request: Request, pk: str) -> Response:
        """Stop after the chunk that is being written; what was saved stays."""
        return self.perform_verb(request, request_stop)

    @extend_schema(responses=ProblemSerializer(many=True))
    @action(detail=True, methods=["get"], filter_backends=[])
    def problems(self, request: Request, pk: str) -> Response:
        """List all rows that were not saved, in the order of the file."""
        page = self.paginate_queryset(self.get_object().problems.all())
        return self.get_paginated_response(ProblemSerializer(page, many=True).data)
