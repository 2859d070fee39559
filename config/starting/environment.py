"""The project's virtual environment: whether it is whole and up to date, and making it so.

A stamp is written last and names what was installed; a mark is written first and taken away last, so that a run which
was cut off is noticed. Standard library only.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.starting.installers import NO_INSTALLER, Installer, SetupError, find_installers, make_folder_of_environment
from config.starting.progress import LiveLine

__all__ = ["DEVELOPMENT", "ROOT", "RUNTIME", "Environment", "Lock", "SetupError"]

ROOT = Path(__file__).resolve().parent.parent.parent
INSTALLING = "tandem-installing"
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Lock:
    """A file of pinned packages, and what it is called in a sentence."""

    name: str
    path: Path

    def packages(self) -> int:
        """Return how many packages the file pins."""
        return len(re.findall(r"^[A-Za-z0-9][\w.\[\]-]*==", self.path.read_text(encoding="utf-8"), re.MULTILINE))


RUNTIME = Lock("runtime", ROOT / "requirements.txt")
DEVELOPMENT = Lock("development", ROOT / "requirements-dev.txt")


class Environment:
    """A folder made by Python's ``venv``, and the stamps that say what was installed into it."""

    def __init__(self, folder: Path, find: Callable[[Path, LiveLine], Iterable[Installer]] = find_installers) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._find_installers = find

    def is_current(self) -> bool:
        """Tell whether this very process runs inside the environment."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def is_ready(self, lock: Lock) -> bool:
        """Tell whether exactly this lock was installed completely, for the Python that is still there."""
        stamp = self._stamp(lock)
        return (
            stamp.is_file()
            and not self._mark.exists()
            and self.python.exists()
            and stamp.read_text(encoding="utf-8") == self._fingerprint(lock)
        )

    def prepare(self, lock: Lock) -> None:
        """Install the lock unless it is installed. Raises SetupError with a sentence that says what to do."""
        if self.is_ready(lock):
            return
        try:
            with _one_at_a_time():
                if not self.is_ready(lock):
                    self._install(lock)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise SetupError(f"The environment could not be made: {error.strerror or error}{where}.") from None

    def _install(self, lock: Lock) -> None:
        if self._is_broken():
            shutil.rmtree(self.folder)
        with LiveLine() as line:
            if not self.python.exists():
                line.show("Making the environment .venv")
                make_folder_of_environment(self.folder)
            self._mark.touch()
            for stamp in self.folder.glob("tandem-*.stamp"):
                stamp.unlink()
            obstacle = NO_INSTALLER
            for installer in self._find_installers(self.folder, line):
                obstacle = installer.install(lock.path, lock.packages(), line)
                if not obstacle:
                    break
            if obstacle:
                raise SetupError(obstacle)
        # Whoever has the packages of development has those of the runtime: both files come from one resolution.
        for installed in {lock, RUNTIME}:
            self._stamp(installed).write_text(self._fingerprint(installed), encoding="utf-8")
        self._mark.unlink()

    def _is_broken(self) -> bool:
        """Tell whether a folder is there that cannot be built upon: cut off half-way, or of another Python."""
        if not self.folder.exists():
            return False
        libraries = {path.name for path in (self.folder / "lib").glob("python3.*")}
        stands_on = Path(os.path.realpath(self.python)).name
        moved_on = stands_on.startswith("python3.") and stands_on not in libraries
        too_old = not any(int(name.split(".")[1]) >= OLDEST_PYTHON[1] for name in libraries)
        return self._mark.exists() or not self.python.exists() or moved_on or too_old

    @property
    def _mark(self) -> Path:
        return self.folder / INSTALLING

    def _stamp(self, lock: Lock) -> Path:
        return self.folder / f"tandem-{lock.name}.stamp"

    def _fingerprint(self, lock: Lock) -> str:
        """Return a text that changes with the lock and with the Python that the environment stands on."""
        return f"{hashlib.sha256(lock.path.read_bytes()).hexdigest()} {os.path.realpath(self.python)}\n"


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second start in the same clone wait for the installation of the first."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write("Another command is installing here; waiting for it.\n")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
