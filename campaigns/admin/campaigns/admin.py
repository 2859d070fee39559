"""The campaigns' list, the page of a campaign, and the form of a new one."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.forms import Media as FormMedia
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.campaigns.forms import AddForm
from campaigns.admin.campaigns.page import campaign_page
from campaigns.admin.campaigns.showing import COLOURS, campaign_address, period_text, teller, used_bar
from campaigns.admin.campaigns.verbs import VERBS
from campaigns.budgets.figures import Standing, standings
from campaigns.budgets.opening import open_campaign
from campaigns.budgets.watch import WARNED
from campaigns.execution.campaign import CampaignState
from campaigns.models import Campaign, Channel, MarketingPlan
from campaigns.policy.models import MarketingPolicy
from config.common.admin.base import ReadOnlyAdmin, display, sentence_of
from config.common.admin.filters import ChoiceFilter, FieldFilter, OwnerFilter
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from config.common.money import ZERO, show_number
from deals.admin.reading import reader_of

MEDIA = FormMedia(css={"all": ("deals/deals.css", "deals/billing.css", "campaigns/campaigns.css")})
OPEN_STATES = (CampaignState.PLANNED, CampaignState.RUNNING, CampaignState.PAUSED)


class StateFilter(FieldFilter):
    """Campaigns by state."""

    field = "state"


class BudgetFilter(ChoiceFilter):
    """Campaigns whose budget needs somebody."""

    title = gettext_lazy("Budget")
    parameter_name = "budget"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what needs a look."""
        return [("warned", _("Nearly used up or overrun"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those that are open and warned of."""
        return queryset.filter(budget_warned()) if self.value() == "warned" else queryset


class ChannelFilter(ChoiceFilter):
    """Campaigns on one channel."""

    title = gettext_lazy("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the channels."""
        return [(str(pk), name) for pk, name in Channel.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the campaigns that use it."""
        return queryset.filter(channels=self.value()) if self.value() else queryset


class PlanFilter(ChoiceFilter):
    """Campaigns of one plan."""

    title = gettext_lazy("marketing plan")
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the plans, the newest first."""
        reader: Any = request.user
        return [(str(plan.pk), str(plan)) for plan in MarketingPlan.objects.visible_to(reader)[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen plan's."""
        return queryset.filter(plan=self.value()) if self.value() else queryset


def budget_warned() -> Q:
    """Return the condition that a campaign is open and its budget nearly used up or overrun."""
    return Q(state__in=OPEN_STATES, budget_watch__level__in=WARNED)


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    """Campaigns. Everything is an act on their page."""

    list_display = ("name", "badge", "period", "on_channels", "budget", "owner")
    list_select_related = ("owner",)
    list_filter = (StateFilter, OwnerFilter, ChannelFilter, PlanFilter, BudgetFilter)
    search_help_text = gettext_lazy("Name or code")
    change_form_template = "campaigns/campaigns/campaign.html"
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css", "campaigns/campaigns.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the channels."""
        return super().get_queryset(request).prefetch_related("channels")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the role; the form is one of its own."""
        return reader_of(request).has_perm("campaigns.add_campaign")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many run and wait to begin, and what is left of their budgets."""
        found = {
            "running": Q(state=CampaignState.RUNNING),
            "planned": Q(state=CampaignState.PLANNED),
            "warned": budget_warned(),
        }
        counted = rows.order_by().aggregate(
            **{name: Count("pk", filter=which, distinct=True) for name, which in found.items()}
        )
        running, planned, warned = (counted[name] for name in found)
        parts = [ngettext("%(number)s runs", "%(number)s run", running) % {"number": show_number(running)}]
        parts.append(ngettext("%(number)s is planned", "%(number)s are planned", planned) % {"number": planned})
        if warned:
            sentence = ngettext(
                "the budget of %(number)s needs a look", "the budgets of %(number)s need a look", warned
            )
            parts.append(sentence % {"number": show_number(warned)})
        return ", ".join(parts)

    @display(description=gettext_lazy("State"), label=COLOURS, ordering="state")
    def badge(self, campaign: Campaign) -> tuple[str, str]:
        """Return the state."""
        return campaign.state, campaign.get_state_display()

    @display(description=gettext_lazy("When"), ordering="starts_on")
    def period(self, campaign: Campaign) -> str:
        """Return the days."""
        return period_text(campaign.starts_on, campaign.ends_on)

    @display(description=gettext_lazy("Channels"))
    def on_channels(self, campaign: Campaign) -> str:
        """Name the channels."""
        return ", ".join(each.name for each in campaign.channels.all()) or "–"

    @display(description=gettext_lazy("Budget used"))
    def budget(self, campaign: Any) -> str:
        """Return the bar."""
        return used_bar(campaign.standing, self._teller, self._warn_at)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Read how the budgets of the page's campaigns stand, all at once."""
        response = super().changelist_view(request, extra_context)
        cl = getattr(response, "context_data", {}).get("cl")
        if cl is not None:
            self._teller, self._warn_at = teller(), MarketingPolicy.objects.current().warn_at
            found = standings(cl.result_list)
            for campaign in cl.result_list:
                campaign.standing = found.get(campaign.pk, Standing(planned=ZERO))
        return response

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the campaign on its page."""
        extra = extra_context or {}
        if object_id is not None:
            campaign = self.read_for_page(request, Campaign.objects.select_related("owner", "plan"), object_id)
            if not self.has_view_permission(request, campaign):
                raise PermissionDenied
            # What the parts read of the address: pages and filters of their lists.
            campaign.asked = request.GET
            extra = {**campaign_page(request, campaign), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form of a new campaign, and make it when it is sent."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        user = reader_of(request)
        form = AddForm(None, request.POST if request.method == "POST" else None, reader=user, initial=_asked(request))
        if form.is_bound and form.is_valid():
            try:
                with transaction.atomic():
                    campaign = open_campaign(**form.cleaned_data, owner=user, by=user)
            except ValidationError as refusal:
                form.refuse(refusal)
            except DomainError as refusal:
                messages.error(request, sentence_of(refusal))
            else:
                messages.success(request, _("“%(name)s” was added.") % {"name": campaign})
                return HttpResponseRedirect(campaign_address(campaign))
        context = {"form": form, "media": MEDIA, "opts": Campaign._meta}
        return show_page(request, self.admin_site, "campaigns/campaigns/add.html", _("New campaign"), **context)

    def get_urls(self) -> list[URLPattern]:
        """Add the acts."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(view), name=f"campaigns_campaign_{name}")
            for name, view in VERBS.items()
        ]
        return [*own, *super().get_urls()]


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the address fills in: a plan, a segment, a name that the palette was given."""
    asked: dict[str, Any] = {name: request.GET[name] for name in ("plan", "name") if name in request.GET}
    if "segment" in request.GET:
        asked["segments"] = [request.GET["segment"]]
    return asked
