"""Pipelines with their stages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.common.admin.base import (
    TandemAdmin,
    change_address,
    display,
    sentence_of,
    visible_or_404,
)
from config.common.admin.versions import VersionedForm
from config.common.errors import DomainError
from deals.admin.reading import as_id, number_of, reader_of, text_of
from deals.admin.stages import save_table, stage_table
from deals.models import Deal, Pipeline, Stage
from deals.pipeline import arranging
from deals.pipeline.templates import SIX_STAGES, TEMPLATES

LONGEST_NAME = 120
Act = Callable[[Any], Any]
# What the buttons beside a stage, and those above the table, do.
STAGE_ACTS: dict[str, Act] = {
    "up": lambda stage: arranging.shift_stage(stage, -1),
    "down": lambda stage: arranging.shift_stage(stage, 1),
    "retire": arranging.retire_stage,
    "restore": arranging.restore_stage,
    "delete": arranging.delete_stage,
}
PIPELINE_ACTS: dict[str, Act] = {
    "default": arranging.make_default,
    "retire": arranging.retire_pipeline,
    "restore": arranging.restore_pipeline,
}


class PipelineForm(VersionedForm):
    """A pipeline's name and, once, the template whose stages it starts with."""

    template = forms.ChoiceField(label=gettext_lazy("Stages to start with"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "template" in self.fields:
            shipped = [(code, f"{_(template.name)} ({len(template.steps)})") for code, template in TEMPLATES.items()]
            self.fields["template"].initial = SIX_STAGES
            self.fields["template"].choices = [*shipped, ("", _("None: I add my own"))]  # type: ignore[attr-defined]
            self.fields["template"].widget.attrs["class"] = "td-input dl-select"


@admin.register(Pipeline)
class PipelineAdmin(TandemAdmin):
    """The ways of selling. A pipeline's page is the table of its stages."""

    form = PipelineForm
    list_display = ("name_shown", "state", "stages_shown", "deals_shown")
    change_form_template = "deals/pipeline.html"
    add_form_template = "admin/change_form.html"
    search_fields = ()

    class Media:
        css: ClassVar = {"all": ("deals/deals.css",)}

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many are in use, and where new deals start."""
        used = sum(1 for row in rows if row.retired_at is None)
        default = next((row for row in rows if row.is_default), "–")
        figures = {"used": used, "retired": len(rows) - used, "default": default}
        return _("%(used)s pipelines in use, %(retired)s retired; new deals start in “%(default)s”") % figures

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A template is chosen once."""
        return ("name", "template") if obj is None else ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the stages in use, and the open deals that the reader may see."""
        deals = (
            Deal.objects.visible_to(reader_of(request))
            .open()
            .filter(pipeline=OuterRef("pk"))
            .order_by()
            .values("pipeline")
        )
        stages = Stage.objects.usable().filter(pipeline=OuterRef("pk")).order_by().values("pipeline")
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(stage_count=number_of(stages), open_deals=number_of(deals))
        )
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the pipeline, or rename it."""
        if change:
            arranging.rename_pipeline(obj, form.cleaned_data["name"])
        else:
            made = arranging.make_pipeline(form.cleaned_data["name"], template=form.cleaned_data["template"] or None)
            obj.__dict__.update(made.__dict__)

    @display(description=gettext_lazy("Name"), ordering="name")
    def name_shown(self, pipeline: Pipeline) -> str:
        """Return the name in the reader's language."""
        return str(pipeline)

    @display(description=gettext_lazy("State"), label={"default": "success", "used": "info", "retired": "warning"})
    def state(self, pipeline: Pipeline) -> tuple[str, str]:
        """Return whether it is in use."""
        if pipeline.retired_at is not None:
            return "retired", _("Retired")
        return ("default", _("Default")) if pipeline.is_default else ("used", _("In use"))

    @display(description=gettext_lazy("Stages"), ordering="stage_count")
    def stages_shown(self, pipeline: Any) -> int:
        """Return how many stages are in use."""
        return int(pipeline.stage_count)

    @display(description=gettext_lazy("Open deals"), ordering="open_deals")
    def deals_shown(self, pipeline: Any) -> str:
        """Return the number; it opens its list."""
        link = f"{reverse('admin:deals_deal_changelist')}?pipeline={pipeline.pk}&outcome=open"
        return format_html('<a class="td-link" href="{}">{}</a>', link, pipeline.open_deals)

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show the table of stages."""
        extra = dict(extra_context or {})
        if object_id is not None:
            pipeline = visible_or_404(Pipeline.objects, request.user, object_id)
            extra.setdefault("table", stage_table(pipeline, request.user))
            extra |= {"pipeline": pipeline, "may_arrange": self.has_change_permission(request, pipeline)}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        """Add what the table posts to."""

        def post(view: Any) -> Any:
            return self.admin_site.admin_view(require_POST(view))

        own = [
            path("<int:object_id>/stages/", post(self.stages_view), name="deals_pipeline_stages"),
            path("<int:object_id>/stages/act/", post(self.stage_act_view), name="deals_pipeline_stage_act"),
            path("<int:object_id>/act/", post(self.act_view), name="deals_pipeline_act"),
        ]
        return [*own, *super().get_urls()]

    def stages_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Save the whole table; where it can't be, show it again with what is wrong in each row."""
        pipeline = self._allowed(request, object_id)
        table = stage_table(pipeline, request.user, request.POST)
        order = [as_id(pk) for pk in request.POST.getlist("order")]
        name = text_of(request, "name", LONGEST_NAME)
        try:
            if not table.is_valid():
                raise ValidationError(_("Nothing was saved. Correct what is marked in the table."))
            save_table(pipeline, table, name=str(pipeline.name) if name == str(pipeline) else name, order=order)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
            # The page is shown, not posted: the admin's own form has nothing to do with this table.
            request.method = "GET"
            return self.change_view(request, str(object_id), extra_context={"table": table})
        messages.success(request, _("The pipeline is saved."))
        return HttpResponseRedirect(change_address(pipeline))

    def stage_act_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Do what the pressed button beside a stage says."""
        pipeline = self._allowed(request, object_id)
        for name, act in STAGE_ACTS.items():
            if name in request.POST:
                stage = pipeline.stages.filter(pk=as_id(request.POST[name])).first()
                self._try(request, act, stage)
        return HttpResponseRedirect(change_address(pipeline))

    def act_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Do what the pressed button above the table says."""
        pipeline = self._allowed(request, object_id)
        for name, act in PIPELINE_ACTS.items():
            if name in request.POST:
                self._try(request, act, pipeline)
        return HttpResponseRedirect(change_address(pipeline))

    def _try(self, request: HttpRequest, act: Act, row: Any) -> None:
        if row is None:
            messages.error(request, _("This stage is gone."))
            return
        try:
            act(row)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
        else:
            messages.success(request, _("Done: “%(name)s”.") % {"name": row})

    def _allowed(self, request: HttpRequest, object_id: int) -> Pipeline:
        pipeline: Pipeline = visible_or_404(Pipeline.objects, request.user, object_id)
        if not self.has_change_permission(request, pipeline):
            raise PermissionDenied
        return pipeline
