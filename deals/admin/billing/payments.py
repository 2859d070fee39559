"""The list of payments, the form that records one, and the addresses of their pages and acts."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.base import TandemAdmin, change_address, display, visible_or_404
from config.common.admin.filters import ChoiceFilter, FieldFilter
from config.common.admin.pages import show_page
from contacts.admin.typed import Typed
from contacts.models import Company
from deals.admin.billing import filters, payment_verbs
from deals.admin.billing.answering import Done, attempt, go_on
from deals.admin.billing.page import MEDIA
from deals.admin.billing.payment_forms import ReceiveForm
from deals.admin.billing.payment_page import payment_rows, seen_shares, share_name, show_payment
from deals.admin.billing.showing import badge, customer_name, day_text, money
from deals.admin.reading import as_id, reader_of
from deals.billing.figures import payment_figures
from deals.models import Payment

_VERBS = ("allocate", "allocate_oldest", "take_back", "refund", "void")


class MethodFilter(FieldFilter):
    """How the money came."""

    field = "method"


class LeftFilter(ChoiceFilter):
    """Whether something of it pays nothing yet, or it was voided."""

    title = gettext_lazy("what is left")
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer credit, none, and the voided ones, which stay away else."""
        return [("credit", _("Credit left")), ("none", _("Nothing left")), ("voided", _("Voided"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what was chosen; without a choice, all that count."""
        match self.value():
            case "credit":
                return queryset.filter(credit__gt=0)
            case "none":
                return queryset.filter(voided_at__isnull=True, credit__lte=0)
            case "voided":
                return queryset.filter(voided_at__isnull=False)
            case _other:
                return queryset.filter(voided_at__isnull=True)


@admin.register(Payment)
class PaymentAdmin(TandemAdmin):
    """Money that came in. What was recorded stays: it is allocated, taken back, paid back or voided."""

    list_before_template = "deals/billing/payment_list_top.html"
    list_display = ("received", "customer", "amount_shown", "method", "reference", "pays", "credit_shown", "by")
    list_select_related = ("company", "contact", "currency", "recorded_by")
    list_filter = (
        LeftFilter,
        MethodFilter,
        filters.SellerFilter,
        filters.CurrencyFilter,
        filters.ReceivedFrom,
        filters.ReceivedTo,
        filters.CompanyFilter,
        filters.ContactFilter,
    )
    search_help_text = gettext_lazy("Reference or company")

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "deals/billing.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add what is left, and what each pays, in one query more."""
        shares = seen_shares(reader_of(request)).filter(taken_back_at__isnull=True)
        rows: Any = super().get_queryset(request)
        listed: QuerySet[Any] = rows.with_balance().prefetch_related(Prefetch("allocations", queryset=shares))
        return listed

    @display(description=gettext_lazy("Received"), ordering="received_on")
    def received(self, payment: Payment) -> SafeString:
        """Return the day."""
        return format_html('<span class="dl-nowrap">{}</span>', day_text(payment.received_on))

    @display(description=gettext_lazy("Customer"))
    def customer(self, payment: Payment) -> str:
        """Return who paid."""
        return customer_name(payment)

    @display(description=gettext_lazy("Amount"), ordering="amount")
    def amount_shown(self, payment: Payment) -> SafeString:
        """Return the amount as people write it."""
        return format_html('<span class="dl-money">{}</span>', money(payment.amount, payment.currency))

    @display(description=gettext_lazy("Pays"))
    def pays(self, payment: Payment) -> str:
        """Return the numbers of the invoices that it pays."""
        return ", ".join(share_name(share) for share in payment.allocations.all()) or "–"

    @display(description=gettext_lazy("Credit left"), ordering="credit")
    def credit_shown(self, payment: Any) -> SafeString | str:
        """Return what pays nothing yet."""
        if payment.voided_at is not None:
            return badge(_("Voided"), "bad")
        if payment.credit <= 0:
            return "–"
        return format_html('<span class="dl-money">{}</span>', money(payment.credit, payment.currency))

    @display(description=gettext_lazy("By"), ordering="recorded_by__name")
    def by(self, payment: Payment) -> str:
        """Return who recorded it."""
        return str(payment.recorded_by)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, what came in and what of it is credit."""
        payments: Any = rows
        return payment_figures(payments).sentence()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show days among the filters in force too."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["chips"] = filters.chips_with_days(context["cl"])
        return response

    def get_urls(self) -> list[URLPattern]:
        """Add the acts."""
        wrap = self.admin_site.admin_view
        own = [
            path(
                f"<int:object_id>/{name.replace('_', '-')}/",
                wrap(getattr(payment_verbs, name)),
                name=f"deals_payment_{name}",
            )
            for name in _VERBS
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form, filled in with what the named customer owes first, and record what came in."""
        user = reader_of(request)
        if not user.has_perm("deals.add_payment"):
            raise PermissionDenied
        today = timezone.localdate()
        if request.method == "POST":
            form = ReceiveForm(None, request.POST, reader=user, today=today)
            done = attempt(form, lambda: _received(form))
            if done is not None:
                return go_on(request, done, done.page)
        else:
            form = ReceiveForm(None, reader=user, today=today, initial=_asked(request))
        context = {"form": form, "media": MEDIA, "opts": self.opts, "has_seller": bool(form.sellers)}
        response = show_page(request, self.admin_site, "deals/billing/receive.html", _("New payment"), **context)
        response.status_code = 409 if form.is_bound else 200
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page. It is changed by its acts."""
        user = reader_of(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        if not user.has_perm("deals.view_payment"):
            raise PermissionDenied
        return show_payment(request, visible_or_404(payment_rows(user), user, object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the page: it tells everything that was done."""
        user = reader_of(request)
        return HttpResponseRedirect(change_address(visible_or_404(Payment.objects.all(), user, object_id)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lists and Django's own forms change nothing."""
        return False


def _received(form: ReceiveForm) -> Done:
    payment = form.save()
    sentence = _("%(amount)s received.") % {"amount": money(payment.amount, payment.currency)}
    return Done(sentence, page=change_address(payment))


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the address fills in: a company."""
    asked = as_id(request.GET.get("company", ""))
    rows = Company.objects.live().visible_to(reader_of(request)).filter(pk=asked)
    company = rows.first() if asked else None
    return {"company_name": Typed(str(company), company.pk)} if company else {}
