"""The costs' list, the page of a cost with its decision and paper, and the form of a new one."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from campaigns.admin.budgets.forms import CostForm, MoreCostForm
from campaigns.admin.campaigns.admin import MEDIA, ChannelFilter
from campaigns.admin.campaigns.showing import campaign_address
from campaigns.budgets.asking import APPROVE
from campaigns.budgets.deciding import approve, refuse, take_back
from campaigns.budgets.models import CostState
from campaigns.budgets.papers import Paper, attach
from campaigns.budgets.pots import whole_of
from campaigns.budgets.spending import OPEN_STATES, add_cost
from campaigns.models import Campaign, Cost, CostDocument, MarketingPlan
from config.common.admin.base import ReadOnlyAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.filters import ChoiceFilter, FieldFilter
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from config.common.money import show_money, show_number
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import as_id, reader_of, text_of

COLOURS = {CostState.COUNTED: "success", CostState.WAITING: "warning", CostState.REFUSED: "danger"}
BADGES = {state: f"td-badge-{tone}" for state, tone in zip(COLOURS, ("good", "warn", "bad"), strict=True)}


class StateFilter(FieldFilter):
    """Costs by state."""

    field = "state"


class CampaignFilter(ChoiceFilter):
    """Costs of one campaign."""

    title = gettext_lazy("campaign")
    parameter_name = "campaign"
    model: ClassVar[Any] = Campaign

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the latest, and the one that the address names."""
        rows = self.model.objects.visible_to(request.user)
        offered = list(rows[:100])
        named = as_id(request.GET.get(self.parameter_name, ""))
        if named and all(row.pk != named for row in offered):
            offered += rows.filter(pk=named)
        return [(str(row.pk), str(row)) for row in offered]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen one's."""
        return queryset.filter(**{self.parameter_name: as_id(self.value())}) if self.value() else queryset


class PlanFilter(CampaignFilter):
    """Costs of a plan: its own and its campaigns'."""

    title = gettext_lazy("marketing plan")
    parameter_name = "plan"
    model = MarketingPlan

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what counts for the plan."""
        chosen = self.value()
        return queryset.filter(whole_of(MarketingPlan(pk=as_id(chosen)))) if chosen else queryset


class CostChannelFilter(ChannelFilter):
    """Costs of one channel."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen channel's."""
        return queryset.filter(channel=self.value()) if self.value() else queryset


def _costs() -> Any:
    return Cost.objects.select_related("campaign", "plan", "currency", "created_by", "channel")


@admin.register(Cost)
class CostAdmin(ReadOnlyAdmin):
    """Costs. They are written by a form of their own, decided on their page, and never deleted."""

    list_display = ("title", "day", "shown", "badge", "channel", "payer", "supplier")
    list_select_related = ("campaign", "plan", "channel", "currency")
    list_filter = (StateFilter, CampaignFilter, PlanFilter, CostChannelFilter)
    search_help_text = gettext_lazy("Supplier, note or number of the document")
    change_form_template = "campaigns/budgets/cost.html"
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css", "campaigns/campaigns.css")}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the role; the form is one of its own."""
        return reader_of(request).has_perm("campaigns.add_cost")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are and how many wait."""
        number, waiting = rows.count(), rows.filter(state=CostState.WAITING).count()
        told = ngettext("%(number)s cost", "%(number)s costs", number) % {"number": show_number(number)}
        if not waiting:
            return told
        waits = ngettext("%(number)s waits for approval", "%(number)s wait for approval", waiting)
        return f"{told}, {waits % {'number': show_number(waiting)}}"

    @display(description=gettext_lazy("Cost"))
    def title(self, cost: Cost) -> str:
        """Return what it was for."""
        return cost.note or cost.supplier or cost.document_number or _("Cost %(number)s") % {"number": cost.pk}

    @display(description=gettext_lazy("Amount"), ordering="amount")
    def shown(self, cost: Cost) -> str:
        """Return the amount in its currency."""
        return show_money(cost.amount, cost.currency_id, cost.currency.minor_units)

    @display(description=gettext_lazy("State"), label=COLOURS)
    def badge(self, cost: Cost) -> tuple[str, str]:
        """Return whether it counts."""
        return cost.state, cost.get_state_display()

    @display(description=gettext_lazy("Paid by"))
    def payer(self, cost: Cost) -> str:
        """Return the campaign or the plan."""
        return str(cost.campaign or cost.plan)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the cost on its page."""
        extra = extra_context or {}
        if object_id is not None:
            user = reader_of(request)
            cost = self.read_for_page(request, _costs(), object_id)
            if not self.has_view_permission(request, cost):
                raise PermissionDenied
            document = CostDocument.objects.filter(cost=cost.pk).defer("content").first()
            extra |= {
                "cost": cost,
                "amount": self.shown(cost),
                "badge": BADGES.get(CostState(cost.state), ""),
                "payer_address": campaign_address(cost.campaign, "budget") if cost.campaign else "",
                "document": document,
                "may_decide": user.has_perm(APPROVE) and cost.state == CostState.WAITING,
                "may_take_back": user.has_perm("campaigns.change_cost") and cost.state in OPEN_STATES,
            }
        return super().changeform_view(request, object_id, form_url, extra)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form of a new cost, and write it when it is sent."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        user, posted = reader_of(request), request.method == "POST"
        data = (request.POST, request.FILES) if posted else (None, None)
        form = CostForm(*data, reader=user, asked=request.GET)
        more = MoreCostForm(data[0], reader=user)
        if posted and form.is_valid() and more.is_valid():
            try:
                with transaction.atomic():
                    cost = add_cost(by=user, **form.given(), **more.given())
            except (DomainError, ValidationError) as refusal:
                messages.error(request, sentence_of(refusal))
            else:
                _tell(request, cost)
                return HttpResponseRedirect(
                    campaign_address(cost.campaign, "budget") if cost.campaign else change_address(cost)
                )
        context = {"form": form, "more": more, "media": MEDIA, "opts": Cost._meta, "submit": _("Save the cost")}
        return show_page(request, self.admin_site, "campaigns/budgets/add.html", _("Log cost"), **context)

    def get_urls(self) -> list[URLPattern]:
        """Add the decisions and the paper."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(view), name=f"campaigns_cost_{name}")
            for name, view in VERBS.items()
        ]
        return [*own, *super().get_urls()]


def _tell(request: HttpRequest, cost: Cost) -> None:
    if cost.state == CostState.WAITING:
        sentence = _("The cost is written. It goes above the budget, so it waits for approval and doesn't count yet.")
        messages.warning(request, sentence)
    else:
        messages.success(request, _("The cost is written."))


@act_on(_costs, APPROVE)
def approve_(request: HttpRequest, cost: Cost) -> Outcome:
    """Let it count."""
    approve(cost, by=reader_of(request), note=text_of(request, "note", 300))
    return Outcome(_("The cost is approved. It counts now."))


@act_on(_costs, APPROVE)
def refuse_(request: HttpRequest, cost: Cost) -> Outcome:
    """Don't let it count."""
    refuse(cost, by=reader_of(request), reason=text_of(request, "note", 300))
    return Outcome(_("The cost is refused."))


@act_on(_costs, "campaigns.change_cost")
def take_back_(request: HttpRequest, cost: Cost) -> Outcome:
    """Take it back."""
    take_back(cost, by=reader_of(request), reason=text_of(request, "reason", 300))
    return Outcome(_("The cost is taken back. It counts no more."))


@act_on(_costs, "campaigns.change_cost")
def add_document(request: HttpRequest, cost: Cost) -> Outcome:
    """Keep its paper."""
    file = request.FILES.get("paper")
    if file is None:
        raise ValidationError(_("Choose a file."))
    attach(cost, Paper(str(file.name), file.read()))
    return Outcome(_("The document is kept."))


@require_GET
def document(request: HttpRequest, object_id: int) -> HttpResponse:
    """Answer the paper of a cost as it came, to be saved: nothing of it runs here."""
    cost = visible_or_404(_costs(), request.user, object_id)
    if not reader_of(request).has_perm("campaigns.view_costdocument"):
        raise PermissionDenied
    paper = CostDocument.objects.filter(cost=cost.pk).first()
    if paper is None:
        raise Http404(_("There is no such record."))
    answer = HttpResponse(bytes(paper.content), content_type=paper.media_type)
    answer["Content-Disposition"] = f'attachment; filename="document-{cost.pk}.{paper.media_type.rpartition("/")[2]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


VERBS: dict[str, Any] = {
    "approve": approve_,
    "refuse": refuse_,
    "take_back": take_back_,
    "add_document": add_document,
    "document": document,
}
