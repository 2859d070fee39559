"""The lines of a draft document as a table one edits in place: what, how many, at which price, how it is taxed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.money import show_money
from deals.catalogue.amounts import check_exact
from deals.catalogue.models import TaxCategory
from deals.documents.drafting import DraftLine
from deals.documents.models import PricedLine
from deals.models import Currency, Product

MOST_LINES = 200
PREFIX = "lines"


class ProductSelect(forms.Select):
    """A select whose options carry what a line of the product starts with."""

    products: dict[str, Product] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add name, price, currency, unit and tax category to the option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if product := self.products.get(str(value)):
            option["attrs"] |= {
                "data-name": product.name,
                "data-price": f"{product.price.normalize():f}",
                "data-currency": product.currency_id,
                "data-unit": product.unit,
                "data-tax": product.tax_category,
            }
        return option


class PricedLineForm(forms.Form):
    """One line. An empty row is no line; what is left out of a line is its product's."""

    product = forms.ChoiceField(label=gettext_lazy("Product"), required=False, widget=ProductSelect)
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=500)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=12, decimal_places=3, initial=1)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=30)
    unit_price = forms.DecimalField(label=gettext_lazy("Unit price"), required=False, min_value=0, max_digits=18)
    discount = forms.DecimalField(
        label=gettext_lazy("Discount %"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    tax_category = forms.ChoiceField(
        label=gettext_lazy("Tax"), choices=TaxCategory.choices, initial=TaxCategory.STANDARD
    )

    def __init__(self, *args: Any, products: dict[str, Product], currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products, self.currency = products, currency
        # One reading of the products serves all rows.
        product: Any = self.fields["product"]
        product.choices = [("", _("No product")), *((pk, str(each)) for pk, each in products.items())]
        product.widget.products = products
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": str(field.label), "class": f"td-input pl-{name}"}
        for name in ("quantity", "unit_price", "discount"):
            self.fields[name].widget.attrs["step"] = "any"
        self.fields["description"].widget.attrs["placeholder"] = str(self.fields["description"].label)
        self.fields["unit"].widget.attrs["placeholder"] = str(self.fields["unit"].label)

    def clean_quantity(self) -> Decimal:
        """Refuse nothing and less."""
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise ValidationError(_("The quantity must be above zero."))
        return quantity

    def clean_unit_price(self) -> Decimal | None:
        """Refuse decimals that the currency doesn't have."""
        price: Decimal | None = self.cleaned_data["unit_price"]
        check_exact(price, self.currency)
        return price

    def clean(self) -> dict[str, Any] | None:
        """Ask what is sold, and at which price where no product says it."""
        cleaned = super().clean()
        given = self.cleaned_data
        is_free = not given.get("product")
        if is_free and not given.get("description", "").strip() and not self.errors:
            self.add_error("description", _("Say what is sold, or choose a product."))
        if is_free and given.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("Give the unit price."))
        return cleaned

    @property
    def line(self) -> DraftLine:
        """The line as it was given."""
        given = self.cleaned_data
        return DraftLine(
            product=self.products.get(given["product"]),
            description=given["description"],
            quantity=given["quantity"],
            unit=given["unit"] or None,
            unit_price=given["unit_price"],
            discount=given["discount"] or Decimal(0),
            tax_category=given["tax_category"],
        )


class PricedLinesFormSet(forms.BaseFormSet[PricedLineForm]):
    """All lines of a draft."""

    def add_fields(self, form: PricedLineForm, index: int | None) -> None:
        """Let a row be taken out."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")

    def given(self) -> list[DraftLine]:
        """Return the lines as they were given, in order."""
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [form.line for form in kept]

    def clean(self) -> None:
        """Say once, above the table, that a row below is at fault."""
        if any(form.errors for form in self.forms):
            raise ValidationError(_("Nothing was saved. Correct what is marked in the lines."))


def priced_lines(currency: Currency, user: Any, *, lines: Sequence[PricedLine] = (), data: Any = None) -> Any:
    """Return the table of a draft's lines in its currency, bound if data is given. Costs one query."""
    used = [line.product_id for line in lines if line.product_id]
    offered = Product.objects.visible_to(user).filter(Q(is_active=True) | Q(pk__in=used))
    products = {str(product.pk): product for product in offered.order_by("name", "id")}
    form_set = forms.formset_factory(
        PricedLineForm,
        formset=PricedLinesFormSet,
        # Whoever begins sees where to type; whoever goes on has a button.
        extra=0 if lines else 1,
        can_delete=True,
        max_num=MOST_LINES,
        absolute_max=MOST_LINES,
        validate_max=True,
    )
    initial = [_initial(line, currency) for line in lines]
    options = {"products": products, "currency": currency}
    return form_set(data, initial=initial, prefix=PREFIX, form_kwargs=options)


def _initial(line: PricedLine, currency: Currency) -> dict[str, Any]:
    return {
        "product": line.product_id,
        "description": line.description,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit,
        "unit_price": f"{line.unit_price.normalize():f}",
        "discount": f"{line.discount.normalize():f}" if line.discount else "",
        "tax_category": line.tax_category,
        "total": show_money(line.amount, currency.pk, currency.minor_units),
    }
