"""The database goes away and comes back: 503 with Retry-After meanwhile, and the same process goes on."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from knox.models import AuthToken

from contacts.models import User
from tests.architecture.source import ROOT
from tests.factories.contacts import UserFactory

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.postgres,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True),
]


@dataclass
class Wire:
    """A wire to the database that can be cut and joined again."""

    target: tuple[str, int]
    port: int = 0
    _listener: socket.socket | None = None
    _ends: list[socket.socket] = field(default_factory=list)

    def join(self) -> None:
        """Let everybody through."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End what is under way, and let nobody in."""
        if self._listener is None:
            return
        # A closed listener whose accept is still waiting would take one more.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        for end in self._ends:
            end.close()
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _address = listener.accept()
            except OSError:
                return
            there = socket.create_connection(self.target)
            self._ends += [here, there]
            threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        other = {here: there, there: here}
        try:
            while True:
                for end in select.select([here, there], [], [], 0.2)[0]:
                    if not (said := end.recv(65536)):
                        return
                    other[end].sendall(said)
        except (OSError, ValueError):
            return
        finally:
            here.close()
            there.close()


@dataclass
class Web:
    """A web process, asked over HTTP."""

    port: int
    token: str

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Return status, headers and body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), answer.read().decode()

    def ask_api(self) -> tuple[int, dict[str, str], str]:
        """Ask for something that needs the database, as an integration."""
        return self.ask("/api/v1/events/", Authorization=f"Token {self.token}")


@pytest.fixture
def wire() -> Iterator[Wire]:
    there = connection.settings_dict
    joined = Wire((there["HOST"], int(there["PORT"] or 5432)))
    joined.join()
    yield joined
    joined.cut()


@pytest.fixture
def web(wire: Wire) -> Iterator[Web]:
    user: User = UserFactory(role="integration", is_service=True)
    _stored, token = AuthToken.objects.create(user=user)
    there = connection.settings_dict
    secret = f":{there['PASSWORD']}" if there["PASSWORD"] else ""
    url = f"postgres://{there['USER']}{secret}@127.0.0.1:{wire.port}/{there['NAME']}"
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.serving"],
        cwd=ROOT,
        env=kept | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    yield Web(int(process.stdout.readline()), str(token))
    process.kill()
    process.wait()


def test_an_outage_is_answered_with_503_and_the_process_recovers_by_itself(wire: Wire, web: Web) -> None:
    assert web.ask_api()[0] == 200

    wire.cut()
    status, headers, body = web.ask_api()
    told: dict[str, Any] = json.loads(body)
    ready = web.ask("/readyz")
    alive = web.ask("/healthz")

    assert (status, told["code"]) == (503, "database_unavailable")
    assert int(headers["Retry-After"]) > 0
    assert "try again" in told["message"]
    assert (ready[0], json.loads(ready[2])["database"]) == (503, {"ok": False})
    assert alive[0] == 200

    wire.join()
    deadline = time.monotonic() + 60
    while web.ask_api()[0] != 200:
        assert time.monotonic() < deadline, "It did not come back."
        time.sleep(0.3)
    assert web.ask("/readyz")[0] == 200


def test_a_person_reads_a_page_that_asks_again_by_itself(wire: Wire, web: Web) -> None:
    wire.cut()

    status, headers, body = web.ask("/admin/", Cookie="sessionid=abcdefghijklmnopqrstuvwxyz012345")

    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert 'http-equiv="refresh"' in body
    assert "Nothing was changed" in body


def test_a_process_that_starts_during_an_outage_is_there_when_it_ends(wire: Wire, web: Web) -> None:
    # Nothing was asked of the database before the wire was cut: the pool has never had a connection.
    wire.cut()
    assert web.ask_api()[0] == 503

    wire.join()

    deadline = time.monotonic() + 60
    while web.ask_api()[0] != 200:
        assert time.monotonic() < deadline, "It did not come back."
        time.sleep(0.3)
