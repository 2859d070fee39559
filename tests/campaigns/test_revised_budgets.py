"""Money follows the newest version of a plan, and every plan's budget is watched."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.budgets.deciding import approve as approve_cost
from campaigns.budgets.figures import read
from campaigns.budgets.lines import month_of, set_lines
from campaigns.budgets.pots import Pot, whole_of
from campaigns.budgets.refusing import BudgetRefused
from campaigns.budgets.spending import add_cost, change_cost
from campaigns.budgets.watching import watch_all
from campaigns.models import BudgetWatch, MarketingPlan
from campaigns.plans.moving import approve, close, start
from campaigns.plans.revising import revise
from deals.models import Currency, ExchangeRate
from tests.factories.campaigns import CampaignFactory, PlanFactory, channel
from tests.factories.campaigns_plans import GoalFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
EMAIL, PRINT = "email", "print"


def running_plan(mira, ana) -> MarketingPlan:
    plan = PlanFactory(owner=mira, starts_on=TODAY() - timedelta(days=40), ends_on=TODAY() + timedelta(days=40))
    GoalFactory(plan=plan)
    return start(approve(plan, by=ana), by=mira)


def plan_money(plan, mira, **amounts) -> None:
    lines = {
        (channel(code), month_of(TODAY())): Decimal(amount) if amount else None for code, amount in amounts.items()
    }
    set_lines(Pot(plan=plan), lines, by=mira)


def spend(plan, mira, amount="120"):
    return add_cost(plan=plan, channel=channel(EMAIL), day=TODAY(), amount=Decimal(amount), by=mira)


def figures(plan):
    total = read(whole_of(plan)).total()
    return total.planned, total.actual


def test_what_was_planned_and_spent_while_a_version_was_written_goes_along(mira, ana):
    first = running_plan(mira, ana)
    plan_money(first, mira, email=500, print=70, event=40)
    second = revise(first, by=mira)
    plan_money(second, mira, event=45)
    plan_money(first, mira, email=800, print=None, social=30)
    spend(first, mira)

    start(approve(second, by=ana), by=mira)

    assert figures(second) == (800 + 45 + 30, 120)


def test_what_was_changed_last_stands(mira, ana):
    first = running_plan(mira, ana)
    plan_money(first, mira, email=500)
    second = revise(first, by=mira)
    plan_money(first, mira, email=800)
    plan_money(second, mira, email=650)

    start(approve(second, by=ana), by=mira)

    assert figures(second) == (650, 0)


def test_money_of_a_version_that_was_closed_meanwhile_goes_along_too(mira, ana):
    first = running_plan(mira, ana)
    plan_money(first, mira, email=500)
    spend(first, mira)
    second = approve(revise(first, by=mira), by=ana)
    close(first, by=mira, lesson="Begin earlier")

    start(second, by=mira)

    first.refresh_from_db()
    assert (figures(second), first.state) == ((500, 120), "closed")


def test_a_replaced_version_takes_no_money(mira, ana):
    first = running_plan(mira, ana)
    start(approve(revise(first, by=mira), by=ana), by=mira)

    for write in (lambda: spend(first, mira), lambda: plan_money(first, mira, email=1)):
        with pytest.raises(BudgetRefused) as refusal:
            write()
        assert refusal.value.code == "plan_replaced"


def test_a_cost_names_a_campaign_or_its_own_plan(mira, ana):
    campaign, other = CampaignFactory(plan=PlanFactory()), PlanFactory()

    with pytest.raises(BudgetRefused) as refusal:
        add_cost(campaign=campaign, plan=other, channel=channel(EMAIL), day=TODAY(), amount=Decimal(5), by=mira)
    assert refusal.value.code == "plan_of_other"


def test_a_plan_without_campaigns_is_watched_too(mira, ana):
    plan = running_plan(mira, ana)
    plan_money(plan, mira, email=100)
    cost = add_cost(
        plan=plan, channel=channel(EMAIL), day=TODAY(), amount=Decimal(10), by=mira,
        currency=Currency.objects.get(code="EUR"),
    )  # fmt: skip
    if cost.state == "waiting":
        approve_cost(cost, by=ana)
    ExchangeRate.objects.create(currency_id="EUR", valid_from=date(2000, 1, 1), rate=20)

    watch_all()

    assert BudgetWatch.objects.get(plan=plan).level == "over"


def test_a_cost_that_waits_counts_once_it_fits(mira, ana):
    plan = running_plan(mira, ana)
    plan_money(plan, mira, email=100)
    cost = spend(plan, mira, "150")
    assert cost.state == "waiting"

    assert change_cost(cost, by=mira, amount=Decimal(120)).state == "waiting"
    assert change_cost(cost, by=mira, amount=Decimal(90)).state == "counted"
    assert figures(plan) == (100, 90)
