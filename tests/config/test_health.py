"""Alive and ready: what load balancers and monitors are told."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone

from config.integrations.health import BEAT_LATE_AFTER, EVENT_LATE_AFTER, beat_ticked, readiness
from config.integrations.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
NOBODY = Client()


@pytest.fixture
def broker_away() -> Any:
    """Nobody answers at the broker's address."""
    there = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    yield
    current_app.conf.broker_url = there


def waiting_event(age: timedelta) -> Event:
    then = timezone.now() - age
    return Event.objects.create(
        name="test.happened", subject_type="contacts.contact", subject_id=1, occurred_at=then, next_attempt_at=then
    )


@pytest.mark.parametrize("address", ["/healthz", "/healthz/"])
def test_alive_asks_nobody_else(address: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert NOBODY.get(address).json() == {"status": "alive"}


@pytest.mark.parametrize("address", ["/readyz", "/readyz/"])
def test_ready_tells_of_each_part(address: str) -> None:
    beat_ticked(timezone.now())

    answer = NOBODY.get(address)

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert {name: part["ok"] for name, part in answer.json().items() if name != "status"} == {
        "database": True, "broker": True, "beat": True, "undelivered_event": True,
    }  # fmt: skip


def test_without_its_broker_it_is_not_ready_and_says_when_to_ask_again(broker_away: None) -> None:
    answer = NOBODY.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False}
    assert int(answer.headers["Retry-After"]) > 0


def test_a_beat_that_never_ticked_is_shown_but_takes_no_traffic_away() -> None:
    state = readiness()

    assert state.ready
    assert state.parts["beat"] == {"ok": False, "age_seconds": None}


def test_a_late_beat_is_shown_with_its_age() -> None:
    now = timezone.now()
    beat_ticked(now - BEAT_LATE_AFTER - timedelta(seconds=5))

    assert readiness(now).parts["beat"] == {"ok": False, "age_seconds": BEAT_LATE_AFTER.total_seconds() + 5}


def test_the_age_of_the_oldest_undelivered_event_is_shown() -> None:
    waiting_event(timedelta(seconds=20))
    waiting_event(EVENT_LATE_AFTER * 2)

    part = readiness().parts["undelivered_event"]

    assert not part["ok"]
    assert part["age_seconds"] == pytest.approx(EVENT_LATE_AFTER.total_seconds() * 2, abs=5)


def test_delivered_events_are_nobodys_worry() -> None:
    Event.objects.filter(pk=waiting_event(timedelta(days=9)).pk).update(delivered_at=timezone.now())

    assert readiness().parts["undelivered_event"] == {"ok": True, "age_seconds": None}


def test_neither_address_may_be_kept_by_a_cache() -> None:
    assert all("no-cache" in NOBODY.get(address).headers["Cache-Control"] for address in ("/healthz", "/readyz"))
