"""Mail against a real server: what it sees is what a customer's server sees."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connections, transaction
from django.utils import timezone

from contacts.messages import sending
from contacts.messages.models import Message
from contacts.messages.queueing import cancel_messages, queue_message
from contacts.messages.sending import LEASE, due_messages, send_message
from contacts.models import Contact
from tests.architecture.source import ROOT
from tests.factories.contacts import ContactFactory
from tests.reliability.test_events import address_of_test_database

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True),
]
AT_ONCE = 4
PATIENCE = 1
LATER = timezone.now() + timedelta(hours=1)


@dataclass
class Server:
    """A mail server that keeps when it was handed what, and answers as the test says."""

    seen: list[tuple[str, float]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    port: int = 0
    on_data: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Refuse whom nobody knows."""
        if address.startswith("nobody"):
            return "550 5.1.1 No such user"
        if address.startswith("slow"):
            await asyncio.sleep(2 * PATIENCE)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the message, unless the test has another answer."""
        self.seen.append((str(message_from_bytes(envelope.content)["Message-ID"]), time.monotonic()))
        self.on_data()
        return self.answers.pop(0) if self.answers else "250 OK"

    def times(self, message: Message) -> int:
        """How often it was handed the message."""
        return [message_id for message_id, _at in self.seen].count(message.message_id)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handler = Server(port=port)
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="mail.test", ident="test")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, PATIENCE
    controller.start()
    yield handler
    controller.stop()


def queued(key: str, to: str = "dewi@example.com", **options: Any) -> Message:
    # Due later, so that nothing leaves by itself right after the commit.
    options.setdefault("due_at", LATER)
    return queue_message(key=key, kind="greeting", to=to, subject="Call Dewi", text="At two.", **options)


def sent(message: Message) -> bool:
    return send_message(message.pk, now=LATER)


def again(message: Message) -> Message:
    message.refresh_from_db()
    return message


def in_threads(act: Callable[[Any], object], given: list[Any], at_once: int = AT_ONCE) -> list[Any]:
    def run(each: Any) -> object:
        try:
            return act(each)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(run, given))


def test_a_message_that_is_sent_again_carries_the_same_message_id(server: Server) -> None:
    server.answers = ["451 Try again later"]
    message = queued("a")

    first = sent(message)
    second = send_message(message.pk, now=again(message).next_attempt_at)

    assert (first, second) == (False, True)
    assert [message_id for message_id, _at in server.seen] == [message.message_id] * 2


@pytest.mark.postgres
def test_who_refuses_and_who_dawdles_hold_up_nobody_else(server: Server) -> None:
    refused, slow = queued("refused", "nobody@example.com"), queued("slow", "slow@example.com")
    others = [queued(str(number), f"dewi{number}@example.com") for number in range(20)]
    began = time.monotonic()

    in_threads(lambda message_id: send_message(message_id, now=LATER), due_messages(LATER))

    assert (again(refused).state, again(slow).state) == ("failed", "waiting")
    assert refused.last_error == "550 5.1.1 No such user"
    assert [server.times(message) for message in others] == [1] * 20
    last = max(at for _message_id, at in server.seen)
    assert last - began < PATIENCE * 3


def test_with_the_mail_server_away_nothing_is_lost(server: Server, settings: Any) -> None:
    message, port = queued("a"), settings.EMAIL_PORT
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.EMAIL_PORT = free.getsockname()[1]
    assert not sent(message)
    settings.EMAIL_PORT = port

    assert send_message(message.pk, now=again(message).next_attempt_at)
    assert server.times(message) == 1


@pytest.mark.postgres
def test_of_many_workers_with_the_same_message_one_sends_it(server: Server) -> None:
    messages = [queued(str(number)) for number in range(10)]

    outcomes = in_threads(sent, messages * 4)

    assert Counter(outcomes) == {True: 10, False: 30}
    assert [server.times(message) for message in messages] == [1] * 10


SENDER = """
import django, sys
django.setup()
from django.utils import timezone
from contacts.messages.sending import send_message
from datetime import timedelta
print("ready", flush=True)
sys.stdin.readline()
send_message(int(sys.argv[1]), now=timezone.now() + timedelta(hours=2))
"""


@pytest.mark.postgres
def test_a_worker_killed_while_it_sends_leaves_a_message_that_goes_again_under_the_same_id(server: Server) -> None:
    message = queued("a")
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    worker = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(message.pk)],
        cwd=ROOT,
        env=kept
        | {
            "DATABASE_URL": address_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "tests.reliability.settings_mail",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(server.port),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    server.on_data = worker.kill
    worker.communicate(b"go\n", timeout=30)
    server.on_data = lambda: None
    much_later = timezone.now() + timedelta(hours=2) + 2 * LEASE

    assert again(message).state == "waiting"
    assert not send_message(message.pk, now=LATER)
    assert send_message(message.pk, now=much_later)
    assert server.times(message) == 2


@dataclass
class Race:
    """One message that is cancelled while it is being sent."""

    message: Message
    sent: bool = False
    stopped: int = 0
    over_at: float = 0.0

    def run(self, head_start: float) -> None:
        """Let the one that sends begin, and the one that cancels a moment later."""
        in_threads(lambda act: act(), [self._send, partial(self._cancel, head_start)], at_once=2)

    def _send(self) -> None:
        self.sent = sent(self.message)

    def _cancel(self, wait: float) -> None:
        time.sleep(wait)
        self.stopped = cancel_messages(about=("deals.activity", self.message.about_id), reason="Done.")
        self.over_at = time.monotonic()


def raced(times: int) -> list[Race]:
    """Run so many races, a few at a time; who lost has a better start in the next, however fast the machine is."""
    races = [Race(queued(f"race:{number}", about=("deals.activity", number))) for number in range(times)]
    lead, chance = [0.02], random.Random(5)

    def run(race: Race) -> None:
        race.run(lead[0] * chance.uniform(0.5, 1.5))
        lead[0] = min(1.0, max(0.001, lead[0] * (0.9 if race.sent else 1.1)))

    in_threads(run, races)
    return races


def handed_over_after_the_cancel(races: list[Race], server: Server) -> list[Race]:
    handed = dict(server.seen)
    return [
        race
        for race in races
        if handed.get(race.message.message_id, 0.0) > race.over_at or (race.stopped and server.times(race.message))
    ]


@pytest.mark.postgres
def test_nothing_is_handed_over_after_a_cancel_was_committed(server: Server) -> None:
    races = raced(500)

    assert handed_over_after_the_cancel(races, server) == []
    assert all(race.sent != bool(race.stopped) for race in races)
    assert all(server.times(race.message) == race.sent for race in races)
    # Both ways to end came often: these were races.
    assert min(Counter(race.sent for race in races).values()) > 50


@pytest.mark.postgres
def test_control_without_the_lock_messages_leave_after_their_cancel(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_without_locking(message: Message, claim: str) -> bool:
        return Message.objects.waiting().filter(pk=message.pk, claim=claim).exists()

    monkeypatch.setattr(sending, "_lock", look_without_locking)

    assert handed_over_after_the_cancel(raced(200), server) != []


@pytest.mark.postgres
def test_a_guard_and_a_cancel_that_both_lock_the_record_do_not_lock_each_other_out(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = ContactFactory()

    def look_at_the_record(message: Message) -> str:
        Contact.objects.select_for_update().get(pk=contact.pk)
        return ""

    def lock_and_cancel(message: Message) -> int:
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=contact.pk)
            return cancel_messages(key=message.key, reason="Done.")

    monkeypatch.setitem(sending._guards, "greeting", look_at_the_record)
    messages = [queued(str(number), about=contact) for number in range(60)]
    acts = [partial(act, message) for message in messages for act in (sent, lock_and_cancel)]

    outcomes = in_threads(lambda act: int(act()), acts)

    # Either one or the other, and nobody was thrown out by the database.
    assert [left + stopped for left, stopped in zip(outcomes[::2], outcomes[1::2], strict=True)] == [1] * 60
    assert not Message.objects.exclude(last_error="").exists()
