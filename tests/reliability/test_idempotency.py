"""A real server on an SQLite file, many callers with one key, and the server killed again and again: done once."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from config.settings.env import env_str
from tests.architecture.source import ROOT

pytestmark = pytest.mark.reliability
PARALLEL, KEYS, KILLS = 50, 100, 5
PATIENCE = 120


@dataclass
class House:
    """A server that can be killed and started again on the same database."""

    database: Path
    port: int = 0
    token: str = ""
    _server: Any = field(default=None, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TANDEM_VAR") if env_str(name)}
        return kept | {"DATABASE_URL": f"sqlite:///{self.database}", "DJANGO_SETTINGS_MODULE": "config.settings.test"}

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "django", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def start(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.serving"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.port = int(self._server.stdout.readline())

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()
        self._server.stdout.close()

    def ask(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.database, timeout=30) as rows:
            return rows.execute(sql).fetchall()

    def post(self, name: str, key: str) -> tuple[int, Any]:
        """Add a contact; return status and body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/contacts/",
            json.dumps({"full_name": name}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Token {self.token}", "Idempotency-Key": key},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def post_until_answered(self, name: str, key: str) -> Any:
        """Do what a careful caller does: repeat after a broken connection, and while the first call is running."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                status, body = self.post(name, key)
            except (OSError, HTTPException, ValueError):
                time.sleep(0.1)
                continue
            if status == 201:
                return body
            assert body["code"] == "idempotency_key_running", body
            time.sleep(0.1)
        raise TimeoutError(key)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house in which nobody has been but Iris."""
    house = House(tmp_path_factory.mktemp("empty") / "tandem.sqlite3")
    house.manage("migrate", "--verbosity=0")
    house.token = house.manage("make_token", "iris@tandem.test", "--role", "integration")
    return house


@pytest.fixture
def house(empty: House, tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "tandem.sqlite3", token=empty.token)
    with sqlite3.connect(empty.database) as source, sqlite3.connect(house.database) as copy:
        source.backup(copy)
    house.start()
    yield house
    house.kill()


def test_of_fifty_callers_with_one_key_one_is_served_and_the_others_hear_of_it_or_wait(house: House) -> None:
    with ThreadPoolExecutor(PARALLEL) as callers:
        answers = list(callers.map(lambda _: house.post("Sri", "one-key"), range(PARALLEL)))

    [(made,)] = house.ask("SELECT id FROM contacts_contact")
    assert {body["id"] for status, body in answers if status == 201} == {made}
    assert {body["code"] for status, body in answers if status != 201} <= {"idempotency_key_running"}


def wait_for_a_call(house: House) -> None:
    """Wait until a call has claimed its key and is at work."""
    give_up = time.monotonic() + PATIENCE
    while not house.ask("SELECT 1 FROM integrations_idempotencykey WHERE status IS NULL"):
        assert time.monotonic() < give_up
        time.sleep(0.001)


def test_a_server_killed_again_and_again_does_each_request_once(house: House) -> None:
    with ThreadPoolExecutor(8) as callers:
        waiting = [callers.submit(house.post_until_answered, f"Contact {key}", f"key-{key}") for key in range(KEYS)]
        for _time in range(KILLS):
            wait_for_a_call(house)
            time.sleep(random.uniform(0, 0.01))
            house.kill()
            # As if the lease of those who died had run out meanwhile.
            house.ask("UPDATE integrations_idempotencykey SET claimed_until = '2000-01-01' WHERE status IS NULL")
            house.start()
        made = [each.result() for each in waiting]

    assert [row["full_name"] for row in made] == [f"Contact {key}" for key in range(KEYS)]
    assert house.ask("SELECT count(*), count(DISTINCT full_name) FROM contacts_contact") == [(KEYS, KEYS)]
    repeated = [house.post_until_answered(f"Contact {key}", f"key-{key}") for key in range(KEYS)]
    assert repeated == made
