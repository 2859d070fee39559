"""The quotes' list and the page of a quote."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from config.common.admin.base import ReadOnlyAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.filters import ChoiceFilter
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from config.common.money import show_money
from deals.admin.billing.filters import CompanyFilter, ContactFilter, DealFilter
from deals.admin.priced_lines import priced_lines
from deals.admin.quotes.forms import DraftForm
from deals.admin.quotes.page import quote_page, quote_with_parts
from deals.admin.quotes.showing import COLOURS, day_text
from deals.admin.quotes.verbs import VERBS
from deals.admin.reading import as_id
from deals.agenda.lists import expiring_quotes
from deals.models import Currency, Quote, QuoteRevision
from deals.quotes.comparing import compare
from deals.quotes.drafting import change_revision
from deals.quotes.locking import draft_of
from deals.quotes.pages import file_name, pages_of, preview_of
from deals.quotes.quote import QuoteState
from deals.quotes.standing import Standing, with_standing


class StandingFilter(ChoiceFilter):
    """Quotes by how they stand today."""

    title = gettext_lazy("Standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what a quote can be."""
        return [(each.value, each.label) for each in Standing if each != Standing.REPLACED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those that stand so."""
        return queryset.filter(standing=self.value()) if self.value() in Standing.values else queryset


class WaitingFilter(ChoiceFilter):
    """Quotes that wait for somebody of ours."""

    title = gettext_lazy("Waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer approval, the invoice, and the customer's answer within a week on one's own deals."""
        return [("approval", _("Approval")), ("invoice", _("Invoice")), ("answer", _("My customer, this week"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those that wait so."""
        if self.value() == "approval":
            asked = QuoteRevision.objects.waiting_for_approval().values("quote")
            return queryset.filter(pk__in=asked)
        if self.value() == "invoice":
            return queryset.filter(not_billed())
        if self.value() == "answer":
            user: Any = request.user
            return queryset.filter(pk__in=expiring_quotes(user, timezone.now()).values("pk"))
        return queryset


class CustomerFilter(CompanyFilter):
    """Quotes on deals of one company."""

    def condition(self, chosen: Any) -> Q:
        """Return the condition that a quote's deal is with the company."""
        return Q(deal__company=chosen)


def not_billed() -> Q:
    """Return the condition that a quote was accepted and has no invoice."""
    return Q(state=QuoteState.ACCEPTED) & ~Q(invoices__kind="invoice", invoices__state__in=["draft", "issued"])


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    """Offers to customers. Quotes are drafted from deals; everything else is an act on their page."""

    list_display = ("title", "customer", "deal", "total_shown", "until", "badge", "owner")
    list_select_related = ("deal__company", "deal__owner", "contact", "deal__currency")
    list_filter = (StandingFilter, WaitingFilter, DealFilter, ContactFilter, CustomerFilter)
    search_help_text = gettext_lazy("Number, deal or company")
    change_form_template = "deals/quotes/quote.html"
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css")}
        js = ("deals/priced.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add how each stands, its total and its day."""
        return with_standing(super().get_queryset(request))

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many wait for customers, for approval, and for an invoice."""
        figures = rows.order_by().aggregate(
            waiting=Count("pk", filter=Q(standing=Standing.SENT), distinct=True),
            expired=Count("pk", filter=Q(standing=Standing.EXPIRED), distinct=True),
        )
        unbilled = rows.filter(not_billed()).count()
        waiting = ngettext(
            "%(number)s waits for its customer", "%(number)s wait for their customers", figures["waiting"]
        )
        parts = [waiting % {"number": figures["waiting"]}]
        if figures["expired"]:
            parts.append(_("%(number)s expired") % {"number": figures["expired"]})
        if unbilled:
            parts.append(_("%(number)s accepted and not billed") % {"number": unbilled})
        return ", ".join(parts)

    @display(description=gettext_lazy("Quote"), ordering="number")
    def title(self, quote: Any) -> str:
        """Return the number with its revision."""
        suffix = f" / {quote.revision_number}" if (quote.revision_number or 1) > 1 else ""
        return f"{quote.number or _('Draft')}{suffix}"

    @display(description=gettext_lazy("Customer"))
    def customer(self, quote: Quote) -> str:
        """Return the company, or the person."""
        return str(quote.deal.company or quote.contact or "–")

    @display(description=gettext_lazy("Total"))
    def total_shown(self, quote: Any) -> str:
        """Return the total as people write it."""
        if quote.total is None:
            return "–"
        return show_money(quote.total, quote.currency_code, self._digits.get(quote.currency_code, 2))

    @display(description=gettext_lazy("Valid until"))
    def until(self, quote: Any) -> str:
        """Return until when the customer may answer."""
        return day_text(quote.valid_until)

    @display(description=gettext_lazy("Standing"), label=COLOURS)
    def badge(self, quote: Any) -> tuple[str, str]:
        """Return how it stands."""
        return quote.standing, str(Standing(quote.standing).label)

    @display(description=gettext_lazy("Owner"))
    def owner(self, quote: Quote) -> str:
        """Return who sells."""
        return str(quote.deal.owner)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Read the currencies' decimals once for the list."""
        self._digits = dict(Currency.objects.values_list("code", "minor_units"))
        return super().changelist_view(request, extra_context)

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the quote on its page."""
        extra = extra_context or {}
        if object_id is not None:
            quote = self.read_for_page(request, quote_with_parts(Quote.objects.all()), object_id)
            if not self.has_view_permission(request, quote):
                raise PermissionDenied
            extra = {**quote_page(request, quote), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[URLPattern]:
        """Add the acts, saving the draft, the pages and the comparison."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(view), name=f"deals_quote_{name}")
            for name, view in VERBS.items()
        ]
        own += [
            path("<int:object_id>/draft/", wrap(require_POST(self.draft_view)), name="deals_quote_draft"),
            path("<int:object_id>/pdf/<int:revision>/", wrap(require_GET(self.pdf_view)), name="deals_quote_pdf"),
            path(
                "<int:object_id>/compare/<int:older>/<int:newer>/",
                wrap(require_GET(self.compare_view)),
                name="deals_quote_compare",
            ),
        ]
        return [*own, *super().get_urls()]

    def draft_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Save the draft; where it can't be, show it again with what is wrong at each field."""
        user: Any = request.user
        quote = visible_or_404(Quote.objects.select_related("deal"), user, object_id)
        if not user.has_perm("deals.change_quote"):
            raise PermissionDenied
        draft = draft_of(quote)
        if draft is None:
            messages.error(request, _("This quote has no draft. Make the next revision first."))
            return HttpResponseRedirect(change_address(quote))
        form = DraftForm(draft, user, request.POST)
        formset = priced_lines(draft.currency, user, lines=list(draft.lines.all()), data=request.POST)
        try:
            with transaction.atomic():
                if not (formset.is_valid() and form.is_valid()):
                    raise ValidationError(_("Nothing was saved. Correct what is marked."))
                change_revision(draft, by=user, lines=formset.given(), **form.changes())
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
            request.method = "GET"
            return self.change_view(request, str(object_id), extra_context={"form": form, "lines": formset})
        messages.success(request, _("The draft is saved."))
        return HttpResponseRedirect(change_address(quote))

    def pdf_view(self, request: HttpRequest, object_id: int, revision: int) -> HttpResponse:
        """Show the pages: as they were stored, or as the draft's would be."""
        row = self._revision(request, object_id, revision)
        if row.sent_at is None:
            return _pdf(preview_of(row), "draft.pdf")
        pages = pages_of(row)
        answer = _pdf(bytes(pages.content), file_name(row))
        answer["ETag"] = f'"{pages.sha256}"'
        return answer

    def compare_view(self, request: HttpRequest, object_id: int, older: int, newer: int) -> HttpResponse:
        """Show side by side what changed from one revision to another."""
        before, after = self._revision(request, object_id, older), self._revision(request, object_id, newer)
        title = _("%(quote)s: revisions %(older)s and %(newer)s")
        labels = {"quote": before.quote, "older": older, "newer": newer}
        context = {"differences": compare(before, after), "before": before, "after": after, "quote": before.quote}
        return show_page(request, self.admin_site, "deals/quotes/compare.html", title % labels, **context)

    def _revision(self, request: HttpRequest, object_id: int, number: int) -> QuoteRevision:
        quote = visible_or_404(Quote.objects.all(), request.user, as_id(object_id))
        if not self.has_view_permission(request, quote):
            raise PermissionDenied
        rows = QuoteRevision.objects.select_related("quote__deal__company", "quote__seller", "currency")
        row: QuoteRevision | None = rows.filter(quote=quote, revision=number).first()
        if row is None:
            raise Http404(_("There is no such record."))
        return row


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
