"""Filters of lists: each accepts only the values that it offers, so that what a person types never becomes a lookup."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    # Unfold has no types; its filter keeps the promises of Django's.
    from django.contrib.admin import SimpleListFilter as DropdownFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter

MOST_OWNERS = 200


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: its name, the chosen value, and the address of the list without it."""

    title: str
    value: str
    without: str


def chips(changelist: Any) -> list[Chip]:
    """Return the filters and the search that narrow a list."""
    found = []
    if changelist.query:
        found.append(
            Chip(gettext("Search"), changelist.query, changelist.get_query_string(remove=[SEARCH_VAR, PAGE_VAR]))
        )
    for spec in changelist.filter_specs:
        chosen = spec.value() if isinstance(spec, ChoiceFilter) else None
        if chosen:
            label = next(str(label) for value, label in spec.lookup_choices if str(value) == chosen)
            without = changelist.get_query_string(remove=[spec.parameter_name, PAGE_VAR])
            found.append(Chip(str(capfirst(spec.title)), label, without))
    return found


class ChoiceFilter(DropdownFilter):
    """A filter with a fixed set of values; any other value counts as none."""

    def value(self) -> str | None:
        """Return the chosen value if it is one of those offered."""
        given = super().value()
        return given if given in {str(choice) for choice, _label in self.lookup_choices} else None

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the filter as it is, in place of “By …”, which not every language can say."""
        choice: Any
        for choice in super().choices(changelist):
            choice["form"].fields[self.parameter_name].label = capfirst(self.title)
            yield choice

    def has_output(self) -> bool:
        """Show the filter also when it offers nothing yet, so that its address keeps working."""
        return True


class FieldFilter(ChoiceFilter):
    """A filter on one column that has choices; ``field`` names the column."""

    field: ClassVar[str] = ""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.parameter_name = self.parameter_name or self.field
        self.title = self.title or str(model._meta.get_field(self.field).verbose_name)
        super().__init__(request, params, model, model_admin)

    title = ""
    parameter_name = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the column's choices."""
        return list(model_admin.model._meta.get_field(self.field).choices or [])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows with the chosen value."""
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class OwnerFilter(ChoiceFilter):
    """Whose rows: mine, nobody's, or those of a colleague whom the user may see."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer oneself first."""
        reader: Any = request.user
        colleagues = get_user_model()._default_manager.visible_to(reader)
        people = colleagues.filter(is_active=True).exclude(pk=reader.pk).order_by("name")[:MOST_OWNERS]
        choices: list[tuple[str, Any]] = [("me", _("Me"))]
        if model_admin.model._meta.get_field("owner").null:
            choices.append(("nobody", _("Nobody")))
        return [*choices, *((str(pk), name) for pk, name in people.values_list("pk", "name"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen owner."""
        match self.value():
            case None:
                return queryset
            case "me":
                return queryset.filter(owner=request.user.pk)
            case "nobody":
                return queryset.filter(owner__isnull=True)
            case pk:
                return queryset.filter(owner=pk)
