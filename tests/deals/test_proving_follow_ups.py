"""Proofs of follow-ups: silent on good rows; each finds the fault planted for it, and names the row."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from config.common.integrity import prove
from contacts.models import User
from deals.activities.delivering import deliver_reminder, due_reminders
from deals.activities.doing import cancel, complete, log, reopen
from deals.activities.reminding import snooze_reminder
from deals.activities.shifting import reassign, reschedule
from deals.models import Activity, ActivityChange, Reminder, ReminderDelivery
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import UserFactory
from tests.planting import plant

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def found(name: str) -> list[tuple[str, str]]:
    return [(each.subject, each.sentence) for verdict in prove([name]) for each in verdict.findings]


@pytest.fixture
def told(rani: User) -> Reminder:
    """A reminder that was delivered, of a promise that is still to be kept."""
    promise = ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=5))
    assert deliver_reminder(due_reminders(NOW)[0], now=NOW)
    return Reminder.objects.get(activity=promise, purpose="remind")


@pytest.mark.parametrize("name", ["activities", "promises", "deliveries", "reminders"])
def test_good_rows_hold(told: Reminder, rani: User, name: str) -> None:
    berliner = UserFactory(time_zone="Europe/Berlin")
    snooze_reminder(told, until=NOW + timedelta(minutes=2), by=rani)
    reschedule(ActivityFactory(owner=rani), by=rani, due_on=date(2026, 6, 1))
    reassign(ActivityFactory(owner=rani, due_on=date(2026, 6, 1)), to=berliner, by=rani)
    reopen(cancel(ActivityFactory(owner=rani), by=rani), by=rani)
    complete(ActivityFactory(owner=rani), by=rani)
    log(kind="call", what_happened="Hm", by=rani)

    assert found(f"deals.{name}") == []


def test_an_activity_in_another_state_than_its_history_is_found(rani: User) -> None:
    promise = cancel(ActivityFactory(owner=rani), by=rani)
    newest = promise.changes.first()
    assert newest is not None
    plant("DELETE FROM deals_activitychange WHERE id = %s", [newest.pk])

    assert found("deals.activities") == [
        (f"deals.activity {promise.pk}", "It is cancelled, and its history ends with planned.")
    ]


def test_an_activity_without_history_is_found(rani: User) -> None:
    promise = ActivityFactory(owner=rani)
    plant("DELETE FROM deals_activitychange WHERE activity_id = %s", [promise.pk])

    assert found("deals.activities") == [(f"deals.activity {promise.pk}", "It has no history.")]
    assert not ActivityChange.objects.exists()


def test_a_promise_that_is_due_by_no_clock_is_found(rani: User) -> None:
    promise = ActivityFactory(owner=rani, due_on=date(2026, 6, 1))
    User.objects.filter(pk=rani.pk).update(time_zone="Europe/Berlin")

    [(subject, sentence)] = found("deals.promises")
    assert subject == f"deals.activity {promise.pk}"
    assert "by its owner's clock on 2026-06-01 at 2026-06-01 22:00:00+00:00" in sentence


def test_a_delivered_reminder_that_the_ledger_does_not_know_is_found(told: Reminder) -> None:
    plant("DELETE FROM deals_reminderdelivery WHERE channel = 'bell'")

    assert found("deals.deliveries") == [
        (f"deals.reminder {told.pk}", "It is delivered, and the ledger has no row of that.")
    ]


def test_a_reminder_that_waits_although_it_was_delivered_is_found(told: Reminder) -> None:
    Reminder.objects.filter(pk=told.pk).update(state="waiting")

    assert [subject for subject, _sentence in found("deals.deliveries")] == [
        f"deals.reminderdelivery {row.pk}" for row in ReminderDelivery.objects.order_by("pk")
    ]


def test_an_e_mail_that_was_never_queued_is_found(told: Reminder) -> None:
    plant("DELETE FROM contacts_message WHERE kind = 'reminder'")

    row = ReminderDelivery.objects.get(channel="email")
    assert found("deals.deliveries") == [
        (f"deals.reminderdelivery {row.pk}", "It says that an e-mail was queued, and there is none.")
    ]


def test_a_reminder_that_waits_for_what_is_done_is_found(rani: User) -> None:
    promise = complete(ActivityFactory(owner=rani), by=rani)
    Reminder.objects.filter(activity=promise, purpose="remind").update(state="waiting")

    waiting = Reminder.objects.get(state="waiting")
    assert found("deals.reminders") == [
        (f"deals.reminder {waiting.pk}", f"It waits for activity {promise.pk}, which is done.")
    ]


def test_a_promise_that_nobody_watches_over_is_found(rani: User) -> None:
    promise: Activity = ActivityFactory(owner=rani)
    plant("DELETE FROM deals_reminder WHERE purpose = 'escalate'")

    assert [subject for subject, _sentence in found("deals.reminders")] == [f"deals.activity {promise.pk}"]
