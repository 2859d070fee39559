"""Won deals with the touches that came before them."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.models import AttributionModel, Touch
from contacts.models import Contact
from deals.models import Currency, Deal, DealContact
from deals.pipeline.moving import win
from tests.factories.campaigns import TouchFactory
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory


def won_deal(amount: str | int = 100, *people: Contact, **fields: Any) -> Deal:
    """A deal that was won today with these people, in US dollars."""
    fields.setdefault("currency", Currency.objects.get(code="USD"))
    deal = DealFactory(amount=Decimal(amount), **fields)
    for person in people or (ContactFactory(),):
        DealContact.objects.get_or_create(deal=deal, contact=person)
    return closed(deal)


def closed(deal: Deal) -> Deal:
    """Win a deal as its owner would."""
    return win(deal, by=deal.owner)


def touched(contact: Contact, *days_ago: float, **fields: Any) -> list[Touch]:
    """Clicks of a contact so many days ago, each in a campaign of its own unless one is given."""
    now = timezone.now()
    return [TouchFactory(contact=contact, at=now - timedelta(days=days), **fields) for days in days_ago]


def model_of(method: str, basis: str = "won", **fields: Any) -> AttributionModel:
    """A model of this method over what was won."""
    return AttributionModel.objects.create(name=f"{method} {basis}", method=method, basis=basis, **fields)


def parts(shares: Any) -> list[tuple[int, Decimal]]:
    """Touch and amount of shares, oldest touch first."""
    rows: Sequence[tuple[int, Decimal]] = shares.order_by("touch__at", "touch").values_list("touch", "amount")
    return list(rows)
