"""Campaigns, members, budgets and costs by the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from campaigns.execution.members import add_members
from campaigns.models import Campaign, Cost
from contacts.models import User
from tests.factories.campaigns import PlanFactory, channel
from tests.factories.campaigns_budgets import campaign_with_budget, spend
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
Client = Callable[[User], APIClient]


@pytest.fixture
def api_as(api_as: Client) -> Client:
    """A client that sends JSON unless told otherwise."""

    def client(user: User) -> APIClient:
        api = api_as(user)
        api.default_format = "json"
        return api

    return client


AUTUMN = {"name": "Autumn", "starts_on": "2026-10-01", "ends_on": "2027-12-31"}


def test_a_campaign_is_made_with_its_budget_run_and_finished(api_as: Client, iris: User) -> None:
    api = api_as(iris)
    made = api.post("/api/v1/campaigns/", {**AUTUMN, "budget": "1000", "channels": [channel().pk]}).json()
    assert (made["code"], made["state"], made["owner"]) == ("autumn", "planned", iris.pk)
    address = f"/api/v1/campaigns/{made['id']}/"
    assert api.post(f"{address}start/").json()["state"] == "running"
    refused = api.post(f"{address}finish/")
    assert (refused.status_code, refused.json()["code"]) == (409, "lesson_missing")
    assert api.post(f"{address}finish/", {"lesson": "Mail on Tuesdays"}).json()["state"] == "finished"
    budget = api.get(f"{address}budget/").json()
    assert (budget["planned"], budget["left"], budget["level"]) == ("1000.00", "1000.00", "fine")
    assert len(budget["cells"]) == 15


def test_the_state_is_changed_by_verbs_only(api_as: Client, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    answer = api_as(mira).patch(f"/api/v1/campaigns/{campaign.pk}/", {"state": "running"})
    assert answer.status_code == 400
    assert "start" in answer.json()["fields"]["state"][0]


def test_a_campaign_is_cloned(api_as: Client, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    made = api_as(mira).post(f"/api/v1/campaigns/{campaign.pk}/clone/", {"starts_on": "2027-01-01", "name": "Winter"})
    assert (made.status_code, made.json()["cloned_from"]) == (201, campaign.pk)


def test_members_are_added_and_moved(api_as: Client, mira: User) -> None:
    campaign, person = campaign_with_budget(mira), ContactFactory()
    api, address = api_as(mira), f"/api/v1/campaigns/{campaign.pk}/members/"
    assert api.post(address, {"contacts": [person.pk]}).json() == {"added": 1}
    member = api.get(address).json()["results"][0]
    attended = campaign.statuses.get(name="Attended")
    moved = api.post(f"/api/v1/campaign-members/{member['id']}/set-status/", {"status": attended.pk}).json()
    assert moved["responded_at"] is not None
    assert [change["to_status"] for change in moved["changes"]] == [attended.pk, member["status"]]


def test_people_out_of_sight_can_not_be_added(api_as: Client, rani: User, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    assert api_as(rani).post(f"/api/v1/campaigns/{campaign.pk}/members/", {"contacts": [1]}).status_code == 403


def test_a_rep_reads_campaigns_and_not_their_money(api_as: Client, rani: User, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    api = api_as(rani)
    assert api.get(f"/api/v1/campaigns/{campaign.pk}/").status_code == 200
    for address in (f"campaigns/{campaign.pk}/budget/", "costs/", "budget-lines/"):
        assert api.get(f"/api/v1/{address}").status_code == 403


def test_tasks_are_planned_and_done(api_as: Client, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    api = api_as(mira)
    task = api.post(f"/api/v1/campaigns/{campaign.pk}/tasks/", {"subject": "Print", "due_on": "2026-12-24"}).json()
    assert (task["owner"], task["due_on"]) == (mira.pk, "2026-12-24")
    assert api.post(f"/api/v1/campaign-tasks/{task['id']}/complete/").json()["state"] == "done"


def test_an_overrun_waits_until_finance_approves_it(api_as: Client, mira: User, fina: User) -> None:
    campaign = campaign_with_budget(mira)
    given = {"campaign": campaign.pk, "channel": channel().pk, "day": "2026-11-05", "amount": "1200"}
    cost = api_as(mira).post("/api/v1/costs/", given).json()
    assert cost["state"] == "waiting"
    address = f"/api/v1/costs/{cost['id']}/approve/"
    assert api_as(mira).post(address).status_code == 403
    assert api_as(fina).post(address, {"note": "Agreed"}).json()["state"] == "counted"


def test_a_cost_says_who_pays(api_as: Client, mira: User) -> None:
    given: dict[str, Any] = {"channel": channel().pk, "day": "2026-11-05", "amount": "1"}
    answer = api_as(mira).post("/api/v1/costs/", given)
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_pays")


def test_an_external_id_is_written_once(api_as: Client, mira: User) -> None:
    campaign = campaign_with_budget(mira)
    given = {
        "campaign": campaign.pk, "channel": channel().pk, "day": "2026-11-05", "amount": "1", "external_id": "bill-7",
    }  # fmt: skip
    api = api_as(mira)
    assert [api.post("/api/v1/costs/", given).status_code for _time in range(2)] == [201, 400]
    assert Cost.objects.count() == 1


def test_the_same_budget_line_again_changes_it(api_as: Client, mira: User) -> None:
    campaign = campaign_with_budget(mira, None)
    given = {"campaign": campaign.pk, "channel": channel().pk, "month": "2026-11-17", "amount": "500"}
    api = api_as(mira)
    first = api.post("/api/v1/budget-lines/", given).json()
    second = api.post("/api/v1/budget-lines/", {**given, "amount": "700"}).json()
    assert (second["id"], second["month"], second["amount"]) == (first["id"], "2026-11-01", "700.000")


def test_a_plans_budget_has_its_campaigns_in_it(api_as: Client, mira: User) -> None:
    plan = PlanFactory(owner=mira)
    spend(campaign_with_budget(mira, 600, plan=plan), 100)
    budget = api_as(mira).get(f"/api/v1/plans/{plan.pk}/budget/").json()
    assert (budget["planned"], budget["actual"], budget["left"]) == ("600.00", "100.00", "500.00")


def test_the_policy_is_read_by_all_and_changed_by_marketing(api_as: Client, mira: User, rani: User) -> None:
    assert api_as(mira).patch("/api/v1/marketing-policy/", {"warn_at": 50}).json()["warn_at"] == 50
    assert api_as(rani).patch("/api/v1/marketing-policy/", {"warn_at": 60}).status_code == 403


@pytest.mark.parametrize("name", ["campaigns", "campaign-members", "costs", "budget-lines", "content-items"])
def test_lists_cost_as_many_queries_for_many_rows_as_for_one(api_as: Client, mira: User, name: str) -> None:
    api = api_as(mira)

    def add(number: int) -> Campaign:
        campaign = campaign_with_budget(mira, name=f"Number {number}")
        spend(campaign, 10)
        campaign.content.create(title="Post")
        add_members(campaign, [ContactFactory()], by=mira)
        return campaign

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/api/v1/{name}/").status_code == 200
        return len(queries)

    add(1)
    count()
    few = count()
    for number in range(2, 5):
        add(number)
    assert count() == few
