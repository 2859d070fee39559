"""Pages by cursor: nothing doubled, nothing left out, in every order and both ways."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deals.models import Currency, Deal, ExchangeRate
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
ORDERINGS = ["", "amount", "-amount", "expected_close", "-expected_close", "closed_on,-amount", "name", "-name,amount"]


def walk(api, path, link="next"):
    """Every page from ``path`` on, by the given link."""
    pages = []
    while path:
        answer = api.get(path)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json())
        path = pages[-1][link]
    return pages


def ids(pages):
    return [row["id"] for page in pages for row in page["results"]]


@pytest.fixture
def deals(ana):
    """Deals with ties, nulls and equal moments."""
    for number in range(23):
        DealFactory(
            name=f"Deal {number % 5}",
            owner=ana,
            amount=Decimal(number % 4),
            expected_close=None if number % 3 == 0 else date(2026, 1, 1) + timedelta(days=number % 6),
        )
    moment = timezone.now()
    Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True))[:10]).update(created_at=moment)
    return Deal.objects.all()


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("size", [1, 4, 7, 50])
def test_walking_forward_shows_every_row_once(ana, api_as, deals, ordering, size):
    pages = walk(api_as(ana), f"/api/v1/deals/?page_size={size}&ordering={ordering}")

    assert sorted(ids(pages)) == sorted(deals.values_list("pk", flat=True))
    assert all(len(page["results"]) == size for page in pages[:-1])


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_walking_back_shows_the_same_rows_the_other_way_round(ana, api_as, deals, ordering):
    api = api_as(ana)
    pages = walk(api, f"/api/v1/deals/?page_size=4&ordering={ordering}")

    back = walk(api, pages[-1]["previous"], link="previous")

    assert [page["results"] for page in reversed(back)] == [page["results"] for page in pages[:-1]]
    assert back[-1]["previous"] is None


@pytest.mark.parametrize("ordering", ["expected_close", "-expected_close"])
def test_rows_without_a_value_come_last_in_both_directions(ana, api_as, deals, ordering):
    rows = api_as(ana).get(f"/api/v1/deals/?ordering={ordering}").json()["results"]

    days = [row["expected_close"] for row in rows]
    known = [day for day in days if day]
    assert days == known + [None] * (len(days) - len(known))
    assert known == sorted(known, reverse=ordering.startswith("-"))


def test_the_whole_order_is_that_of_one_big_page(ana, api_as, deals):
    api = api_as(ana)
    for ordering in ORDERINGS:
        whole = ids([api.get(f"/api/v1/deals/?ordering={ordering}").json()])
        assert ids(walk(api, f"/api/v1/deals/?ordering={ordering}&page_size=3")) == whole


def test_a_row_that_is_added_meanwhile_shifts_nothing(ana, api_as, deals):
    api = api_as(ana)
    first = api.get("/api/v1/deals/?page_size=10").json()
    DealFactory(owner=ana)

    following = api.get(first["next"]).json()

    assert not set(ids([first])) & set(ids([following]))
    assert following["results"][0]["id"] == max(ids([following]))


def test_a_page_deep_in_a_list_costs_no_more_queries_than_the_first(ana, api_as, deals):
    api = api_as(ana)
    counts = []
    path = "/api/v1/deals/?page_size=5&ordering=-expected_close"
    while path:
        with CaptureQueriesContext(connection) as queries:
            path = api.get(path).json()["next"]
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_the_count_is_given_only_when_it_is_asked_for(ana, api_as, deals):
    api = api_as(ana)

    assert "count" not in api.get("/api/v1/deals/").json()
    assert api.get("/api/v1/deals/?with_count=1&page_size=2").json()["count"] == 23


def test_filters_and_search_stay_on_every_page(ana, api_as, deals):
    pages = walk(api_as(ana), "/api/v1/deals/?search=deal+3&page_size=1")

    assert {row["name"] for page in pages for row in page["results"]} == {"Deal 3"}
    assert len(pages) == 4


@pytest.mark.parametrize("cursor", ["x", "WzBd", "eyJ4IjoxfQ:abc", "%00", "ü", "." * 5000])
def test_a_cursor_that_nobody_gave_out_is_refused(ana, api_as, cursor):
    answer = api_as(ana).get(f"/api/v1/deals/?cursor={cursor}")

    assert answer.status_code == 400
    assert "cursor" in answer.json()["fields"]


def test_a_cursor_of_another_order_or_list_is_refused(ana, api_as, deals):
    for _ in range(3):
        ContactFactory(owner=ana)
    api = api_as(ana)
    by_amount = api.get("/api/v1/deals/?ordering=amount&page_size=2").json()["next"].split("cursor=")[1].split("&")[0]

    assert api.get(f"/api/v1/deals/?ordering=-amount&cursor={by_amount}").status_code == 400
    assert api.get(f"/api/v1/contacts/?cursor={by_amount}").status_code == 400


def test_lists_with_other_keys_and_orders_page_too(ana, api_as):
    idr = Currency.objects.get(code="IDR")
    for day in range(1, 8):
        ExchangeRate.objects.create(currency=idr, valid_from=date(2026, 1, day), rate=Decimal(day))
    for _ in range(7):
        ProductFactory(name="Same")
    api = api_as(ana)

    assert len(set(ids(walk(api, "/api/v1/exchange-rates/?page_size=2")))) == 7
    assert len(set(ids(walk(api, "/api/v1/products/?page_size=2")))) == 7
    codes = [row["code"] for page in walk(api, "/api/v1/currencies/?page_size=9") for row in page["results"]]
    assert codes == sorted(Currency.objects.values_list("code", flat=True))


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1.5", "9" * 5000, "²"])
def test_a_page_size_that_is_none_is_refused(ana, api_as, size):
    answer = api_as(ana).get(f"/api/v1/deals/?page_size={size}")

    assert answer.status_code == 400
    assert "page_size" in answer.json()["fields"]
