"""Two imports at the same time don't make the same record twice, though nothing in the database forbids that."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from contacts.imports import running, surveying
from contacts.imports.running import work_on
from contacts.imports.starting import request_check
from contacts.models import Company
from tests.factories.imports import uploaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
NAMES = 120


def at_once(*acts: Callable[[], object]) -> None:
    """Do all of it at the same time, each with a connection of its own."""
    barrier = threading.Barrier(len(acts))

    def go(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def same_file_three_times() -> None:
    text = "name\n" + "".join(f"Firm {number}\n" for number in range(NAMES))
    runs = [request_check(uploaded("companies", text), then_write=True) for _time in range(3)]
    at_once(*(lambda run=run: work_on(run.pk) for run in runs))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 10)
    monkeypatch.setattr(surveying, "CHUNK", 10)


def test_runs_of_one_kind_queue_chunk_by_chunk() -> None:
    same_file_three_times()

    assert Company.objects.count() == NAMES


def test_without_the_queue_the_same_company_is_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_enter_lane", lambda kind: None)

    same_file_three_times()

    assert Company.objects.count() > NAMES


def test_two_workers_on_one_run_do_its_work_once() -> None:
    text = "name\n" + "".join(f"Firm {number}\n" for number in range(NAMES))
    run = request_check(uploaded("companies", text), then_write=True)

    at_once(*(lambda: work_on(run.pk) for _worker in range(4)))

    run.refresh_from_db()
    assert (run.status, run.rows_new, Company.objects.count()) == ("finished", NAMES, NAMES)
