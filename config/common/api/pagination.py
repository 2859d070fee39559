"""Pages by cursor: a page deep in a list costs what the first one costs, and rows added meanwhile shift nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import F, Field, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200
# Query parameters that every list understands besides its own filters.
RESERVED = frozenset({"cursor", "page_size", "search", "ordering", "with_count"})


class Key(NamedTuple):
    """One column of a list's order."""

    path: str
    down: bool
    nullable: bool
    field: Any


class CursorPages(BasePagination):
    """Keyset pages over the list's ordering, which always ends in the primary key; nulls come last.

    The cursor holds the value of every ordering column, so that ties never overflow a page. It is signed: only
    cursors that were made for this list and this order are read.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return one page and remember what its neighbours need."""
        self.request = request
        self.keys = _keys(queryset)
        self.signer = _signer(queryset, self.keys)
        size = page_size(request)
        self.count = queryset.count() if _wants_count(request) else None
        backwards, position = self._read_cursor(request.query_params.get("cursor"))
        keys = [key._replace(down=key.down != backwards) for key in self.keys]
        rows = queryset.order_by(*_order(keys, nulls_last=not backwards))
        if position is not None:
            rows = rows.filter(_beyond(keys, position, nulls_last=not backwards))
        page = list(rows[: size + 1])
        more, page = len(page) > size, page[:size]
        if backwards:
            page.reverse()
        self.has_next = more or backwards
        self.has_previous = more if backwards else position is not None
        self.page = page
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """Return ``{next, previous, results}``, with ``count`` where it was asked for."""
        body: dict[str, Any] = {
            "next": self._link(forward=True),
            "previous": self._link(forward=False),
            "results": data,
        }
        if self.count is not None:
            body["count"] = self.count
        return Response(body)

    def _link(self, *, forward: bool) -> str | None:
        if not self.page or not (self.has_next if forward else self.has_previous):
            return None
        row = self.page[-1] if forward else self.page[0]
        values = [_plain(_value(row, key.path)) for key in self.keys]
        cursor = self.signer.sign_object([int(not forward), *values])
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _read_cursor(self, cursor: str | None) -> tuple[bool, list[Any] | None]:
        if not cursor:
            return False, None
        try:
            backwards, *values = self.signer.unsign_object(cursor)
        except (signing.BadSignature, ValueError) as error:
            message = _("This cursor does not belong to this list. Start again without it.")
            raise exceptions.ValidationError({"cursor": [message]}) from error
        return bool(backwards), [key.field.to_python(value) for key, value in zip(self.keys, values, strict=True)]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters to the API schema."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        return [
            query_parameter("cursor", {"type": "string"}, "Where the page starts: take it from `next` or `previous`."),
            query_parameter("page_size", size, "Rows a page."),
            query_parameter("with_count", {"type": "boolean"}, "Count the whole list too."),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the answer to the API schema."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema, "count": {"type": "integer"}}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}


def query_parameter(name: str, schema: dict[str, Any], words: str) -> dict[str, Any]:
    """Return the description of one query parameter in OpenAPI's words."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def page_size(request: Request) -> int:
    """Return how many rows the caller wants on a page; refuse what is no number of rows."""
    given = request.query_params.get("page_size")
    if not given:
        return PAGE_SIZE
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= MAX_PAGE_SIZE):
        message = _("Give a whole number from 1 to %(most)s.") % {"most": MAX_PAGE_SIZE}
        raise exceptions.ValidationError({"page_size": [message]})
    return int(given)


def _wants_count(request: Request) -> bool:
    given = request.query_params.get("with_count", "").lower()
    if given not in ("", "0", "1", "false", "true"):
        raise exceptions.ValidationError({"with_count": [_("Give 1 for yes or 0 for no.")]})
    return given in ("1", "true")


def _keys(queryset: QuerySet[Any]) -> list[Key]:
    """Return the list's order, ending in the primary key, which has a direction like the column before it."""
    names = [name for name in (queryset.query.order_by or queryset.model._meta.ordering) if isinstance(name, str)]
    pk = queryset.model._meta.pk.name
    keys: list[Key] = []
    for name in names:
        path = name.removeprefix("-")
        path = pk if path == "pk" else path
        if path not in [key.path for key in keys]:
            keys.append(_key(queryset, path, down=name.startswith("-")))
    if pk not in [key.path for key in keys]:
        keys.append(_key(queryset, pk, down=keys[-1].down if keys else False))
    return keys


def _key(queryset: QuerySet[Any], path: str, *, down: bool) -> Key:
    if path in queryset.query.annotations:
        return Key(path, down, True, queryset.query.annotations[path].output_field)
    model: Any = queryset.model
    *parents, last = path.split("__")
    nullable = False
    for part in parents:
        relation = model._meta.get_field(part)
        nullable, model = nullable or relation.null, relation.related_model
    field: Field[Any, Any] = model._meta.get_field(last)
    # A foreign key orders by its own column, not by what its model is ordered by.
    return Key(
        f"{path}_id" if field.is_relation else path, down, nullable or field.null, getattr(field, "target_field", field)
    )


def _signer(queryset: QuerySet[Any], keys: Sequence[Key]) -> signing.Signer:
    order = ",".join(("-" if key.down else "") + key.path for key in keys)
    return signing.Signer(salt=f"cursor:{queryset.model._meta.label_lower}:{order}")


def _order(keys: Sequence[Key], *, nulls_last: bool) -> list[Any]:
    # Only where there can be nulls: an index serves the plain order alone.
    where: dict[str, Any] = {"nulls_last": True} if nulls_last else {"nulls_first": True}
    order = []
    for key in keys:
        options = where if key.nullable else {}
        order.append(F(key.path).desc(**options) if key.down else F(key.path).asc(**options))
    return order


def _beyond(keys: Sequence[Key], position: Sequence[Any], *, nulls_last: bool) -> Q:
    """Return the condition for rows after ``position``: beyond it in one key, and equal in those before."""
    beyond, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, position, strict=True):
        if value is None:
            further = Q(pk__in=[]) if nulls_last else Q(**{f"{key.path}__isnull": False})
            same = Q(**{f"{key.path}__isnull": True})
        else:
            further = Q(**{f"{key.path}__{'lt' if key.down else 'gt'}": value})
            if nulls_last and key.nullable:
                further |= Q(**{f"{key.path}__isnull": True})
            same = Q(**{key.path: value})
        beyond |= equal & further
        equal &= same
    first, value = keys[0], position[0]
    if value is not None and not first.nullable:
        # Says nothing new, but lets an index start at the right place.
        beyond &= Q(**{f"{first.path}__{'lte' if first.down else 'gte'}": value})
    return beyond


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = None if row is None else getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
