"""The filters of the deals' list: the same names and conditions as reports have, and a few of its own."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import exceptions

from config.common.api.filters import Filters, MomentFilter, WordsFilter
from deals.pipeline.filtering import FILTERS, matching, read_filters


class SharedFilter(filters.CharFilter):  # type: ignore[misc]
    """A filter that reads and means what reports do; the FilterSet asks them for all of these at once."""

    def filter(self, qs: Any, value: Any) -> Any:
        """Leave it to the FilterSet."""
        return qs


class DealFilters(Filters):
    """What deals can be filtered by."""

    loss_reason = WordsFilter(field_name="loss_reason__code")
    external_id = WordsFilter()
    created_from = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_to = MomentFilter(field_name="created_at", lookup_expr="lt")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")

    shared: ClassVar = tuple(FILTERS)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter by what reports know, then by the list's own filters."""
        texts = {name: self.form.cleaned_data.get(name) or "" for name in self.shared}
        try:
            queryset = queryset.filter(matching(read_filters(texts)))
        except ValidationError as error:
            raise exceptions.ValidationError(error.message_dict) from None
        filtered: QuerySet[Any] = super().filter_queryset(queryset)
        return filtered


for _name, _filter in FILTERS.items():
    DealFilters.base_filters[_name] = SharedFilter(field_name=_name, label=_filter.label)
