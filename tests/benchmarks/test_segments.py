"""What counting and refreshing a segment costs beside hand-written SQL with the same indexes, in the same run."""

import os
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Channel
from campaigns.segments.models import Segment, SegmentMember
from campaigns.segments.previewing import preview_count
from campaigns.segments.refreshing import refresh
from campaigns.segments.tree import read_tree
from contacts.models import ConsentPurpose, Contact, User
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.benchmarks.many import CONTACTS, write_many
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_segments import all_of, any_of, has, is_, live, none_of

pytestmark = [pytest.mark.django_db, pytest.mark.benchmark]

RUNS = int(os.environ.get("BENCHMARK_RUNS", "5"))
# People number such a share of all: 300,000 members of a million.
MEMBERS = is_("contact.country", "VN")
_TOUCHES = """
    INSERT INTO campaigns_touch (contact_id, campaign_id, channel_id, kind, at, source, detail, external_id,
                                 recorded_at)
    SELECT c.id, %s, %s, (ARRAY['click','sent','form'])[1 + (c.id + n) %% 3],
           now() - c.id %% 90 * interval '1 day', 'hand', '', '', now()
      FROM contacts_contact c, generate_series(1, 1 + c.id %% 3) AS n WHERE c.id %% 2 = 0
"""
_CONSENTS = """
    WITH changes AS (
        INSERT INTO contacts_consentchange (contact_id, purpose_id, is_given, at, source, evidence, recorded_at)
        SELECT id, %s, id %% 4 > 0, now(), 'import', '', now() FROM contacts_contact WHERE id %% 3 > 0
        RETURNING id, contact_id, purpose_id, is_given
    )
    INSERT INTO contacts_consent (contact_id, purpose_id, is_given, since, change_id)
    SELECT contact_id, purpose_id, is_given, now(), id FROM changes
"""
_LIVE = "SELECT COUNT(*) FROM contacts_contact c WHERE c.archived_at IS NULL AND "
_BY_HAND = {
    "columns": _LIVE + "c.country = 'VN' AND c.lifecycle_stage IN ('lead', 'mql') AND c.folded LIKE '%%nguyen%%'",
    "job and consent": _LIVE
    + """
        EXISTS (SELECT 1 FROM contacts_employment e JOIN contacts_company o ON o.id = e.company_id
                 WHERE e.contact_id = c.id AND (e.until IS NULL OR e.until > current_date)
                   AND o.folded_industry = 'industry 3')
        AND NOT EXISTS (SELECT 1 FROM contacts_consent g WHERE g.contact_id = c.id AND g.is_given
                                                           AND g.purpose_id = {purpose})
    """,
    "won or touched": _LIVE
    + """
        (EXISTS (SELECT 1 FROM deals_dealcontact p JOIN deals_deal d ON d.id = p.deal_id
                  WHERE p.contact_id = c.id AND d.outcome = 'won')
         OR EXISTS (SELECT 1 FROM campaigns_touch t WHERE t.contact_id = c.id AND t.kind = 'click'
                                                      AND t.at >= current_date - 30))
    """,
    "two touches": _LIVE
    + """
        c.id IN (SELECT t.contact_id FROM campaigns_touch t WHERE t.kind <> 'sent'
                  GROUP BY t.contact_id HAVING COUNT(*) >= 2)
    """,
}


@pytest.fixture
def many(ana: User) -> dict[str, Any]:
    """Contacts with jobs, deals, touches and consents; 30 of 100 live in Vietnam."""
    write_many()
    campaign = CampaignFactory(owner=ana)
    purpose = ConsentPurpose.objects.order_by("pk").first()
    assert purpose is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET country = 'VN' WHERE id %% 10 < 3", ())
        cursor.execute(_TOUCHES, (campaign.pk, Channel.objects.get(code="email").pk))
        cursor.execute(_CONSENTS, (purpose.pk,))
        cursor.execute("ANALYZE")
    return {"purpose": purpose.pk}


def _rules(purpose: int) -> dict[str, dict[str, Any]]:
    return {
        "columns": all_of(
            is_("contact.country", "VN"),
            is_("lifecycle.stage", ["lead", "mql"], "is_any_of"),
            is_("contact.name", "NGUYỄN", "contains"),
        ),
        "job and consent": all_of(is_("company.industry", "Industry 3"), none_of(is_("consent", purpose))),
        "won or touched": any_of(
            has("deals", is_("outcome", "won")),
            has("touches", is_("kind", "click"), is_("at", 30, "in_last_days")),
        ),
        "two touches": all_of(has("touches", is_("kind", "sent", "is_not"), operator="count_at_least", value=2)),
    }


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


def _ask(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, ())
        return int(cursor.fetchone()[0])


def _undone(act: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    return run


def _bare(segment: Segment) -> None:
    """The difference as one would type it, with the plan that suits it best.

    Left alone, the planner takes the members' table for as empty as it was, and looks through it once a contact.
    """
    meant = "c.country = 'VN' AND c.archived_at IS NULL"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"""
            INSERT INTO campaigns_segmentmember (segment_id, contact_id, entered_at)
            SELECT %s, c.id, clock_timestamp() FROM contacts_contact c WHERE {meant} AND NOT EXISTS (
                SELECT 1 FROM campaigns_segmentmember m
                 WHERE m.segment_id = %s AND m.left_at IS NULL AND m.contact_id = c.id)
            """,
            (segment.pk, segment.pk),
        )
        cursor.execute(
            f"""
            UPDATE campaigns_segmentmember m SET left_at = clock_timestamp()
             WHERE m.segment_id = %s AND m.left_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM contacts_contact c WHERE c.id = m.contact_id AND {meant})
            """,
            (segment.pk,),
        )


def _move(people: int) -> None:
    """Let so many move out of Vietnam, and as many others into it."""
    out = SegmentMember.objects.order_by("pk").values("contact")[:people]
    Contact.objects.filter(pk__in=out).update(country="XX")
    into = Contact.objects.filter(country="ID").order_by("pk").values("pk")[:people]
    Contact.objects.filter(pk__in=into).update(country="VN")


def test_counting_and_refreshing_beside_hand_written_sql(
    ana: User, many: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    ratios, lines = [], [f"segments, {CONTACTS} contacts, median of {RUNS} runs in turns (ms):"]
    for name, rule in _rules(many["purpose"]).items():
        tree, sql = read_tree(rule), _BY_HAND[name].format(**many)
        assert preview_count(tree, owner=ana) == _ask(sql) > 0
        bare, ours = _medians(lambda sql=sql: _ask(sql), lambda tree=tree: preview_count(tree, owner=ana))
        ratios.append(ours / bare)
        lines.append(f"  count {name:16} SQL {bare:7.1f}  ours {ours:7.1f} ({ours / bare:.2f}x)")
    segment = live(ana, MEMBERS)
    for name in ("first refresh", "a tenth changes", "nothing changes"):
        bare, ours = _medians(_undone(lambda: _bare(segment)), _undone(lambda: refresh(segment.pk)))
        ratios.append(ours / bare)
        lines.append(f"  {name:22} bare {bare:7.1f}  ours {ours:7.1f} ({ours / bare:.2f}x)")
        done = refresh(segment.pk)
        lines.append(f"    entered {done.entered}, left {done.left}, members {done.size}")
        if name == "first refresh":
            _move(done.size // 20)
    show(pytestconfig, lines)
    assert SegmentMember.objects.current().count() == Contact.objects.filter(country="VN").count()
    assert timezone.now() >= Segment.objects.get(pk=segment.pk).refreshed_at
    assert max(ratios) < FAR_TOO_MUCH
