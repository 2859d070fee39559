"""The history of all deals one may see, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.base import ReadOnlyAdmin, display
from config.common.admin.filters import FieldFilter
from config.common.search import fold
from deals.admin.showing import days_text
from deals.models import StageChange


class KindFilter(FieldFilter):
    """What was done."""

    field = "kind"


@admin.register(StageChange)
class StageChangeAdmin(ReadOnlyAdmin):
    """Every change of stage or outcome: who, when, why, and how long the deal had been where it was."""

    list_display = ("at", "deal_link", "kind", "from_stage", "to_stage", "stayed", "by", "reason")
    list_display_links = None
    list_filter = (KindFilter,)
    list_select_related = ("deal", "from_stage", "to_stage", "by")
    search_help_text = gettext_lazy("Name of the deal")
    fields = ("deal", "kind", "from_stage", "to_stage", "at", "by", "reason", "stayed", "recorded_at")
    readonly_fields = ("stayed",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what a change names with it, for the list and for its page."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many changes of how many deals."""
        number = rows.order_by().values("deal").distinct().count()
        return _("%(changes)s changes of %(deals)s deals") % {"changes": rows.count(), "deals": number}

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by the deal's name."""
        text = search_term.replace("\x00", "").strip()
        return (queryset.filter(deal__folded__contains=fold(text)) if text else queryset), False

    @display(description=gettext_lazy("Deal"))
    def deal_link(self, change: StageChange) -> str:
        """Return the deal, to be opened."""
        return format_html(
            '<a class="td-link" href="{}">{}</a>',
            reverse("admin:deals_deal_change", args=[change.deal_id]),
            change.deal,
        )

    @display(description=gettext_lazy("After"))
    def stayed(self, change: StageChange) -> str:
        """Return how long the deal had been in the stage before."""
        return days_text(change.time_in_stage.days) if change.from_stage_id else "–"
