"""The report over a real sales pipeline of 8,800 deals, against figures computed from the file in plain Python."""

import csv
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from contacts.models import Company, Team, User
from deals.models import Currency, Deal, DealLine, Pipeline, Product
from deals.pipeline.deal import Outcome
from deals.pipeline.filtering import matching, read_filters
from deals.reports.report import pipeline_report
from tests.factories.contacts import UserFactory

MAVEN = Path(__file__).parent.parent / "data" / "maven-crm"
CODES = {"Won": Outcome.WON, "Lost": Outcome.LOST, "Engaging": Outcome.OPEN, "Prospecting": Outcome.OPEN}


@dataclass
class Plain:
    """The figures of a group, computed row by row."""

    deals: int = 0
    won: int = 0
    lost: int = 0
    revenue: Decimal = Decimal(0)
    days_to_win: list[int] = field(default_factory=list)
    days_to_close: list[int] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        self.deals += 1
        if row["outcome"] == Outcome.OPEN:
            return
        days = (row["closed"] - row["opened"]).days
        self.days_to_close.append(days)
        if row["outcome"] == Outcome.WON:
            self.won += 1
            self.revenue += row["amount"]
            self.days_to_win.append(days)
        else:
            self.lost += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "deals": self.deals,
            "won": self.won,
            "lost": self.lost,
            "open": self.deals - self.won - self.lost,
            "win_rate": _ratio(self.won, self.won + self.lost, 6),
            "revenue": f"{self.revenue:.2f}",
            "average_won": _ratio(self.revenue, self.won, 2),
            "mean_days_to_win": _ratio(sum(self.days_to_win), self.won, 4),
            "median_days_to_win": f"{statistics.median(self.days_to_win):.4f}" if self.won else None,
            "mean_days_to_close": _ratio(sum(self.days_to_close), self.won + self.lost, 4),
        }


def _ratio(part: Decimal | int, whole: int, digits: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) / whole).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def _read(name: str) -> list[dict[str, str]]:
    with (MAVEN / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _rows() -> list[dict[str, Any]]:
    people = {row["sales_agent"]: row for row in _read("sales_teams.csv")}
    sectors = {row["account"]: row["sector"] for row in _read("accounts.csv")}
    return [
        {
            "id": row["opportunity_id"],
            "outcome": CODES[row["deal_stage"]],
            "opened": date.fromisoformat(row["engage_date"]) if row["engage_date"] else None,
            "closed": date.fromisoformat(row["close_date"]) if row["close_date"] else None,
            "amount": Decimal(row["close_value"] or 0),
            "company": row["account"],
            "owner": row["sales_agent"],
            "manager": people[row["sales_agent"]]["manager"],
            "region": people[row["sales_agent"]]["regional_office"],
            "product": row["product"].replace("GTXPro", "GTX Pro"),
            "industry": sectors.get(row["account"], "No industry"),
        }
        for row in _read("sales_pipeline.csv")
    ]


def _load(rows: list[dict[str, Any]]) -> None:
    regions, teams, people = {}, {}, {}
    for row in _read("sales_teams.csv"):
        region = row["regional_office"]
        regions[region] = regions.get(region) or Team.objects.create(name=region)
        name = row["manager"]
        if name not in teams:
            manager = UserFactory(name=name, role="sales-manager")
            teams[name] = Team.objects.create(name=f"Team {name}", parent=regions[region], manager=manager)
        people[row["sales_agent"]] = UserFactory(name=row["sales_agent"], team=teams[name])
    dollars = Currency.objects.get(code="USD")
    products = {
        row["product"]: Product.objects.create(
            code=row["product"], name=row["product"], price=Decimal(row["sales_price"]), currency=dollars
        )
        for row in _read("products.csv")
    }
    made = Company.objects.bulk_create(
        Company(name=row["account"], industry=row["sector"]) for row in _read("accounts.csv")
    )
    companies = {company.name: company for company in made}
    pipeline = Pipeline.objects.get(is_default=True)
    stages = {stage.position: stage for stage in pipeline.stages.all()}
    deals = Deal.objects.bulk_create(
        [
            Deal(
                name=row["id"],
                external_id=row["id"],
                owner=people[row["owner"]],
                pipeline=pipeline,
                stage=stages[5 if row["outcome"] == Outcome.WON else 0],
                outcome=row["outcome"],
                company=companies.get(row["company"]),
                currency=dollars,
                amount=row["amount"],
                opened_on=row["opened"],
                closed_on=row["closed"],
            )
            for row in rows
        ],
        batch_size=1000,
    )
    DealLine.objects.bulk_create(
        [
            DealLine(deal=deal, product=products[row["product"]], unit_price=row["amount"])
            for deal, row in zip(deals, rows, strict=True)
        ],
        batch_size=1000,
    )


@pytest.fixture(scope="module")
def maven(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, Any]]]:
    """The pipeline, loaded once for this file and rolled back at its end."""
    rows = _rows()
    with django_db_blocker.unblock(), transaction.atomic():
        _load(rows)
        yield rows
        transaction.set_rollback(True)


def _quarter(row: dict[str, Any]) -> str:
    closed = row["closed"]
    return f"Q{(closed.month + 2) // 3} {closed.year}" if closed else "No closing date"


def _month_opened(row: dict[str, Any]) -> str:
    opened = row["opened"]
    return f"{opened:%B %Y}" if opened else "No opening date"


def _split(rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    groups: dict[str, Plain] = defaultdict(Plain)
    for row in rows:
        groups[key(row)].add(row)
    return {name: group.as_json() for name, group in groups.items()}


def _shown(part: dict[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in Plain().as_json()}


@pytest.mark.django_db
def test_the_total_is_what_the_data_set_is_known_for(ana: User, maven: Any) -> None:
    report = pipeline_report(ana).as_json()
    assert report["currency"] == "USD"
    assert _shown(report["total"]) == {
        "deals": 8800,
        "won": 4238,
        "lost": 2473,
        "open": 2089,
        "win_rate": "0.631501",
        "revenue": "10005534.00",
        "average_won": "2360.91",
        "mean_days_to_win": "51.7820",
        "median_days_to_win": "57.0000",
        "mean_days_to_close": "47.9854",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("group_by", "dated_by", "key"),
    [
        ("owner", "closed", lambda row: row["owner"]),
        ("manager", "closed", lambda row: row["manager"]),
        ("team", "closed", lambda row: f"Team {row['manager']}"),
        ("region", "closed", lambda row: row["region"]),
        ("product", "closed", lambda row: row["product"]),
        ("industry", "closed", lambda row: row["industry"]),
        ("quarter", "closed", _quarter),
        ("month", "opened", _month_opened),
    ],
)
def test_every_split_equals_the_one_computed_from_the_file(
    ana: User, maven: Any, group_by: str, dated_by: str, key: Callable[[dict[str, Any]], str]
) -> None:
    report = pipeline_report(ana, group_by=group_by, dated_by=dated_by).as_json()
    assert {group["label"]: _shown(group) for group in report["groups"]} == _split(maven, key)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "group_by", ["owner", "manager", "team", "region", "product", "industry", "stage", "quarter", "month"]
)
def test_every_group_opens_a_list_of_as_many_deals(ana: User, maven: Any, group_by: str) -> None:
    filters = read_filters({"opened_from": "2016-11-15", "closed_to": "2017-10-15"})
    groups = pipeline_report(ana, filters=filters, group_by=group_by).groups
    listed = [Deal.objects.visible_to(ana).filter(matching(group.filters)).count() for group in groups]
    assert listed == [group.numbers.deals for group in groups]


@pytest.mark.django_db
def test_deals_without_the_date_of_the_period_are_named_as_left_out(ana: User, maven: Any) -> None:
    report = pipeline_report(ana, filters=read_filters({"opened_from": "2016-01-01"}))
    assert (report.total.deals, report.left_out[0].reason, report.left_out[0].count) == (8300, "No opening date", 500)
