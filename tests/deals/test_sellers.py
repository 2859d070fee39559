"""Who issues documents, and the dated tax rates they charge."""

from datetime import date
from decimal import Decimal

import pytest

from deals.catalogue.taxes import TaxRateMissing, tax_rate_on
from deals.models import Seller, TaxRate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("country", "category", "day", "rate"),
    [
        ("ID", "standard", date(2024, 12, 31), "11"),
        ("ID", "standard", date(2025, 1, 1), "12"),
        ("VN", "standard", date(2026, 12, 31), "8"),
        ("VN", "standard", date(2027, 1, 1), "10"),
        ("VN", "exempt", date(2026, 1, 1), "0"),
    ],
)
def test_the_rate_in_force_on_a_day_counts(country, category, day, rate):
    assert tax_rate_on(category, country, day).rate == Decimal(rate)


def test_indonesian_tax_is_taken_of_eleven_twelfths_of_the_price():
    rate = tax_rate_on("standard", "ID", date(2026, 1, 1))

    assert (rate.base_numerator, rate.base_denominator) == (11, 12)


def test_a_country_without_a_rate_says_where_to_add_one():
    with pytest.raises(TaxRateMissing, match="Add it under Tax rates"):
        tax_rate_on("standard", "SG", date(2026, 1, 1))


def test_finance_adds_a_rate_through_the_api(api_as, fina):
    answer = api_as(fina).post(
        "/api/v1/tax-rates/",
        {"country": "SG", "category": "standard", "valid_from": "2024-01-01", "rate": "9.00", "name": "GST"},
        format="json",
    )

    assert answer.status_code == 201, answer.json()
    assert tax_rate_on("standard", "SG", date(2026, 1, 1)).rate == Decimal(9)


def test_a_rate_of_what_is_untaxed_is_refused(api_as, fina):
    body = {"country": "SG", "category": "zero", "valid_from": "2024-01-01", "rate": "9.00", "name": "GST"}

    answer = api_as(fina).post("/api/v1/tax-rates/", body, format="json")

    assert answer.status_code == 400
    assert TaxRate.objects.filter(country="SG").count() == 0


def test_two_rates_of_one_category_on_one_day_are_refused(api_as, fina):
    body = {"country": "ID", "category": "standard", "valid_from": "2025-01-01", "rate": "12.00", "name": "PPN"}

    assert api_as(fina).post("/api/v1/tax-rates/", body, format="json").status_code == 400


def test_a_rep_reads_rates_and_changes_none(api_as, rani):
    rep = api_as(rani)

    assert rep.get("/api/v1/tax-rates/").status_code == 200
    assert rep.post("/api/v1/tax-rates/", {}, format="json").status_code == 403


def test_finance_sets_a_seller_up_in_the_admin(admin_as, fina):
    page = admin_as(fina).post(
        "/admin/deals/seller/add/",
        {
            "name": "Cahaya Mesin",
            "legal_form": "PT",
            "country": "ID",
            "currency": "IDR",
            "time_zone": "Asia/Jakarta",
            "quote_prefix": "Q",
            "invoice_prefix": "INV",
            "credit_note_prefix": "CN",
            "is_default": "on",
            "is_active": "on",
        },
    )

    assert page.status_code == 302, page.content.decode()[:3000]
    assert str(Seller.objects.usual()) == "PT Cahaya Mesin"


def test_only_one_seller_is_the_usual_one(admin_as, fina):
    Seller.objects.create(name="One", country="ID", currency_id="IDR", is_default=True)
    form = {"name": "Two", "country": "VN", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh", "is_default": "on"}
    prefixes = {"quote_prefix": "Q", "invoice_prefix": "INV", "credit_note_prefix": "CN"}

    page = admin_as(fina).post("/admin/deals/seller/add/", form | prefixes)

    assert "Untick it there first" in page.content.decode()


@pytest.mark.parametrize("address", ["/admin/deals/seller/", "/admin/deals/taxrate/", "/admin/deals/taxrate/add/"])
def test_the_pages_open(admin_as, ana, address):
    assert admin_as(ana).get(address).status_code == 200
