"""Events outlive the process that wrote them, and a reader who follows them misses none."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from config.integrations.announcing import EventSignal, announce
from config.integrations.models import Event
from tests.architecture.source import ROOT
from tests.factories.contacts import ContactFactory

KILLS = 20
LATE = EventSignal("test.late", provides={})


def run(module: str, database_url: str, *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=kept | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def killed_again_and_again(database_url: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("tests.reliability.announcing", database_url, str(KILLS)).splitlines()[-1])
    return told


def check_that_every_event_was_told_once(told: dict[str, Any]) -> None:
    # The kills did hit between commit and announcement, and in the midst of telling.
    assert told["kills"] == KILLS
    assert told["left_by_kills"] > 0
    assert told["left_in_the_midst"] > 0
    assert told["undelivered"] == 0
    assert told["deliveries"] == told["events"] == told["effects"]
    assert told["events_with_one_effect"] == told["events"]


@pytest.mark.reliability
def test_what_a_killed_process_had_committed_is_told_once_to_everybody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tandem.sqlite3'}"
    run("django", url, "migrate", "--verbosity=0")

    check_that_every_event_was_told_once(killed_again_and_again(url))


@pytest.mark.reliability
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_process_had_committed_is_told_once_on_postgresql_too() -> None:
    check_that_every_event_was_told_once(killed_again_and_again(address_of_test_database()))


def address_of_test_database() -> str:
    there = connection.settings_dict
    secret = f":{there['PASSWORD']}" if there["PASSWORD"] else ""
    return f"postgres://{there['USER']}{secret}@{there['HOST']}:{there['PORT'] or 5432}/{there['NAME']}"


class SlowWriter(threading.Thread):
    """Somebody who announced something, on a connection of their own, and takes their time to commit."""

    def __init__(self, subject: Any) -> None:
        super().__init__()
        self.subject = subject
        self.has_written, self.may_commit = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                announce(LATE, subject=self.subject)
                self.has_written.set()
                self.may_commit.wait(timeout=30)
        finally:
            connections.close_all()


def read_on(after: int) -> list[int]:
    rows = Event.objects.settled()
    return list((rows.after(after) if after else rows).values_list("pk", flat=True))


def read_until(after: int, *, count: int) -> list[int]:
    """Read as a client does who asks again: transactions of other databases hold the horizon back while they last.

    The longest are tests beside this one, of minutes.
    """
    until = time.monotonic() + 300
    while len(found := read_on(after)) < count and time.monotonic() < until:
        time.sleep(0.1)
    return found


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_reader_never_runs_past_an_event_that_is_still_being_committed() -> None:
    contact = ContactFactory()
    seen = read_until(0, count=1)
    slow = SlowWriter(contact)
    slow.start()
    assert slow.has_written.wait(timeout=30)
    quick = announce(LATE, subject=contact)

    early = read_on(seen[-1])
    slow.may_commit.set()
    slow.join()
    later = read_until(early[-1] if early else seen[-1], count=2)

    # The quick one has the higher id and was committed first; whoever had read it would never have seen the slow one.
    assert quick.pk not in early
    assert len(later) == 2
    assert quick.pk in later


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_a_cursor_over_ids_alone_would_miss_it() -> None:
    contact = ContactFactory()
    slow = SlowWriter(contact)
    slow.start()
    assert slow.has_written.wait(timeout=30)
    quick = announce(LATE, subject=contact)

    newest_seen = Event.objects.order_by("pk").values_list("pk", flat=True).last()
    slow.may_commit.set()
    slow.join()

    assert newest_seen == quick.pk
    assert not Event.objects.filter(pk__gt=quick.pk).exists()
    assert Event.objects.filter(name=LATE.name).count() == 2
