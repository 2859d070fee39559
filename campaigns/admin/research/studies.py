"""Studies with what they found, and what each finding led to."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.research.linking import Use, once, use
from campaigns.models import Finding, PlanItem, Study
from config.common.admin.base import Inline, TandemAdmin, display
from config.common.admin.filters import FieldFilter
from config.common.admin.widgets import DayInput
from deals.admin.reading import as_id

DAYS = ("started_on", "finished_on", "found_on", "valid_until")


@dataclass(frozen=True, slots=True)
class FindingUses:
    """A finding, whether it holds today, and where it is used."""

    finding: Finding
    holds: bool
    uses: list[Use]


class MethodFilter(FieldFilter):
    """How the study was made."""

    field = "method"


class FindingInline(Inline):
    """What a study found. A finding that no longer holds gets a day until which it was valid."""

    model = Finding
    fields = ("text", "source", "found_on", "confidence", "valid_until")
    can_delete = False
    extra = 1
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let days be chosen with the browser's own calendar."""
        if db_field.name in DAYS:
            kwargs["widget"] = DayInput()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text" and field is not None:
            field.widget.attrs["rows"] = 2
        return field


@admin.register(Study)
class StudyAdmin(TandemAdmin):
    """Who asked the market what, when and how."""

    list_display = ("title", "method_shown", "market", "started_on", "findings_shown", "owner")
    list_select_related = ("owner",)
    list_filter = (MethodFilter,)
    search_help_text = gettext_lazy("Title or market")
    inlines = (FindingInline,)
    change_form_outer_after_template = "campaigns/research/study_uses.html"

    class Media:
        css: ClassVar = {"all": ("campaigns/plans.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the findings, and those that hold today."""
        today = timezone.localdate()
        holding = Q(findings__found_on__lte=today) & (
            Q(findings__valid_until__isnull=True) | Q(findings__valid_until__gte=today)
        )
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(
            finding_count=Count("findings"), holding_count=Count("findings", filter=holding)
        )
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many studies there are, and how much of what they found holds today."""
        studies, found, holding = 0, 0, 0
        for row in rows.order_by().values("finding_count", "holding_count"):
            studies, found, holding = studies + 1, found + row["finding_count"], holding + row["holding_count"]
        sentence = ngettext(
            "%(studies)s study; %(holding)s of %(found)s findings hold today.",
            "%(studies)s studies; %(holding)s of %(found)s findings hold today.",
            studies,
        )
        return sentence % {"studies": studies, "holding": holding, "found": found}

    @display(description=gettext_lazy("Method"), ordering="method")
    def method_shown(self, study: Study) -> str:
        """Return how it was made."""
        return str(study.get_method_display())

    @display(description=gettext_lazy("Findings that hold"), ordering="finding_count")
    def findings_shown(self, study: Any) -> str:
        """Return how many findings hold of all."""
        return _("%(holding)s of %(found)s") % {"holding": study.holding_count, "found": study.finding_count}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let days be chosen with the browser's own calendar."""
        if db_field.name in DAYS:
            kwargs["widget"] = DayInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults."""
        few, more = ("title", "method", "market", "started_on", "owner"), ("source", "finished_on", "summary")
        if obj is None:
            return [(None, {"fields": few}), (_("More"), {"fields": more, "classes": ["collapse"]})]
        return [(None, {"fields": (*few, *more)})]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Write findings down once the study is there."""
        return self.inlines if obj is not None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer oneself as owner, and today."""
        given = super().get_changeform_initial_data(request)
        return {"owner": request.user.pk, "started_on": timezone.localdate(), **given}

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Say where each finding is used."""
        extra = dict(extra_context or {})
        if object_id is not None:
            extra["finding_uses"] = _uses(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra)


def _uses(request: HttpRequest, object_id: Any) -> list[FindingUses]:
    """Return a study's findings with the plan items, answers and personas that rest on them."""
    user: Any = request.user
    findings = Finding.objects.visible_to(user).filter(study=as_id(object_id))
    items = PlanItem.objects.select_related("plan", "product")
    findings = findings.prefetch_related(Prefetch("plan_items", items), "answers__plan", "personas")
    today = timezone.localdate()
    return [FindingUses(finding, finding.holds_on(today), _of(finding, user)) for finding in findings]


def _of(finding: Finding, user: Any) -> list[Use]:
    found = [use(item.plan, user, line=f"{item.get_topic_display()}: {item}") for item in finding.plan_items.all()]
    found += [use(answer.plan, user, line=str(answer)) for answer in finding.answers.all()]
    found += [use(persona, user, line=_("Persona")) for persona in finding.personas.all()]
    return once(found)
