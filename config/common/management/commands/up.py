"""``manage.py up``: the whole back office on one machine, in one command."""

import http.client
import logging
import os
import socket
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from config.common import demo
from config.starting.apart import run_apart
from config.starting.embedded import bodies
from config.starting.progress import LiveLine
from config.starting.single import AlreadyRunningError, SingleInstance
from config.starting.supervisor import Supervisor

DEMO_LOGINS = {
    "admin": "administrator",
    "marketer": "marketing",
    "rep": "sales rep",
    "manager": "sales manager",
    "finance": "finance",
}
LONGEST_START = 60.0


class Command(BaseCommand):
    """Prepares the database, starts web, worker and beat, and stays until it is told to stop."""

    help = "Run the whole back office here: web, worker and beat, with the demo company the first time."
    # The checks would take longer than the start; `manage.py check` and every migration run them.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and whether the demo company is wanted."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
        parser.add_argument("--no-demo", action="store_true", help="do not load the demo company")

    def handle(self, *args: Any, host: str, port: int, no_demo: bool, **options: Any) -> None:
        """Run until told to stop. A CommandError says what to do about what stands in the way."""
        var = Path(settings.VAR_DIR)
        pool = _LastWords("psycopg.pool")
        try:
            _make(var)
            with SingleInstance(var / "up.lock") as instance:
                listener = listen(host, port)
                address = _address(host, listener)
                instance.tell(address)
                lead_links_to(address)
                with pool:
                    self._prepare_database(load_demo=not no_demo)
                self._supervise(listener, address, var / "log")
        except AlreadyRunningError as other:
            raise CommandError(str(other)) from None
        except DatabaseError as error:
            reason = (pool.words or str(error)).strip().splitlines()[0]
            raise CommandError(f"The database refuses: {reason}. Check DATABASE_URL and start again.") from None

    def _prepare_database(self, load_demo: bool) -> None:
        with LiveLine() as line:
            if _has_pending_migrations():
                call_command("migrate", interactive=False, no_color=True, stdout=_Steps(line, "Preparing the database"))
            if load_demo and settings.DEMO_COMPANY_ALLOWED and _is_place_for_demo():
                line.show("Loading the demo company")
                _close_connections()
                # Setting its documents starts threads that the children, forked from here, would miss.
                if run_apart(self._load_demo):
                    sentence = "The demo company could not be loaded; what stands above says why. Start with --no-demo."
                    raise CommandError(sentence)

    def _load_demo(self) -> None:
        try:
            call_command("load_demo", verbosity=0)
        except CommandError as refusal:
            # What is here already can do without it.
            self._say(str(refusal))

    def _supervise(self, listener: socket.socket, address: str, logs: Path) -> None:
        welcome = self._welcome(address, logs)
        supervisor = Supervisor(bodies(listener), logs, self._say)
        _close_connections()
        deadline = time.monotonic() + LONGEST_START

        def announce_first_answer() -> bool:
            if _answers(listener):
                processes = ", ".join(f"{child.name} {child.pid}" for child in supervisor.children)
                self._say(f"{welcome}\n  Processes: {processes}. Ctrl-C stops them all.\n")
                return True
            if supervisor.is_failing("web") or time.monotonic() > deadline:
                raise CommandError(f"The web process does not answer: see why in {logs / 'web.log'}, and start again.")
            return False

        supervisor.run(announce_first_answer)
        self._say("Tandem has stopped.")

    def _welcome(self, address: str, logs: Path) -> str:
        emails = [f"{name}{demo.DOMAIN}" for name in DEMO_LOGINS]
        there = set(get_user_model()._default_manager.filter(email__in=emails).values_list("email", flat=True))
        lines = ["", f"Tandem is running at {address}", ""]
        lines += [
            f"  {email:26}{role}" for email, role in zip(emails, DEMO_LOGINS.values(), strict=True) if email in there
        ]
        lines += [f"  The password of each is: {demo.PASSWORD}", ""] if there else []
        if not there and not get_user_model()._default_manager.exists():
            lines += ["  Nobody can sign in yet. Make the first user: python3 manage.py createsuperuser", ""]
        return "\n".join([*lines, f"  Logs: {logs}"])

    def _say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            # Whoever read this is gone (a closed pipe); the children are still to be kept.
            return


def _close_connections() -> None:
    """A connection must not be shared between processes."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "up.lock").touch()
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        raise CommandError(f"{folder} cannot be written ({reason}): name another folder with TANDEM_VAR.") from None


def lead_links_to(address: str) -> None:
    """Let links in messages lead to where this one answers, unless SITE_URL says where people reach it.

    The children inherit it: they are forked from this process.
    """
    if not os.environ.get("SITE_URL"):
        settings.SITE_URL = address.rstrip("/")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; a CommandError says what to do where it cannot."""
    if not 0 <= port <= 65535:
        raise CommandError(f"{port} is no port: choose one from 1 to 65535 with --port.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except PermissionError:
        raise CommandError(f"Port {port} needs more rights than you have: choose one above 1023 with --port.") from None
    except socket.gaierror:
        raise CommandError(f"There is no host {host!r}: give an address of this machine with --host.") from None
    except OSError as error:
        with socket.socket() as free:
            free.bind(("", 0))
            other = port + 1 if port < 65535 else free.getsockname()[1]
        if "in use" in str(error):
            sentence = f"Port {port} is taken by another program: stop that, or take another with --port {other}."
            raise CommandError(sentence) from None
        raise CommandError(f"{host} is not an address of this machine: choose another with --host.") from None
    return listener


def _address(host: str, listener: socket.socket) -> str:
    shown = "127.0.0.1" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"


def _answers(listener: socket.socket) -> bool:
    """Ask the web process whether it lives, as anybody else would."""
    host, port = listener.getsockname()[:2]
    allowed = [name for name in settings.ALLOWED_HOSTS if name.strip("*.") == name and name]
    client = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=2)  # noqa: S104
    try:
        client.request("GET", "/healthz", headers={"Host": allowed[0] if allowed else f"localhost:{port}"})
        return client.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _has_pending_migrations() -> bool:
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_place_for_demo() -> bool:
    """Tell whether the demo company is missing here and belongs here: not among the people of a server's database."""
    if demo.is_loaded():
        return False
    return not os.environ.get("DATABASE_URL") or not get_user_model()._default_manager.exists()


class _LastWords(logging.Filter):
    """Keeps a logger quiet while entered, and keeps the last it had to say: the reason behind an error."""

    words = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Remember the message instead of showing it."""
        self.words = record.getMessage()
        return False

    def __enter__(self) -> None:
        logging.getLogger(self.name).addFilter(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger(self.name).removeFilter(self)


class _Steps:
    """A stream that shows the last line written to it as the detail of one step."""

    def __init__(self, line: LiveLine, step: str) -> None:
        self._line = line
        self._step = step

    def write(self, text: str) -> None:
        """Show what is being applied."""
        said = text.strip().removesuffix("OK").strip(" .")
        self._line.show(self._step, said if said.startswith("Applying") else "")

    def flush(self) -> None:
        """Nothing is held back."""
