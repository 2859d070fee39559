"""Attribution for integrations: run, read, compare, trace, and journeys from elsewhere."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.attribution import sharing
from campaigns.models import AttributionModel
from contacts.models import User
from deals.billing.paying import pay
from tests.factories.billing import issued, line
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_attribution import model_of, touched, won_deal
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
ApiAs = Callable[[User], APIClient]


@pytest.fixture
def sale(rani: User) -> dict[str, Any]:
    """Rani's deal over 100 dollars with three touches of Anna; 61 of it are billed and 40 paid."""
    spring, anna = CampaignFactory(name="Spring promo"), ContactFactory()
    clicks = touched(anna, 9, 5, 1, campaign=spring)
    deal = won_deal(100, anna, owner=rani)
    invoice = issued([line(61)], deal=deal, contact=anna)
    payment = pay(invoice, amount=Decimal(40), by=rani)
    return {"campaign": spring, "clicks": clicks, "deal": deal, "invoice": invoice, "payment": payment}


def test_a_model_is_made_run_and_its_shares_are_read(api_as: ApiAs, iris: User, sale: dict[str, Any]) -> None:
    api = api_as(iris)
    made = api.post(
        "/api/v1/attribution-models/", {"name": "Ours", "method": "position", "basis": "won"}, format="json"
    )
    assert made.status_code == 201, made.content

    run = api.post(f"/api/v1/attribution-models/{made.json()['id']}/run/")

    assert run.status_code == 201, run.content
    assert (run.json()["number"], run.json()["shared_amount"], run.json()["deals"]) == (1, "100.00", 1)
    query = {"run": run.json()["id"], "campaign": sale["campaign"].pk, "deal": sale["deal"].pk}
    rows = api.get("/api/v1/shares/", query).json()["results"]
    assert sorted(row["amount"] for row in rows) == ["20.00", "40.00", "40.00"]
    assert api.get("/api/v1/attribution-runs/", {"model": made.json()["id"]}).json()["results"][0]["is_current"]


def test_shares_are_those_of_deals_that_one_may_see(
    api_as: ApiAs, rani: User, maya: User, bima: User, sale: Any
) -> None:
    run = sharing.run(model_of("linear"))

    assert len(api_as(maya).get("/api/v1/shares/", {"run": run.pk}).json()["results"]) == 3
    assert api_as(bima).get("/api/v1/shares/").status_code == 403


def test_models_stand_side_by_side(api_as: ApiAs, mira: User, sale: dict[str, Any]) -> None:
    first, last = model_of("first"), model_of("last", "invoiced")
    sharing.run(first)
    sharing.run(last)

    found = api_as(mira).get("/api/v1/attribution/", {"by": "channel", "models": f"{first.pk},{last.pk}"}).json()

    assert [run["total"] for run in found["runs"]] == ["100.00", "61.00"]
    assert [each["amount"] for each in found["lines"][0]["credits"]] == ["100.00", "61.00"]
    assert api_as(mira).get("/api/v1/attribution/", {"by": "moon"}).status_code == 400


def test_money_is_traced_both_ways_to_the_last_unit(api_as: ApiAs, iris: User, sale: dict[str, Any]) -> None:
    run = sharing.run(model_of("linear"))
    api = api_as(iris)

    (of_invoice,) = api.get("/api/v1/attribution/trace/", {"invoice": sale["invoice"].pk, "run": run.pk}).json()[
        "traces"
    ]
    (of_payment,) = api.get("/api/v1/attribution/trace/", {"payment": sale["payment"].pk, "run": run.pk}).json()[
        "traces"
    ]
    of_touch = api.get("/api/v1/attribution/trace/", {"touch": sale["clicks"][0].pk}).json()["money"]

    assert [each["amount"] for each in of_invoice["touches"]] == ["20.34", "20.33", "20.33"]
    assert [each["amount"] for each in of_payment["touches"]] == ["13.34", "13.33", "13.33"]
    assert [(each["basis"], each["amount"], each["deals"]) for each in of_touch] == [("won", "33.34", 1)]
    assert "all have the same" in of_invoice["touches"][0]["why"]


def test_what_one_may_not_see_or_does_not_exist_is_not_found(api_as: ApiAs, iris: User, sale: Any) -> None:
    api = api_as(iris)

    assert api.get("/api/v1/attribution/trace/", {"invoice": 10**9}).status_code == 404
    assert api.get("/api/v1/attribution/trace/").status_code == 400
    assert api.get("/api/v1/attribution/trace/", {"touch": "x"}).status_code == 400


def test_journeys_from_elsewhere_are_shared_and_bounded(api_as: ApiAs, iris: User) -> None:
    api = api_as(iris)
    paths = [
        {"touches": ["C1", "C2", "C3"], "value": "100"},
        {"touches": ["C1"], "conversions": "0", "nulls": "1"},
        {"touches": ["C2", "C3"], "conversions": "0", "nulls": "1"},
    ]

    found = api.post("/api/v1/attribution/attribute/", {"model": "markov", "paths": paths}, format="json")
    many = api.post(
        "/api/v1/attribution/attribute/", {"model": "linear", "paths": [{"touches": ["a"]}] * 5001}, format="json"
    )

    assert [each["value"] for each in found.json()["credits"]] == ["20.00", "40.00", "40.00"]
    assert many.status_code == 400


def test_a_change_of_settings_counts_from_the_next_run(api_as: ApiAs, mira: User, iris: User, sale: Any) -> None:
    model = AttributionModel.objects.get(method="linear")
    old = sharing.run(model)

    changed = api_as(iris).patch(f"/api/v1/attribution-models/{model.pk}/", {"window_days": 3}, format="json")

    assert changed.status_code == 200, changed.content
    model.refresh_from_db()
    new = sharing.run(model)
    assert (old.shares.count(), new.shares.count()) == (3, 1)
    assert (old.made_with["window_days"], new.made_with["window_days"]) == (180, 3)
