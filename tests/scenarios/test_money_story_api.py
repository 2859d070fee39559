"""The second part of the story: a promise is kept, a quote becomes an invoice, and money that comes in is counted."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from rest_framework.test import APIClient

from config.integrations.tasks import sweep_events
from contacts.models import User
from deals.tasks import sweep_reminders

pytestmark = pytest.mark.django_db

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
FRIDAY_AT_EIGHT = datetime(2026, 5, 15, 1, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(capsys: pytest.CaptureFixture[str], clock: Any) -> APIClient:
    """An integration that calls with the token an operator made for it."""
    call_command("make_token", "shop@tandem.test", "--role", "integration")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {capsys.readouterr().out.strip()}")
    return api


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_promise_becomes_money(
    shop: APIClient, rani: User, ana: User, api_as: Callable[[User], APIClient], clock: Any
) -> None:
    rep, admin = api_as(rani), api_as(ana)

    def post(api: APIClient, path: str, body: Any = None, status: int = 200) -> Any:
        return done(api.post(f"/api/v1/{path}", body or {}, format="json"), status)

    def get(api: APIClient, path: str) -> Any:
        return done(api.get(f"/api/v1/{path}"))

    # Our company issues documents; a customer asks for pumps.
    ours = {"name": "Nusantara Pompa", "legal_form": "PT", "country": "ID", "currency": "USD", "is_default": True}
    post(admin, "sellers/", ours, 201)
    company = post(shop, "companies/", {"name": "PT Maju", "country": "ID", "owner": rani.pk}, 201)
    person = {"full_name": "Sri Rahayu", "emails": ["sri@maju.example"], "company": company["id"], "language": "en"}
    contact = post(shop, "contacts/", {**person, "owner": rani.pk}, 201)
    pump = post(shop, "products/", {"code": "P-50", "name": "Pump 50", "price": "1200.00", "currency": "USD"}, 201)
    opened = {
        "name": "Pumps for the mill",
        "owner": rani.pk,
        "company": company["id"],
        "people": [{"contact": contact["id"], "role": "decides"}],
        "lines": [{"product": pump["id"], "quantity": "2", "discount": "5"}],
    }
    deal = post(shop, "deals/", opened, 201)

    # Rani talks to her and promises the price for Friday: one act.
    talk = {"kind": "call", "what_happened": "Wants a price by Friday", "deal": deal["id"], "outcome": "reached"}
    logged = post(rep, "activities/log/", {**talk, "next_step": "Send the price", "next_on": "2026-05-15"}, 201)
    promise = logged["next_step"]["id"]
    assert get(rep, f"deals/{deal['id']}/")["next_step"] == "Send the price"
    assert get(rep, "my-day/")["number"] == 0

    # On Friday at eight she is reminded, once.
    clock.move_to(FRIDAY_AT_EIGHT)
    for _time in range(3):
        sweep_reminders()
    (bell,) = get(rep, "notifications/?kind=reminder")["results"]
    assert (bell["about_type"], bell["about_id"]) == ("deals.activity", promise)
    (reminder,) = get(rep, f"reminders/?activity={promise}&purpose=remind")["results"]
    assert (reminder["state"], reminder["due_at"]) == ("delivered", "2026-05-15T01:00:00Z")
    day = get(rep, "my-day/")
    assert [(row["activity"], row["why"]) for row in day["promises"]["rows"]] == [(promise, "due today")]

    # She sends the quote and keeps her promise.
    quote = post(rep, "quotes/", {"deal": deal["id"], "terms": "Delivery within 14 days"}, 201)
    sent = post(rep, f"quotes/{quote['id']}/send/", {"message": "As promised."})
    assert (sent["state"], sent["revisions"][0]["sent_to"]) == ("sent", "sri@maju.example")
    post(rep, f"activities/{promise}/complete/", {"outcome": "sent"})
    assert get(rep, "my-day/")["number"] == 0

    # The customer says yes: the deal is won, and the care plan begins.
    accepted = post(rep, f"quotes/{quote['id']}/accept/", {"name": "Sri Rahayu"})
    assert accepted["revisions"][0]["answer"]["name"] == "Sri Rahayu"
    sweep_events()
    assert get(rep, f"deals/{deal['id']}/")["outcome"] == "won"
    care = get(rep, f"activities/?deal={deal['id']}&state=planned&ordering=due_at")["results"]
    assert len(care) == 5
    assert get(rep, f"deals/{deal['id']}/")["next_step"] == care[0]["subject"]

    # Invoiced with a click, issued, paid in two parts.
    invoice = post(rep, f"quotes/{quote['id']}/invoice/", {}, 201)
    assert invoice["total"] == accepted["total"]
    issued = post(rep, f"invoices/{invoice['id']}/issue/")
    assert (issued["number"], issued["status"]) == ("INV-2026-00001", "open")
    pages = shop.get(f"/api/v1/invoices/{invoice['id']}/pdf/")
    assert pages.content.startswith(b"%PDF-")
    pay = f"invoices/{invoice['id']}/payments/"
    post(shop, pay, {"amount": "1000", "external_id": "bank-1"}, 201)
    assert get(rep, f"invoices/{invoice['id']}/")["status"] == "part_paid"
    rest = get(rep, f"invoices/{invoice['id']}/")["open"]
    post(shop, pay, {"amount": rest, "external_id": "bank-2"}, 201)
    paid = get(rep, f"invoices/{invoice['id']}/")
    assert (paid["status"], paid["open"]) == ("paid", "0.00")
    assert get(shop, "reports/receivables/")["rows"] == []

    # The deal tells how far it has become money.
    total = accepted["total"]
    assert total == "2530.80"
    money = [{"currency": "USD", "quoted": total, "invoiced": total, "paid": total}]
    assert get(rep, f"deals/{deal['id']}/")["money"] == money

    # The events can be read in order, page by page.
    events: list[Any] = []
    after = 0
    while page := get(shop, f"events/?after={after}&page_size=4")["results"]:
        events += page
        after = page[-1]["id"]
    told = [event["name"] for event in events if event["name"].startswith("deals.")]
    assert told == [
        "deals.deal_opened",
        "deals.activity_done",
        "deals.activity_planned",
        "deals.quote_sent",
        "deals.activity_done",
        "deals.deal_won",
        "deals.quote_accepted",
        *["deals.activity_planned"] * 5,
        "deals.invoice_issued",
        "deals.payment_received",
        "deals.payment_received",
        "deals.invoice_paid",
    ]

    # And what was recorded proves itself.
    call_command("check_integrity")
