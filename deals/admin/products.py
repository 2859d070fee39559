"""Products and their categories."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, action, display
from config.common.admin.filters import ChoiceFilter
from config.common.admin.versions import VersionedForm
from config.common.money import round_to, show_money
from deals.admin.reading import as_id, reader_of
from deals.catalogue.offering import set_active
from deals.models import Currency, Deal, Product, ProductCategory


class ProductForm(VersionedForm):
    """A product, with prices in the decimals of its currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("price", "cost"):
                if (amount := getattr(self.instance, name)) is not None:
                    self.initial[name] = round_to(amount, self.instance.currency.minor_units)
        elif "currency" in self.fields:
            self.initial.setdefault("currency", Currency.objects.of_company().pk)

    def clean(self) -> dict[str, Any] | None:
        """Refuse decimals that the currency doesn't have."""
        cleaned, currency = super().clean(), self.cleaned_data.get("currency")
        for name in ("price", "cost"):
            amount = self.cleaned_data.get(name)
            if isinstance(amount, Decimal) and currency and amount != round_to(amount, currency.minor_units):
                fault = _("%(currency)s is written with %(digits)s decimals.")
                self.add_error(name, fault % {"currency": currency.code, "digits": currency.minor_units})
        return cleaned


class ActiveFilter(ChoiceFilter):
    """Products that can be sold, or no longer."""

    title = gettext_lazy("active")
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes or no."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen ones."""
        return queryset.filter(is_active=self.value() == "yes") if self.value() else queryset


class CategoryFilter(ChoiceFilter):
    """Products of one category."""

    title = gettext_lazy("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the categories."""
        return [(str(pk), name) for pk, name in ProductCategory.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the chosen ones."""
        return queryset.filter(category=self.value()) if self.value() else queryset


@admin.register(Product)
class ProductAdmin(TandemAdmin):
    """What we sell, at which price."""

    form = ProductForm
    list_display = ("name", "code", "category", "price_shown", "unit", "margin", "state")
    list_filter = (ActiveFilter, CategoryFilter)
    list_select_related = ("category", "currency")
    search_help_text = gettext_lazy("Name or code")
    actions = ("offer", "withdraw")
    change_form_outer_before_template = "deals/product_top.html"

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many products can be sold, and how many no longer."""
        figures = rows.order_by().aggregate(
            active=Count("pk", filter=Q(is_active=True)),
            rest=Count("pk", filter=Q(is_active=False)),
            categories=Count("category", distinct=True),
        )
        return _("%(active)s active products, %(rest)s inactive, in %(categories)s categories") % figures

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults."""
        few, more = ("name", "code", "price", "currency", "unit"), ("category", "cost", "tax_category", "is_active")
        if obj is None:
            return [(None, {"fields": few}), (_("More"), {"fields": more, "classes": ["collapse"]})]
        return [(None, {"fields": (*few, *more)})]

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Say in which deals the product is."""
        extra = dict(extra_context or {})
        if object_id is not None:
            extra["uses"] = _uses(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra)

    @display(description=gettext_lazy("Price"), ordering="price")
    def price_shown(self, product: Product) -> str:
        """Return the price as people write it."""
        return format_html(
            '<span class="dl-money">{}</span>',
            show_money(product.price, product.currency_id, product.currency.minor_units),
        )

    @display(description=gettext_lazy("Margin"))
    def margin(self, product: Product) -> str:
        """Return what is left of the price after cost, in per cent; nothing where the cost is unknown."""
        if product.cost is None or not product.price:
            return "–"
        return f"{round_to((product.price - product.cost) * 100 / product.price, 0):f} %"

    @display(
        description=gettext_lazy("State"), ordering="is_active", label={"active": "success", "inactive": "warning"}
    )
    def state(self, product: Product) -> tuple[str, str]:
        """Return whether it can be sold."""
        return ("active", _("Active")) if product.is_active else ("inactive", _("Inactive"))

    @action(description=gettext_lazy("Sell again"), permissions=["change"])
    def offer(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Let the chosen products be sold."""
        number = set_active(rows, active=True)
        self.message_user(
            request, ngettext("%d product can be sold again.", "%d products can be sold again.", number) % number
        )

    @action(description=gettext_lazy("Sell no longer"), permissions=["change"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Take the chosen products out of the catalogue; deals keep their lines."""
        number = set_active(rows, active=False)
        self.message_user(
            request, ngettext("%d product is no longer sold.", "%d products are no longer sold.", number) % number
        )

    class Media:
        css: ClassVar = {"all": ("deals/deals.css",)}


@admin.register(ProductCategory)
class ProductCategoryAdmin(TandemAdmin):
    """Families of products."""

    list_display = ("name", "products_shown")
    fields = ("name",)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are."""
        unsorted = Product.objects.filter(category__isnull=True).count()
        return _("%(count)s categories; %(unsorted)s products are in none") % {
            "count": rows.count(),
            "unsorted": unsorted,
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the products."""
        rows: QuerySet[Any] = super().get_queryset(request).annotate(number=Count("products"))
        return rows

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by name."""
        return queryset.filter(name__icontains=search_term.replace("\x00", "").strip()), False

    @display(description=gettext_lazy("Products"), ordering="number")
    def products_shown(self, category: Any) -> str:
        """Return the number; it opens its list."""
        return format_html(
            '<a class="td-link" href="{}?category={}">{}</a>',
            reverse("admin:deals_product_changelist"),
            category.pk,
            category.number,
        )


def _uses(request: HttpRequest, object_id: Any) -> list[dict[str, Any]]:
    """Return how many deals, visible to the user, have the product, by outcome; each number opens its list."""
    deals = Deal.objects.visible_to(reader_of(request)).filter(lines__product=as_id(object_id))
    counts = {
        row["outcome"]: row["number"]
        for row in deals.order_by().values("outcome").annotate(number=Count("pk", distinct=True))
    }
    address = reverse("admin:deals_deal_changelist")
    labels = {"open": _("open"), "won": _("won"), "lost": _("lost")}
    return [
        {"label": label, "number": counts.get(outcome, 0), "link": f"{address}?product={object_id}&outcome={outcome}"}
        for outcome, label in labels.items()
    ]
