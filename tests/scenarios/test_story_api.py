"""The story of this house as an integration lives it: from a token to a won deal that every ledger tells of."""

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from deals.models import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(capsys):
    """An integration that calls with the token an operator made for it."""
    call_command("make_token", "shop@tandem.test", "--role", "integration")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {capsys.readouterr().out.strip()}")
    return api


def done(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_lead_becomes_a_customer(shop, rani):
    def post(path, body=None, status=200):
        return done(shop.post(f"/api/v1/{path}", body or {}, format="json"), status)

    def get(path):
        return done(shop.get(f"/api/v1/{path}"))

    # Somebody asks for an offer.
    company = post("companies/", {"name": "PT Maju", "country": "ID"}, 201)
    person = {"full_name": "Sri Rahayu", "emails": ["sri@maju.example"], "company": company["id"], "role": "Buyer"}
    contact = post("contacts/", person, 201)
    assert contact["lifecycle_stage"] == "lead"

    # Marketing and then sales qualify her.
    post(f"contacts/{contact['id']}/advance/", {"to": "mql", "reason": "Asked for a price"})
    preview = get(f"contacts/{contact['id']}/lifecycle-preview/?to=sql")
    assert preview["allowed"]
    post(f"contacts/{contact['id']}/advance/", {"to": "sql", "reason": "Has the budget"})

    # Sales opens a deal: she and her company become an Opportunity in the same transaction.
    pump = post("products/", {"code": "P-50", "name": "Pump 50", "price": "1200.00", "currency": "USD"}, 201)
    deal = post(
        "deals/",
        {
            "name": "Pumps for the mill",
            "owner": rani.pk,
            "company": company["id"],
            "people": [{"contact": contact["id"], "role": "decides"}],
            "lines": [{"product": pump["id"], "quantity": "2", "discount": "5"}],
            "expected_close": "2030-01-31",
        },
        201,
    )
    assert deal["amount"] == "2280.00"
    assert get(f"contacts/{contact['id']}/")["lifecycle_stage"] == "opportunity"
    assert get(f"companies/{company['id']}/")["lifecycle_stage"] == "opportunity"

    # It moves, and a page that is too old loses.
    first, second, third = Stage.objects.filter(pipeline=deal["pipeline"]).order_by("position")[:3]
    post(f"deals/{deal['id']}/move/", {"stage": second.pk, "seen_stage": first.pk})
    stale = shop.post(f"/api/v1/deals/{deal['id']}/move/", {"stage": third.pk, "seen_stage": first.pk}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "deal_moved_meanwhile")
    post(f"deals/{deal['id']}/move/", {"stage": third.pk, "seen_stage": second.pk, "reason": "Liked the demonstration"})

    # It is won: she is a Customer.
    won = post(f"deals/{deal['id']}/win/", {"reason": "Signed"})
    assert (won["outcome"], won["probability"]) == ("won", "100.00")
    assert get(f"contacts/{contact['id']}/")["lifecycle_stage"] == "customer"
    assert get(f"companies/{company['id']}/")["lifecycle_stage"] == "customer"

    # The ledgers tell it.
    ledger = get(f"lifecycle-changes/?contact={contact['id']}")["results"]
    assert [row["to_stage"] for row in reversed(ledger)] == ["lead", "mql", "sql", "opportunity", "customer"]
    by_deal = [(row["cause_kind"], row["cause_type"], row["cause_id"]) for row in ledger[:2]]
    assert by_deal == [("deal", "deals.deal", deal["id"])] * 2
    steps = get(f"stage-changes/?deal={deal['id']}")["results"]
    assert [row["kind"] for row in reversed(steps)] == ["opened", "moved", "moved", "won"]
    timeline = get(f"contacts/{contact['id']}/timeline/")["results"]
    moments = [entry["at"] for entry in timeline]
    assert moments == sorted(moments, reverse=True)
    assert any("Pumps for the mill" in entry["title"] for entry in timeline)

    # The events can be read in order, page by page.
    events, after = [], 0
    while page := get(f"events/?after={after}&page_size=3")["results"]:
        events += page
        after = page[-1]["id"]
    about = {("deals.deal", deal["id"]), ("contacts.contact", contact["id"])}
    names = [event["name"] for event in events if (event["subject_type"], event["subject_id"]) in about]
    expected = [
        "contacts.contact_added",
        "contacts.lifecycle_changed",
        "contacts.lifecycle_changed",
        "contacts.lifecycle_changed",
        "deals.deal_opened",
        "deals.deal_moved",
        "deals.deal_moved",
        "contacts.lifecycle_changed",
        "deals.deal_won",
    ]
    assert names == expected

    # And the report counts it.
    report = get(f"reports/pipeline/?owner={rani.pk}")
    total = report["total"]
    assert (total["deals"], total["won"], total["open"], total["revenue"]) == (1, 1, 0, "2280.00")
    assert total["win_rate"] == "1.000000"

    # Once won it stays won, until somebody says why not.
    again = shop.post(f"/api/v1/deals/{deal['id']}/lose/", {"reason": "price"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "deal_closed")
