"""The commitments' list, the page of one, and the form of a new one."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.budgets.costs import CampaignFilter, CostChannelFilter, PlanFilter
from campaigns.admin.budgets.forms import CommitmentForm, MoreForm
from campaigns.admin.campaigns.admin import MEDIA
from campaigns.admin.campaigns.showing import campaign_address
from campaigns.budgets.committing import close_commitment, commit_money
from campaigns.models import Commitment
from config.common.admin.base import ReadOnlyAdmin, change_address, display, sentence_of
from config.common.admin.filters import ChoiceFilter
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from config.common.money import show_money, show_number
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import reader_of


class OpenFilter(ChoiceFilter):
    """Open or closed commitments."""

    title = gettext_lazy("open")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes or no."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen ones."""
        return queryset.filter(closed_at__isnull=self.value() == "yes") if self.value() else queryset


def _commitments() -> Any:
    return Commitment.objects.select_related("campaign", "plan", "currency", "channel", "created_by")


@admin.register(Commitment)
class CommitmentAdmin(ReadOnlyAdmin):
    """Commitments: money that was ordered. Costs use them up; closing lets go of the rest."""

    list_display = ("title", "day", "shown", "is_open", "channel", "payer")
    list_select_related = ("campaign", "plan", "channel", "currency")
    list_filter = (OpenFilter, CampaignFilter, PlanFilter, CostChannelFilter)
    search_help_text = gettext_lazy("Supplier or note")
    change_form_template = "campaigns/budgets/commitment.html"
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css", "campaigns/campaigns.css")}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the role; the form is one of its own."""
        return reader_of(request).has_perm("campaigns.add_commitment")

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many are open."""
        number = rows.filter(closed_at__isnull=True).count()
        told = ngettext("%(number)s commitment is open", "%(number)s commitments are open", number)
        return told % {"number": show_number(number)}

    @display(description=gettext_lazy("Commitment"))
    def title(self, commitment: Commitment) -> str:
        """Return what was ordered."""
        return commitment.note or commitment.supplier or _("Commitment %(number)s") % {"number": commitment.pk}

    @display(description=gettext_lazy("Amount"), ordering="amount")
    def shown(self, commitment: Commitment) -> str:
        """Return the amount in its currency."""
        return show_money(commitment.amount, commitment.currency_id, commitment.currency.minor_units)

    @display(description=gettext_lazy("Open"), boolean=True)
    def is_open(self, commitment: Commitment) -> bool:
        """Return whether it still counts."""
        return commitment.closed_at is None

    @display(description=gettext_lazy("Paid by"))
    def payer(self, commitment: Commitment) -> str:
        """Return the campaign or the plan."""
        return str(commitment.campaign or commitment.plan)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the commitment on its page."""
        extra = extra_context or {}
        if object_id is not None:
            user = reader_of(request)
            commitment = self.read_for_page(request, _commitments(), object_id)
            if not self.has_view_permission(request, commitment):
                raise PermissionDenied
            extra |= {
                "commitment": commitment,
                "title_text": self.title(commitment),
                "amount": self.shown(commitment),
                "payer_address": campaign_address(commitment.campaign, "budget") if commitment.campaign else "",
                "costs": commitment.costs.visible_to(user).select_related("currency"),
                "may_close": user.has_perm("campaigns.change_commitment") and commitment.closed_at is None,
            }
        return super().changeform_view(request, object_id, form_url, extra)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form of a new commitment, and write it when it is sent."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        user = reader_of(request)
        data = request.POST if request.method == "POST" else None
        form = CommitmentForm(data, reader=user, asked=request.GET)
        more = MoreForm(data, reader=user)
        if data is not None and form.is_valid() and more.is_valid():
            try:
                with transaction.atomic():
                    commitment = commit_money(by=user, **form.given(), **more.given())
            except (DomainError, ValidationError) as refusal:
                messages.error(request, sentence_of(refusal))
            else:
                messages.success(request, _("The commitment is written."))
                campaign = commitment.campaign
                address = campaign_address(campaign, "budget") if campaign else change_address(commitment)
                return HttpResponseRedirect(address)
        context = {"form": form, "more": more, "media": MEDIA, "opts": Commitment._meta, "submit": _("Save")}
        return show_page(request, self.admin_site, "campaigns/budgets/add.html", _("New commitment"), **context)

    def get_urls(self) -> list[URLPattern]:
        """Add closing."""
        view = self.admin_site.admin_view(close)
        own = [path("<int:object_id>/close/", view, name="campaigns_commitment_close")]
        return [*own, *super().get_urls()]


@act_on(_commitments, "campaigns.change_commitment")
def close(request: HttpRequest, commitment: Commitment) -> Outcome:
    """Let go of what is left."""
    close_commitment(commitment, by=reader_of(request))
    return Outcome(_("The commitment is closed. What was left of it is free again."))
