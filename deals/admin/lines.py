"""The lines of a deal as a small table one edits in place: product, quantity, price, discount; the amount follows."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.versions import changes_since, moment_of
from config.common.money import round_to, show_money
from deals.models import Deal, Product
from deals.pipeline.editing import LineInput, set_lines

MOST_LINES = 200


class ProductSelect(forms.Select):
    """A select whose options carry what a new line starts with: the price and its currency."""

    products: dict[str, Product] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the price and its currency to the option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if product := self.products.get(str(value)):
            price = round_to(product.price, product.currency.minor_units)
            option["attrs"] |= {"data-price": f"{price:f}", "data-currency": product.currency_id}
        return option


class LineForm(forms.Form):
    """One line. An empty row is no line; a row without a price takes the product's."""

    product = forms.ChoiceField(label=gettext_lazy("Product"), widget=ProductSelect)
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=300)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=12, decimal_places=3, initial=1)
    unit_price = forms.DecimalField(label=gettext_lazy("Unit price"), required=False, min_value=0, max_digits=18)
    discount = forms.DecimalField(
        label=gettext_lazy("Discount %"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )

    def __init__(self, *args: Any, products: dict[str, Product], minor_units: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products, self.minor_units = products, minor_units
        # One reading of the products serves all rows.
        choices = [(pk, str(product)) for pk, product in products.items()]
        self.fields["product"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]
        self.fields["product"].widget.products = products
        for name, css in (("quantity", "dl-narrow"), ("unit_price", ""), ("discount", "dl-narrow")):
            self.fields[name].widget.attrs["class"] = f"td-input td-number {css}"
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        self.fields["product"].widget.attrs["class"] = "td-input"
        self.fields["description"].widget.attrs |= {
            "class": "dl-quiet",
            "placeholder": self.fields["description"].label,
        }
        self.fields["unit_price"].widget.attrs["step"] = "any"

    def clean_product(self) -> Product:
        """Return the product that was chosen."""
        return self.products[self.cleaned_data["product"]]

    def clean_quantity(self) -> Decimal:
        """Refuse nothing and less."""
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise ValidationError(_("The quantity must be above zero."))
        return quantity

    def clean_unit_price(self) -> Decimal | None:
        """Refuse decimals that the currency doesn't have."""
        price: Decimal | None = self.cleaned_data["unit_price"]
        if price is not None and price != round_to(price, self.minor_units):
            raise ValidationError(
                _("This currency is written with %(digits)s decimals.") % {"digits": self.minor_units}
            )
        return price


class LinesFormSet(forms.BaseFormSet[LineForm]):
    """All lines of a deal. The products are read once for all rows."""

    def add_fields(self, form: LineForm, index: int | None) -> None:
        """Let a row be taken out."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")

    def inputs(self) -> list[LineInput]:
        """Return the lines as they were given, in order."""
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("product") and not form.cleaned_data.get("DELETE")
        ]
        return [
            LineInput(
                row["product"], row["quantity"], row["unit_price"], row["discount"] or Decimal(0), row["description"]
            )
            for row in kept
        ]


_FormSet = forms.formset_factory(
    LineForm,
    formset=LinesFormSet,
    extra=1,
    can_delete=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
    validate_max=True,
)


def lines_formset(deal: Deal, user: Any, data: Any = None) -> LinesFormSet:
    """Return the table of the deal's lines, bound if data is given."""
    digits = deal.currency.minor_units
    lines = list(deal.lines.select_related("product"))
    products = Product.objects.visible_to(user).filter(
        Q(is_active=True) | Q(pk__in=[line.product_id for line in lines])
    )
    initial = [
        {
            "product": line.product_id,
            "description": line.description,
            "quantity": f"{line.quantity.normalize():f}",
            "unit_price": f"{round_to(line.unit_price, digits):f}",
            "discount": f"{line.discount.normalize():f}",
            "total": show_money(line.total(digits), deal.currency_id, digits),
        }
        for line in lines
    ]
    choices = {str(product.pk): product for product in products.select_related("currency").order_by("name", "id")}
    return _FormSet(data, initial=initial, prefix="lines", form_kwargs={"products": choices, "minor_units": digits})  # type: ignore[return-value]


def save_lines(deal: Deal, formset: LinesFormSet, *, seen: str, reader: Any) -> None:
    """Replace the lines by those of the table.

    Raises ValidationError if one of them is at fault, or the deal was changed since the version ``seen``.
    """
    if not formset.is_valid():
        raise ValidationError(_("Nothing was saved. Correct what is marked in the lines."))
    locked = Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
    if seen and seen != locked.version:
        raise ValidationError(_changed_meanwhile(locked, seen, reader))
    set_lines(deal, formset.inputs())


def _changed_meanwhile(deal: Deal, seen: str, reader: Any) -> str:
    since = moment_of(seen)
    told = changes_since(deal, since, reader=reader) if since else []
    changes = " ".join(told) or _("Somebody changed this deal.")
    rest = _("That was after you opened this page. The lines were not saved: open it again and repeat your change.")
    return f"{changes} {rest}"
