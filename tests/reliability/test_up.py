"""`manage.py up` as a person uses it: what is killed comes back, and nothing outlives what should have ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.starting.environment import ROOT

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.enable_socket,
    pytest.mark.skipif(sys.platform != "linux", reason="reads the list of processes as Linux shows it"),
]
PATIENCE = 90.0


@dataclass
class Running:
    """A started `up`: its process, what it has printed so far, and where it keeps its files."""

    process: subprocess.Popen[str]
    var: Path
    port: int
    printed: str = ""

    def wait_until_printed(self, words: str) -> str:
        """Read on until ``words`` are printed; fail with everything printed where they never are."""
        assert self.process.stdout
        while words not in self.printed:
            line = self.process.stdout.readline()
            assert line, f"ended without {words!r}:\n{self.printed}"
            self.printed += line
        return self.printed

    def children(self) -> dict[str, int]:
        """Return the name and process id of each child that lives now."""
        names = {}
        for pid in self.survivors():
            status = Path(f"/proc/{pid}/status").read_text()
            name, parent = re.search(r"Name:\s+(\S+)", status), re.search(r"PPid:\s+(\d+)", status)
            if name and parent and int(parent[1]) == self.process.pid:
                names[name[1].removeprefix("tandem-")] = pid
        return names

    def survivors(self) -> list[int]:
        """Return every living process of this start, found by its own folder in the environment."""
        mark = f"TANDEM_VAR={self.var}\0".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes() and ") Z " not in (folder / "stat").read_text():
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def answers(self) -> bool:
        """Tell whether the web process answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20) as answer:
            return bool(answer.status == 200)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def up(var: Path) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
    started = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=ROOT,
        env=kept | {"TANDEM_VAR": str(var), "TANDEM_BOOTSTRAP": "off", "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(started, var, port)
    try:
        running.wait_until_printed("Ctrl-C stops them all")
        yield running
    finally:
        started.kill()
        started.wait()
        assert eventually(lambda: not running.survivors())


def eventually(condition: Callable[[], object]) -> bool:
    """Wait for what must become true, patiently: the machine may be busy."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_documents_can_be_set_right_after_the_first_start(up: Running) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    base = f"http://127.0.0.1:{up.port}"

    def read(path: str, **posted: str) -> bytes:
        body = urllib.parse.urlencode(posted).encode() if posted else None
        request = urllib.request.Request(base + path, body, {"Referer": base})
        with browser.open(request, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    page = read("/admin/login/").decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    read("/admin/login/", username="admin@tandem.example", password="tandem", csrfmiddlewaretoken=token[1])
    draft = re.search(r"/admin/deals/quote/(\d+)/change/", read("/admin/deals/quote/?standing=draft").decode())
    assert draft

    assert read(f"/admin/deals/quote/{draft[1]}/pdf/1/").startswith(b"%PDF")


def test_it_prints_its_address_and_the_login_of_each_role(up: Running) -> None:
    assert f"http://127.0.0.1:{up.port}/" in up.printed
    for role in ("admin", "marketer", "rep", "manager", "finance"):
        assert f"{role}@tandem.example" in up.printed
    assert up.answers()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_killed_child_comes_back(up: Running, name: str) -> None:
    assert eventually(lambda: len(up.children()) == 3)
    killed = up.children()[name]
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: up.children().get(name, killed) != killed)
    assert up.answers()
    assert f"{name} was ended by SIGKILL" in up.wait_until_printed("starts again")


def test_nothing_outlives_a_killed_parent(up: Running) -> None:
    assert eventually(lambda: len(up.survivors()) >= 6)
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait()
    assert eventually(lambda: not up.survivors())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_asked_to(up: Running, number: signal.Signals) -> None:
    up.process.send_signal(number)
    up.wait_until_printed("Tandem has stopped")
    assert up.process.wait(timeout=PATIENCE) == 0
    assert not up.survivors()
    assert "Traceback" not in up.printed


def test_a_second_start_in_the_same_folder_says_where_the_first_one_is(up: Running) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"TANDEM_VAR": str(up.var), "TANDEM_BOOTSTRAP": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"http://127.0.0.1:{up.port}/" in second.stderr
