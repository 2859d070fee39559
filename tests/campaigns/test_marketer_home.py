"""The marketer's home: its figures, and that each opens a list of as many rows."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from campaigns.models import BudgetLine
from contacts.lifecycle import figures
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance, step_back
from contacts.people.archiving import archive
from tests.factories.campaigns import CampaignFactory, CostFactory, PlanFactory, channel
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db

JAKARTA = ZoneInfo("Asia/Jakarta")
# A Wednesday.
NOW = datetime(2026, 7, 15, 10, tzinfo=JAKARTA)
RULE = Cause(CauseKind.RULE, "A rule")


@pytest.fixture(autouse=True)
def _wednesday():
    with time_machine.travel(NOW, tick=False), timezone.override(JAKARTA):
        yield


def lead(days_ago, **fields):
    return ContactFactory(at=NOW - timedelta(days=days_ago), **fields)


def test_weeks_begin_on_monday_and_are_compared_with_the_same_days_before():
    today = date(2026, 7, 15)

    assert figures.this_week(today) == figures.Period(date(2026, 7, 13), today)
    assert figures.week_before(today) == figures.Period(date(2026, 7, 6), date(2026, 7, 8))


def test_a_month_is_compared_with_as_many_days_of_the_shorter_one_before():
    assert figures.month_before(date(2026, 3, 31)) == figures.Period(date(2026, 2, 1), date(2026, 2, 28))


def test_who_becomes_a_lead_counts_once_and_on_that_day(mira):
    subscriber = lead(30, stage="subscriber")
    advance(subscriber, to="mql", cause=RULE)
    lead(1)
    old = lead(20)
    step_back(old, to="subscriber", reason="Recycled", by=mira)
    advance(old, to="lead", cause=RULE)
    lead(1, stage="other")
    archive(lead(1), by=mira)

    assert figures.count_new_leads(mira, figures.this_week(NOW.date())) == 2


def test_the_day_is_that_of_the_readers_clock(mira):
    ContactFactory(at=datetime(2026, 7, 13, 0, 30, tzinfo=JAKARTA))

    assert figures.count_new_leads(mira, figures.this_week(NOW.date())) == 1


def test_conversion_counts_the_highest_stage_that_was_reached(mira):
    customer = lead(10, stage="sql")
    advance(customer, to="customer", cause=RULE)
    recycled = lead(10, stage="sql")
    step_back(recycled, to="lead", reason="Recycled", by=mira)
    lead(10)
    lead(500, stage="customer")

    found = figures.conversion(mira, figures.last_year(NOW.date()))

    assert (found.leads, found.mqls, found.sqls, found.customers) == (3, 2, 2, 1)


def test_no_leads_is_no_conversion_rather_than_zero(mira, admin_as):
    assert figures.conversion(mira, figures.last_year(NOW.date())).share(0) is None
    told = text_of(admin_as(mira).get("/admin/"))
    assert re.search(r"Cost per lead\s+no cost recorded", told)
    assert re.search(r"Return\s+not yet", told)


def text_of(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_every_number_opens_a_list_of_as_many_rows(mira, rani, admin_as):
    for days in (0, 1, 2, 5, 13, 30, 40):
        lead(days, owner=None if days % 2 else rani)
    lead(3, stage="subscriber", owner=None)
    lead(3, stage="customer")
    browser = admin_as(mira)
    html = browser.get("/admin/").content.decode()
    tile = r'<a class="td-tile" href="([^"]+)">\s*<span[^>]*>New leads this week</span>\s*<span[^>]*>(\d+)</span>'
    link, number = re.search(tile, html).groups()

    heading = re.search(r"data-heading>([^<]*)<", browser.get(unescape(link)).content.decode())[1]
    assert int(heading.split()[0]) == int(number) == 3
    assert "3 leads have no owner" in text_of(browser.get("/admin/"))


def test_leads_of_the_week_are_told_beside_what_running_plans_ask_for(mira, admin_as):
    # 70 leads from Monday on in ten days: 49 of them in the first seven.
    plan = PlanFactory(state="running", approved_by=mira, approved_at=NOW)
    plan.goals.create(measure="leads", target=70, starts_on=date(2026, 7, 13), due_on=date(2026, 7, 22))
    PlanFactory().goals.create(measure="leads", target=900, starts_on=date(2026, 7, 13), due_on=date(2026, 7, 19))

    assert "49 planned for the whole week" in text_of(admin_as(mira).get("/admin/"))


def test_running_campaigns_are_told_by_what_they_spent_of_their_budget(mira, admin_as):
    spring, planned = CampaignFactory(name="Spring", state="running"), CampaignFactory(name="Autumn")
    CostFactory(campaign=spring, amount=60, day=NOW.date())
    CostFactory(campaign=planned, amount=40, day=NOW.date())
    BudgetLine.objects.create(campaign=spring, channel=channel(), month=date(2026, 7, 1), amount=80)
    ContactFactory()
    html = admin_as(mira).get("/admin/").content.decode()
    told = text_of(admin_as(mira).get("/admin/"))

    assert re.search(r"Spent on running campaigns\s+\$60.00\s+75 % of \$80.00 planned", told)
    assert f'href="/admin/campaigns/campaign/{spring.pk}/change/?tab=results"' in html
    assert "Autumn" not in told


def test_the_home_costs_at_most_fifteen_queries_whatever_runs(mira, admin_as, django_assert_max_num_queries):
    for _number in range(5):
        CostFactory(campaign=CampaignFactory(state="running"))
        lead(1, owner=None)
    browser = admin_as(mira)
    browser.get("/admin/")
    with django_assert_max_num_queries(15):
        browser.get("/admin/")


def test_leads_that_wait_longest_stand_first_and_more_are_one_click_away(mira, admin_as):
    for days in range(8):
        lead(days, full_name=f"Waits {days} days", owner=None)
    browser = admin_as(mira)
    html = browser.get("/admin/").content.decode()

    assert re.findall(r"Waits (\d) days", html) == ["7", "6", "5", "4", "3", "2"]
    more = unescape(re.search(r'<a class="td-link" href="([^"]+)">Show all', html)[1])
    assert "8 contacts" in text_of(browser.get(more))


def test_an_empty_house_says_what_to_do(mira, admin_as):
    told = text_of(admin_as(mira).get("/admin/"))

    assert "No campaign under way has a budget or a cost. Make a campaign, or start one." in told
    assert "Every lead has an owner." in told
