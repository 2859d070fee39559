"""References to products, currencies, pipelines, stages and reasons for losing, by the names that files use."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.references import NameIndex, in_every_language
from deals.models import Currency, LossReason, Pipeline, Product, ProductCategory, Stage


class CurrencyReference(NameIndex):
    """A currency, by code or name."""

    title = _("currency")
    model = Currency
    columns = ("code", "name")


class CategoryReference(NameIndex):
    """A family of products, by name; made if need be."""

    title = _("product category")
    model = ProductCategory
    creatable = True

    def make(self, names: Sequence[str], context: Context) -> None:
        """Make categories, one for all spellings of a name."""
        for name in {fold(each): each for each in reversed(names)}.values():
            ProductCategory.objects.create(name=name)


class ProductReference(NameIndex):
    """A product, by code or name."""

    title = _("product")
    model = Product
    columns = ("code", "name")


class _Shipped(NameIndex):
    """What ships with Tandem is found in every language; what is retired is found too, for histories."""

    def spellings(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """The name is the last column."""
        *others, name = names
        return [*((other,) for other in others), in_every_language(name)]


class PipelineReference(_Shipped):
    """A pipeline, by name."""

    title = _("pipeline")
    model = Pipeline


class StageReference(_Shipped):
    """A stage, by name; several pipelines may have one of that name."""

    title = _("stage")
    model = Stage


class LossReasonReference(_Shipped):
    """A reason for losing, by code or name."""

    title = _("reason for losing")
    model = LossReason
    columns = ("code", "name")


def set_up_of(context: Context) -> dict[str, Any]:
    """Return prices, currencies, stages and pipelines, read once a run."""
    if "set-up" not in context.memory:
        context.memory["set-up"] = {
            "products": {product.pk: product for product in Product.objects.all()},
            "currencies": {currency.pk: currency for currency in Currency.objects.all()},
            "stages found": {},
            "stages": {
                stage.pk: stage for stage in Stage.objects.select_related("pipeline").order_by("position", "pk")
            },
        }
    found: dict[str, Any] = context.memory["set-up"]
    return found
