"""Real workers and beats, a private Redis, and a mail server, for tests and measurements; all end with their test."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import redis
from aiosmtpd.controller import Controller

from tests.architecture.source import ROOT

REDIS = shutil.which("redis-server")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_until(holds: Callable[[], bool], *, seconds: float, pause: float = 0.2) -> float:
    """Wait until something holds and return for how long; fail after so many seconds."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"Not within {seconds} seconds."
        time.sleep(pause)
    return time.monotonic() - began


@dataclass
class Broker:
    """A Redis of one's own that keeps nothing on disk: whatever was in it is gone when it is started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> Any:
        return redis.Redis(port=self.port)

    def start(self) -> None:
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self._process = subprocess.Popen([str(REDIS), *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers, seconds=20, pause=0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


@dataclass
class Mailbox:
    """A mail server that takes everything and keeps the Message-ID of each mail it was handed."""

    seen: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    _controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.seen.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, "127.0.0.1", self.port, server_hostname="mail.test", ident="test")
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()


@dataclass
class Crew:
    """Workers and beats, each a process group of its own."""

    folder: Path
    environment: dict[str, str]
    groups: dict[str, int] = field(default_factory=dict)
    _parent: subprocess.Popen[str] | None = None

    def start(self) -> None:
        kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
        settings = {"DJANGO_SETTINGS_MODULE": "tests.reliability.settings_workers"}
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.working", str(self.folder)],
            cwd=ROOT, env=kept | settings | self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._told() == "ready"

    def engage(self, kind: str, name: str) -> None:
        """Let a ``worker`` or a ``beat`` begin."""
        assert self._parent is not None
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{kind} {name}\n")
        self._parent.stdin.flush()
        self.groups[name] = int(self._told())

    def kill(self, name: str) -> None:
        """End a worker or a beat with -9, and everything it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.groups.pop(name), signal.SIGKILL)

    def stop(self) -> None:
        for name in list(self.groups):
            self.kill(name)
        if self._parent is not None:
            self._parent.kill()
            self._parent.wait()

    def log(self) -> str:
        """What they said: only warnings and faults."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _told(self) -> str:
        assert self._parent is not None
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()
