"""The project's own environment is installed once, again when the lock changes, and repaired when it was cut off."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from config.starting.environment import DEVELOPMENT, RUNTIME, Environment, Lock, SetupError
from config.starting.installing import sentence_about
from config.starting.progress import LiveLine


class RecordingInstaller:
    """Installs nothing; answers as it is told and counts how often it was asked."""

    def __init__(self, answer: str | BaseException = "") -> None:
        self.answer = answer
        self.runs = 0

    def install(self, lock: Path, packages: int, line: LiveLine) -> str:
        self.runs += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def __call__(self, folder: Path, line: LiveLine) -> Iterable["RecordingInstaller"]:
        return [self]


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    path = tmp_path / "requirements.txt"
    path.write_text("django==5.2.19 \\\n    --hash=sha256:00\ncelery[redis]==5.7.0\n")
    return Lock("tested", path)


@pytest.fixture
def environment(tmp_path: Path) -> Callable[[RecordingInstaller], Environment]:
    return lambda installer: Environment(tmp_path / ".venv", installer)


def test_a_second_start_installs_nothing(lock: Lock, environment: Callable[..., Environment]) -> None:
    installer = RecordingInstaller()
    environment(installer).prepare(lock)
    environment(installer).prepare(lock)
    assert installer.runs == 1


def test_a_changed_lock_is_installed(lock: Lock, environment: Callable[..., Environment]) -> None:
    installer = RecordingInstaller()
    environment(installer).prepare(lock)
    lock.path.write_text("django==5.2.20\n")
    environment(installer).prepare(lock)
    assert installer.runs == 2


def test_an_installation_that_was_cut_off_begins_again_from_nothing(
    lock: Lock, environment: Callable[..., Environment]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        environment(RecordingInstaller(KeyboardInterrupt())).prepare(lock)
    half_made = environment(RecordingInstaller()).folder / "half-made"
    half_made.touch()
    repaired = environment(RecordingInstaller())
    repaired.prepare(lock)
    assert repaired.is_ready(lock)
    assert not half_made.exists()


def test_an_environment_whose_python_is_gone_is_made_again(lock: Lock, environment: Callable[..., Environment]) -> None:
    environment(RecordingInstaller()).prepare(lock)
    for name in ("python", "python3"):
        (environment(RecordingInstaller()).folder / "bin" / name).unlink()
    again = environment(RecordingInstaller())
    again.prepare(lock)
    assert again.python.exists()


def test_an_environment_that_a_person_made_is_kept_and_installed_into(
    lock: Lock, environment: Callable[..., Environment]
) -> None:
    environment(RecordingInstaller()).prepare(lock)
    mine = environment(RecordingInstaller())
    (mine.folder / "tandem-tested.stamp").unlink()
    (mine.folder / "mine").touch()
    mine.prepare(lock)
    assert (mine.folder / "mine").exists()


def test_the_next_installer_is_tried_where_one_fails(lock: Lock, tmp_path: Path) -> None:
    failing, working = RecordingInstaller("no network"), RecordingInstaller()
    environment = Environment(tmp_path / ".venv", lambda folder, line: [failing, working])
    environment.prepare(lock)
    assert environment.is_ready(lock)


def test_a_failed_installation_is_told_in_a_sentence_and_is_not_taken_for_a_success(
    lock: Lock, environment: Callable[..., Environment]
) -> None:
    failed = environment(RecordingInstaller("Check the network."))
    with pytest.raises(SetupError, match="Check the network"):
        failed.prepare(lock)
    assert not failed.is_ready(lock)


def test_a_python_without_any_installer_says_what_to_install(lock: Lock, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="apt install python3-venv"):
        Environment(tmp_path / ".venv", lambda folder, line: []).prepare(lock)


def test_a_folder_that_cannot_be_written_is_named(lock: Lock, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="file"):
        Environment(tmp_path / "file" / ".venv", RecordingInstaller()).prepare(lock)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("error: Request failed after 3 retries\n  Caused by: failed to fetch: https://…", "check the network"),
        ("ERROR: No matching distribution found for amqp==5.4.2", "check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "clear the package cache"),
        ("error: Failed to install: … No space left on device (os error 28)", "disk is full"),
        ("invalid peer certificate: UnknownIssuer", "ca-certificates"),
        ("thread panicked", "could not be installed: thread panicked"),
    ],
)
def test_what_an_installer_says_becomes_a_sentence_that_says_what_to_do(said: str, told: str) -> None:
    assert told in sentence_about(said)


def test_whoever_installs_for_development_has_the_very_packages_of_the_runtime() -> None:
    pins = [{line for line in lock.path.read_text().splitlines() if "==" in line} for lock in (RUNTIME, DEVELOPMENT)]
    assert pins[0] <= pins[1]


def test_every_pinned_package_has_its_hash_and_no_index_is_named() -> None:
    for lock in (RUNTIME, DEVELOPMENT):
        text = lock.path.read_text()
        assert lock.packages() > 50
        assert all(" \\" in line for line in text.splitlines() if "==" in line and not line.startswith(" "))
        assert "index" not in text.replace("\n    --hash", "").split("--hash")[0]
        assert "://" not in text
