"""Homes, sidebar and palette as far as deals go: numbers that agree with lists and the report."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from config.common.admin.home import HomePage
from contacts.models import User
from deals.admin.finding import name_of_new
from deals.admin.homes import manager_home, rep_home
from deals.models import Deal
from deals.pipeline.filtering import read_filters
from deals.reports.report import pipeline_report
from tests.factories.contacts import CompanyFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def home(builder: Callable[[User, HomePage], None], user: User) -> HomePage:
    page = HomePage()
    builder(user, page)
    return page


def tile(page: HomePage, title: str) -> tuple[str, str, str]:
    found = next(tile for tile in page.tiles if str(tile.title) == title)
    return found.number, str(found.line), found.link


def stall(deal: Deal) -> Deal:
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=400))
    return deal


def test_a_rep_s_home_counts_own_deals_only(rani: User, maya: User) -> None:
    DealFactory(owner=rani, amount=Decimal(100))
    DealFactory(owner=maya, amount=Decimal(900))
    assert tile(home(rep_home, rani), "My open pipeline")[:2] == ("$100.00", "1 deal, $10.00 weighted")


def test_a_rep_s_home_names_what_should_have_closed_and_opens_the_rest(admin_as: As, rani: User) -> None:
    DealFactory(owner=rani, name="fine")
    for _number in range(8):
        DealFactory(owner=rani, name="late", expected_close=timezone.localdate() - timedelta(days=1))
    page = home(rep_home, rani)
    assert {todo.title.split(" · ")[0] for todo in page.todos} == {"late"}
    assert str(page.todos[0].why).startswith("was expected to close on")
    assert admin_as(rani).get(page.todo_more).context["cl"].result_count == 8


@pytest.mark.parametrize(("builder", "role"), [(rep_home, "rani"), (manager_home, "maya")])
def test_every_tile_opens_a_list_of_its_deals(
    admin_as: As,
    request: pytest.FixtureRequest,
    rani: User,
    builder: Callable[[User, HomePage], None],
    role: str,
) -> None:
    user = request.getfixturevalue(role)
    stall(DealFactory(owner=rani, amount=Decimal(10)))
    DealFactory(owner=rani, amount=Decimal(20), expected_close=timezone.localdate())
    DealFactory(owner=rani, amount=Decimal(30), won=True)
    DealFactory(owner=rani, amount=Decimal(40), lost=True)
    expected = {
        "My open pipeline": 2,
        "Open pipeline": 2,
        "Won this month": 1,
        "Stalled deals": 1,
        "Closing this week": 1,
        "Win rate, 90 days": 2,
    }
    for each in home(builder, user).tiles:
        listed = admin_as(user).get(each.link).context["cl"].result_count
        assert listed == expected[str(each.title)], each


def test_won_this_month_is_the_report_s_revenue(maya: User, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal("99.95"), won=True)
    number, line, link = tile(home(manager_home, maya), "Won this month")
    query = dict(part.split("=") for part in link.split("?")[1].split("&"))
    report = pipeline_report(maya, filters=read_filters(query))
    assert number == report.money(report.total.revenue) == "$99.95"
    assert line == "1 deal: Rani $99.95"


def test_the_win_rate_is_unknown_until_a_deal_is_closed(maya: User) -> None:
    assert tile(home(manager_home, maya), "Win rate, 90 days")[:2] == ("–", "No deal was closed yet")


def test_stages_of_the_chart_open_their_deals(admin_as: As, maya: User, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(70))
    chart = home(manager_home, maya).chart
    assert chart is not None
    assert [admin_as(maya).get(link).context["cl"].result_count for link in chart.links] == [1]


@pytest.mark.parametrize("role", ["ana", "maya", "rani", "fina", "mira"])
def test_a_home_never_takes_more_than_fifteen_queries(
    admin_as: As, request: pytest.FixtureRequest, rani: User, role: str, django_assert_max_num_queries: object
) -> None:
    user = request.getfixturevalue(role)
    for _number in range(20):
        stall(DealFactory(owner=rani, company=CompanyFactory(), amount=Decimal(5)))
        DealFactory(owner=rani, won=True)
    client = admin_as(user)
    client.get("/admin/")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert client.get("/admin/").status_code == 200


def test_the_sidebar_counts_my_stalled_deals(admin_as: As, rani: User, maya: User) -> None:
    stall(DealFactory(owner=rani))
    for user, badge in ((rani, 1), (maya, None)):
        groups = admin_as(user).get("/admin/").context["sidebar_navigation"]
        items = {str(item["title"]): item for group in groups for item in group["items"]}
        assert items["Pipeline"].get("badge") == badge


def test_set_up_is_shown_to_those_who_may_set_up(admin_as: As, rani: User, maya: User, fina: User) -> None:
    shown = {}
    for user in (rani, maya, fina):
        groups = admin_as(user).get("/admin/").context["sidebar_navigation"]
        titles = {str(item["title"]) for group in groups for item in group["items"]}
        shown[user.name] = titles & {"Pipelines", "Loss reasons", "Currencies"}
    assert shown == {"Rani": set(), "Maya": {"Pipelines", "Loss reasons", "Currencies"}, "Fina": {"Currencies"}}


def test_the_palette_finds_deals_by_name_and_company_and_products(admin_as: As, rani: User, bima: User) -> None:
    DealFactory(owner=rani, name="Hers", company=CompanyFactory(name="Nguyễn Loom"))
    DealFactory(owner=bima, name="Loom of Bima")
    ProductFactory(name="Loom oil")
    found = admin_as(rani).get("/admin/search/?s=nguyen&extended=1").content.decode()
    assert "Hers" in found
    found = admin_as(rani).get("/admin/search/?s=loom&extended=1").content.decode()
    assert "Loom oil" in found
    assert "Loom of Bima" not in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Loom", "Loom"),
        ("new deal Loom", "Loom"),
        ("NEW DEAL", ""),
        ("deal baru", "deal baru"),
        ("baru deal Loom", "Loom"),
        ("new contact Dewi", None),
        ("newdeal", "newdeal"),
    ],
)
def test_the_palette_understands_what_is_to_be_made(text: str, name: str | None) -> None:
    assert name_of_new(text) == name
