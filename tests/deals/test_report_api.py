"""The pipeline report over the API, as CSV and on the command line."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from contacts.models import User
from deals.models import Deal
from tests.factories.contacts import CompanyFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/reports/pipeline/"
ApiAs = Callable[[User], APIClient]


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("report", "pipeline", *arguments, stdout=output)
    return output.getvalue()


def test_the_answer_has_exactly_the_agreed_names(api_as: ApiAs, rani: User) -> None:
    deal = DealFactory(owner=rani, amount=Decimal(20), won=True)
    report = api_as(rani).get(ADDRESS, {"group_by": "owner", "owner": rani.pk}).json()
    numbers = {
        "deals": 1,
        "won": 1,
        "lost": 0,
        "open": 0,
        "win_rate": "1.000000",
        "revenue": "20.00",
        "average_won": "20.00",
        "mean_days_to_win": "0.0000",
        "median_days_to_win": "0.0000",
        "mean_days_to_close": "0.0000",
        "open_amount": "0.00",
    }
    assert deal.outcome == "won"
    assert {name: report[name] for name in ("currency", "filters", "total", "groups", "left_out")} == {
        "currency": "USD",
        "filters": {"owner": str(rani.pk)},
        "total": numbers,
        "groups": [{"key": rani.pk, "label": "Rani", **numbers, "query": f"owner={rani.pk}"}],
        "left_out": [],
    }


def test_only_visible_deals_are_reported(api_as: ApiAs, rani: User, bima: User) -> None:
    DealFactory(owner=bima, name="Secret", company=CompanyFactory(industry="Secret industry"))
    DealFactory(owner=rani)
    for group_by in ("owner", "team", "manager", "region", "industry", "stage", "month"):
        answer = api_as(rani).get(ADDRESS, {"group_by": group_by})
        assert (answer.json()["total"]["deals"], "Secret" in answer.content.decode()) == (1, False)


@pytest.mark.parametrize(
    "query", ["owner__password__startswith=p", "group_by=owner__password", "owner=x", "cursor=1", "format=xml"]
)
def test_an_unknown_or_unreadable_parameter_is_a_400_that_names_it(api_as: ApiAs, ana: User, query: str) -> None:
    answer = api_as(ana).get(f"{ADDRESS}?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [query.split("=")[0]])


def test_the_report_needs_the_right_to_see_deals(api_as: ApiAs, rani: User) -> None:
    role: Any = rani.role
    role.permissions.remove(*role.permissions.filter(codename="view_deal"))
    assert api_as(rani).get(ADDRESS).status_code == 403
    assert APIClient().get(ADDRESS).status_code == 401


@pytest.mark.parametrize(
    "address", [f"{ADDRESS}?format=csv&group_by=owner", "/api/v1/reports/pipeline.csv?group_by=owner"]
)
def test_csv_has_the_groups_and_the_total(api_as: ApiAs, rani: User, address: str) -> None:
    DealFactory(owner=rani, amount=Decimal("12.50"), won=True)
    answer = api_as(rani).get(address)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [(row["label"], row["revenue"], row["currency"]) for row in rows] == [
        ("Rani", "12.50", "USD"),
        ("Total", "12.50", "USD"),
    ]


def test_an_error_is_json_even_where_csv_was_asked_for(api_as: ApiAs, ana: User) -> None:
    answer = api_as(ana).get("/api/v1/reports/pipeline.csv?nonsense=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
def test_csv_holds_no_formula(api_as: ApiAs, ana: User, rani: User, name: str) -> None:
    DealFactory(owner=rani, company=CompanyFactory(industry="x"))
    Deal.objects.get().company.__class__.objects.update(industry=name)
    rows = list(csv.reader(io.StringIO(api_as(ana).get(f"{ADDRESS}?format=csv&group_by=industry").content.decode())))
    assert rows[1][:2] == [f"'{name}", f"'{name}"]


def test_every_group_opens_a_list_of_as_many_deals_in_the_api(api_as: ApiAs, ana: User, rani: User, bima: User) -> None:
    DealFactory(owner=rani, company=CompanyFactory(industry="Retail, food"), won=True)
    DealFactory(owner=bima, lost=True)
    DealFactory(owner=bima)
    api = api_as(ana)
    for group_by in ("owner", "team", "manager", "region", "product", "industry", "stage", "month", "quarter"):
        for group in api.get(ADDRESS, {"group_by": group_by}).json()["groups"]:
            listed = api.get(f"/api/v1/deals/?{group['query']}&with_count=1")
            assert listed.json()["count"] == group["deals"], (group_by, group)


def test_the_command_prints_what_the_api_answers(api_as: ApiAs, ana: User, rani: User) -> None:
    DealFactory(owner=rani, won=True)
    answer = api_as(ana).get(ADDRESS, {"group_by": "owner", "outcome": "won,lost"}).json()
    assert json.loads(run("--group-by", "owner", "--outcome", "won,lost", "--json")) == answer


def test_the_command_sees_all_deals_or_those_of_one_user(rani: User, bima: User) -> None:
    DealFactory(owner=rani)
    DealFactory(owner=bima)
    counts = [json.loads(run("--json", *who))["total"]["deals"] for who in ([], ["--as", rani.email.upper()])]
    assert counts == [2, 1]


def test_the_command_prints_a_table_with_the_answer_first(rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(5), won=True)
    lines = run("--group-by", "owner").splitlines()
    assert lines[0] == "1 of 1 closed deals won (100 %): $5.00. Open: 0, $0.00."
    assert lines[3].split()[:3] == ["Rani", "1", "1"]


def test_the_command_prints_csv(rani: User) -> None:
    DealFactory(owner=rani)
    assert run("--csv", "--group-by", "owner").splitlines()[1].startswith(f"{rani.pk},Rani,1,0,0,1,")


def test_the_command_says_which_option_is_wrong(db: None) -> None:
    with pytest.raises(CommandError, match="--opened-from: Write the day"):
        run("--opened-from", "tomorrow")
    with pytest.raises(CommandError, match="no user with the address nobody@"):
        run("--as", "nobody@tandem.test")
