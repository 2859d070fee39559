"""Currencies and their dated rates."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.common.admin.base import TandemAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.filters import FieldFilter
from config.common.admin.versions import VersionedForm
from config.common.errors import DomainError
from deals.admin.reading import reader_of
from deals.catalogue.choosing import make_company_currency
from deals.models import Currency, Deal, ExchangeRate, Invoice, Payment, Product

MOST_RATES = 12


class RateForm(VersionedForm):
    """A dated rate. The company's currency has none: it is worth itself."""

    def clean_currency(self) -> Currency:
        """Refuse the company's own."""
        currency: Currency = self.cleaned_data["currency"]
        if currency.is_company_currency:
            raise ValidationError(
                _("%(currency)s is the company's currency; it needs no rate.") % {"currency": currency}
            )
        return currency


@admin.register(Currency)
class CurrencyAdmin(TandemAdmin):
    """The currencies of deals; one of them is the company's."""

    list_display = ("code", "name", "minor_units", "role", "newest_rate")
    change_form_outer_before_template = "deals/currency_top.html"
    search_help_text = gettext_lazy("Code or name")

    class Media:
        css: ClassVar = {"all": ("deals/deals.css",)}

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say which one reports are in, and which are used without a rate."""
        company = Currency.objects.of_company()
        used = set(Deal.objects.visible_to(reader_of(request)).values_list("currency", flat=True).order_by().distinct())
        rated = set(ExchangeRate.objects.values_list("currency", flat=True).order_by().distinct())
        bare = sorted(used - rated - {company.pk})
        sentence = _("Reports are in %(currency)s; %(rated)s currencies have rates") % {
            "currency": company,
            "rated": len(rated),
        }
        return sentence + ("; " + _("used without a rate: %(codes)s") % {"codes": ", ".join(bare)} if bare else "")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the newest rate."""
        newest = ExchangeRate.objects.filter(currency=OuterRef("pk")).order_by("-valid_from")
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(rate_now=Subquery(newest.values("rate")[:1]), rate_from=Subquery(newest.values("valid_from")[:1]))
        )
        return rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The company's currency is chosen by its button."""
        return ("code", "name", "minor_units")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A code that is in use stays, and so do its decimals: amounts were written with them."""
        if obj is None:
            return ()
        return ("code", "minor_units") if self._is_used(obj) else ("code",)

    def _is_used(self, currency: Any) -> bool:
        """Say whether amounts were written in the currency; asked once for a page."""
        if not hasattr(currency, "is_used"):
            users = (Deal, Product, Invoice, Payment)
            currency.is_used = any(model._default_manager.filter(currency=currency).exists() for model in users)
        return bool(currency.is_used)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show the newest rates."""
        extra = dict(extra_context or {})
        if object_id is not None:
            extra["rates"] = ExchangeRate.objects.filter(currency=unquote(object_id))[:MOST_RATES]
            extra["may_choose"] = not ExchangeRate.objects.exists()
            extra["may_rate"] = reader_of(request).has_perm("deals.add_exchangerate")
        return super().changeform_view(request, object_id, form_url, extra)

    @display(description=gettext_lazy("Role"), label={"company": "success"})
    def role(self, currency: Currency) -> tuple[str, str] | str:
        """Mark the company's."""
        return ("company", _("Company currency")) if currency.is_company_currency else ""

    @display(description=gettext_lazy("Newest rate"))
    def newest_rate(self, currency: Any) -> str:
        """Return what one unit is worth, since when."""
        if currency.rate_now is None:
            return "–"
        return f"{currency.rate_now.normalize():f} ({currency.rate_from})"

    def get_urls(self) -> list[URLPattern]:
        """Add the choice of the company's currency."""
        view = self.admin_site.admin_view(require_POST(self.choose_view))
        return [path("<str:object_id>/choose/", view, name="deals_currency_choose"), *super().get_urls()]

    def choose_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the currency the company's."""
        currency = visible_or_404(Currency.objects, request.user, object_id)
        if not self.has_change_permission(request, currency):
            raise PermissionDenied
        try:
            make_company_currency(currency)
            messages.success(request, _("Reports are in %(currency)s from now on.") % {"currency": currency})
        except DomainError as refusal:
            messages.error(request, sentence_of(refusal))
        return HttpResponseRedirect(change_address(currency))


class RateCurrencyFilter(FieldFilter):
    """Rates of one currency."""

    field = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the currencies that have rates."""
        codes = ExchangeRate.objects.values_list("currency", flat=True).order_by("currency").distinct()
        return [(code, code) for code in codes]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(TandemAdmin):
    """What currencies were worth in the company's, from which day."""

    form = RateForm
    list_display = ("currency", "valid_from", "worth")
    list_filter = (RateCurrencyFilter,)
    fields = ("currency", "valid_from", "rate")
    search_fields = ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, and in what."""
        figures = {"rates": rows.count(), "currencies": rows.order_by().values("currency").distinct().count()}
        return _("%(rates)s rates of %(currencies)s currencies, in %(company)s") % {
            **figures,
            "company": Currency.objects.of_company(),
        }

    @display(description=gettext_lazy("One unit is worth"), ordering="rate")
    def worth(self, rate: ExchangeRate) -> str:
        """Return the rate without idle zeros."""
        return f"{rate.rate.normalize():f}"
