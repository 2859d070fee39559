"""``/api/v1/events/``: what happened, in order, about what the caller may see."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions, mixins
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from config.common.api.filters import Filters, IdsFilter, WordsFilter
from config.common.api.pagination import MAX_PAGE_SIZE, PAGE_SIZE, page_size, query_parameter
from config.common.api.serializers import RowSerializer
from config.integrations.models import Event


class EventSerializer(RowSerializer):
    """Something that happened: ids and plain values, as the app that announced it documents them."""

    class Meta:
        model = Event
        fields = ("id", "name", "subject_type", "subject_id", "actor", "payload", "occurred_at")
        read_only_fields = fields


class AfterPages(BasePagination):
    """Pages by the id of the last event seen; ``next_after`` is what to ask with next; it stays when nothing is new."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the events that follow ``?after=``."""
        given = request.query_params.get("after") or "0"
        if not (given.isascii() and given.isdigit() and len(given) <= 18):
            raise exceptions.ValidationError({"after": [_("Give the id of the last event you have, a whole number.")]})
        after = int(given)
        rows: Any = queryset.after(after) if after else queryset
        page = list(rows[: page_size(request)])
        self.next_after = page[-1].pk if page else after
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """Return ``{next_after, results}``."""
        return Response({"next_after": self.next_after, "results": data})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters to the API schema."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        return [
            query_parameter("after", {"type": "integer", "minimum": 0}, "The id of the last event you have."),
            query_parameter("page_size", size, "Events a page."),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the answer to the API schema."""
        return {
            "type": "object",
            "required": ["next_after", "results"],
            "properties": {"next_after": {"type": "integer"}, "results": schema},
        }


class EventFilters(Filters):
    """What events can be filtered by."""

    name = WordsFilter()
    subject_type = WordsFilter()
    subject_id = IdsFilter()


class EventViewSet(mixins.ListModelMixin, GenericViewSet[Event]):
    """Events about records that the caller may see, oldest first. Ask again with ``after`` for what is new."""

    queryset = Event.objects.all()
    serializer_class = EventSerializer
    filterset_class = EventFilters
    pagination_class = AfterPages
    extra_parameters: ClassVar = ("after",)
    required_permission = None

    def get_queryset(self) -> QuerySet[Event]:
        """Return settled events only, so that a cursor never runs past one still being committed."""
        if getattr(self, "swagger_fake_view", False):
            return Event.objects.none()
        return Event.objects.visible_to(self.request.user).settled()
