"""Lines of a draft: given by people and integrations, or copied from a deal or from another document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.common.money import ZERO
from deals.catalogue.models import Currency, Product, TaxCategory
from deals.documents.priced import PricedDocument, PricedLine
from deals.pipeline.models import Deal


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line as somebody gives it; what is left out is the product's. Without a product, say what and at which price.

    A product's price counts where it is in the document's currency; else one must be given.
    """

    product: Product | None = None
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit: str | None = None
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    tax_category: str | None = None


def write_lines(document: PricedDocument, lines: Sequence[DraftLine]) -> None:
    """Replace the lines of a draft, in the order given; price the document then. Raises ValidationError."""
    draft: Any = document
    rows = [_row(draft, line, position) for position, line in enumerate(lines)]
    for row in rows:
        row.full_clean(exclude=["document"])
    draft.lines.all().delete()
    draft.lines.model._default_manager.bulk_create(rows)


def lines_of(document: PricedDocument) -> list[DraftLine]:
    """Return a document's lines as a copy begins with them."""
    rows: Iterable[PricedLine] = document.lines.select_related("product").order_by("position", "pk")  # type: ignore[attr-defined]
    return [
        DraftLine(
            product=row.product,
            description=row.description,
            quantity=row.quantity,
            unit=row.unit,
            unit_price=row.unit_price,
            discount=row.discount,
            tax_category=row.tax_category,
        )
        for row in rows
    ]


def lines_of_deal(deal: Deal) -> list[DraftLine]:
    """Return a deal's lines as a document begins with them, at the deal's prices and its products' tax categories."""
    return [
        DraftLine(
            product=row.product,
            description=row.description,
            quantity=row.quantity,
            unit_price=row.unit_price,
            discount=row.discount,
        )
        for row in deal.lines.select_related("product").order_by("position", "pk")
    ]


def _row(document: Any, line: DraftLine, position: int) -> PricedLine:
    product = line.product
    row: PricedLine = document.lines.model(
        document=document,
        position=position,
        product=product,
        description=line.description.strip() or (product.name if product else ""),
        quantity=line.quantity,
        unit=line.unit if line.unit is not None else (product.unit if product else ""),
        unit_price=_price(line, document.currency),
        discount=line.discount,
        tax_category=line.tax_category or (product.tax_category if product else TaxCategory.STANDARD),
    )
    return row


def _price(line: DraftLine, currency: Currency) -> Decimal:
    if line.unit_price is not None:
        return line.unit_price
    if line.product is None:
        raise ValidationError({"unit_price": [_("Give the unit price.")]})
    if line.product.currency_id != currency.pk:
        sentence = _("%(product)s is priced in %(theirs)s: give the unit price in %(ours)s.")
        labels = {"product": line.product, "theirs": line.product.currency_id, "ours": currency.pk}
        raise ValidationError({"unit_price": [sentence % labels]})
    return line.product.price
