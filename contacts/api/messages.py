"""``notifications``: one's own bell; ``messages``: e-mail that left, waits or failed."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import VerbsMixin
from contacts.messages.message import State
from contacts.messages.queueing import retry_message
from contacts.messages.reading import mark_all_read, mark_read
from contacts.models import Message, MessageAttachment, Notification


class NotificationSerializer(RowSerializer):
    """One line in the caller's bell, and the record that it leads to."""

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "about_type", "about_id", "at", "read_at")
        read_only_fields = fields


class ReadSerializer(serializers.Serializer[Any]):
    """What became of the unread ones."""

    read = serializers.IntegerField(help_text="How many were unread until now.")


class NotificationFilters(Filters):
    """What one's notifications can be filtered by."""

    unread = YesFilter(field_name="read_at", lookup_expr="isnull")
    kind = WordsFilter()
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class NotificationViewSet(VerbsMixin):
    """The caller's own notifications, newest first."""

    queryset = Notification.objects.all()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilters
    ordering_fields: ClassVar = {"at": "at"}
    verb_permissions: ClassVar = {"read_all": "contacts.change_notification"}

    @verb()
    def read(self, request: Request, pk: str) -> Response:
        """Take one as read; again changes nothing."""
        return self.perform_verb(request, lambda row: mark_read(row, now=timezone.now()))

    @extend_schema(request=None, responses=ReadSerializer)
    @action(detail=False, methods=["post"], url_path="read-all", filter_backends=[], pagination_class=None)
    def read_all(self, request: Request) -> Response:
        """Take everything as read."""
        return Response({"read": mark_all_read(self.caller, now=timezone.now())})


class MessageRowSerializer(RowSerializer):
    """A message in a list, without its text."""

    kind = serializers.CharField()

    class Meta:
        model = Message
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "kind",
            "state",
            "to_address",
            "to_name",
            "user",
            "contact",
            "sender",
            "subject",
            "about_type",
            "about_id",
            "due_at",
            "attempts",
            "next_attempt_at",
            "last_error",
            "sent_at",
            "cancelled_at",
            "cancel_reason",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class AttachmentSerializer(serializers.ModelSerializer[MessageAttachment]):
    """A file that goes with a message."""

    class Meta:
        model = MessageAttachment
        fields = ("name", "media_type")


class MessageSerializer(MessageRowSerializer):
    """A message as it leaves."""

    attachments = AttachmentSerializer(many=True, read_only=True)

    class Meta(MessageRowSerializer.Meta):
        fields = (*MessageRowSerializer.Meta.fields, "language", "text", "html", "message_id", "attachments")
        read_only_fields = fields


class MessageFilters(Filters):
    """What messages can be filtered by."""

    state = WordsFilter(words=State.values)
    kind = WordsFilter()
    user = IdsFilter()
    contact = IdsFilter()
    sender = IdsFilter()
    due_from = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_to = MomentFilter(field_name="due_at", lookup_expr="lt")


class MessageViewSet(VerbsMixin):
    """Messages to the caller, caused by them, or to contacts they may see; newest first. They are written by rules."""

    queryset = Message.objects.all()
    serializer_class = MessageSerializer
    list_serializer_class = MessageRowSerializer
    filterset_class = MessageFilters
    ordering_fields: ClassVar = {"id": "id", "due_at": "due_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Leave texts out of lists, and the files' contents out of everything."""
        if self.action == "list":
            return rows.defer("text", "html")
        return rows.prefetch_related(Prefetch("attachments", MessageAttachment.objects.defer("content")))

    @verb()
    def retry(self, request: Request, pk: str) -> Response:
        """Put a message that failed back into the queue; every other is refused."""
        return self.perform_verb(request, lambda message: retry_message(message, by=self.caller))
