"""What customers owe, by how late it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from contacts.models import Company, User
from deals.billing.crediting import credit
from deals.billing.paying import pay
from deals.billing.receivables import Age, Receivables, age_of, receivables
from deals.models import Currency, ExchangeRate, Seller
from tests.factories.billing import SellerFactory, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)


@pytest.fixture
def seller(db: None) -> Seller:
    return SellerFactory()


@pytest.fixture
def senja(db: None) -> Company:
    return CompanyFactory(name="Kedai Senja")


def due(days_ago: int, amount: int | str = 100, **fields: Any) -> Any:
    """An invoice that was due so many days before the day of the report."""
    issued_on = datetime(2026, 1, 1, 4, tzinfo=UTC)
    with time_machine.travel(issued_on, tick=False):
        days = (DAY - timedelta(days=days_ago) - issued_on.date()).days
        return issued([line(amount)], payment_days=days, **fields)


def shown(found: Receivables) -> list[tuple[str, str, Decimal]]:
    return [(row.name, row.currency, row.total) for row in found.rows]


@pytest.mark.parametrize(
    ("late", "age"),
    [(-5, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (61, "61_90"),
     (90, "61_90"), (91, "over_90"), (4000, "over_90")],
)  # fmt: skip
def test_what_was_due_so_many_days_ago_is_of_such_an_age(late: int, age: str) -> None:
    assert age_of(DAY - timedelta(days=late), DAY) == age


def test_a_customer_owes_by_age(seller: Seller, senja: Company, fina: User) -> None:
    for days, amount in ((-1, 1), (1, 20), (45, 300), (70, 4000), (100, 50_000), (20, 5)):
        due(days, amount, company=senja)

    [row] = receivables(fina, DAY).rows

    assert row.by_age == {"not_due": 1, "1_30": 25, "31_60": 300, "61_90": 4000, "over_90": 50_000}
    assert (row.name, row.total, row.overdue, row.invoices) == ("Kedai Senja", 54_326, 54_325, 6)


def test_only_what_is_open_is_owed(seller: Seller, senja: Company, fina: User) -> None:
    pay(due(5, company=senja), amount=Decimal(100), by=fina)
    pay(due(5, company=senja), amount=Decimal(30), by=fina)
    corrected = due(5, company=senja)
    credit(corrected, by=fina, reason="Broken", lines={corrected.lines.get().pk: Decimal("0.25")})
    credit(due(5, company=senja), by=fina, reason="Returned")
    drafted(company=senja)

    [row] = receivables(fina, DAY).rows

    assert (row.total, row.invoices) == (145, 2)


def test_currencies_are_never_added_without_a_rate(seller: Seller, senja: Company, fina: User) -> None:
    idr, vnd = (Currency.objects.get(code=code) for code in ("IDR", "VND"))
    ExchangeRate.objects.create(currency=idr, valid_from=date(2026, 1, 1), rate=Decimal("0.00006"))
    ExchangeRate.objects.create(currency=vnd, valid_from=DAY + timedelta(days=1), rate=Decimal("0.00004"))
    due(5, 100, company=senja)
    due(5, 1_000_000, company=senja, currency=idr)
    due(5, 3_000_000, company=CompanyFactory(name="Phở 24"), currency=vnd)

    found = receivables(fina, DAY)

    assert shown(found) == [
        ("Kedai Senja", "USD", 100), ("Kedai Senja", "IDR", 1_000_000), ("Phở 24", "VND", 3_000_000),
    ]  # fmt: skip
    assert (found.total.total, found.total.by_age[Age.DAYS_1_30], found.without_rate) == (160, 160, ["VND"])


def test_a_person_owes_on_their_own_account(seller: Seller, senja: Company, fina: User) -> None:
    ayu = ContactFactory(full_name="Ayu")
    due(5, 10, contact=ayu)
    due(5, 20, company=senja, contact=ayu)

    rows = {(row.name, row.company_id, row.contact_id): row.total for row in receivables(fina, DAY).rows}

    assert rows == {("Ayu", None, ayu.pk): 10, ("Kedai Senja", senja.pk, None): 20}


def test_a_rep_is_told_of_their_own_customers(seller: Seller, senja: Company, rani: User, bima: User) -> None:
    due(5, 10, company=senja, owner=rani)

    assert shown(receivables(rani, DAY)) == [("Kedai Senja", "USD", 10)]
    assert receivables(bima, DAY).rows == []


def test_any_number_of_customers_costs_one_query(
    seller: Seller, fina: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(3):
        due(5)

    with django_assert_num_queries(1):
        assert len(receivables(fina, DAY).rows) == 3
