"""Reminders with real workers: killed, doubled, without their broker, after a silence, and against a cancel."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from config.common.integrity import prove
from contacts.models import Message, Notification, User
from deals.activities import delivering
from deals.activities.delivering import deliver_reminder
from deals.activities.doing import cancel
from deals.activities.wishes import change_wishes
from deals.models import Activity, Reminder, ReminderDelivery
from tests.factories.activities import write_promises
from tests.factories.contacts import UserFactory
from tests.reliability.test_events import address_of_test_database
from tests.reliability.workers import REDIS, Broker, Crew, Mailbox, wait_until

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.postgres,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True),
]
needs_redis = pytest.mark.skipif(REDIS is None, reason="needs redis-server")
REMINDERS, KILLS = 1000, 10
PROOFS = ["deals.activities", "deals.promises", "deals.deliveries", "deals.reminders"]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    ours = Broker(tmp_path)
    ours.start()
    yield ours
    ours.stop()


@pytest.fixture
def crew(tmp_path: Path, broker: Broker, mailbox: Mailbox) -> Iterator[Callable[..., Crew]]:
    """Engages people; what is given is their environment."""
    engaged: list[Crew] = []

    def engage(**environment: str) -> Crew:
        address = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mailbox.port), "CELERY_BROKER_URL": broker.url}
        ours = Crew(tmp_path, {"DATABASE_URL": address_of_test_database(), **address, **environment})
        ours.start()
        engaged.append(ours)
        return ours

    yield engage
    for each in engaged:
        each.stop()


def is_everything_delivered() -> bool:
    return not Reminder.objects.waiting().filter(purpose="remind").exists()


def has_everything_left() -> bool:
    return is_everything_delivered() and not Message.objects.waiting().exists()


def ten_people() -> list[User]:
    """Three of them want their reminders by e-mail too."""
    people = [UserFactory() for _ in range(10)]
    for person in people[3:]:
        change_wishes(person, by_email=False)
    return people


def check_that_each_was_delivered_once(count: int) -> None:
    """By the ledger, by the bells, by the messages, and by recomputing."""
    by_bell_alone = Reminder.objects.filter(purpose="remind", user__follow_up_settings__by_email=False)
    mails = count - by_bell_alone.count()
    assert Reminder.objects.filter(purpose="remind", state="delivered").count() == count
    assert Counter(ReminderDelivery.objects.values_list("channel", flat=True)) == {"bell": count, "email": mails}
    assert Notification.objects.filter(kind="reminder").count() == count
    assert Message.objects.filter(kind="reminder", state="sent").count() == mails
    assert [finding.sentence for verdict in prove(PROOFS) for finding in verdict.findings] == []


@needs_redis
def test_with_workers_killed_and_the_broker_emptied_each_is_delivered_once_and_none_lost(
    crew: Callable[..., Crew], broker: Broker, mailbox: Mailbox
) -> None:
    write_promises(REMINDERS, owners=ten_people(), remind_at=timezone.now())
    chance, left_at_kills = random.Random(9), []
    ours = crew(LEASE_SECONDS="12", SWEPT_EVERY="1")
    for kind, name in (("worker", "worker0"), ("worker", "worker1"), ("beat", "beat0"), ("beat", "beat1")):
        ours.engage(kind, name)
    wait_until(lambda: ReminderDelivery.objects.exists(), seconds=30)

    for kill in range(KILLS):
        time.sleep(chance.uniform(0.2, 0.7))
        left_at_kills.append(Reminder.objects.waiting().filter(purpose="remind").count())
        ours.kill(chance.choice([name for name in ours.groups if name.startswith("worker")]))
        ours.engage("worker", f"worker{kill + 2}")
        if kill == 3:
            broker.client.flushall()
        if kill == 6:
            broker.stop()
            broker.start()
    wait_until(has_everything_left, seconds=240)

    # The kills did hit in the midst of the work.
    assert all(left_at_kills), left_at_kills
    check_that_each_was_delivered_once(REMINDERS)
    known = set(Message.objects.values_list("message_id", flat=True))
    times = Counter(mailbox.seen)
    assert times.keys() == known
    # A worker that was killed between handing over and writing it down hands over the same Message-ID again.
    assert sum(times.values()) - len(known) <= 2 * KILLS


@needs_redis
def test_after_half_an_hour_of_silence_everything_due_goes_once_within_a_minute(crew: Callable[..., Crew]) -> None:
    owners, now = ten_people(), timezone.now()
    for minute in range(30):
        write_promises(REMINDERS // 30, owners=owners, remind_at=now - timedelta(minutes=minute))
    count = REMINDERS // 30 * 30
    ours = crew()
    # Where others keep the cores busy already, everything takes so many times longer.
    a_minute = 60 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

    ours.engage("worker", "worker0")
    ours.engage("beat", "beat0")
    wait_until(is_everything_delivered, seconds=a_minute)

    wait_until(has_everything_left, seconds=300)
    check_that_each_was_delivered_once(count)


# --- A cancel and a delivery at the same moment -----------------------------------------------------------------------

AT_ONCE, HEAD_START = 4, 0.02


@dataclass
class Race:
    """One promise that is cancelled while somebody is being reminded of it."""

    activity: Activity
    reminder: int
    delivered: bool = False
    # What had been delivered when the cancel was committed.
    by_then: tuple[str, int, int] = ("", 0, 0)

    def run(self, threads: ThreadPoolExecutor, waits: tuple[float, float]) -> None:
        for each in (threads.submit(self._cancel, waits[0]), threads.submit(self._deliver, waits[1])):
            each.result(timeout=30)

    def _deliver(self, wait: float) -> None:
        time.sleep(wait)
        self.delivered = deliver_reminder(self.reminder, now=timezone.now())

    def _cancel(self, wait: float) -> None:
        time.sleep(wait)
        cancel(self.activity, by=None, reason="They went elsewhere.")
        self.by_then = self.delivered_so_far()

    def delivered_so_far(self) -> tuple[str, int, int]:
        """The reminder's state, its rows in the ledger, and the mails that left."""
        return (
            Reminder.objects.get(pk=self.reminder).state,
            ReminderDelivery.objects.filter(reminder=self.reminder).count(),
            Message.objects.about(self.activity).filter(state="sent").count(),
        )

    @property
    def is_clean(self) -> bool:
        """Whether nothing was delivered after the cancel's commit, and nothing of what was cancelled."""
        state, rows, _mails = now = self.delivered_so_far()
        return now == self.by_then and rows == (2 if self.delivered else 0) and (state == "delivered") == self.delivered


def raced(times: int) -> list[Race]:
    """Run so many races, a few at a time; now this one starts a little earlier, now that one."""
    owners, chance = [UserFactory() for _ in range(10)], random.Random(5)
    promises = write_promises(times, owners=owners, remind_at=timezone.now())
    reminders = dict(Reminder.objects.filter(purpose="remind").values_list("activity", "pk"))
    races = [Race(promise, reminders[promise.pk]) for promise in promises]
    head_starts = [(chance.uniform(0, HEAD_START), chance.uniform(0, HEAD_START)) for _ in races]
    with ThreadPoolExecutor(2 * AT_ONCE) as threads, ThreadPoolExecutor(AT_ONCE) as starters:
        list(starters.map(lambda race, waits: race.run(threads, waits), races, head_starts))
        together = threading.Barrier(2 * AT_ONCE)
        list(threads.map(lambda _: (together.wait(timeout=30), connections.close_all()), range(2 * AT_ONCE)))
    return races


def test_nothing_is_delivered_after_a_cancel_was_committed() -> None:
    races = raced(500)

    assert [race for race in races if not race.is_clean] == []
    # Both ways to end came often: these were races.
    assert min(Counter(race.delivered for race in races).values()) > 50
    assert not Message.objects.waiting().exists()


def test_control_without_the_locks_some_are_delivered_after_their_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "_lock_activity", lambda pk: Activity.objects.get(pk=pk))
    monkeypatch.setattr(delivering, "_lock_reminder", lambda pk: Reminder.objects.select_related("user").get(pk=pk))

    assert [race for race in raced(200) if not race.is_clean] != []
