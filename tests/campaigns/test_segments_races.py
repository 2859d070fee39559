"""Refreshes that race with picks, edits and each other (PostgreSQL) lose nobody; the control shows what locks do."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from campaigns.segments.models import Segment, SegmentMember, SegmentRefresh
from campaigns.segments.picking import add_to_list, pick
from campaigns.segments.refreshing import refresh, whom_it_means
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.saving import save_segment
from campaigns.segments.sweeping import claim_due_segments
from contacts.models import User
from tests.factories.campaigns_segments import all_of, is_, live
from tests.factories.contacts import ContactFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
INDONESIA = is_("contact.country", "ID")


def _at_once(*acts: Callable[[], object]) -> list[str]:
    """Do things at the same moment, each on a connection of its own; return how each ended."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(timeout=30)
            act()
            return "done"
        except TreeRefused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@contextmanager
def _while_held(segment: Segment, *acts: Callable[[], object]) -> Iterator[None]:
    """Have acts wait for a segment's row, as during a long refresh, while the body works under its lock."""
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            Segment.objects.select_for_update().get(pk=segment.pk)
            waiting = [threads.submit(_closing(act)) for act in acts]
            _wait_until_blocked(len(acts))
            yield
        for each in waiting:
            each.result(timeout=30)


def _closing(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    return run


def _wait_until_blocked(many: int) -> None:
    question = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = timezone.now() + timedelta(seconds=30)
    while timezone.now() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(question)
            if cursor.fetchone()[0] >= many:
                return
    raise AssertionError("Nobody waits.")


def _inside(segment: Segment) -> set[int]:
    return set(SegmentMember.objects.current().filter(segment=segment).values_list("contact", flat=True))


def test_many_refreshes_at_once_let_everybody_enter_once(ana: User) -> None:
    people = {ContactFactory(country="ID").pk for _number in range(5)}
    segment = live(ana, INDONESIA)

    outcomes = _at_once(*[lambda: refresh(segment.pk)] * 6)

    assert outcomes == ["done"] * 6
    assert _inside(segment) == people
    assert sum(SegmentRefresh.objects.values_list("entered", flat=True)) == len(people)


def test_a_pick_during_a_refresh_stands_afterwards(ana: User) -> None:
    sri, made = ContactFactory(country="ID"), ContactFactory(country="VN")
    segment = live(ana, INDONESIA)

    with _while_held(
        segment,
        lambda: pick(segment, sri, is_in=False, by=ana),
        lambda: pick(segment, made, is_in=True, by=ana),
    ):
        refresh(segment.pk)

    assert _inside(segment) == {made.pk}
    refresh(segment.pk)
    assert _inside(segment) == {made.pk}
    assert Segment.objects.get(pk=segment.pk).size == 1


def test_a_rule_saved_during_a_refresh_is_followed_by_another(ana: User) -> None:
    ContactFactory(country="ID")
    duc = ContactFactory(country="VN")
    segment = live(ana, INDONESIA)

    with _while_held(segment, lambda: save_segment(segment=segment, by=ana, rule=all_of(is_("contact.country", "VN")))):
        refresh(segment.pk)

    assert claim_due_segments(timezone.now()) == [segment.pk]
    refresh(segment.pk)
    assert _inside(segment) == {duc.pk}


def test_people_added_to_a_list_at_once_are_all_in_it(ana: User) -> None:
    friends = save_segment(by=ana, name="Friends", kind="fixed")
    people = [ContactFactory().pk for _number in range(6)]

    _at_once(*[lambda pk=pk: add_to_list(friends, [pk, people[0]], by=ana) for pk in people])

    assert _inside(friends) == set(people)
    assert Segment.objects.get(pk=friends.pk).size == len(people)


def test_two_rules_saved_at_once_never_close_a_circle(ana: User) -> None:
    first, second = live(ana, INDONESIA, name="First"), live(ana, INDONESIA, name="Second")

    outcomes = _at_once(
        lambda: save_segment(segment=first, by=ana, rule=all_of(is_("segment", second.pk))),
        lambda: save_segment(segment=second, by=ana, rule=all_of(is_("segment", first.pk))),
    )

    assert sorted(outcomes) == ["done", "segment_rule_circle"]


def test_control_without_the_lock_a_pick_is_lost(ana: User) -> None:
    sri = ContactFactory(country="ID")
    segment = live(ana, INDONESIA)
    # A refresh that decided before the pick, and wrote after it.
    meant = list(whom_it_means(segment, timezone.now()))
    _at_once(lambda: pick(segment, sri, is_in=False, by=ana))
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=contact, entered_at=timezone.now()) for contact in meant
    )

    assert _inside(segment) == {sri.pk}
