"""Filters, search and order by allow-list: a name that a list doesn't know is refused, never passed to the ORM."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as django_filters
from django_filters.fields import BaseCSVField, IsoDateTimeField
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from config.common.api.fields import whole_number
from config.common.api.pagination import RESERVED, query_parameter
from config.common.bounds import FIRST_YEAR, LAST_YEAR

MAX_SEARCH, MOST_VALUES, MOST_ORDERS = 200, 100, 5


class IdField(forms.Field):
    """One id in a list of ids."""

    def to_python(self, value: Any) -> int | None:
        """Read whole numbers only."""
        if value in self.empty_values:
            return None
        number = whole_number(str(value).strip())
        if number is None:
            raise ValidationError(_("Give whole numbers (ids), several by comma."))
        return number


class WordField(forms.CharField):
    """One word in a list of words; ``words`` are those that there are."""

    def __init__(self, *args: Any, words: Sequence[str] = (), **kwargs: Any) -> None:
        self.words = words
        super().__init__(*args, **kwargs)

    def validate(self, value: Any) -> None:
        """Refuse words that don't exist."""
        super().validate(value)
        if self.words and value and value not in self.words:
            labels = {"word": value, "words": ", ".join(self.words)}
            raise ValidationError(_("There is no “%(word)s”. There are: %(words)s."), params=labels)


class YesField(forms.Field):
    """Yes or no."""

    _answers: ClassVar[dict[str, bool]] = {"1": True, "true": True, "0": False, "false": False}

    def to_python(self, value: Any) -> bool | None:
        """Read the four usual words only."""
        if value in self.empty_values:
            return None
        if str(value).lower() not in self._answers:
            raise ValidationError(_("Give 1 for yes or 0 for no."))
        return self._answers[str(value).lower()]


class ListField(BaseCSVField):  # type: ignore[misc]
    """Several values by comma, as many as anybody means."""

    def clean(self, value: Any) -> Any:
        """Refuse lists beyond reason."""
        if value and len(value) > MOST_VALUES:
            raise ValidationError(_("Give at most %(most)s values.") % {"most": MOST_VALUES})
        return super().clean(value)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    """What a list can be filtered by."""


@extend_schema_field({"type": "integer"})
class IdsFilter(django_filters.BaseInFilter, django_filters.Filter):  # type: ignore[misc]
    """``?owner=3`` or ``?owner=3,5``: ids, several by comma."""

    base_field_class = ListField
    field_class = IdField


class WordsFilter(django_filters.BaseInFilter, django_filters.CharFilter):  # type: ignore[misc]
    """``?lifecycle_stage=lead,mql``: words, several by comma; ``words`` are those that there are."""

    base_field_class = ListField
    field_class = WordField

    def __init__(self, *args: Any, words: Iterable[Any] = (), **kwargs: Any) -> None:
        known = [str(word) for word in words]
        super().__init__(*args, words=known, **kwargs)
        if known:
            extend_schema_field({"type": "string", "enum": known})(self)


@extend_schema_field({"type": "boolean"})
class YesFilter(django_filters.Filter):  # type: ignore[misc]
    """``?is_active=1``: yes or no."""

    field_class = YesField


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """``?valid_from=2026-01-31``: a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    """A moment that can be told in every time zone."""

    def to_python(self, value: Any) -> Any:
        """Read the moment."""
        moment = super().to_python(value)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(_("Write the moment like 2026-01-31T09:30:00Z."))
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """``?created_from=2026-01-31T09:30:00Z``: a moment."""

    field_class = MomentField


class AllowListedFilters(django_filters.DjangoFilterBackend):  # type: ignore[misc]
    """The list's FilterSet; a parameter that is neither its own nor shared by all lists answers 400."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Refuse unknown and repeated names, then filter."""
        if getattr(view, "action", "list") != "list":
            return queryset
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        check_names(request, known | RESERVED | set(getattr(view, "extra_parameters", ())), sorted(known))
        if filterset_class is None:
            return queryset
        given = _narrowed(filterset_class, frozenset(known.intersection(request.query_params)))
        filterset = given(**self.get_filterset_kwargs(request, queryset, view))
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        filtered: QuerySet[Any] = filterset.qs
        return filtered


@lru_cache(maxsize=512)
def _narrowed(filterset_class: Any, names: frozenset[str]) -> Any:
    """Return the FilterSet with these filters only: a form with all of them would cost more than the page itself."""
    narrowed = type(filterset_class.__name__, (filterset_class,), {"__doc__": filterset_class.__doc__})
    narrowed.base_filters = {  # type: ignore[attr-defined]
        name: one for name, one in filterset_class.base_filters.items() if name in names
    }
    return narrowed


def check_names(request: Request, allowed: set[str], named: list[str]) -> None:
    """Refuse parameters that aren't allowed, naming those that are, and parameters that are given twice."""
    faults = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            faults[name] = [_unknown(named)]
        elif len(values) > 1:
            faults[name] = [_("Give each parameter once; several values go together, by comma.")]
    if faults:
        raise exceptions.ValidationError(faults)


def _unknown(known: list[str]) -> str:
    if not known:
        return _("This list has no filters.")
    return _("This list has no such filter. It has: %(names)s.") % {"names": ", ".join(known)}


class Search(BaseFilterBackend):
    """``?search=``: asks the QuerySet's own ``search(text)``, the same that the admin and the palette ask."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Search where the list can; say so where it can't."""
        text = request.query_params.get("search", "").replace("\x00", "").strip()
        if not text or getattr(view, "action", "list") != "list":
            return queryset
        if not hasattr(queryset, "search"):
            raise exceptions.ValidationError({"search": [_("This list can't be searched; use its filters.")]})
        if len(text) > MAX_SEARCH:
            raise exceptions.ValidationError(
                {"search": [_("Search for at most %(most)s characters.") % {"most": MAX_SEARCH}]}
            )
        found: QuerySet[Any] = queryset.search(text)
        return found

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameter to the API schema."""
        if not hasattr(view.queryset, "search"):
            return []
        schema = {"type": "string", "maxLength": MAX_SEARCH}
        return [query_parameter("search", schema, "Words to look for.")]


class Ordering(BaseFilterBackend):
    """``?ordering=-amount``: names from the view's ``ordering_fields``, each mapped to a column."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Order by known names only."""
        given = request.query_params.get("ordering", "")
        if not given or getattr(view, "action", "list") != "list":
            return queryset
        allowed: dict[str, str] = getattr(view, "ordering_fields", {})
        names = given.split(",")
        order = []
        for name in names[:MOST_ORDERS]:
            column = allowed.get(name.removeprefix("-"))
            if column is None:
                message = _("This list can't be ordered so. It can by: %(names)s.") % {
                    "names": ", ".join(sorted(allowed))
                }
                raise exceptions.ValidationError({"ordering": [message]})
            order.append(("-" if name.startswith("-") else "") + column)
        return queryset.order_by(*order)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameter to the API schema."""
        allowed = sorted(getattr(view, "ordering_fields", {}))
        if not allowed:
            return []
        words = f"One or more of: {', '.join(allowed)}; a minus in front turns the order round."
        return [query_parameter("ordering", {"type": "string"}, words)]
