"""Two costs at once: they can't both slip under the budget. Needs PostgreSQL."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from campaigns.budgets.models import CostState
from campaigns.models import Campaign, Cost
from contacts.models import User
from deals.models import Currency
from tests.factories.campaigns import channel
from tests.factories.campaigns_budgets import campaign_with_budget, spend
from tests.factories.contacts import UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


def at_once(act: Callable[[], object]) -> None:
    barrier = Barrier(AT_ONCE)

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            act()
        finally:
            connection.close()

    threads = [Thread(target=run) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return UserFactory(role="marketer")


def test_only_as_many_costs_count_as_the_budget_holds(owner: User) -> None:
    campaign = campaign_with_budget(owner, 1000)
    at_once(lambda: spend(Campaign.objects.get(pk=campaign.pk), 400, by=owner))
    assert Cost.objects.count() == AT_ONCE
    assert Cost.objects.filter(state=CostState.COUNTED).count() == 2


def test_without_the_lock_more_would_slip_through(owner: User) -> None:
    """The control: look first, then write, with nothing to make the others wait."""
    campaign = campaign_with_budget(owner, 1000)
    email, currency = channel("email"), Currency.objects.of_company()
    looked = Barrier(AT_ONCE)

    def look_then_write() -> None:
        used = sum(Cost.objects.counted().filter(campaign=campaign).values_list("amount", flat=True))
        looked.wait(timeout=20)
        if used + 400 <= 1000:
            Cost.objects.create(
                campaign=campaign, channel=email, currency=currency, amount=Decimal(400), day=campaign.starts_on
            )

    at_once(look_then_write)
    assert Cost.objects.counted().count() == AT_ONCE
