"""The list of A/B tests and the page of one: a form while it is a draft, figures and acts afterwards."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.experiments.page import COLOURS, experiment_page, with_parts
from campaigns.admin.experiments.verbs import VERBS
from campaigns.experiments.experiment import ExperimentState
from campaigns.experiments.preparing import COLUMN_OF
from campaigns.experiments.refusing import check_draft
from campaigns.experiments.wording import count
from campaigns.models import Assignment, Experiment, Variant
from config.common.admin.base import Inline, TandemAdmin, display
from config.common.admin.filters import FieldFilter
from config.common.admin.widgets import DayInput
from deals.admin.reading import number_of


class StateFilter(FieldFilter):
    """How the test stands."""

    field = "state"


class VariantInline(Inline):
    """What a draft compares; one is marked as the control."""

    model = Variant
    max_num = 12
    verbose_name_plural = gettext_lazy("Variants")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for what the test compares."""
        return ("name", "is_control", "weight", COLUMN_OF[obj.compares] if obj is not None else "link")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Offer two rows to begin with."""
        return 0 if obj is not None and obj.variants.exists() else 2

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offer what belongs to the test's campaign."""
        formset = super().get_formset(request, obj, **kwargs)
        if obj is not None and (field := formset.form.base_fields.get(COLUMN_OF[obj.compares])):
            field.queryset = field.queryset.filter(campaign=obj.campaign_id)
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft gets variants."""
        return (obj is None or obj.is_draft) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft's variants change."""
        return (obj is None or obj.is_draft) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft loses variants."""
        return (obj is None or obj.is_draft) and bool(super().has_delete_permission(request, obj))


@admin.register(Experiment)
class ExperimentAdmin(TandemAdmin):
    """Questions put to the public. What becomes of one is an act on its page."""

    list_display = ("name", "campaign", "compares", "badge", "people_shown", "winner", "owner")
    list_select_related = ("campaign", "winner", "owner")
    list_filter = (StateFilter,)
    linked_lookups = ("campaign",)
    search_help_text = gettext_lazy("Name, hypothesis or address")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "code", "campaign", "hypothesis", ("compares", "measure"))}),
        (
            gettext_lazy("How large, and until when"),
            {"fields": (("base_rate", "smallest_effect"), ("significance", "power"), ("stops_on", "owner"))},
        ),
    )
    prepopulated_fields: ClassVar = {"code": ("name",)}
    change_form_template = "campaigns/experiments/experiment.html"
    silent_history = ("folded",)

    class Media:
        css: ClassVar = {"all": ("campaigns/experiments.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count who takes part."""
        rows: QuerySet[Any] = super().get_queryset(request)
        people = Assignment.objects.filter(experiment=OuterRef("pk")).order_by().values("experiment")
        counted: QuerySet[Any] = rows.annotate(people=number_of(people))
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many run and how many wait for a decision."""
        figures = rows.order_by().aggregate(
            running=Count("pk", filter=Q(state=ExperimentState.RUNNING)),
            stopped=Count("pk", filter=Q(state=ExperimentState.STOPPED)),
        )
        sentence = ngettext(
            "%(running)s test is running, %(stopped)s wait for a decision.",
            "%(running)s tests are running, %(stopped)s wait for a decision.",
            figures["running"],
        )
        return sentence % figures

    @display(description=gettext_lazy("State"), ordering="state", label=COLOURS)
    def badge(self, experiment: Experiment) -> tuple[str, str]:
        """Return how it stands."""
        return experiment.state, str(experiment.get_state_display())

    @display(description=gettext_lazy("People"), ordering="people")
    def people_shown(self, experiment: Any) -> str:
        """Return how many take part."""
        return count(experiment.people)

    # --- The page -----------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let the day be chosen with the browser's own calendar."""
        if db_field.name == "stops_on":
            kwargs["widget"] = DayInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer oneself as owner."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Ask for variants once there is a draft: what can be compared depends on its campaign."""
        return [VariantInline] if obj is not None else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Make the address of a new test from its name."""
        return super().get_prepopulated_fields(request, obj) if obj is None else {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a test states is changed while it is a draft only."""
        return (obj is None or obj.is_draft) and bool(super().has_change_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a draft; the row is locked, so it is still one."""
        check_draft(obj)
        super().save_model(request, obj, form, change)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the test on its page."""
        extra = extra_context or {}
        if object_id is not None:
            row = self.read_for_page(request, with_parts(Experiment.objects.all()), object_id)
            if not self.has_view_permission(request, row):
                raise PermissionDenied
            extra = {**experiment_page(request, row), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        """Add the acts."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name}/", wrap(view), name=f"campaigns_experiment_{name}")
            for name, view in VERBS.items()
        ]
        return [*own, *super().get_urls()]
