"""Personas as cards, and the page of one with the segments and plans that it stands for."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.research.linking import Use, once, use
from campaigns.models import Finding, Persona, Segment
from config.common.admin.base import TandemAdmin, display
from config.common.admin.filters import ChoiceFilter
from config.common.admin.versions import VersionedForm
from deals.admin.reading import as_id

MOST_FINDINGS = 300


class PersonaForm(VersionedForm):
    """A persona, and the segments that it stands for."""

    segments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Segments"), queryset=Segment.objects.none(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("goals", "pains", "objections"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3
        if "segments" in self.fields:
            field: Any = self.fields["segments"]
            field.widget.attrs["class"] = "td-input"
            field.queryset = Segment.objects.visible_to(self.reader).in_use().order_by("name")
            if self.instance.pk:
                self.initial["segments"] = list(self.instance.segments.values_list("pk", flat=True))

    def link_segments(self) -> None:
        """Set the segments; those that the reader can't see stay linked."""
        if "segments" in self.changed_data:
            offered: Any = self.fields["segments"]
            hidden = self.instance.segments.exclude(pk__in=offered.queryset.values("pk"))
            self.instance.segments.set([*self.cleaned_data["segments"], *hidden])


class InUseFilter(ChoiceFilter):
    """Personas that are in use, or no longer."""

    title = gettext_lazy("in use")
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes or no."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen ones."""
        return queryset.filter(is_active=self.value() == "yes") if self.value() else queryset


@admin.register(Persona)
class PersonaAdmin(TandemAdmin):
    """Typical customers: what they want, what hurts, what they object to, where we reach them."""

    form = PersonaForm
    list_display = ("name", "role", "state")
    list_filter = (InUseFilter,)
    search_help_text = gettext_lazy("Name or role")
    change_list_template = "campaigns/research/personas.html"
    change_form_outer_after_template = "campaigns/research/persona_uses.html"

    class Media:
        css: ClassVar = {"all": ("campaigns/plans.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what the cards show."""
        rows: QuerySet[Any] = super().get_queryset(request)
        user: Any = request.user
        return rows.prefetch_related("channels", Prefetch("segments", Segment.objects.visible_to(user)))

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, and how many stand for a segment."""
        number = rows.order_by().count()
        linked = rows.order_by().filter(segments__isnull=False).distinct().count()
        sentence = ngettext(
            "%(number)s persona, %(linked)s with a segment.", "%(number)s personas, %(linked)s with a segment.", number
        )
        return sentence % {"number": number, "linked": linked}

    @display(description=gettext_lazy("State"), ordering="is_active", label={"active": "success", "retired": "warning"})
    def state(self, persona: Persona) -> tuple[str, str]:
        """Return whether it is in use."""
        return ("active", _("In use")) if persona.is_active else ("retired", _("Retired"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest can wait."""
        few, more = ("name", "role", "goals", "pains", "objections"), ("segments", "channels", "findings")
        if obj is None:
            return [(None, {"fields": few}), (_("More"), {"fields": more, "classes": ["collapse"]})]
        return [(None, {"fields": (*few, *more, "is_active")})]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Link the segments, which know their personas."""
        super().save_related(request, form, formsets, change)
        form.link_segments()

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Say for which segments and plans it stands."""
        extra = dict(extra_context or {})
        if object_id is not None:
            extra["uses"] = _uses(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra)


def _uses(request: HttpRequest, object_id: Any) -> list[Use]:
    """Return the segments, plans and findings behind a persona."""
    user: Any = request.user
    persona = Persona.objects.visible_to(user).filter(pk=as_id(object_id)).first()
    if persona is None:
        return []
    segments = Segment.objects.visible_to(user).filter(personas=persona)
    found = [use(segment, user, line=_("Segment")) for segment in segments]
    strategies = persona.strategies.select_related("plan", "segment")
    found += [use(row.plan, user, line=_("Plan, for %(segment)s") % {"segment": row.segment}) for row in strategies]
    findings = Finding.objects.visible_to(user).filter(personas=persona).select_related("study")
    found += [use(row.study, user, name=str(row), line=_("Finding")) for row in findings[:MOST_FINDINGS]]
    return once(found)
