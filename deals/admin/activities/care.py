"""Care plans: what we do for a customer after a win, with their steps in one table."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import Inline, TandemAdmin, display
from deals.models import CarePlan, CareStep


class CareStepInline(Inline):
    """The steps, in their order. One that was used is switched off, not deleted."""

    model = CareStep
    fields = ("position", "days_after", "kind", "subject", "note", "is_active")
    ordering = ("position", "id")
    verbose_name_plural = gettext_lazy("Steps")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Histories keep what was used: switch it off instead."""
        return False


@admin.register(CarePlan)
class CarePlanAdmin(TandemAdmin):
    """A plan for one pipeline, or for all that have none."""

    list_display = ("name", "pipeline_shown", "steps_shown", "is_active")
    list_select_related = ("pipeline",)
    fields = ("name", "pipeline", "is_active")
    inlines: ClassVar = [CareStepInline]
    search_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the steps in use."""
        plans: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = plans.annotate(number=Count("steps", filter=Q(steps__is_active=True)))
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many plans work."""
        number = rows.filter(is_active=True).count()
        if not number:
            return _("A win starts no care plan. Add one, with the steps that customers should get.")
        sentence = ngettext(
            "%(number)s plan starts by itself after a win", "%(number)s plans start by themselves after a win", number
        )
        return sentence % {"number": number}

    @display(description=gettext_lazy("For"))
    def pipeline_shown(self, plan: CarePlan) -> str:
        """Return the pipeline."""
        return str(plan.pipeline) if plan.pipeline else _("all pipelines without a plan of their own")

    @display(description=gettext_lazy("Steps"))
    def steps_shown(self, plan: Any) -> str:
        """Return how many steps are in use."""
        return str(plan.number)
