"""What sharing the money of all won deals costs beside the same shares in hand-written SQL, in the same run.

``BENCHMARK_WON_DEALS`` and ``BENCHMARK_TOUCHES_A_DEAL`` size it; 100,000 by 50 is what the house promises to bear.
"""

import os
from time import perf_counter
from typing import Any

import pytest
from django.db import connection

from campaigns.attribution import sharing
from campaigns.models import AttributionModel, Share
from contacts.models import User
from deals.models import Pipeline
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_attribution import model_of

pytestmark = [pytest.mark.django_db, pytest.mark.benchmark]

DEALS = int(os.environ.get("BENCHMARK_WON_DEALS", "2000"))
TOUCHES = int(os.environ.get("BENCHMARK_TOUCHES_A_DEAL", "25"))
ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "2"))

_DATA = (
    """
    INSERT INTO contacts_contact (full_name, preferred_name, family_name, language, country, time_zone, source,
                                  source_detail, folded, owner_id, external_id, archived_reason, created_at, updated_at)
    SELECT 'Contact ' || n, '', '', 'id', 'ID', 'Asia/Jakarta', 'web', '', 'contact ' || n, NULL, 'b' || n, '',
           now(), now()
      FROM generate_series(1, %(deals)s) AS n
    """,
    """
    INSERT INTO deals_deal (name, owner_id, pipeline_id, stage_id, stage_since, outcome, currency_id, amount, opened_on,
                            closed_on, loss_note, external_id, folded, created_at, updated_at)
    SELECT 'Deal ' || n, %(owner)s, %(pipeline)s, %(stage)s, now(), 'won', 'USD', (n * 7919 %% 1000000) / 100.0,
           current_date - 300, current_date - n %% 100, '', 'b' || n, 'deal ' || n, now(), now()
      FROM generate_series(1, %(deals)s) AS n
    """,
    """
    INSERT INTO deals_dealcontact (deal_id, contact_id, role, created_at, updated_at)
    SELECT d.id, c.id, 'buys', now(), now()
      FROM deals_deal d JOIN contacts_contact c ON c.external_id = d.external_id WHERE d.external_id LIKE 'b%%'
    """,
    """
    INSERT INTO campaigns_touch (contact_id, campaign_id, channel_id, kind, at, source, detail, external_id,
                                 recorded_at)
    SELECT p.contact_id, %(campaign)s + n %% 20, (SELECT min(id) FROM campaigns_channel) + n %% 11, 'click',
           now() - (n * 104729 + p.contact_id) %% 350 * interval '1 day' - n * interval '1 minute', 'api', '', '', now()
      FROM deals_dealcontact p CROSS JOIN generate_series(1, %(touches)s) AS n
    """,
)
_BY_HAND = """
    INSERT INTO campaigns_share (run_id, deal_id, touch_id, via_company, amount, weight)
    SELECT %s, deal_id, touch_id, FALSE, (units / n + CASE WHEN place <= units %% n THEN 1 ELSE 0 END) * 0.01,
           ROUND(1::numeric / n, 18)
      FROM (SELECT d.id AS deal_id, t.id AS touch_id, (d.amount * 100)::bigint AS units,
                   ROW_NUMBER() OVER (PARTITION BY d.id ORDER BY t.at, t.id) AS place,
                   COUNT(*) OVER (PARTITION BY d.id) AS n
              FROM deals_deal d
              JOIN deals_dealcontact p ON p.deal_id = d.id
              JOIN campaigns_touch t ON t.contact_id = p.contact_id
               AND t.at >= (d.closed_on - 180)::timestamp AT TIME ZONE 'Asia/Jakarta'
               AND t.at < (d.closed_on + 1)::timestamp AT TIME ZONE 'Asia/Jakarta'
             WHERE d.outcome = 'won'
               AND t.kind IN ('click', 'form', 'visit', 'call', 'attended', 'reply', 'print')) placed
"""


@pytest.fixture
def many_touches(ana: User) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    campaigns = [CampaignFactory() for _ in range(20)]
    values = {
        "deals": DEALS,
        "touches": TOUCHES,
        "owner": ana.pk,
        "pipeline": pipeline.pk,
        "stage": pipeline.stages.all()[0].pk,
        "campaign": campaigns[0].pk,
    }
    with connection.cursor() as cursor:
        # The data are right; their checks are not what is measured.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in _DATA:
            cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE")


def _by_hand(run: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BY_HAND, [run])


def _seconds(act: Any, *args: Any) -> float:
    started = perf_counter()
    act(*args)
    return perf_counter() - started


def test_linear_beside_hand_written_sql(many_touches: None, pytestconfig: pytest.Config) -> None:
    model, keeper = model_of("linear"), sharing.run(AttributionModel.objects.get(method="first"))
    lines = [f"linear attribution of {DEALS:,} won deals with {DEALS * TOUCHES:,} touches:"]
    ours = hand = 0.0
    for number in range(ROUNDS):
        Share.objects.filter(run=keeper)._raw_delete("default")
        first = _seconds(_by_hand, keeper.pk)
        second = _seconds(sharing.run, model)
        lines.append(f"  hand-written {first:7.2f} s   ours {second:7.2f} s ({second / first:.2f}x)")
        # The first round warms up, if there is another.
        if number or ROUNDS == 1:
            hand, ours = hand + first, ours + second
    lines.append(f"  together {ours / hand:.2f}x, {Share.objects.current().filter(run__model=model).count():,} shares")
    show(pytestconfig, lines)

    mine = Share.objects.current().filter(run__model=model).order_by("deal", "touch")
    theirs = Share.objects.filter(run=keeper).order_by("deal", "touch")
    told = ("deal", "touch", "amount", "weight")
    assert list(mine.values_list(*told)[:1000]) == list(theirs.values_list(*told)[:1000])
    assert mine.count() == theirs.count()
    assert ours / hand < FAR_TOO_MUCH
