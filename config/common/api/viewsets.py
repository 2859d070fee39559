"""Base of all resources: rows one may see, versions that protect from overwriting, verbs for changes of state.

Every POST takes an ``Idempotency-Key``, so that a caller may repeat it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from config.common.api.errors import ChangedMeanwhile
from config.common.api.idempotency import IdempotentPosts
from config.common.api.parsers import StrictJSONParser


def etag(row: Any) -> str:
    """Return the entity tag of a row's present version."""
    return f'"{row.version}"'


class ReadOnlyResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, IdempotentPosts, GenericViewSet[Any]):
    """List and read rows that the caller may see.

    ``queryset`` must offer ``visible_to(user)``; ``list_serializer_class`` is for rows of lists where they are shorter
    than single ones; ``ordering_fields`` maps names that callers may order by to columns; ``verb_permissions`` maps an
    extra action to the permission it needs, where that is not the permission to change the row.
    """

    list_serializer_class: type[BaseSerializer[Any]] | None = None
    ordering_fields: ClassVar[dict[str, str]] = {}
    verb_permissions: ClassVar[dict[str, str]] = {}
    lookup_value_regex = "[0-9]{1,18}"
    parser_classes = (StrictJSONParser,)

    @property
    def caller(self) -> Any:
        """Who calls: a user, since nobody else gets here."""
        return self.request.user

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows the caller may see, and nothing while the schema is being drawn."""
        rows: Any = super().get_queryset()
        drawing = getattr(self, "swagger_fake_view", False)
        return self.with_related(self.visible(rows)) if not drawing else QuerySet(rows.model).none()

    def visible(self, rows: Any) -> QuerySet[Any]:
        """Return those rows that the caller may see."""
        visible: QuerySet[Any] = rows.visible_to(self.caller)
        return visible

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add what the serializer of this action reads beside the row itself."""
        return rows

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return the short serializer for lists where there is one."""
        if self.action == "list" and self.list_serializer_class is not None:
            return self.list_serializer_class
        return super().get_serializer_class()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer one row with its version as ETag."""
        return self.answer(self.get_object())

    def answer(self, row: Any, *, status_code: int = status.HTTP_200_OK) -> Response:
        """Return the row as the resource shows it, with its version where it has one."""
        headers = {"ETag": etag(row)} if hasattr(row, "version") else {}
        return Response(self.get_serializer(row).data, status=status_code, headers=headers)


class VerbsMixin(ReadOnlyResource):
    """Rows that verbs change."""

    def perform_verb(
        self, request: Request, act: Callable[..., Any], *, body: type[BaseSerializer[Any]] | None = None
    ) -> Response:
        """Validate a verb's body, call one function of a slice with it, answer the row afterwards."""
        row = self.get_object()
        given: dict[str, Any] = {}
        if body is not None:
            serializer = body(data=request.data, context=self.get_serializer_context())
            serializer.is_valid(raise_exception=True)
            given = dict(serializer.validated_data)
        with transaction.atomic():
            self.check_version(row)
            act(row, **given)
        return self.answer(self.read_again(row))

    def lock(self, row: Any) -> Any:
        """Read the row again under a lock, without the joins that a lock can't have."""
        return type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)

    def check_version(self, row: Any) -> None:
        """Lock the row and compare ``If-Match``, where the caller sent it, with the present version."""
        given = self.request.headers.get("If-Match", "").strip()
        if not given or given == "*" or not hasattr(row, "version"):
            return
        present = self.lock(row)
        if etag(present) not in [part.strip() for part in given.split(",")]:
            sentence = _("Somebody changed this record since you read it. Look at “present” and repeat your change.")
            record = self.get_serializer(self.read_again(present)).data
            raise ChangedMeanwhile(sentence, version=etag(present), record=record)

    def read_again(self, row: Any) -> Any:
        """Return the row with what the serializer reads; what the caller just gave away is still shown this once."""
        rows: Any = super(ReadOnlyResource, self).get_queryset()
        return self.with_related(rows).get(pk=row.pk)


class CreatableResource(mixins.CreateModelMixin, VerbsMixin):
    """A resource that can also be created; what becomes of a row is said by verbs."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create in one transaction and answer the row as a reader sees it."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            row = serializer.save()
        return self.answer(self.read_again(row), status_code=status.HTTP_201_CREATED)


class Resource(CreatableResource):
    """A resource that can also be created and changed. Nothing is deleted here: rows are archived or retired."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change under a lock; a caller who states a version that has passed gets 412."""
        partial = bool(kwargs.pop("partial", False))
        seen = self.get_object()
        with transaction.atomic():
            self.check_version(seen)
            row = self.lock(seen)
            serializer: BaseSerializer[Any] = self.get_serializer(row, data=request.data, partial=partial)
            serializer.is_valid(raise_exception=True)
            row = serializer.save()
        return self.answer(self.read_again(row))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change only what is given."""
        kwargs["partial"] = True
        return self.update(request, *args, **kwargs)
