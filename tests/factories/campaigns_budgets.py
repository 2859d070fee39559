"""Campaigns with a budget, as the tests of budgets need them."""

from datetime import date
from decimal import Decimal
from typing import Any

from campaigns.budgets.opening import open_campaign
from campaigns.budgets.spending import add_cost
from campaigns.models import Campaign, Cost
from contacts.models import User
from tests.factories.campaigns import channel


def campaign_with_budget(owner: User, budget: int | str | None = 1000, **given: Any) -> Campaign:
    """A campaign of autumn 2026 by e-mail, with a budget."""
    values = {"name": "Autumn", "starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31), **given}
    values.setdefault("channels", [channel("email")])
    amount = None if budget is None else Decimal(budget)
    return open_campaign(owner=owner, by=owner, budget=amount, **values)


def spend(campaign: Campaign, amount: int | str, *, by: User | None = None, **given: Any) -> Cost:
    """A cost of a campaign by e-mail in November 2026, written as staff write it."""
    values = {"channel": channel("email"), "day": date(2026, 11, 5), **given}
    return add_cost(campaign=campaign, amount=Decimal(amount), by=by or campaign.owner, **values)
