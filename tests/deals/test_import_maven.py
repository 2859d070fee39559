"""A real pipeline of 8,800 deals, with everything that is crooked in it, comes in whole by one plan; and only once."""

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Avg, Count, F, Min, Sum

from config.common.sql import DaysBetween
from config.integrations.models import Event
from contacts.models import Company, LifecycleChange, Team, User
from deals.models import Deal, DealLine, Product, StageChange

MAVEN = Path(__file__).parent.parent / "data" / "maven-crm"

pytestmark = pytest.mark.django_db


def test_the_plan_imports_everything_as_the_data_has_it_and_a_second_run_makes_nothing_new() -> None:
    """One test for many figures: the import takes seconds."""
    told = import_plan()

    assert "with problems 0" in told
    check_people_and_companies()
    check_deals()
    check_histories()
    check_lifecycles()
    rows = (Deal.objects.count(), StageChange.objects.count(), LifecycleChange.objects.count(), User.history.count())

    again = import_plan()

    assert "new 0, changed 0, unchanged 8800, with problems 0" in again
    assert again.count("new 0, changed 0") == 4
    assert (
        Deal.objects.count(),
        StageChange.objects.count(),
        LifecycleChange.objects.count(),
        User.history.count(),
    ) == rows


def import_plan() -> str:
    output = io.StringIO()
    call_command("import_data", str(MAVEN / "plan.toml"), stdout=output)
    return output.getvalue()


def source(name: str) -> list[dict[str, str]]:
    with (MAVEN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def check_people_and_companies() -> None:
    assert (Company.objects.count(), Company.objects.filter(parent__isnull=False).count()) == (85, 15)
    parents = {row["account"]: row["subsidiary_of"] or None for row in source("accounts.csv")}
    assert dict(Company.objects.values_list("name", "parent__name")) == parents
    assert not Company.objects.filter(industry="technolgy").exists()
    assert set(Company.objects.filter(country__in=["PH", "KR"]).values_list("name", flat=True)) == {
        "Bioholding",
        "Hottechi",
    }
    assert Company.objects.get(name="Acme Corporation").annual_revenue == Decimal("1100040000")
    reps = User.objects.filter(role__code="sales-rep")
    assert (reps.count(), User.objects.filter(role__code="sales-manager").count()) == (35, 6)
    places = {row["sales_agent"]: (row["manager"], row["regional_office"]) for row in source("sales_teams.csv")}
    assert {
        name: (manager, region)
        for name, manager, region in reps.values_list("name", "team__manager__name", "team__parent__name")
    } == places
    assert Team.objects.filter(parent__isnull=True).count() == 3
    assert sorted(Product.objects.values_list("name", "category__name", "price")) == sorted(
        (row["product"], row["series"], Decimal(row["sales_price"])) for row in source("products.csv")
    )


def check_deals() -> None:
    won = Deal.objects.won()
    assert Counter(Deal.objects.values_list("outcome", flat=True)) == {"won": 4238, "lost": 2473, "open": 2089}
    assert won.aggregate(sum=Sum("amount"))["sum"] == 10_005_534
    days = won.aggregate(mean=Avg(DaysBetween(F("opened_on"), F("closed_on"))))["mean"]
    assert round(days, 3) == 51.782
    assert (Deal.objects.filter(company=None).count(), Deal.objects.filter(opened_on=None).count()) == (1425, 500)
    assert DealLine.objects.count() == 8800
    assert set(Deal.objects.lost().values_list("loss_reason__code", flat=True)) == {"unknown"}
    per_product = Counter(
        "GTX Pro" if row["product"] == "GTXPro" else row["product"] for row in source("sales_pipeline.csv")
    )
    assert dict(DealLine.objects.values_list("product__name").annotate(count=Count("deal"))) == per_product
    open_amounts = Deal.objects.open().annotate(price=F("lines__product__price"))
    assert not open_amounts.exclude(amount=F("price")).exists()


def check_histories() -> None:
    kinds = Counter(StageChange.objects.values_list("kind", flat=True))
    assert kinds == {"opened": 8800, "won": 4238, "lost": 2473}
    assert Deal.history.count() == 8800
    deal = Deal.objects.get(external_id="1C1I7A6R")
    told = [(change.kind, str(change.to_stage), change.at.date()) for change in deal.stage_changes.all()]
    assert told == [("won", "After-sale care", date(2017, 3, 1)), ("opened", "Approach", date(2016, 10, 20))]
    assert (deal.name, deal.amount, str(deal.owner)) == ("GTX Plus Basic for Cancity", 1054, "Moses Frase")
    # What happened in 2017 is no news.
    assert set(Event.objects.values_list("name", flat=True)) == {"contacts.import_finished"}


def check_lifecycles() -> None:
    first = dict(Deal.objects.order_by().values_list("company").annotate(day=Min("opened_on")))
    first_won = dict(Deal.objects.won().order_by().values_list("company").annotate(day=Min("closed_on")))
    for company in Company.objects.all():
        told = [(change.to_stage, change.at.date()) for change in LifecycleChange.objects.of(company)]
        assert told == [
            ("lead", date(2016, 10, 1)),
            ("opportunity", first[company.pk]),
            ("customer", first_won[company.pk]),
        ]
