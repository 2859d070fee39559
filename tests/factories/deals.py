"""The smallest valid rows of deals."""

from decimal import Decimal
from typing import Any

import factory

from deals.models import Currency, Deal, LossReason, Product
from deals.pipeline.moving import lose, open_deal, win
from tests.factories.contacts import UserFactory


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    """A product for 10 US dollars."""

    code = factory.Sequence("P{}".format)
    name = factory.Sequence("Product {}".format)
    price = Decimal(10)
    currency = factory.LazyFunction(lambda: Currency.objects.get(code="USD"))

    class Meta:
        model = Product


class DealFactory(factory.django.DjangoModelFactory[Deal]):
    """An open deal in the first stage; ``won=True`` or ``lost=True`` closes it today."""

    name = factory.Sequence("Deal {}".format)
    owner = factory.SubFactory(UserFactory)

    class Meta:
        model = Deal

    @classmethod
    def _create(cls, model_class: type[Deal], *args: Any, won: bool = False, lost: bool = False, **kwargs: Any) -> Deal:
        deal = open_deal(by=kwargs["owner"], **kwargs)
        if won:
            deal = win(deal, by=deal.owner)
        if lost:
            deal = lose(deal, reason=LossReason.objects.order_by("position").first(), by=deal.owner)
        return deal
