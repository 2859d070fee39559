"""The list of invoices and credit notes, and the addresses of their pages and acts."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, change_address, display, visible_or_404
from config.common.admin.filters import OwnerFilter
from config.common.admin.pages import show_page
from config.common.money import show_number
from deals.admin.billing import adding, crediting, filters, sheets, verbs
from deals.admin.billing.page import MEDIA, invoice_rows, show_invoice
from deals.admin.billing.showing import OWED_STATUS, customer_name, day_text, due_words, money, status_badge
from deals.admin.billing.telling import change_entries
from deals.admin.reading import reader_of
from deals.billing.billable import unbilled_quotes
from deals.billing.figures import bill_figures, left_out, total_of
from deals.billing.kinds import InvoiceKind, InvoiceStatus
from deals.models import Invoice

_VERBS = ("issue", "send", "pay", "discard", "take_back", "save")
_TABS = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.OPEN,
    InvoiceStatus.PART_PAID,
    InvoiceStatus.OVERDUE,
    InvoiceStatus.PAID,
    InvoiceStatus.CREDITED,
)


@admin.register(Invoice)
class InvoiceAdmin(TandemAdmin):
    """Invoices and credit notes. What stands on them is changed by acts on drafts alone."""

    list_before_template = "deals/billing/list_top.html"
    list_select_related = ("company", "contact", "currency", "owner", "credits")
    list_filter = (
        filters.StatusFilter,
        filters.KindFilter,
        OwnerFilter,
        filters.SellerFilter,
        filters.CurrencyFilter,
        filters.IssuedFrom,
        filters.IssuedTo,
        filters.DueFrom,
        filters.DueTo,
        filters.AgeFilter,
        filters.CompanyFilter,
        filters.ContactFilter,
        filters.PersonFilter,
        filters.DealFilter,
    )
    search_help_text = gettext_lazy("Number, customer or the customer's reference")

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css")}

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add how each stands today, and leave out what only pages print."""
        rows: Any = super().get_queryset(request)
        listed: QuerySet[Any] = rows.with_status(timezone.localdate()).defer("terms", "seller_copy", "buyer_copy")
        return listed

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show of credit notes what they correct, in place of what is open."""
        if is_of_credit_notes(request):
            return ("document", "customer", "issued", "corrects", "reason", "total_shown", "owner")
        return ("document", "customer", "issued", "due", "total_shown", "open_shown", "status_shown", "owner")

    @display(description=gettext_lazy("Number"), ordering="number")
    def document(self, invoice: Invoice) -> str:
        """Return the number, or that it is a draft."""
        return str(invoice)

    @display(description=gettext_lazy("Customer"))
    def customer(self, invoice: Invoice) -> str:
        """Return who pays."""
        return customer_name(invoice)

    @display(description=gettext_lazy("Dated"), ordering="issued_on")
    def issued(self, invoice: Invoice) -> SafeString:
        """Return the day of issue."""
        return format_html('<span class="dl-nowrap">{}</span>', day_text(invoice.issued_on))

    @display(description=gettext_lazy("Due"), ordering="due_on")
    def due(self, invoice: Any) -> SafeString | str:
        """Return the day of payment, with how far off it is while something is open."""
        if invoice.due_on is None:
            return "–"
        text = day_text(invoice.due_on)
        if invoice.open_amount <= 0:
            return format_html('<span class="dl-nowrap">{}</span>', text)
        late = "dl-late" if invoice.status == InvoiceStatus.OVERDUE else ""
        words = due_words(invoice.due_on, timezone.localdate())
        return format_html('<span class="dl-nowrap {}">{} <small>{}</small></span>', late, text, words)

    @display(description=gettext_lazy("Total"), ordering="total")
    def total_shown(self, invoice: Invoice) -> SafeString:
        """Return the total as people write it."""
        return format_html('<span class="dl-money">{}</span>', money(invoice.total, invoice.currency))

    @display(description=gettext_lazy("Open"), ordering="open_amount")
    def open_shown(self, invoice: Any) -> SafeString | str:
        """Return what is still to be paid."""
        if not invoice.is_issued:
            return "–"
        return format_html('<span class="dl-money">{}</span>', money(invoice.open_amount, invoice.currency))

    @display(description=gettext_lazy("Status"), ordering="status")
    def status_shown(self, invoice: Any) -> SafeString:
        """Return how it stands today."""
        return status_badge(invoice.status)

    @display(description=gettext_lazy("Corrects"), ordering="credits__number")
    def corrects(self, invoice: Any) -> SafeString:
        """Return the invoice that a credit note corrects."""
        return format_html('<a class="td-quiet" href="{}">{}</a>', change_address(invoice.credits), invoice.credits)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say what is overdue, open and drafted among the rows; of credit notes, what they come to."""
        documents: Any = rows
        if not is_of_credit_notes(request):
            return bill_figures(documents, timezone.localdate()).sentence()
        number, total = rows.count(), total_of(documents)
        sentence = ngettext("%(number)s credit note over %(total)s", "%(number)s credit notes over %(total)s", number)
        return sentence % {"number": show_number(number), "total": total} + left_out(total)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the switch between invoices and credit notes, the tabs by status, and what waits to be billed."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            changelist, of_notes = context["cl"], is_of_credit_notes(request)
            context["title"] = _("Credit notes") if of_notes else _("Invoices")
            context["chips"] = filters.chips_with_days(changelist, leave_out=("kind", "status"))
            context["is_of_credit_notes"] = of_notes
            context["tabs"] = [] if of_notes else _tabs(changelist, request)
            context["unbilled"] = 0 if of_notes else unbilled_quotes(reader_of(request)).count()
        return response

    # --- Pages and acts -----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the acts, the pages as PDF, and the ways to a new draft."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(getattr(verbs, name)), name=f"deals_invoice_{name}")
            for name in _VERBS
        ]
        own += [
            path("<int:object_id>/credit/", wrap(crediting.credit_page), name="deals_invoice_credit"),
            path("<int:object_id>/pdf/", wrap(sheets.pdf), name="deals_invoice_pdf"),
            path("<int:object_id>/preview/", wrap(sheets.preview), name="deals_invoice_preview"),
            path("from-deal/<int:deal_id>/", wrap(adding.from_deal), name="deals_invoice_from_deal"),
            path("unbilled/", wrap(adding.unbilled_page), name="deals_invoice_unbilled"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form of a new draft with its lines, and make it."""
        return adding.add_page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page. It is changed by its acts."""
        user = reader_of(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        if not user.has_perm("deals.view_invoice"):
            raise PermissionDenied
        return show_invoice(request, visible_or_404(invoice_rows(user), user, object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Tell what was done to the invoice, by whom and why; nothing of it can be changed."""
        user = reader_of(request)
        invoice: Invoice = visible_or_404(Invoice.objects.all(), user, object_id)
        if not user.has_perm("deals.view_invoice"):
            raise PermissionDenied
        title = _("History of %(name)s") % {"name": invoice}
        entries = change_entries(invoice.changes.select_related("by"))
        context = {"entries": entries, "invoice": invoice, "opts": self.opts, "original": invoice, "media": MEDIA}
        return show_page(request, self.admin_site, "deals/billing/history_page.html", title, **context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lists and Django's own forms change nothing."""
        return False


def is_of_credit_notes(request: HttpRequest) -> bool:
    """Say whether the list is the one of credit notes."""
    return request.GET.get("kind") == InvoiceKind.CREDIT_NOTE


def _tabs(changelist: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs above the list: all, to be paid, and each status with its number among the other filters."""
    counts = _counts(changelist, request)
    chosen = request.GET.get("status", "")
    owed = sum(counts.get(status, 0) for status in OWED_STATUS.split(","))
    shown = sum(number for status, number in counts.items() if status != InvoiceStatus.DISCARDED)
    tabs = [("", _("All"), shown), (OWED_STATUS, _("To be paid"), owed)]
    tabs += [(str(status.value), str(status.label), counts.get(status.value, 0)) for status in _TABS]
    return [
        {
            "label": label,
            "count": show_number(number),
            "link": changelist.get_query_string({"status": value} if value else {}, ["status"]),
            "is_chosen": value == chosen,
            "status": value,
        }
        for value, label, number in tabs
    ]


def _counts(changelist: Any, request: HttpRequest) -> dict[str, int]:
    """Return how many of each status the other filters and the search leave."""
    rows = changelist.root_queryset
    for spec in changelist.filter_specs:
        if not isinstance(spec, filters.StatusFilter):
            rows = spec.queryset(request, rows)
    rows, _distinct = changelist.model_admin.get_search_results(request, rows, changelist.query)
    return dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
