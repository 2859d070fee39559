"""Models with their versions, runs, shares, and the deals of runs, as lists."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.attribution.page import money_of
from campaigns.attribution.comparing import settings_of
from campaigns.attribution.sharing import choose_default
from campaigns.attribution.wording import percent
from campaigns.models import AttributionModel, AttributionRun, RunDeal, Share
from config.common.admin.base import ReadOnlyAdmin, TandemAdmin, action, display
from config.common.money import show_number
from config.common.search import fold


@admin.register(AttributionModel)
class AttributionModelAdmin(TandemAdmin):
    """The ways to share money, with their settings; a change of settings counts from the next run on."""

    list_display = ("name", "method", "basis", "window_days", "shown_first", "is_active", "newest")
    search_fields = ()
    actions = ("show_first",)
    fields = (
        "name",
        "method",
        "basis",
        "window_days",
        "responses_only",
        "include_colleagues",
        "half_life_days",
        "chain_order",
        "is_active",
    )

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, and which is shown first."""
        first = next((row for row in rows if row.is_default), None)
        count = ngettext("%(number)s model", "%(number)s models", len(rows)) % {"number": len(rows)}
        return _("%(count)s; shown first: %(first)s") % {"count": count, "first": first or "–"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the newest version."""
        rows: QuerySet[Any] = super().get_queryset(request).annotate(newest_number=Max("runs__number"))
        return rows

    @display(description=gettext_lazy("Shown first"), boolean=True)
    def shown_first(self, model: AttributionModel) -> bool:
        """Return whether pages show it first."""
        return model.is_default

    @display(description=gettext_lazy("Versions"))
    def newest(self, model: Any) -> str:
        """Return the runs, to be opened."""
        if model.newest_number is None:
            return _("never run")
        link = f"{reverse('admin:campaigns_attributionrun_changelist')}?model={model.pk}"
        return format_html('<a class="td-link" href="{}">{}</a>', link, show_number(model.newest_number))

    @action(description=gettext_lazy("Show first"), permissions=["change"])
    def show_first(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Show the chosen model first; the first of several."""
        for model in AttributionModel.objects.filter(pk__in=rows.values("pk")).order_by("pk")[:1]:
            choose_default(model)
            self.message_user(request, _("%(model)s is shown first from now on.") % {"model": model})


@admin.register(AttributionRun)
class AttributionRunAdmin(ReadOnlyAdmin):
    """Every version that was made, with what it was made with."""

    list_display = ("__str__", "finished_at", "deals", "untouched", "without_rate", "shared", "is_current", "by")
    list_select_related = ("model", "by")
    linked_lookups = ("model",)
    fields = (
        "model",
        "number",
        "is_current",
        "settings_shown",
        "deals",
        "untouched",
        "without_rate",
        "shared",
        "unshared",
        "started_at",
        "finished_at",
        "milliseconds",
        "by",
    )
    readonly_fields = ("settings_shown", "shared", "unshared")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many."""
        count = rows.count()
        return ngettext("%(number)s run", "%(number)s runs", count) % {"number": show_number(count)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the model with it."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    @display(description=gettext_lazy("Made with"))
    def settings_shown(self, run: AttributionRun) -> str:
        """Return the settings in words."""
        return settings_of(run)

    @display(description=gettext_lazy("Shared"))
    def shared(self, run: AttributionRun) -> str:
        """Return what was shared."""
        return money_of(run, run.shared_amount)

    @display(description=gettext_lazy("Not shared"))
    def unshared(self, run: AttributionRun) -> str:
        """Return what could be shared with nobody."""
        return money_of(run, run.unshared_amount)


def _link(name: str, pk: int, text: object) -> str:
    return format_html('<a class="td-link" href="{}">{}</a>', reverse(f"admin:{name}_change", args=[pk]), text)


class _OfDeals(ReadOnlyAdmin):
    """Rows of a run that name a deal."""

    list_display_links = None
    list_select_related: ClassVar[tuple[str, ...]] = ()
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read what a row names with it; the current runs, if no other was asked for."""
        rows: Any = super().get_queryset(request).select_related(*self.list_select_related)
        asked = "run" in request.GET or "run__id__exact" in request.GET
        return rows if asked or request.resolver_match is None or self._is_page(request) else rows.current()

    def _is_page(self, request: HttpRequest) -> bool:
        return bool(request.resolver_match and "object_id" in request.resolver_match.kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Accept what our own links send, to the letter, beside what the lists' filters do."""
        return lookup in self.linked_lookups or super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by the deal's name."""
        text = search_term.replace("\x00", "").strip()
        return (queryset.filter(deal__folded__contains=fold(text)) if text else queryset), False

    @display(description=gettext_lazy("Deal"))
    def deal_link(self, row: Any) -> str:
        """Return the deal, to be opened."""
        return _link("deals_deal", row.deal_id, row.deal)


@admin.register(Share)
class ShareAdmin(_OfDeals):
    """Each touch's part of a deal's money, by the version of a model."""

    list_display = ("deal_link", "touch_shown", "campaign", "channel", "weight_shown", "money", "via_company", "run")
    list_select_related = ("run__model", "deal", "touch__campaign", "touch__channel")
    linked_lookups: ClassVar = ("run", "touch__campaign", "touch__channel", "deal", "touch")
    search_help_text = gettext_lazy("Name of the deal")
    fields = ("run", "deal", "touch", "weight", "amount", "via_company")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many."""
        count = rows.count()
        return ngettext("%(number)s share", "%(number)s shares", count) % {"number": show_number(count)}

    @display(description=gettext_lazy("Touch"))
    def touch_shown(self, share: Share) -> str:
        """Return what happened and when."""
        return str(share.touch)

    @display(description=gettext_lazy("Campaign"))
    def campaign(self, share: Share) -> str:
        """Return the campaign."""
        return str(share.touch.campaign)

    @display(description=gettext_lazy("Channel"))
    def channel(self, share: Share) -> str:
        """Return the channel."""
        return str(share.touch.channel)

    @display(description=gettext_lazy("Weight"), ordering="weight")
    def weight_shown(self, share: Share) -> str:
        """Return the weight in per cent."""
        return percent(share.weight)

    @display(description=gettext_lazy("Amount"), ordering="amount")
    def money(self, share: Share) -> str:
        """Return the amount in the company's currency."""
        return money_of(share.run, share.amount)


@admin.register(RunDeal)
class RunDealAdmin(_OfDeals):
    """The won deals that a run looked at: their money, and whether they had a touch in the window."""

    list_display = ("deal_link", "closed", "money", "is_touched", "window_from", "run")
    list_select_related = ("run__model", "deal")
    linked_lookups: ClassVar = ("run", "is_touched", "amount__isnull")
    search_help_text = gettext_lazy("Name of the deal")
    fields = ("run", "deal", "amount", "window_from", "window_until", "lead_at", "opportunity_at", "is_touched")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many."""
        count = rows.count()
        return ngettext("%(number)s won deal", "%(number)s won deals", count) % {"number": show_number(count)}

    @display(description=gettext_lazy("Closed"))
    def closed(self, row: RunDeal) -> Any:
        """Return the day on which it was won."""
        return row.deal.closed_on

    @display(description=gettext_lazy("Amount"))
    def money(self, row: RunDeal) -> str:
        """Return its money, or that a rate is missing."""
        return _("no exchange rate") if row.amount is None else money_of(row.run, row.amount)
