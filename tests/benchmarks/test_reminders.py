"""Reminders a second from a due row to ledger, bell and queued e-mail, beside as many tasks that do nothing."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.utils import timezone

from deals.models import Reminder
from tests.benchmarks import show
from tests.factories.activities import write_promises
from tests.factories.contacts import UserFactory
from tests.reliability.test_events import address_of_test_database
from tests.reliability.workers import REDIS, Broker, Crew, Mailbox, wait_until

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(REDIS is None, reason="needs redis-server"),
]
REMINDERS, NOTHINGS = 600, 3000
# A reminder is some twenty statements in a transaction, and its e-mail as many: a hundred times a task that does
# nothing would be work of another order.
FAR_TOO_MUCH = 100


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    ours = Broker(tmp_path)
    ours.start()
    yield ours
    ours.stop()


@pytest.fixture
def crew(tmp_path: Path, broker: Broker) -> Iterator[Crew]:
    mailbox = Mailbox()
    mailbox.start()
    address = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mailbox.port), "CELERY_BROKER_URL": broker.url}
    ours = Crew(tmp_path, {"DATABASE_URL": address_of_test_database(), "SWEPT_EVERY": "1", **address})
    ours.start()
    ours.engage("worker", "worker0")
    yield ours
    ours.stop()
    mailbox.stop()


def seconds_for(begin: Callable[[], Any], is_done: Callable[[], bool]) -> float:
    began = time.perf_counter()
    begin()
    wait_until(is_done, seconds=120, pause=0.05)
    return time.perf_counter() - began


def test_reminders_a_second_beside_tasks_that_do_nothing(
    crew: Crew, broker: Broker, pytestconfig: pytest.Config
) -> None:
    app = Celery("nothing", broker=broker.url)

    def do_nothing(times: int) -> Callable[[], None]:
        return lambda: [app.send_task("tests.nothing", [number]) for number in range(times)] and None

    def nothing_is_left() -> bool:
        return not broker.client.llen("celery") and not broker.client.hlen("unacked")

    # The first tasks pay for what is loaded once.
    seconds_for(do_nothing(100), nothing_is_left)
    nothing = NOTHINGS / seconds_for(do_nothing(NOTHINGS), nothing_is_left)
    write_promises(REMINDERS, owners=[UserFactory() for _ in range(10)], remind_at=timezone.now())

    def all_are_delivered() -> bool:
        return not Reminder.objects.waiting().filter(purpose="remind").exists()

    reminders = REMINDERS / seconds_for(lambda: crew.engage("beat", "beat0"), all_are_delivered)

    show(
        pytestconfig,
        [
            f"{REMINDERS} reminders by one worker of two processes, from beat's start, e-mails leaving meanwhile",
            f"{'reminders a second':32} {reminders:8.0f}",
            f"{'tasks that do nothing a second':32} {nothing:8.0f}",
            f"{'ratio':32} {nothing / reminders:8.1f}",
        ],
    )
    assert nothing / reminders < FAR_TOO_MUCH
