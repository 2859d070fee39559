"""What the filters of the deals' list offer: everything the reader may choose from, in one query."""

from collections import defaultdict
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext

from contacts.models import Company, Team, User
from deals.admin.reading import reader_of
from deals.models import Pipeline, Product, Stage
from deals.pipeline.filtering import as_texts

MOST_CHOICES = 300
Choices = list[tuple[str, str]]
_TEXT = CharField()


def all_choices(request: HttpRequest) -> dict[str, Choices]:
    """Return the choices by kind of filter, read once for each request."""
    known: dict[str, Choices] | None = getattr(request, "deal_choices", None)
    if known is None:
        known = _read(reader_of(request))
        request.deal_choices = known  # type: ignore[attr-defined]
    return known


def _read(user: User) -> dict[str, Choices]:
    first, *others = _kinds(user)
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, key, label, part_of, place in first.union(*others, all=True):
        # Names of shipped stages and pipelines are in the catalogs.
        name = gettext(label) if kind in ("pipeline", "stage") else label
        name = f"{gettext(part_of)}: {name}" if part_of else name
        # Filters take several values by comma: a name with a comma is written in quotes.
        value = as_texts({kind: (key,)})[kind] if kind == "industry" else key
        found[kind].append((part_of, place, name.casefold(), value, name))
    choices = {kind: [(key, name) for *_order, key, name in sorted(rows)] for kind, rows in found.items()}
    return defaultdict(list, choices)


def _kinds(user: User) -> list[Any]:
    """Return a query for each kind, all with the same columns: kind, key, label, part of, place."""
    stages = Stage.objects.visible_to(user).usable()
    companies = Company.objects.visible_to(user).exclude(industry="").order_by()
    return [
        _rows("owner", User.objects.visible_to(user).filter(is_service=False)),
        _rows("team", Team.objects.visible_to(user)),
        _rows("pipeline", Pipeline.objects.visible_to(user)),
        _rows("stage", stages, part_of="pipeline__name", place="position"),
        _rows("product", Product.objects.visible_to(user)),
        _columns("industry", companies, key=F("industry"), label=F("industry")).distinct(),
    ]


def _rows(kind: str, rows: Any, *, part_of: str = "", place: str = "") -> Any:
    # A part of a union can't be cut off itself on SQLite.
    few = rows.model._default_manager.filter(pk__in=rows.order_by("name", "pk").values("pk")[:MOST_CHOICES])
    return _columns(kind, few, key=Cast("pk", _TEXT), label=F("name"), part_of=part_of, place=place)


def _columns(kind: str, rows: QuerySet[Any], *, key: Any, label: Any, part_of: str = "", place: str = "") -> Any:
    return rows.order_by().values_list(
        Value(kind, output_field=_TEXT),
        Cast(key, _TEXT),
        Cast(label, _TEXT),
        Cast(F(part_of), _TEXT) if part_of else Value("", output_field=_TEXT),
        Cast(F(place), IntegerField()) if place else Value(0, output_field=IntegerField()),
    )
