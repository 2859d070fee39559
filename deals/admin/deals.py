"""The deals' list and the page of a deal."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.common.admin.base import TandemAdmin, change_address, display, sentence_of, visible_or_404
from config.common.errors import DomainError
from contacts.admin.typed import Typed
from contacts.models import Company, Contact
from contacts.people.employment import present_job
from deals.admin import verbs
from deals.admin.activities.of_deals import step_cell, with_steps
from deals.admin.board import board_page
from deals.admin.filters import active_chips, deals_of_any_outcome, list_filters, outcome_tabs
from deals.admin.forms import ChangeDealForm, OpenDealForm, owners_visible_to
from deals.admin.lines import lines_formset, save_lines
from deals.admin.page import deal_page, deal_with_parts
from deals.admin.quotes.verbs import quote_deal
from deals.admin.reading import as_id, reader_of
from deals.admin.showing import age_text, amount_text, percent
from deals.models import Deal, Stage
from deals.pipeline.attention import age_of, is_overdue
from deals.pipeline.deal import Outcome
from deals.pipeline.filtering import FILTERS
from deals.reports.figures import open_pipeline_of

_COLOURS = {Outcome.OPEN: "info", Outcome.WON: "success", Outcome.LOST: "danger"}
_DETAILS = ("name", "company_name", "owner", ("amount", "currency"), "expected_close", "own_probability")
_DETAILS_TO_READ = ("name", "company", "owner", "amount", "currency", "expected_close", "own_probability")
_VERBS = ("move", "win", "lose", "reopen", "place", "undo", "note", "put_person", "take_person")


@admin.register(Deal)
class DealAdmin(TandemAdmin):
    """Sales in progress, won and lost. How a deal stands is changed by verbs, never by the form."""

    list_display = (
        "name",
        "company",
        "stage",
        "amount_shown",
        "chance",
        "closes",
        "next_step",
        "owner",
        "age",
        "outcome_badge",
    )
    list_select_related = ("company", "stage", "owner", "currency")
    list_before_template = "deals/list_top.html"
    search_help_text = gettext_lazy("Name of the deal or the company")
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "deals/deal.html"
    add_form_template = "deals/add.html"
    silent_history: ClassVar = ("stage_since",)

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/activities.css")}
        js = ("contacts/typing.js", "deals/deal.js", "deals/activities.js")

    # --- The list -----------------------------------------------------------------------------------------------------

    @display(description=gettext_lazy("Amount"), ordering="amount")
    def amount_shown(self, deal: Deal) -> str:
        """Return the amount as people write it."""
        return format_html('<span class="dl-money">{}</span>', amount_text(deal))

    @display(description=gettext_lazy("Chance"))
    def chance(self, deal: Deal) -> str:
        """Return the probability; a mark says that a person set it."""
        return percent(deal.probability) + (" ✎" if deal.probability_source == "person" else "")

    @display(description=gettext_lazy("Expected close"), ordering="expected_close")
    def closes(self, deal: Deal) -> str:
        """Return the day; red when it has passed. Closed deals show when they were closed."""
        day = deal.expected_close if deal.is_open else deal.closed_on
        text = date_format(day, "j M Y") if day else "–"
        return format_html('<span class="dl-late">{}</span>', text) if is_overdue(deal) else text

    @display(description=gettext_lazy("Next step"))
    def next_step(self, deal: Any) -> str:
        """Return the next step and its day; red where there is none or it is late."""
        return step_cell(deal)

    @display(description=gettext_lazy("In stage"), ordering="stage_since")
    def age(self, deal: Deal) -> str:
        """Return how long the deal has been in its stage, of how long is usual."""
        if not deal.is_open:
            return "–"
        age = age_of(deal)
        return format_html('<span class="dl-nowrap {}">{}</span>', "dl-late" if age.stalled else "", age_text(age))

    @display(description=gettext_lazy("Outcome"), ordering="outcome", label=_COLOURS)
    def outcome_badge(self, deal: Deal) -> tuple[str, str]:
        """Return the outcome as a badge."""
        return deal.outcome, deal.get_outcome_display()

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Offer the filters of the allow-list."""
        return list_filters()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Accept the filters of the allow-list, and nothing else."""
        return lookup in FILTERS

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the heading, the tabs by outcome and the filters in force."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["cl"].result_list = with_steps(context["cl"].result_list)
            deals, _filters = deals_of_any_outcome(request)
            counts = {
                row["outcome"]: row["number"] for row in deals.order_by().values("outcome").annotate(number=Count("pk"))
            }
            context["heading"] = _heading(open_pipeline_of(deals).sentence(), counts)
            context["tabs"] = outcome_tabs(request, context["cl"], counts)
            context["chips"] = active_chips(context["cl"], request)
        return response

    # --- Opening and changing -----------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Choose the form: five fields to open, the details to change; who only reads needs none."""
        if obj is None:
            kwargs["form"] = OpenDealForm
        elif self.has_change_permission(request, obj):
            kwargs["form"] = ChangeDealForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults and stands behind “More”."""
        if obj is None:
            more = ("owner", "stage", "currency", "own_probability")
            few = ("name", "company_name", "contact_name", "amount", "expected_close")
            return [(None, {"fields": few}), (_("More"), {"fields": more, "classes": ["collapse"]})]
        fields = _DETAILS if self.has_change_permission(request, obj) else _DETAILS_TO_READ
        return [(None, {"fields": fields})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take a name, a company and a contact from the address (the buttons of their pages, the palette).

        Who names a contact alone is offered the company where they work.
        """
        user: Any = request.user
        initial: dict[str, Any] = {"name": request.GET.get("name", "").replace("\x00", "")[:200]}
        models: dict[str, Any] = {"company": Company, "contact": Contact}
        for kind, model in models.items():
            row = model.objects.live().visible_to(user).filter(pk=as_id(request.GET.get(kind, ""))).first()
            if row is not None:
                initial[f"{kind}_name"] = Typed(str(row), row.pk)
            if isinstance(row, Contact) and "company_name" not in initial:
                job = present_job(row)
                if job is not None and Company.objects.live().visible_to(user).filter(pk=job.company_id).exists():
                    initial["company_name"] = Typed(str(job.company), job.company_id)
        return initial

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people who sell, and stages that open deals can be in."""
        if db_field.name == "owner":
            kwargs["queryset"] = owners_visible_to(reader_of(request)).filter(is_active=True)
        if db_field.name == "stage":
            kwargs["queryset"] = (
                Stage.objects.usable()
                .filter(is_for_won=False, pipeline__retired_at__isnull=True)
                .select_related("pipeline")
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Open the deal, or change its details, through their functions."""
        user: Any = request.user
        if change:
            form.save_changes(by=user)
        else:
            obj.__dict__.update(form.open(by=user).__dict__)

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the deal around its details."""
        extra = extra_context or {}
        if object_id is not None:
            deal = self.read_for_page(request, deal_with_parts(Deal.objects.all()), object_id)
            if self.has_view_or_change_permission(request, deal):
                extra = {**deal_page(request, deal), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        """Add the board and the verbs."""
        wrap = self.admin_site.admin_view
        own = [
            path("board/", wrap(lambda request: board_page(request, self)), name="deals_deal_board"),
            path("<int:object_id>/lines/", wrap(require_POST(self.lines_view)), name="deals_deal_lines"),
        ]
        own += [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(getattr(verbs, name)), name=f"deals_deal_{name}")
            for name in _VERBS
        ]
        own.append(path("<int:object_id>/quote/", wrap(quote_deal), name="deals_deal_quote"))
        return [*own, *super().get_urls()]

    def lines_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Save the table of lines; where it can't be, show it again with what is wrong at each line."""
        user: Any = request.user
        deal = visible_or_404(Deal.objects.select_related("currency"), user, object_id)
        if not user.has_perm("deals.change_dealline"):
            raise PermissionDenied
        formset = lines_formset(deal, user, request.POST)
        try:
            with transaction.atomic():
                save_lines(deal, formset, seen=request.POST.get("version", ""), reader=user)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
            # The page is shown, not posted: its own form has nothing to do with this table.
            request.method = "GET"
            return self.change_view(request, str(object_id), extra_context={"lines": formset})
        messages.success(request, _("The lines are saved; the amount follows them."))
        return HttpResponseRedirect(change_address(deal))


def _heading(open_sentence: str, counts: dict[str, int]) -> str:
    closed = _("%(won)s won, %(lost)s lost") % {"won": counts.get("won", 0), "lost": counts.get("lost", 0)}
    return f"{open_sentence}; {closed}"
