"""``forms`` with their fields and consents, and ``submissions``: what was posted through them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.capture.building import ConsentInput, FieldInput, change_form, close_form, make_form, open_form
from campaigns.capture.counting import with_posts
from campaigns.capture.form import AskFor
from campaigns.capture.showing import answered, form_address
from campaigns.capture.submission import SubmissionState
from campaigns.models import Campaign, Channel, FormConsent, FormField, Submission, WebForm
from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import ReadOnlyResource, Resource
from contacts.models import ConsentPurpose, User

MOST_PARTS = 30


class FormFieldSerializer(RowSerializer):
    """A field of a form; give the id of one that is there to keep it."""

    id = serializers.IntegerField(required=False, min_value=1)
    asks_for = serializers.ChoiceField(choices=AskFor.choices)

    class Meta:
        model = FormField
        fields = ("id", "asks_for", "label", "choices", "is_required")
        # Checked with the form as a whole.
        validators = ()


class FormConsentSerializer(RowSerializer):
    """A consent that a form asks for, by the newest text in the form's language."""

    purpose = VisibleField(queryset=ConsentPurpose.objects.filter(is_active=True))

    class Meta:
        model = FormConsent
        fields = ("purpose", "is_required")
        validators = ()


class FormRowSerializer(RowSerializer):
    """A form in a list."""

    state: ClassVar = {"is_active": _("Use POST /forms/{id}/open/ or /close/.")}

    campaign = VisibleField(queryset=Campaign.objects.all())
    channel = VisibleField(queryset=Channel.objects.all())
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False, allow_null=True)
    address = serializers.CharField(read_only=True)
    accepted = serializers.IntegerField(read_only=True)
    waiting = serializers.IntegerField(read_only=True)

    class Meta:
        model = WebForm
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "slug", "address", "campaign", "channel", "language", "title", "double_opt_in", "owner",
            "is_active", "accepted", "waiting", "turned_away", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = ("is_active", "turned_away")

    def read_address(self, form: WebForm) -> str:
        """Return the address of its page."""
        return form_address(form)

    def at_creation(self, name: str) -> Any:
        """A new form is open."""
        return True if name == "is_active" else None


class FormSerializer(FormRowSerializer):
    """A form that strangers fill in. Fields and consents, where given, replace those that are there."""

    fields_asked = FormFieldSerializer(many=True, required=False, source="fields", max_length=MOST_PARTS)  # type: ignore[call-arg]
    consents = FormConsentSerializer(many=True, required=False, max_length=MOST_PARTS)  # type: ignore[call-arg]

    class Meta(FormRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *FormRowSerializer.Meta.fields, "intro", "button", "thanks", "embedding_sites", "fields_asked", "consents",
        )  # fmt: skip

    def create(self, validated_data: dict[str, Any]) -> WebForm:
        """Make it whole."""
        fields, consents = _parts(validated_data)
        return make_form(validated_data, fields=fields or (), consents=consents or ())

    def update(self, instance: WebForm, validated_data: dict[str, Any]) -> WebForm:
        """Change it."""
        fields, consents = _parts(validated_data)
        return change_form(instance, validated_data, fields=fields, consents=consents)


def _parts(given: dict[str, Any]) -> tuple[list[FieldInput] | None, list[ConsentInput] | None]:
    fields, consents = given.pop("fields", None), given.pop("consents", None)
    return (
        None if fields is None else [FieldInput(**field) for field in fields],
        None if consents is None else [ConsentInput(**consent) for consent in consents],
    )


class FormFilters(Filters):
    """What forms can be filtered by."""

    campaign = IdsFilter()
    channel = IdsFilter()
    owner = IdsFilter()
    is_active = YesFilter()


class FormViewSet(Resource):
    """Public forms, newest first."""

    queryset = WebForm.objects.all()
    serializer_class = FormSerializer
    list_serializer_class = FormRowSerializer
    filterset_class = FormFilters
    ordering_fields: ClassVar = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Count what was posted; add the parts of a single form."""
        counted = with_posts(rows)
        return counted if self.action == "list" else counted.prefetch_related("fields", "consents")

    @verb()
    def open(self, request: Request, pk: str) -> Response:
        """Take posts again."""
        return self.perform_verb(request, open_form)

    @verb()
    def close(self, request: Request, pk: str) -> Response:
        """Take no more posts."""
        return self.perform_verb(request, close_form)


class SubmissionSerializer(RowSerializer):
    """What somebody posted: answers by the label of their field, and the versions of the texts agreed to."""

    answers = serializers.DictField(child=serializers.CharField(), read_only=True)
    texts = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Submission
        fields = (
            "id", "form", "state", "at", "channel", "email", "contact", "answers", "texts", "confirmed_at",
            "created_at", "updated_at",
        )  # fmt: skip

    def read_answers(self, submission: Submission) -> dict[str, str]:
        """Return the answers as they are read."""
        return dict(answered(submission, in_codes=True))

    def read_texts(self, submission: Submission) -> list[int]:
        """Return the ids of the texts."""
        return [text.pk for text in submission.texts.all()]


class SubmissionFilters(Filters):
    """What posts can be filtered by."""

    form = IdsFilter()
    campaign = IdsFilter(field_name="form__campaign")
    contact = IdsFilter()
    state = WordsFilter(words=SubmissionState.values)
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class SubmissionViewSet(ReadOnlyResource):
    """What was posted through forms, newest first."""

    queryset = Submission.objects.all()
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilters
    ordering_fields: ClassVar = {"at": "at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the labels of the answers, and the texts."""
        return rows.prefetch_related("form__fields", "texts")
