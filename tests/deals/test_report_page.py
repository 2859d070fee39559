"""The page “Pipeline report” of the admin."""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from contacts.models import User
from deals.models import Currency
from deals.pipeline.editing import LineInput, set_lines
from deals.reports.report import pipeline_report
from tests.factories.contacts import CompanyFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/reports/pipeline/"
AdminAs = Callable[[User], Client]


def a_few_deals(*owners: User) -> None:
    for owner in owners:
        company = CompanyFactory(industry="Food, drinks", owner=owner)
        won = DealFactory(owner=owner, company=company, amount=Decimal(100), won=True)
        set_lines(won, [LineInput(ProductFactory(), unit_price=Decimal(100))])
        DealFactory(owner=owner, lost=True)
        DealFactory(owner=owner, amount=Decimal(7))
        DealFactory(owner=owner, amount=Decimal(7), currency=Currency.objects.get(code="VND"))


def test_the_heading_is_the_answer(admin_as: AdminAs, rani: User) -> None:
    a_few_deals(rani)
    page = admin_as(rani).get(ADDRESS).content.decode()
    assert pipeline_report(rani).sentence() in page
    assert "You see your own deals." in page


def test_a_rep_finds_nothing_of_another_reps(admin_as: AdminAs, rani: User, bima: User) -> None:
    DealFactory(owner=bima, company=CompanyFactory(name="Secret Ltd", industry="Secret industry", owner=bima), won=True)
    DealFactory(owner=rani)
    for query in ("", f"?owner={bima.pk}", "?group_by=industry", f"?manager={bima.pk}", f"?own_team={bima.team_id}"):
        page = admin_as(rani).get(ADDRESS + query).content.decode()
        assert not re.search("Secret|Bima|Bali", page), query


@pytest.mark.parametrize("group_by", ["owner", "team", "manager", "product", "industry", "stage", "month", ""])
def test_every_number_opens_a_list_of_as_many_deals(
    admin_as: AdminAs, ana: User, rani: User, bima: User, group_by: str
) -> None:
    a_few_deals(rani, bima)
    browser = admin_as(ana)
    page = browser.get(ADDRESS, {"group_by": group_by, "opened_from": "2020-01-01"}).content.decode()
    counted = re.findall(r'<td class="td-number"><a class="td-quiet" href="([^"]+)">(\d+)</a>', page)
    listed = [browser.get(unescape(link)).context_data["cl"].result_count for link, _number in counted]
    assert counted
    assert listed == [int(number) for _link, number in counted]


def test_what_is_left_out_opens_its_list(admin_as: AdminAs, ana: User, rani: User) -> None:
    a_few_deals(rani)
    browser = admin_as(ana)
    page = browser.get(ADDRESS).content.decode()
    link, number = re.findall(r'rp-count" href="([^"]+)">(\d+) deal', page)[0]
    assert browser.get(unescape(link)).context_data["cl"].result_count == int(number) == 1


def test_every_tile_opens_a_list(admin_as: AdminAs, ana: User, rani: User) -> None:
    a_few_deals(rani)
    browser = admin_as(ana)
    links = re.findall(r'class="td-tile" href="([^"]+)"', browser.get(ADDRESS).content.decode())
    assert [browser.get(unescape(link)).context_data["cl"].result_count for link in links] == [1, 2, 1, 2]


def test_only_what_one_may_see_is_offered(admin_as: AdminAs, maya: User, rani: User, bima: User) -> None:
    context = admin_as(maya).get(ADDRESS).context_data
    owners = next(control for control in context["controls"] if control.name == "owner")
    assert sorted(label for _value, label in owners.choices) == ["All", "Maya", "Rani"]


def test_a_typed_company_becomes_its_filter(admin_as: AdminAs, rani: User) -> None:
    company = CompanyFactory(name="Acme", owner=rani)
    answer = admin_as(rani).get(
        ADDRESS, {"group_by": "owner", "company_name": "acme", "company_name_id": "", "owner": ""}
    )
    assert answer["Location"] == f"{ADDRESS}?group_by=owner&company={company.pk}"
    assert 'value="Acme"' in admin_as(rani).get(answer["Location"]).content.decode()


def test_a_company_one_cannot_see_reads_like_one_that_is_not_there(admin_as: AdminAs, rani: User, bima: User) -> None:
    CompanyFactory(name="Hidden", owner=bima)
    browser = admin_as(rani)
    answers = [browser.get(ADDRESS, {"company_name": name}) for name in ("Hidden", "Absent")]
    assert [answer.context_data["company_error"] for answer in answers] == [
        "No company that you can see is called “Hidden”.",
        "No company that you can see is called “Absent”.",
    ]


@pytest.mark.parametrize(
    "query",
    ["closed_from=soon", "owner=x", "group_by=x", "owner__password=p", "company=%00", "company_name=%00", "date=x"],
)
def test_what_cannot_be_read_is_said_and_nothing_is_shown(admin_as: AdminAs, ana: User, rani: User, query: str) -> None:
    a_few_deals(rani)
    answer = admin_as(ana).get(f"{ADDRESS}?{query}")
    if query == "company_name=%00":
        assert answer.status_code == 302
        return
    page = answer.content.decode()
    assert (answer.status_code, "dl-error" in page, "td-tiles" in page) == (400, True, False)


def test_filters_that_links_set_are_shown_and_can_be_taken_away(admin_as: AdminAs, ana: User, rani: User) -> None:
    a_few_deals(rani)
    chips = admin_as(ana).get(f"{ADDRESS}?own_team={rani.team_id}&outcome=won").context_data["chips"]
    assert [(str(chip.label), chip.value, chip.without) for chip in chips] == [
        ("Team itself", "Java", "?outcome=won"),
        ("Outcome", "won", f"?own_team={rani.team_id}"),
    ]


def test_the_csv_is_what_the_page_shows(admin_as: AdminAs, ana: User, rani: User, bima: User) -> None:
    a_few_deals(rani, bima)
    browser = admin_as(ana)
    link = browser.get(ADDRESS, {"owner": rani.pk}).context_data["csv_link"]
    answer = browser.get(ADDRESS + link)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [(row["label"], row["revenue"]) for row in rows] == [("Rani", "100.00"), ("Total", "100.00")]


def test_an_empty_report_says_why_instead_of_drawing(admin_as: AdminAs, ana: User) -> None:
    page = admin_as(ana).get(ADDRESS).content.decode()
    assert 'data-why="no_deals"' in page
    assert "<canvas" not in page


def test_the_page_needs_the_right_to_see_deals(admin_as: AdminAs, rani: User) -> None:
    role: Any = rani.role
    role.permissions.remove(*role.permissions.filter(codename="view_deal"))
    assert admin_as(rani).get(ADDRESS).status_code == 403


def test_the_page_stays_within_its_queries(
    admin_as: AdminAs, maya: User, rani: User, django_assert_max_num_queries: Any
) -> None:
    a_few_deals(rani)
    browser = admin_as(maya)
    browser.get(ADDRESS)
    with django_assert_max_num_queries(15) as queries:
        browser.get(ADDRESS, {"group_by": "owner", "own_team": rani.team_id, "company": "1"})
    assert sum("picked(" in query["sql"] for query in queries) == 1
