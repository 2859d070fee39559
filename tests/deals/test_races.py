"""Many at once (PostgreSQL): one of fifty wins gets through; the control shows what happens without the lock."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from config.common.errors import DomainError
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import Cause, advance
from contacts.models import Contact
from deals.models import Deal, Stage, StageChange
from deals.pipeline.moving import move, reopen, win
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PARALLEL = 50


def at_once(act: Callable[[int], object], times: int) -> Counter[str]:
    """Do something many times at the same moment, each on a connection of its own; return the outcomes by name."""
    start = threading.Barrier(times)

    def run(number: int) -> str:
        try:
            start.wait(timeout=30)
            act(number)
            return "done"
        except DomainError as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return Counter(threads.map(run, range(times)))


def test_of_fifty_wins_of_one_deal_one_gets_through() -> None:
    deal = DealFactory(contacts=[ContactFactory()])

    outcomes = at_once(lambda _: win(deal, by=deal.owner), PARALLEL)

    assert outcomes == {"done": 1, "deal_closed": PARALLEL - 1}
    assert StageChange.objects.filter(deal=deal, kind="won").count() == 1
    assert LifecycleChange.objects.filter(to_stage="customer").count() == 1


def test_control_without_the_lock_a_deal_is_won_more_than_once() -> None:
    deal = DealFactory()
    # As many as the pool has connections: everybody has read before anybody writes.
    together = connection.settings_dict["OPTIONS"]["pool"]["max_size"] - 1
    everybody_has_read = threading.Barrier(together)

    def win_unguarded(_: int) -> None:
        with transaction.atomic():
            mine = Deal.objects.select_related("stage").get(pk=deal.pk)
            assert mine.is_open
            everybody_has_read.wait(timeout=30)
            mine.outcome, mine.closed_on = "won", timezone.localdate()
            mine.save(update_fields=["outcome", "closed_on", "updated_at"])
            StageChange.objects.create(
                deal=mine, kind="won", from_stage=mine.stage, to_stage=mine.stage,
                from_outcome="open", to_outcome="won", at=timezone.now(), by=mine.owner,
            )  # fmt: skip

    outcomes = at_once(win_unguarded, together)

    assert outcomes == {"done": together}
    assert StageChange.objects.filter(deal=deal, kind="won").count() == together


def test_of_many_moves_from_the_same_page_one_gets_through() -> None:
    deal = DealFactory()
    seen, to = deal.stage_id, Stage.objects.get(pipeline=deal.pipeline, position=1)

    outcomes = at_once(lambda _: move(deal, to, by=deal.owner, seen_stage=seen), 20)

    assert outcomes == {"done": 1, "deal_moved_meanwhile": 19}


def test_winning_and_reopening_at_once_leaves_a_history_without_a_gap() -> None:
    deal = DealFactory()

    at_once(lambda n: win(deal, by=deal.owner) if n % 2 else reopen(deal, reason="Again", by=deal.owner), 20)

    rows = list(StageChange.objects.filter(deal=deal).order_by("id"))
    deal.refresh_from_db()
    assert all(earlier.to_outcome == later.from_outcome for earlier, later in pairwise(rows))
    assert rows[-1].to_outcome == deal.outcome


def test_a_contact_of_many_deals_becomes_a_customer_once() -> None:
    contact: Contact = ContactFactory()
    deals = [DealFactory(contacts=[contact]) for _ in range(12)]

    outcomes = at_once(lambda n: win(deals[n], by=deals[n].owner), 12)

    assert outcomes == {"done": 12}
    assert LifecycleChange.objects.of(contact).filter(to_stage="customer").count() == 1


def test_deals_that_share_people_in_any_order_do_not_lock_each_other_out() -> None:
    people = [ContactFactory() for _ in range(4)]
    deals = [DealFactory(contacts=people[n % 4 :] + people[: n % 4]) for n in range(16)]

    outcomes = at_once(lambda n: win(deals[n], by=deals[n].owner), 16)

    assert outcomes == {"done": 16}


def test_a_ledger_written_by_many_is_one_chain() -> None:
    contact: Contact = ContactFactory(stage="subscriber")
    stages = ["lead", "mql", "sql", "opportunity", "customer", "evangelist"] * 3
    cause = Cause(CauseKind.RULE, "Several at once")

    at_once(lambda n: advance(contact, to=stages[n], cause=cause), len(stages))

    rows = list(LifecycleChange.objects.of(contact))
    contact.refresh_from_db()
    assert all(earlier.to_stage == later.from_stage for earlier, later in pairwise(rows))
    assert contact.lifecycle_stage == rows[-1].to_stage == "evangelist"
