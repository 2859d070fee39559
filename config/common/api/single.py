"""Base of resources that are one row for a caller: the company's policy, one's own settings."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.viewsets import VerbsMixin


class SingleResource(VerbsMixin):
    """One row without an id in its address: ``GET`` reads it, ``PATCH`` changes it.

    ``row`` returns it; permissions are those for the model, and ``required_permission`` may say otherwise.
    """

    filter_backends = ()
    pagination_class = None

    def row(self) -> Model:
        """Return the row; raise Http404 where there is none."""
        raise NotImplementedError

    def get_object(self) -> Any:
        """Return the row as the serializer reads it."""
        return self.read_again(self.row())

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change only what is given; a caller who states a version that has passed gets 412."""
        seen = self.get_object()
        with transaction.atomic():
            self.check_version(seen)
            serializer = self.get_serializer(self.lock(seen), data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            row = serializer.save()
        return self.answer(self.read_again(row))
