"""Budgets: planned, committed, spent and left; warnings, approval, currencies."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.budgets.committing import close_commitment, commit_money
from campaigns.budgets.deciding import approve, refuse, take_back
from campaigns.budgets.figures import Standing, read, standings, without_rate
from campaigns.budgets.lines import set_lines
from campaigns.budgets.pace import pace
from campaigns.budgets.papers import Paper, attach
from campaigns.budgets.pots import Pot, whole_of
from campaigns.budgets.refusing import BudgetRefused
from campaigns.budgets.spending import add_cost, change_cost
from campaigns.models import Cost, MarketingPolicy
from config.integrations.models import Event
from contacts.messages.notification import Notification
from contacts.models import User
from deals.models import Currency, ExchangeRate
from tests.factories.campaigns import PlanFactory, channel
from tests.factories.campaigns_budgets import campaign_with_budget, spend

pytestmark = pytest.mark.django_db


def standing(campaign: object) -> Standing:
    return standings([campaign])[campaign.pk]  # type: ignore[list-item, attr-defined]


def warnings(level: str) -> int:
    return Event.objects.filter(name="campaigns.budget_warned", payload__level=level).count()


def test_a_budget_is_shared_over_months_and_channels_to_the_last_cent(mira: User) -> None:
    campaign = campaign_with_budget(mira, "1000.01", channels=[channel("email"), channel("social")])
    amounts = list(campaign.budget_lines.values_list("amount", flat=True))
    assert len(amounts) == 6
    assert sum(amounts) == Decimal("1000.01")


def test_costs_use_up_the_commitment_they_belong_to(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    order = commit_money(
        channel=channel("email"), day=date(2026, 11, 1), amount=Decimal(300), by=mira, campaign=campaign
    )
    spend(campaign, 100, commitment=order)
    now = standing(campaign)
    assert (now.committed, now.actual, now.left) == (200, 100, 700)


def test_a_closed_commitment_lets_go_of_what_is_left(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    order = commit_money(
        channel=channel("email"), day=date(2026, 11, 1), amount=Decimal(300), by=mira, campaign=campaign
    )
    close_commitment(order, by=mira)
    assert standing(campaign).committed == 0
    with pytest.raises(BudgetRefused) as refused:
        spend(campaign, 1, commitment=order)
    assert refused.value.code == "commitment_closed"


def test_a_cost_in_another_currency_counts_by_the_rate_of_its_day(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    ExchangeRate.objects.create(currency_id="EUR", valid_from=date(2026, 1, 1), rate=Decimal("1.10"))
    ExchangeRate.objects.create(currency_id="EUR", valid_from=date(2026, 11, 10), rate=Decimal("1.20"))
    euro = Currency.objects.get(pk="EUR")
    spend(campaign, 100, currency=euro, day=date(2026, 11, 5))
    spend(campaign, 100, currency=euro, day=date(2026, 11, 12))
    assert standing(campaign).actual == 230


def test_a_cost_without_a_rate_is_in_no_sum_and_listed(mira: User) -> None:
    campaign = campaign_with_budget(mira, None)
    cost = spend(campaign, 5000, currency=Currency.objects.get(pk="JPY"))
    assert standing(campaign).actual == 0
    assert without_rate(Pot(campaign=campaign).condition) == [cost]


def test_a_commitment_paid_in_its_own_currency_is_used_up_whatever_the_rate_did(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    euro = Currency.objects.get(pk="EUR")
    ExchangeRate.objects.create(currency=euro, valid_from=date(2026, 1, 1), rate=Decimal("1.10"))
    ExchangeRate.objects.create(currency=euro, valid_from=date(2026, 11, 10), rate=Decimal("0.90"))
    order = commit_money(
        channel=channel("email"), day=date(2026, 11, 1), amount=Decimal(100), by=mira, campaign=campaign, currency=euro
    )
    spend(campaign, 100, currency=euro, day=date(2026, 11, 12), commitment=order)
    now = standing(campaign)
    assert (now.committed, now.actual) == (0, 90)


def test_a_plan_counts_its_own_money_and_its_campaigns_once(mira: User) -> None:
    plan = PlanFactory(owner=mira)
    campaign = campaign_with_budget(mira, 600, plan=plan)
    set_lines(Pot(plan=plan), {(channel("print"), date(2026, 11, 1)): Decimal(400)}, by=mira)
    spend(campaign, 50)
    add_cost(plan=plan, channel=channel("print"), day=date(2026, 11, 3), amount=Decimal(30), by=mira)
    add_cost(plan=plan, campaign=campaign, channel=channel("email"), day=date(2026, 11, 3), amount=Decimal(5), by=mira)
    whole, own = read(whole_of(plan)).total(), read(Pot(plan=plan).condition).total()
    assert (whole.planned, whole.actual) == (1000, 85)
    assert (own.planned, own.actual) == (400, 30)


def test_what_would_overrun_the_budget_waits_and_counts_once_approved(mira: User, fina: User) -> None:
    campaign = campaign_with_budget(mira)
    cost = spend(campaign, 1001)
    assert cost.state == "waiting"
    assert standing(campaign).actual == 0
    approve(cost, by=fina, note="Worth it")
    assert standing(campaign).actual == 1001
    assert Cost.objects.get().decided_by == fina
    assert Notification.objects.filter(user=mira, kind="cost_decided").exists()


def test_who_may_approve_is_told_of_what_waits_and_whoever_wrote_it_is_not(mira: User, fina: User, ana: User) -> None:
    cost = spend(campaign_with_budget(mira), 1001)
    told = Notification.objects.filter(kind="cost_waits", about_id=cost.pk)
    assert {notification.user for notification in told} == {fina, ana}


def test_the_last_unit_of_a_budget_may_be_spent(mira: User) -> None:
    assert spend(campaign_with_budget(mira), 1000).state == "counted"


def test_a_company_may_let_overruns_count_at_once(mira: User) -> None:
    MarketingPolicy.objects.filter(pk=MarketingPolicy.objects.current().pk).update(approve_overruns=False)
    assert spend(campaign_with_budget(mira), 5000).state == "counted"


def test_a_cost_without_a_rate_waits_where_there_is_a_budget(mira: User) -> None:
    assert spend(campaign_with_budget(mira), 1, currency=Currency.objects.get(pk="JPY")).state == "waiting"


def test_a_campaign_without_a_budget_is_judged_by_its_plans(mira: User) -> None:
    plan = PlanFactory(owner=mira)
    set_lines(Pot(plan=plan), {(channel("email"), date(2026, 11, 1)): Decimal(100)}, by=mira)
    assert spend(campaign_with_budget(mira, None, plan=plan), 101).state == "waiting"


def test_a_refusal_needs_a_reason_and_is_final(mira: User, fina: User) -> None:
    cost = spend(campaign_with_budget(mira), 1001)
    with pytest.raises(BudgetRefused) as refused:
        refuse(cost, by=fina, reason=" ")
    assert refused.value.code == "reason_missing"
    refuse(cost, by=fina, reason="Too much")
    with pytest.raises(BudgetRefused) as refused:
        approve(cost, by=fina)
    assert refused.value.code == "cost_not_waiting"


def test_a_cost_taken_back_stays_to_be_read_and_counts_no_more(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    cost = spend(campaign, 400)
    take_back(cost, by=mira, reason="Booked twice")
    assert standing(campaign).actual == 0
    assert Cost.objects.get().decision == "Booked twice"
    with pytest.raises(BudgetRefused):
        change_cost(cost, by=mira, amount=Decimal(5))


def test_a_cost_raised_above_the_budget_waits_again(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    cost = change_cost(spend(campaign, 400), by=mira, amount=Decimal(1400))
    assert cost.state == "waiting"


def test_each_level_is_told_once(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    spend(campaign, 799)
    assert warnings("near") == 0
    near = spend(campaign, 1)
    spend(campaign, 5)
    take_back(near, by=mira, reason="Mistake")
    spend(campaign, 50)
    assert warnings("near") == 1
    assert Notification.objects.filter(user=mira, kind="budget").count() == 1


def test_a_raised_budget_is_warned_of_anew(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    spend(campaign, 900)
    set_lines(Pot(campaign=campaign), {(channel("email"), date(2026, 11, 1)): Decimal(9000)}, by=mira)
    spend(campaign, 8500)
    assert warnings("near") == 2


def test_a_lowered_budget_warns_of_the_overrun(mira: User) -> None:
    campaign = campaign_with_budget(mira, 1000)
    spend(campaign, 500)
    lines = {(line.channel, line.month): Decimal(1) for line in campaign.budget_lines.all()}
    set_lines(Pot(campaign=campaign), dict(lines), by=mira)
    assert warnings("over") == 1


def test_the_pace_says_what_will_be_spent_by_the_end() -> None:
    now = Standing(planned=Decimal(1000), actual=Decimal(300), has_budget=True)
    found = pace(now, date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 6), 2)
    assert (found.period_percent, found.used_percent, found.projected) == (20, 30, Decimal("1500.00"))


def test_papers_are_known_by_what_they_begin_with(mira: User) -> None:
    cost = spend(campaign_with_budget(mira), 1)
    assert attach(cost, Paper("C:\\bills\\a.pdf", b"%PDF-1.7")).name == "a.pdf"
    for content, code in (
        (b"<html>", "document_type"),
        (b"", "document_empty"),
        (b"%PDF-" * 1_100_000, "document_too_large"),
    ):
        with pytest.raises(BudgetRefused) as refused:
            attach(cost, Paper("a.pdf", content))
        assert refused.value.code == code


def test_the_standing_of_many_campaigns_costs_as_many_queries_as_of_one(mira: User) -> None:
    campaigns = [campaign_with_budget(mira, name=f"Number {number}") for number in range(4)]
    for campaign in campaigns:
        spend(campaign, 10)
    with CaptureQueriesContext(connection) as one:
        standings(campaigns[:1])
    with CaptureQueriesContext(connection) as many:
        standings(campaigns)
    assert len(one) == len(many)
