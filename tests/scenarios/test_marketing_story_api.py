"""The whole story: a plan reaches a segment by a campaign, and its page shows the money that came of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from campaigns.models import AttributionModel, Channel
from campaigns.tasks import sweep_segments
from config.integrations.tasks import sweep_events
from contacts.models import ConsentPurpose, Contact, User
from deals.tasks import sweep_reminders
from tests.factories.campaigns_capture import key_of

pytestmark = pytest.mark.django_db

# A Monday; in Jakarta it is 09:00.
MONDAY = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    cache.clear()
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


class Caller:
    """An API client that says what it wants in one line."""

    def __init__(self, api: APIClient) -> None:
        self.api = api

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return done(self.api.post(f"/api/v1/{path}", body or {}, format="json"), status)

    def get(self, path: str) -> Any:
        return done(self.api.get(f"/api/v1/{path}"))


def within(groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"match": "all", "rules": groups}


def test_money_is_traced_from_the_plan_to_the_paid_invoice_and_back(
    ana: User, mira: User, maya: User, rani: User, api_as: Callable[[User], APIClient], clock: Any
) -> None:
    admin, marketer, manager, rep = (Caller(api_as(user)) for user in (ana, mira, maya, rani))
    ours = {"name": "Nusantara Pompa", "legal_form": "PT", "country": "ID", "currency": "USD", "is_default": True}
    admin.post("sellers/", ours, 201)
    pump = admin.post("products/", {"code": "P-50", "name": "Pump", "price": "1200.00", "currency": "USD"}, 201)
    channel = Channel.objects.get(code="internet").pk

    # Whoever answers the form is to be a qualified lead of the plan.
    answered = {"field": "touches", "operator": "any", "where": within([rule("kind", "is", "form")])}
    segment = marketer.post("segments/", {"name": "Asked for the price list", "rule": within([answered])}, 201)
    plan = {"name": "Pumps 2026", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "mql_segment": segment["id"]}
    plan = marketer.post("plans/", plan, 201)
    marketer.post("strategies/", {"plan": plan["id"], "segment": segment["id"]}, 201)
    goal = {"measure": "customers", "target": "1", "starts_on": "2026-01-01", "due_on": "2026-12-31"}
    marketer.post("plan-goals/", {"plan": plan["id"], **goal}, 201)
    manager.post(f"plans/{plan['id']}/approve/")
    assert marketer.post(f"plans/{plan['id']}/start/")["state"] == "running"

    # A campaign with a budget, a cost and a form.
    campaign = {
        "name": "Spring promo",
        "plan": plan["id"],
        "segments": [segment["id"]],
        "channels": [channel],
        "starts_on": "2026-05-01",
        "ends_on": "2026-06-30",
        "budget": "1000",
    }
    campaign = marketer.post("campaigns/", campaign, 201)
    marketer.post(f"campaigns/{campaign['id']}/start/")
    cost = {"campaign": campaign["id"], "channel": channel, "day": "2026-05-11", "amount": "400", "currency": "USD"}
    marketer.post("costs/", cost, 201)
    asked = {
        "name": "Price list",
        "slug": "price-list",
        "title": "Get the price list",
        "campaign": campaign["id"],
        "channel": channel,
        "double_opt_in": False,
        "owner": rani.pk,
        "fields_asked": [{"asks_for": "name", "is_required": True}],
        "consents": [{"purpose": ConsentPurpose.objects.get(code="newsletter").pk}],
    }
    form = marketer.post("forms/", asked, 201)
    before = marketer.get(f"campaigns/{campaign['id']}/results/")
    assert figure(before, "return")["value"] is None

    # A stranger fills it in, and is a lead with a touch; then, by the plan's rule, a qualified one.
    visitor = Client()
    page = visitor.get(f"/f/{form['slug']}/")
    clock.shift(timedelta(seconds=30))
    posted = {**key_of_page(page), "email": "sri@maju.example", **named(form, "Sri Rahayu")}
    assert visitor.post(f"/f/{form['slug']}/", posted).status_code == 303
    contact = Contact.objects.get(emails__address="sri@maju.example")
    assert (contact.lifecycle_stage, contact.owner) == ("lead", rani)
    clock.shift(timedelta(hours=7))
    sweep_segments()
    sweep_events()
    why = marketer.get(f"segments/{segment['id']}/why/?contact={contact.pk}")
    assert why["is_member"] is True
    contact.refresh_from_db()
    assert contact.lifecycle_stage == "mql"
    assert any(row["id"] == contact.pk for row in rep.get("leads/")["results"])
    rep.post(f"leads/{contact.pk}/accept/")

    # The rep opens a deal and is reminded of the follow-up.
    lines = [{"product": pump["id"], "quantity": "2"}]
    people = [{"contact": contact.pk, "role": "decides"}]
    deal = rep.post("deals/", {"name": "Pumps", "owner": rani.pk, "people": people, "lines": lines}, 201)
    talk = {"kind": "call", "what_happened": "Wants a price", "deal": deal["id"], "outcome": "reached"}
    rep.post("activities/log/", {**talk, "next_step": "Send it", "next_on": "2026-05-13"}, 201)
    clock.move_to(datetime(2026, 5, 13, 1, 0, 5, tzinfo=UTC))
    sweep_reminders()
    assert len(rep.get("notifications/?kind=reminder")["results"]) == 1

    # Quoted, accepted, invoiced and paid.
    quote = rep.post("quotes/", {"deal": deal["id"]}, 201)
    rep.post(f"quotes/{quote['id']}/send/")
    total = rep.post(f"quotes/{quote['id']}/accept/", {"name": "Sri Rahayu"})["total"]
    invoice = rep.post(f"quotes/{quote['id']}/invoice/", status=201)
    rep.post(f"invoices/{invoice['id']}/issue/")
    admin.post(f"invoices/{invoice['id']}/payments/", {"amount": total}, 201)
    sweep_events()
    contact.refresh_from_db()
    assert contact.lifecycle_stage == "customer"

    # The campaign's page shows that money against its cost, and it is traced both ways.
    model = AttributionModel.objects.get(is_default=True)
    marketer.post(f"attribution-models/{model.pk}/run/", status=201)
    after = marketer.get(f"campaigns/{campaign['id']}/results/?model={model.pk}")
    assert figure(after, "customers")["value"] == "1"
    assert figure(after, "paid")["value"] == total
    assert figure(after, "cost")["value"] == "400.00"
    assert figure(after, "return")["value"] is not None
    traces = marketer.get(f"attribution/trace/?invoice={invoice['id']}")["traces"]
    (origin,) = traces[0]["touches"]
    assert (origin["campaign"], origin["amount"]) == (campaign["id"], total)
    (money,) = marketer.get(f"attribution/trace/?touch={origin['touch']}")["money"]
    assert money["amount"] == total

    # The ledger tells each step and why.
    told = rep.get(f"lifecycle-changes/?contact={contact.pk}")["results"]
    assert [row["to_stage"] for row in told] == ["customer", "opportunity", "sql", "mql", "lead"]
    assert "Pumps 2026" in told[3]["cause"]
    assert "Price list" in told[4]["cause"]
    call_command("check_integrity")


def rule(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def figure(results: Any, code: str) -> Any:
    return next(each for each in results["figures"] if each["code"] == code)


def key_of_page(page: Any) -> dict[str, str]:
    return {"page": key_of(page), "website": ""}


def named(form: Any, name: str) -> dict[str, str]:
    (field,) = [each for each in form["fields_asked"] if each["asks_for"] == "name"]
    return {f"field-{field['id']}": name}
