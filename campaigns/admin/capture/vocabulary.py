"""The closed vocabulary of utm parameters."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.capture.vocabulary import find_term
from campaigns.models import UtmAlias, UtmTerm
from config.common.admin.base import Inline, TandemAdmin, display
from config.common.admin.filters import FieldFilter
from config.common.admin.versions import VersionedForm
from config.common.money import show_number


class AliasForm(forms.ModelForm[UtmAlias]):
    """Another spelling."""

    class Meta:
        model = UtmAlias
        fields = ("alias",)

    def clean(self) -> dict[str, Any]:
        """Refuse a spelling that stands for another value."""
        given: dict[str, Any] = super().clean() or {}
        term = self.instance.term if self.instance.term_id else None
        other = find_term(term.parameter, given.get("alias", "")) if term else None
        if other is not None and term is not None and other.pk != term.pk:
            sentence = _("“%(alias)s” stands for “%(value)s” already.")
            raise forms.ValidationError({"alias": sentence % {"alias": given["alias"], "value": other.value}})
        return given


class AliasInline(Inline):
    """Other spellings of a value."""

    model = UtmAlias
    form = AliasForm
    fields = ("alias",)
    extra = 1


class ParameterFilter(FieldFilter):
    """Values of one parameter."""

    field = "parameter"


@admin.register(UtmTerm)
class UtmTermAdmin(TandemAdmin):
    """What utm_source and utm_medium may say."""

    form = VersionedForm
    list_display = ("value", "parameter", "channel", "spellings")
    list_filter = (ParameterFilter,)
    list_select_related = ("channel",)
    search_fields = ()
    list_before_template = "campaigns/capture/list_top.html"
    fields: ClassVar = ("parameter", "value", "channel")
    inlines: ClassVar = (AliasInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the spellings."""
        return super().get_queryset(request).prefetch_related("aliases")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Links out there say the value."""
        return ("parameter", "value") if obj is not None else ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many values there are."""
        number = rows.count()
        sentence = ngettext(
            "%(number)s value; every other is refused.", "%(number)s values; all others are refused.", number
        )
        return sentence % {"number": show_number(number)}

    @display(description=_("Other spellings"))
    def spellings(self, term: UtmTerm) -> str:
        """Return them in one line."""
        return ", ".join(alias.alias for alias in term.aliases.all()) or "–"
