"""What a planned price leaves: the margin after the usual discount, and at the floor, against the product's cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from campaigns.plans.strategy import PlanItem, Topic
from config.common.money import round_to
from deals.catalogue.conversion import in_company_currency
from deals.catalogue.models import Currency, Product


class Unknown(StrEnum):
    """Why no margin can be computed."""

    NO_COST = "no_cost"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Pricing:
    """A price in the company's currency: what is asked after the discount, what that leaves, what the floor leaves."""

    item: PlanItem
    currency: Currency
    list_price: Decimal
    net: Decimal
    floor: Decimal | None
    cost: Decimal | None
    unknown: Unknown | None

    @property
    def margin(self) -> Decimal | None:
        """What is left of the discounted price after the product's cost; None where that is unknown."""
        return None if self.cost is None else self.net - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin in per cent of the discounted price, to one decimal."""
        if self.margin is None or not self.net:
            return None
        return round_to(self.margin * 100 / self.net, 1)

    @property
    def floor_margin(self) -> Decimal | None:
        """What the floor leaves; below zero it sells at a loss."""
        return None if self.cost is None or self.floor is None else self.floor - self.cost

    @property
    def is_below_floor(self) -> bool:
        """Whether the usual discount goes below the floor."""
        return self.floor is not None and self.net < self.floor


def price_items(items: Sequence[PlanItem], day: date, currency: Currency) -> list[Pricing]:
    """Compute the price items among ``items``, in the company's currency with the rates of ``day``, in one query."""
    priced = [item for item in items if item.topic == Topic.PRICE and item.list_price is not None]
    if not priced:
        return []
    products = Product.objects.filter(pk__in={item.product_id for item in priced})
    costs: dict[int | None, Any] = {
        pk: (cost, own_cost)
        for pk, cost, own_cost in products.annotate(own_cost=in_company_currency("cost", day)).values_list(
            "pk", "cost", "own_cost"
        )
    }
    return [_price(item, currency, *costs[item.product_id]) for item in priced]


def _price(item: PlanItem, currency: Currency, cost: Decimal | None, own_cost: Decimal | None) -> Pricing:
    digits, list_price = currency.minor_units, item.list_price or Decimal(0)
    unknown = Unknown.NO_COST if cost is None else Unknown.NO_RATE if own_cost is None else None
    return Pricing(
        item=item,
        currency=currency,
        list_price=list_price,
        net=round_to(list_price * (100 - item.discount) / 100, digits),
        floor=item.floor,
        cost=None if unknown else own_cost,
        unknown=unknown,
    )
