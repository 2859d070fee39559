"""The pages of campaigns, budgets and costs, as staff use them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.execution.members import add_members
from campaigns.models import Campaign, CampaignGoal, Cost
from contacts.models import User
from tests.factories.campaigns import PlanFactory, channel
from tests.factories.campaigns_budgets import campaign_with_budget, spend
from tests.factories.campaigns_segments import is_, live
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


def page_of(campaign: Campaign, verb: str = "change") -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/{verb}/"


def test_a_campaign_with_its_budget_is_made_from_the_home(admin_as: Browser, mira: User) -> None:
    browser = admin_as(mira)
    assert "/admin/campaigns/campaign/add/" in browser.get("/admin/").content.decode()
    given = {
        "name": "Autumn",
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "budget": "900",
        "channels": [channel().pk],
    }
    answer = browser.post("/admin/campaigns/campaign/add/", given)
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == page_of(campaign)
    assert sum(line.amount for line in campaign.budget_lines.all()) == 900


def test_a_campaign_is_made_for_a_segment_and_keeps_it_when_edited(admin_as: Browser, mira: User) -> None:
    browser, segment = admin_as(mira), live(mira, is_("contact.country", "ID"))
    given = {"name": "Autumn", "starts_on": "2026-10-01", "ends_on": "2026-12-31", "segments": [segment.pk]}
    browser.post("/admin/campaigns/campaign/add/", given)
    campaign = Campaign.objects.get()
    browser.post(page_of(campaign, "edit"), {**given, "name": "Fall", "owner": mira.pk})
    campaign.refresh_from_db()
    assert (campaign.name, campaign.segments.get()) == ("Fall", segment)


def test_the_head_of_the_page_says_how_the_money_stands(admin_as: Browser, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    spend(campaign, 300)
    text = admin_as(mira).get(page_of(campaign)).content.decode()
    assert "Budget $1,000.00, spent $300.00, committed $0.00, left $700.00" in text


def test_a_goal_shows_how_far_it_has_come(admin_as: Browser, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    goal = CampaignGoal.objects.create(
        campaign=campaign, measure="leads", target=5, starts_on=campaign.starts_on, due_on=campaign.ends_on
    )
    assert f"0 of 5 by {goal.due_on:%-d %b %Y}" in admin_as(mira).get(page_of(campaign)).content.decode()


def test_a_goal_that_is_counted_by_hand_is_counted_on_the_page(admin_as: Browser, mira: User) -> None:
    campaign, browser = campaign_with_budget(mira), admin_as(mira)
    goal = CampaignGoal.objects.create(
        campaign=campaign, measure="hand", title="Visitors of the stand", target=50, starts_on=campaign.starts_on,
        due_on=campaign.ends_on,
    )  # fmt: skip
    browser.post(page_of(campaign, "count-goal"), {"goal": goal.pk, "counted": "20"})
    assert "20 of 50 by" in browser.get(page_of(campaign)).content.decode()
    browser.post(page_of(campaign, "count-goal"), {"goal": goal.pk, "counted": "many"})
    goal.refresh_from_db()
    assert goal.counted == 20


@pytest.mark.parametrize("tab", ["overview", "budget", "people", "work", "links", "results", "nonsense"])
def test_every_tab_is_drawn_by_the_server(admin_as: Browser, mira: User, tab: str) -> None:
    campaign = campaign_with_budget(mira)
    assert admin_as(mira).get(page_of(campaign), {"tab": tab}).status_code == 200


def test_a_rep_sees_the_campaign_without_its_money(admin_as: Browser, rani: User, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    browser = admin_as(rani)
    assert "$1,000.00" not in browser.get(page_of(campaign)).content.decode()
    assert "$1,000.00" not in browser.get(page_of(campaign), {"tab": "budget"}).content.decode()
    assert browser.post(page_of(campaign, "start")).status_code == 403


def test_the_budget_is_edited_in_its_table(admin_as: Browser, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    email, fairs = channel("email"), channel("event")
    given = {
        "campaign": campaign.pk,
        f"c{email.pk}-2026-10": "500",
        f"c{email.pk}-2026-11": "",
        "new_channel": fairs.pk,
        "n-2026-12": "50.50",
    }
    admin_as(mira).post("/admin/campaigns/budget/", given)
    amounts = {(line.channel_id, line.month.month): line.amount for line in campaign.budget_lines.all()}
    assert amounts[email.pk, 10] == 500
    assert (email.pk, 11) not in amounts
    assert amounts[fairs.pk, 12] == Decimal("50.5")


def test_what_is_no_amount_changes_nothing(admin_as: Browser, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    given = {"campaign": campaign.pk, f"c{channel().pk}-2026-10": "much"}
    answer = admin_as(mira).post("/admin/campaigns/budget/", given, follow=True)
    assert "is no amount" in answer.content.decode()
    assert sum(line.amount for line in campaign.budget_lines.all()) == 1000


def test_a_cost_is_logged_with_its_paper(admin_as: Browser, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    given = {"payer": f"campaign-{campaign.pk}", "channel": channel().pk, "day": "2026-11-05", "amount": "10"}
    browser = admin_as(mira)
    refused = browser.post("/admin/campaigns/cost/add/", {**given, "paper": SimpleUploadedFile("a.pdf", b"<html>")})
    assert "Only PDF, PNG and JPEG" in refused.content.decode()
    browser.post("/admin/campaigns/cost/add/", {**given, "paper": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    answer = browser.get(f"/admin/campaigns/cost/{Cost.objects.get().pk}/document/")
    assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF-1.4", "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_who_decides_sees_the_number_and_the_buttons(admin_as: Browser, mira: User, fina: User) -> None:
    cost = spend(campaign_with_budget(mira), 2000)
    address = f"/admin/campaigns/cost/{cost.pk}/"
    browser = admin_as(fina)
    assert f"{address}approve/" in browser.get(f"{address}change/").content.decode()
    assert f"{address}approve/" not in admin_as(mira).get(f"{address}change/").content.decode()
    browser.post(f"{address}refuse/", {"note": "Too much"})
    cost.refresh_from_db()
    assert (cost.state, cost.decision) == ("refused", "Too much")


def test_a_person_is_found_and_added(admin_as: Browser, mira: User) -> None:
    campaign, person = campaign_with_budget(mira), ContactFactory(full_name="Budi Santoso")
    browser = admin_as(mira)
    assert "Budi Santoso" in browser.get(page_of(campaign), {"tab": "people", "find": "budi"}).content.decode()
    browser.post(page_of(campaign, "add-people"), {"contact": person.pk})
    text = browser.get(f"/admin/contacts/contact/{person.pk}/change/").content.decode()
    assert "Autumn: Invited" in text


def test_the_plans_page_has_its_budget(admin_as: Browser, mira: User) -> None:
    plan = PlanFactory(owner=mira)
    spend(campaign_with_budget(mira, 600, plan=plan), 100)
    text = admin_as(mira).get(f"/admin/campaigns/marketingplan/{plan.pk}/change/?tab=budget").content.decode()
    assert "$600.00" in text
    assert "$500.00" in text


def test_the_calendar_shows_the_months_campaigns(admin_as: Browser, mira: User) -> None:
    campaign_with_budget(mira)
    browser = admin_as(mira)
    assert "November 2026: 1 campaign" in browser.get("/admin/campaigns/calendar/?day=2026-11-02").content.decode()
    assert "0 campaigns" in browser.get("/admin/campaigns/calendar/?day=2027-11-02").content.decode()


def test_the_list_costs_as_many_queries_for_many_campaigns_as_for_one(admin_as: Browser, mira: User) -> None:
    browser = admin_as(mira)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text = browser.get("/admin/campaigns/campaign/").content.decode()
        assert "of $1,000.00" in text
        return len(queries)

    spend(campaign_with_budget(mira), 10)
    count()
    few = count()
    for number in range(3):
        spend(campaign_with_budget(mira, name=f"Number {number}"), 10)
    assert count() == few


def test_members_cost_as_many_queries_for_many_as_for_one(admin_as: Browser, mira: User) -> None:
    campaign, browser = campaign_with_budget(mira), admin_as(mira)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_of(campaign), {"tab": "people"})
        return len(queries)

    add_members(campaign, [ContactFactory()], by=mira)
    count()
    few = count()
    add_members(campaign, ContactFactory.create_batch(5), by=mira)
    assert count() == few
