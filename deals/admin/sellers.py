"""Who issues documents, and the tax rates they charge."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, display
from config.common.admin.filters import FieldFilter
from config.common.admin.versions import VersionedForm
from deals.catalogue.models import TaxCategory
from deals.models import NumberSeries, Seller, TaxRate


@admin.register(Seller)
class SellerAdmin(TandemAdmin):
    """Our own companies. A number that was given stays, also when a prefix changes."""

    list_before_template = "deals/seller_list_top.html"

    form = VersionedForm
    list_display = ("name", "country", "tax_number", "usual", "last_numbers")
    search_fields = ()
    fieldsets = (
        (None, {"fields": ("name", "legal_form", "country", "tax_number", "currency", "time_zone")}),
        (gettext_lazy("Address"), {"fields": ("street", "city", "postal_code", "region")}),
        (gettext_lazy("How to reach us"), {"fields": ("email", "phone", "website")}),
        (gettext_lazy("Bank"), {"fields": ("bank_name", "bank_account", "bank_holder", "bank_code")}),
        (
            gettext_lazy("Documents"),
            {
                "fields": (
                    "quote_prefix",
                    "invoice_prefix",
                    "credit_note_prefix",
                    "amounts_in_words",
                    "signatory",
                    "footer",
                    "is_default",
                    "is_active",
                )
            },
        ),
    )

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are and where their taxes stand."""
        number = rows.filter(is_active=True).count()
        if not number:
            return _("Nobody can issue a quote or an invoice yet. Add the company that does.")
        sentence = ngettext("%(number)s company issues documents", "%(number)s companies issue documents", number)
        return sentence % {"number": number}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the counters, in one query."""
        return super().get_queryset(request).prefetch_related("number_series")

    @display(description=gettext_lazy("Role"), label={"usual": "success"})
    def usual(self, seller: Seller) -> tuple[str, str] | str:
        """Mark the usual one, and those that issue nothing any more."""
        if not seller.is_active:
            return _("Inactive")
        return ("usual", _("Usual seller")) if seller.is_default else ""

    @display(description=gettext_lazy("Last numbers"))
    def last_numbers(self, seller: Seller) -> str:
        """Return the newest number of each series."""
        newest: dict[str, NumberSeries] = {}
        for row in sorted(seller.number_series.all(), key=lambda row: row.year):
            newest[row.series] = row
        texts = [f"{seller.prefix_of(row.series)}-{row.year}-{row.last_number:05d}" for row in newest.values()]
        return ", ".join(texts) or "–"


class TaxCountryFilter(FieldFilter):
    """Rates of one country."""

    field = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the countries that have rates."""
        codes = TaxRate.objects.values_list("country", flat=True).order_by("country").distinct()
        return [(code, code) for code in codes]


class TaxCategoryFilter(FieldFilter):
    """Rates of one category."""

    field = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the categories."""
        return list(TaxCategory.choices)


@admin.register(TaxRate)
class TaxRateAdmin(TandemAdmin):
    """What tax categories cost in a country from a day on. A new rate is a new row: documents keep the old one."""

    list_before_template = "deals/seller_list_top.html"

    form = VersionedForm
    list_display = ("country", "category", "valid_from", "percent", "name")
    list_filter = (TaxCountryFilter, TaxCategoryFilter)
    fields: ClassVar = (
        "country",
        "category",
        "valid_from",
        "rate",
        "base_numerator",
        "base_denominator",
        "name",
        "legal_note",
    )
    search_fields = ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are, for which countries."""
        codes = sorted(set(rows.values_list("country", flat=True).order_by()))
        number = rows.count()
        sentence = ngettext("%(number)s rate for %(countries)s", "%(number)s rates for %(countries)s", number)
        return sentence % {"number": number, "countries": ", ".join(codes) or "–"}

    @display(description=gettext_lazy("Rate"), ordering="rate")
    def percent(self, row: TaxRate) -> str:
        """Return the rate, and the share of the price it is taken of."""
        text = f"{row.rate.normalize():f} %"
        if row.base_numerator == row.base_denominator:
            return text
        share = f"{row.base_numerator}/{row.base_denominator}"
        return _("%(rate)s on %(share)s of the price") % {"rate": text, "share": share}
