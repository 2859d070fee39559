"""``notes`` on contacts and companies."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import Resource
from contacts.models import Company, Contact, Note
from contacts.people.noting import add_note, change_note


class NoteSerializer(RowSerializer):
    """Something worth knowing about a contact or a company. Its author is the caller."""

    fixed: ClassVar = {
        "contact": gettext_lazy("A note stays with its record. Write another one."),
        "company": gettext_lazy("A note stays with its record. Write another one."),
    }

    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Note
        fields = ("id", "contact", "company", "body", "author", "created_at", "updated_at")
        read_only_fields = ("author",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one record that the note is about."""
        if self.instance is None and (attrs.get("contact") is None) == (attrs.get("company") is None):
            raise serializers.ValidationError(_("Say which contact or which company the note is about: one of them."))
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Note:
        """Write a note in the caller's name."""
        subject = validated_data.get("contact") or validated_data["company"]
        return add_note(subject, validated_data["body"], by=self.context["request"].user)

    def update(self, instance: Note, validated_data: dict[str, Any]) -> Note:
        """Let the author rewrite it."""
        return change_note(instance, validated_data.get("body", instance.body), by=self.context["request"].user)


class NoteFilters(Filters):
    """What notes can be filtered by."""

    contact = IdsFilter()
    company = IdsFilter()
    author = IdsFilter()


class NoteViewSet(Resource):
    """Notes on contacts and companies that the caller may see, newest first."""

    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_class = NoteFilters
    ordering_fields: ClassVar = {"created_at": "created_at"}
