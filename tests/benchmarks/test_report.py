"""What the pipeline report costs beside the same question in hand-written SQL, on 20,000 deals, in the same run."""

import random
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter, process_time
from typing import Any

import pytest
from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from contacts.models import Company, Team, User
from deals.api.reports import PipelineReportView
from deals.models import Currency, Deal, DealLine, Pipeline, Product
from deals.pipeline.deal import Outcome
from deals.reports.report import pipeline_report
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.factories.contacts import UserFactory
from tests.factories.deals import ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.benchmark]

DEALS, RUNS, DAY = 20_000, 15, date(2025, 1, 1)
_NUMBERS = """
    COUNT(*), COUNT(*) FILTER (WHERE outcome = 'won'), COUNT(*) FILTER (WHERE outcome = 'lost'),
    SUM(amount) FILTER (WHERE outcome = 'won'), AVG(amount) FILTER (WHERE outcome = 'won'),
    AVG(closed_on - opened_on) FILTER (WHERE outcome = 'won'),
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY closed_on - opened_on) FILTER (WHERE outcome = 'won'),
    AVG(closed_on - opened_on), SUM(amount) FILTER (WHERE outcome = 'open')
"""
_BY_HAND = {
    "": f"SELECT {_NUMBERS} FROM deals_deal",
    "owner": f"""
        SELECT g.*, u.name FROM (
            SELECT owner_id, {_NUMBERS} FROM deals_deal GROUP BY GROUPING SETS ((), (owner_id))
        ) g LEFT JOIN contacts_user u ON u.id = g.owner_id
    """,
    "industry": f"""
        SELECT industry, {_NUMBERS} FROM (
            SELECT d.*, NULLIF(c.industry, '') AS industry
            FROM deals_deal d LEFT JOIN contacts_company c ON c.id = d.company_id
        ) d GROUP BY GROUPING SETS ((), (industry))
    """,
    "quarter": f"""
        SELECT quarter, {_NUMBERS} FROM (
            SELECT d.*, DATE_TRUNC('quarter', d.closed_on::timestamp)::date AS quarter FROM deals_deal d
        ) d GROUP BY GROUPING SETS ((), (quarter))
    """,
    "product": f"""
        SELECT NULL, {_NUMBERS} FROM deals_deal
        UNION ALL
        SELECT product_id, {_NUMBERS.replace("amount", "share").replace("COUNT(*)", "COUNT(DISTINCT id)")} FROM (
            SELECT d.id, d.outcome, d.closed_on, d.opened_on, l.product_id,
                ROUND(l.quantity * l.unit_price * (100 - l.discount) / 100, 2) AS share
            FROM deals_deal d LEFT JOIN deals_dealline l ON l.deal_id = d.id
        ) d GROUP BY product_id
    """,
}


@pytest.fixture
def many_deals(ana: User) -> None:
    chance = random.Random(7)
    teams = [Team.objects.create(name=f"Team {number}") for number in range(6)]
    owners = [UserFactory(team=teams[number % 6]) for number in range(30)]
    companies = Company.objects.bulk_create(
        Company(name=f"Company {number}", industry=f"Industry {number % 12}") for number in range(300)
    )
    products: list[Product] = [ProductFactory() for _number in range(20)]
    dollars, pipeline = Currency.objects.get(code="USD"), Pipeline.objects.get(is_default=True)
    stages = list(pipeline.stages.all())
    deals = []
    for number in range(DEALS):
        outcome = chance.choices([Outcome.WON, Outcome.LOST, Outcome.OPEN], [48, 28, 24])[0]
        opened = DAY + timedelta(days=chance.randrange(500))
        closed = None if outcome == Outcome.OPEN else opened + timedelta(days=chance.randrange(140))
        deal = Deal(name=f"Deal {number}", owner=chance.choice(owners), pipeline=pipeline, currency=dollars)
        deal.stage = stages[-1] if outcome == Outcome.WON else chance.choice(stages[:-1])
        deal.outcome, deal.opened_on, deal.closed_on = outcome, opened, closed
        deal.amount, deal.company = Decimal(chance.randrange(100, 2_000_000)) / 100, chance.choice([None, *companies])
        deals.append(deal)
    Deal.objects.bulk_create(deals, batch_size=2000)
    lines = (DealLine(deal=deal, product=chance.choice(products), unit_price=deal.amount) for deal in deals)
    DealLine.objects.bulk_create(lines, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _by_hand(group_by: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_HAND[group_by])
        return cursor.fetchall()


def _medians(*acts: Callable[[], Any]) -> list[float]:
    """Return the median milliseconds of each, run in turns so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _act in acts]
    for run in range(RUNS + 1):
        for act, found in zip(acts, times, strict=True):
            started = perf_counter()
            act()
            # The first run warms up.
            if run:
                found.append((perf_counter() - started) * 1000)
    return [statistics.median(found) for found in times]


class _BareView(APIView):
    """Answers the rows of the hand-written SQL as they are."""

    required_permission = "deals.view_deal"

    def get(self, request: Request) -> Response:
        return Response(_by_hand(request.query_params["group_by"]))


def _caller(view: Any, user: User) -> Callable[[str], None]:
    def call(group_by: str) -> None:
        request = APIRequestFactory().get("/", {"group_by": group_by})
        force_authenticate(request, user)
        assert view(request).render().status_code == 200

    return call


def test_the_report_beside_hand_written_sql(ana: User, many_deals: None, pytestconfig: pytest.Config) -> None:
    bare, ours = _caller(_BareView.as_view(), ana), _caller(PipelineReportView.as_view(), ana)
    lines = [f"pipeline report, {DEALS} deals, median of {RUNS} runs in turns (ms):"]
    ratios = []
    for group_by in _BY_HAND:
        acts = (
            lambda name=group_by: _by_hand(name),
            lambda name=group_by: pipeline_report(ana, group_by=name),
            lambda name=group_by: bare(name),
            lambda name=group_by: ours(name),
        )
        sql, report, bare_view, our_view = _medians(*acts)
        before = process_time()
        ours(group_by)
        cpu = (process_time() - before) * 1000
        ratios += [report / sql, our_view / bare_view]
        lines.append(
            f"  {group_by or 'total':9} SQL {sql:6.1f}  report {report:6.1f} ({report / sql:.2f}x)   "
            f"bare view {bare_view:6.1f}  our view {our_view:6.1f} ({our_view / bare_view:.2f}x, {cpu:.1f} CPU)"
        )
    show(pytestconfig, lines)
    assert pipeline_report(ana).total.deals == DEALS
    assert max(ratios) < FAR_TOO_MUCH
