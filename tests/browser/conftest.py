"""A real house with the demo company, and browsers in it: one server for all tests, a page for any role.

A page made by ``page_as`` watches itself: a request to another origin, an answer of 4xx or 5xx, an error in the console
or an uncaught exception fails the test when it ends.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PASSWORD = "tandem"
ROLES = ("admin", "marketer", "rep", "manager", "finance")
WIDTHS = {1440: 900, 390: 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason=f"needs {CHROMIUM}"))


def manage(var: Path, *arguments: str) -> str:
    """Run a management command in the house that lives in ``var``."""
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_environment(var), check=True, capture_output=True, text=True).stdout


def _environment(var: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "TANDEM_VAR": str(var), "LOG_LEVEL": "WARNING"}


@dataclass(frozen=True)
class House:
    """A running server with the demo company: its address and the folder it lives in."""

    url: str
    var: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command in this house."""
        return manage(self.var, *arguments)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company's folder, built once for all processes of the run; houses are copies of it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    var = shared / "demo-company"
    with (shared / "demo-company.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (var / "is-built").exists():
            var.mkdir()
            manage(var, "migrate", "--verbosity", "0")
            manage(var, "load_demo", "--verbosity", "0")
            (var / "is-built").touch()
    return var


@pytest.fixture(scope="session")
def house(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo company behind a real web server with its own database."""
    with running_house(built, tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def spare_house(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another such house, for tests that turn it upside down."""
    with running_house(built, tmp_path_factory.mktemp("spare-house")) as running:
        yield running


@contextmanager
def running_house(built: Path, var: Path) -> Iterator[House]:
    """Copy a house into ``var`` and keep it running."""
    shutil.copytree(built, var, dirs_exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with (var / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=_environment(var), stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz", server, var / "server.log")
        yield House(url, var)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(150):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: its event loop counts as running, and Django keeps other connections while one runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def session_of(house: House, chromium: Browser) -> Callable[[str], Any]:
    """The cookies of a signed-in role; each role signs in once a module."""
    known: dict[str, Any] = {}

    def session(role: str) -> Any:
        if role not in known:
            context = chromium.new_context()
            page = context.new_page()
            sign_in(page, house.url, f"{role}@tandem.example")
            known[role] = context.storage_state()
            context.close()
        return known[role]

    return session


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD) -> None:
    """Sign in at the door: one click, two fields."""
    page.goto(url + "/")
    page.fill("#id_username", email)
    page.fill("#id_password", password)
    page.click("#login-form button[type=submit]")
    page.wait_for_load_state()


@dataclass
class Guard:
    """What a page should not do. ``expected`` are parts of complaints that the test means to provoke."""

    url: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(part in text for part in self.expected)]

    def _asked(self, request: Any) -> None:
        target = urlsplit(request.url)
        if target.scheme in ("http", "https", "ws", "wss") and target.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"other origin: {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")


PageAs = Callable[..., Page]


@pytest.fixture
def guard(house: House) -> Guard:
    return Guard(house.url)


@pytest.fixture
def page_as(house: House, chromium: Browser, session_of: Callable[[str], Any], guard: Guard) -> Iterator[PageAs]:
    """Open a page as a role, at a width, in light or dark; ``page.goto("/admin/")`` is relative to the house."""
    contexts: list[BrowserContext] = []

    def page(role: str | None = "admin", *, width: int = 1440, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=house.url,
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if dark else "light",
            storage_state=session_of(role) if role else None,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        guard.watch(context)
        contexts.append(context)
        return context.new_page()

    yield page
    for context in contexts:
        context.close()
    assert guard.unexpected() == []


@pytest.fixture
def faults() -> Callable[[Page], list[str]]:
    """What axe finds wrong on a page: rule, and the elements at fault."""
    source = AXE.read_text()

    def run(page: Page) -> list[str]:
        # By the debugger, which the page's own content policy does not bind.
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [f"{each['id']}: {node['html'][:200]} {_why(node)}" for each in found for node in each["nodes"]]

    return run


@pytest.fixture
def faults_of_every_look(faults: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """The same on a desk in the dark and on a phone in the light; and whether something is wider than the window."""

    def run(page: Page) -> list[str]:
        found = []
        for width, scheme in ((1440, "dark"), (390, "light")):
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_timeout(100)
            found += [f"{width} {scheme}: {fault}" for fault in faults(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{width}: wider than the window")
        return found

    return run


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])[:200]
