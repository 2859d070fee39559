"""``manage.py check_integrity``: runs what the apps registered, says what does not hold, and fails then."""

import json
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.common import integrity
from config.common.integrity import MOST_TOLD, Check, Finding, check_names, prove, register_check
from config.integrations.announcing import EventSignal, announce
from config.integrations.delivering import deliver_event, subscribe
from config.integrations.models import Event
from contacts.models import Contact
from tests.factories.contacts import ContactFactory
from tests.planting import plant

pytestmark = pytest.mark.django_db
_numbers = count()


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the check ``test.faults`` find so many."""

    def find(number: int) -> Iterator[Finding]:
        return (Finding(Contact, pk, f"Fault {pk}.") for pk in range(1, number + 1))

    def registered(number: int) -> None:
        check = Check("test.faults", "Tests hold", lambda: find(number), lambda: 1234)
        monkeypatch.setitem(integrity._checks, check.name, check)

    return registered


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("check_integrity", *arguments, stdout=out)
    return out.getvalue()


def run_failing(*arguments: str) -> tuple[str, CommandError]:
    out = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("check_integrity", *arguments, stdout=out)
    return out.getvalue(), failure.value


def test_what_holds_is_told_with_how_much_was_looked_at(faults: Callable[[int], None]) -> None:
    faults(0)

    assert run("--only", "test.faults") == "Tests hold (test.faults): 1,234 looked at, holds.\n"


def test_what_does_not_hold_is_told_in_sentences_and_fails(faults: Callable[[int], None]) -> None:
    faults(2)

    said, failure = run_failing("--only", "test.faults")

    assert said.splitlines() == [
        "Tests hold (test.faults): 1,234 looked at, 2 do not hold.",
        "  contacts.contact 1: Fault 1.",
        "  contacts.contact 2: Fault 2.",
    ]
    assert failure.returncode == 1
    assert "1 check found" in str(failure)


def test_of_many_faults_some_are_told_and_the_others_counted(faults: Callable[[int], None]) -> None:
    faults(MOST_TOLD + 1_000_000)

    lines = run_failing("--only", "test.faults")[0].splitlines()

    assert len(lines) == 1 + MOST_TOLD + 1
    assert lines[-1] == "  … and 1,000,000 more."


def test_the_same_as_json(faults: Callable[[int], None]) -> None:
    faults(1)

    said = json.loads(run_failing("--json", "--only", "test.faults", "deals.amounts")[0])

    assert said["holds"] is False
    assert said["checks"] == [
        {
            "name": "test.faults",
            "title": "Tests hold",
            "looked_at": 1234,
            "holds": False,
            "failed": 1,
            "findings": [{"subject": "contacts.contact 1", "sentence": "Fault 1."}],
        },
        {
            "name": "deals.amounts",
            "title": "The amount of a deal with lines is the sum of its lines",
            "looked_at": 0,
            "holds": True,
            "failed": 0,
            "findings": [],
        },
    ]


def test_a_check_that_does_not_exist_is_told_with_those_that_do() -> None:
    _said, failure = run_failing("--only", "deals.weather")

    assert "deals.weather" in str(failure)
    assert "deals.amounts" in str(failure)


def test_two_checks_can_not_have_one_name() -> None:
    with pytest.raises(ValueError, match="already"):
        register_check("deals.amounts", "Amounts", lambda: [], count=lambda: 0)


def test_every_check_is_named_after_its_app() -> None:
    assert {name.partition(".")[0] for name in check_names()} >= {"contacts", "deals", "integrations"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_all_checks_see_the_rows_of_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    def add_contact() -> None:
        ContactFactory()
        connection.close()

    def find() -> Iterator[Finding]:
        thread = threading.Thread(target=add_contact)
        thread.start()
        thread.join()
        return (Finding(Contact, pk, "It came meanwhile.") for pk in Contact.objects.values_list("pk", flat=True))

    for name in ("test.first", "test.second"):
        monkeypatch.setitem(integrity._checks, name, Check(name, "Nobody", find, Contact.objects.count))

    verdicts = list(prove(["test.first", "test.second"]))

    assert [(verdict.looked_at, verdict.failed) for verdict in verdicts] == [(0, 0), (0, 0)]
    assert Contact.objects.count() == 2


# --- Deliveries ---


@pytest.fixture
def happened() -> EventSignal:
    """A signal with a subscriber of this test's own."""
    signal = EventSignal(f"test.proven_{next(_numbers)}", provides={})
    subscribe(signal, "listener", lambda event: None)
    return signal


def delivered(signal: EventSignal) -> Event:
    event = announce(signal, subject=ContactFactory())
    assert deliver_event(event.pk, now=timezone.now())
    return event


def found() -> list[str]:
    return [str(finding) for verdict in prove(["integrations.deliveries"]) for finding in verdict.findings]


def test_a_delivered_event_without_its_ledger_row_is_found(happened: EventSignal) -> None:
    delivered(happened)
    event = delivered(happened)
    assert found() == []

    plant("DELETE FROM integrations_delivery WHERE event_id = %s", [event.pk])

    assert found() == [
        f"integrations.event {event.pk}: It counts as delivered, and the ledger has no row for the subscriber listener."
    ]


def test_a_subscriber_that_came_later_was_not_to_be_told_of_what_was_delivered_before(happened: EventSignal) -> None:
    delivered(happened)
    subscribe(happened, "late", lambda event: None)

    delivered(happened)

    assert found() == []
