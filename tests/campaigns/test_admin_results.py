"""The pages and the API of results: one figure everywhere, each number opens exactly its rows."""

import csv
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.results.asking import Question
from campaigns.results.figures import results_of
from campaigns.results.goals import actuals_of
from deals.billing.paying import receive
from deals.models import Allocation
from tests.campaigns.test_results import NOW, _summer, days_ago, model_run, owe, world  # noqa: F401
from tests.factories.billing import issued, line
from tests.factories.campaigns import CampaignFactory, PlanFactory, TouchFactory
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


def figures_in(html):
    """Each figure of a page: its code, its link or nothing, its text."""
    found = re.findall(r'data-figure="(\w+)">(?:<a class="td-link" href="([^"]+)">)?([^<]+)<', html)
    return {code: (unescape(link), unescape(text).strip()) for code, link, text in found}


def heading_of(response):
    return re.search(r"data-heading>([^<]*)<", response.content.decode())[1]


def test_page_api_and_list_tell_the_same_number(world, mira, admin_as, api_as):  # noqa: F811
    spring, _other = world
    browser, results = admin_as(mira), results_of(Question(mira, campaign=spring.pk))
    shown = figures_in(browser.get(f"/admin/campaigns/results/?campaign={spring.pk}").content.decode())
    answered = api_as(mira).get(f"/api/v1/campaigns/{spring.pk}/results/").json()
    by_code = {each["code"]: each for each in answered["figures"]}

    for code, figure in results.figures.items():
        link, text = shown[code]
        assert text == figure.text
        assert by_code[code]["value"] == (None if figure.plain is None else str(figure.plain))
        assert by_code[code]["formula"] == figure.formula
        if link:
            assert int(heading_of(browser.get(link)).split()[0]) == figure.rows == by_code[code]["rows"]
            rows = api_as(mira).get(f"/api/v1/results/rows/?{answered['query']}&figure={figure.behind[0]}").json()
            assert rows["count"] == len(rows["results"]) == figure.rows
    assert by_code["paid"]["currency"] == "USD"
    assert answered["left_out"][0]["reason"].startswith("1 won deal has no touch")


def test_lists_are_handed_out_as_files(world, mira, admin_as):  # noqa: F811
    answer = admin_as(mira).get(f"/admin/campaigns/results/list/?campaign={world[0].pk}&figure=cost&format=csv")
    rows = list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))

    assert [(row["amount"], row["currency"], row["in_company_currency"]) for row in rows] == [
        ("100.00", "EUR", "200.00"),
        ("40.00", "EUR", ""),
        ("100.00", "USD", "100.00"),
    ]


def test_the_overview_compares_and_sorts_campaigns(world, mira, admin_as):  # noqa: F811
    browser = admin_as(mira)
    told = browser.get("/admin/campaigns/results/?order=-cost").content.decode()
    table = told[told.index("cr-table") :]

    assert table.index("Spring") < table.index("Summer")
    assert "80 %" in table
    assert "not yet" in table
    assert 'aria-sort="descending"' in table
    for by in ("channel", "segment", "plan"):
        assert browser.get(f"/admin/campaigns/results/?by={by}").status_code == 200
    assert "Spring" in browser.get("/admin/campaigns/results/?format=csv").content.decode()


def test_the_campaigns_page_holds_its_results(world, mira, admin_as):  # noqa: F811
    page = admin_as(mira).get(f"/admin/campaigns/campaign/{world[0].pk}/change/?tab=results").content.decode()

    assert figures_in(page)["return"][1] == "80 %"
    assert "Return 80 %: margin $540.00 against cost $300.00" in unescape(page)


def test_invoices_behind_the_money_are_listed_with_their_share(rani, mira, fina, admin_as):
    campaign = CampaignFactory()
    anna = ContactFactory(owner=rani)
    touch = TouchFactory(campaign=campaign, contact=anna, at=days_ago(9))
    deal = DealFactory(owner=rani, contacts=[anna], amount=300, won=True)
    invoice = issued([line(300)], deal=deal)
    receive(
        seller=invoice.seller, company=invoice.company, contact=invoice.contact, amount=invoice.total,
        currency=invoice.currency, received_on=NOW.date(), by=fina, allocate="oldest",
    )  # fmt: skip
    assert Allocation.objects.exists()
    owe(model_run("paid", "linear", is_default=False), deal, touch, 200)
    told = admin_as(mira).get(f"/admin/campaigns/campaign/{campaign.pk}/change/?tab=results").content.decode()

    assert invoice.number in told
    assert "$200.00" in told


def test_the_funnel_page_opens_the_people_of_each_number(world, mira, admin_as, api_as):  # noqa: F811
    browser = admin_as(mira)
    html = browser.get("/admin/campaigns/funnel/?by=source").content.decode()
    links = re.findall(r'<a class="td-link" href="([^"]+funnel/people[^"]+)">(\d+)<', html)

    assert len(links) >= 3
    for link, number in links:
        assert heading_of(browser.get(unescape(link))).split()[0] == number
    cohorts = api_as(mira).get("/api/v1/funnel/?by=campaign").json()["cohorts"]
    assert {"Spring"} <= {cohort["label"] for cohort in cohorts}
    assert "customer" in browser.get("/admin/campaigns/funnel/?format=csv").content.decode()


def test_who_may_not_see_costs_gets_no_results(world, rani, api_as, admin_as):  # noqa: F811
    assert admin_as(rani).get("/admin/campaigns/results/").status_code == 403
    assert admin_as(rani).get("/admin/campaigns/results/list/?figure=cost").status_code == 403
    assert api_as(rani).get("/api/v1/results/").status_code == 403


def test_the_api_refuses_what_it_does_not_know(world, mira, api_as):  # noqa: F811
    api = api_as(mira)

    assert api.get("/api/v1/results/?touch__contact=1").status_code == 400
    assert api.get("/api/v1/results/?by=owner").status_code == 400
    assert api.get("/api/v1/results/rows/?figure=secrets").status_code == 400
    assert api.get("/api/v1/campaigns/999999/results/").status_code == 404
    assert [each["label"] for each in api.get("/api/v1/results/?by=campaign").json()["groups"]] == ["Summer", "Spring"]


def test_goals_count_what_came_from_their_first_day_on(world, mira):  # noqa: F811
    spring, _other = world
    plan = PlanFactory()
    spring.plan = plan
    spring.save()
    goal = plan.goals.create(measure="customers", target=5, starts_on=days_ago(5).date(), due_on=days_ago(-5).date())
    late = plan.goals.create(measure="leads", target=5, starts_on=days_ago(5).date(), due_on=days_ago(-5).date())
    paid = plan.goals.create(measure="paid", target=900, starts_on=days_ago(5).date(), due_on=days_ago(-5).date())

    assert actuals_of([goal, late, paid], plan, NOW.date()) == [1, 0, 810]
    assert actuals_of([goal], spring, days_ago(2).date()) == [0]


def test_more_goals_of_one_period_cost_no_more_queries(world):  # noqa: F811
    spring, _other = world
    plan = PlanFactory()
    spring.plan = plan
    spring.save()
    period = {"starts_on": days_ago(5).date(), "due_on": days_ago(-5).date()}

    def queries(*measures):
        goals = [plan.goals.create(measure=measure, target=5, **period) for measure in measures]
        with CaptureQueriesContext(connection) as asked:
            actuals_of(goals, plan, NOW.date())
        return len(asked)

    assert queries("leads", "paid") == queries("mqls", "customers", "won", "paid", "leads")


@pytest.mark.parametrize("path", ["results/", "funnel/", "campaigns/{}/results/"])
@pytest.mark.parametrize("day", ["from=0001-01-01", "to=9999-12-31"])
def test_a_day_at_the_end_of_all_calendars_is_refused(world, mira, api_as, path, day):  # noqa: F811
    assert api_as(mira).get(f"/api/v1/{path.format(world[0].pk)}?{day}").status_code == 400


@pytest.mark.parametrize("page", ["results", "funnel"])
def test_pages_bear_such_a_day(world, mira, admin_as, page):  # noqa: F811
    assert admin_as(mira).get(f"/admin/campaigns/{page}/?from=0001-01-01&to=9999-12-31").status_code in (200, 400)


@pytest.mark.parametrize("query", ["since=2026-12-01&until=2026-01-01", "model=9999"])
def test_a_question_without_sense_is_refused(world, mira, api_as, query):  # noqa: F811
    assert api_as(mira).get(f"/api/v1/results/?{query}").status_code == 400
