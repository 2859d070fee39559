"""Finds something that installs packages, quickest first.

uv is quickest. Where it is not on the PATH it comes from the lock file through pip, and pip comes with Python: as
a module, as the wheel that Python or the distribution carries, or (Debian splits it off) out of Debian's own package.
Standard library only; no package index is named here, because whoever installs has chosen theirs.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from config.starting.installing import (
    FOLDER_OF_PROJECT,
    count_installed,
    installation_log,
    last_line,
    run_installer,
    sentence_about,
)
from config.starting.progress import LiveLine

LOCK_WITH_UV = FOLDER_OF_PROJECT / "requirements-dev.txt"
NO_INSTALLER = (
    "This Python has no pip, and none could be found: install one (on Debian and Ubuntu: apt install python3-venv), "
    "or uv, and start again."
)
NO_VENV = "This Python has no venv module: install it (on Debian and Ubuntu: apt install python3-venv) and start again."


class SetupError(Exception):
    """What stands in the way of starting, as one sentence that says what to do."""


class Installer(Protocol):
    """Something that installs a lock file into an environment."""

    def install(self, lock: Path, packages: int, line: LiveLine) -> str:
        """Install the lock, showing progress. Return what to do about it where it failed, else an empty text."""


@dataclass(frozen=True)
class InstallerCommand:
    """uv or pip, with the options that make it install into one environment and nowhere else."""

    name: str
    command: Sequence[str]
    folder: Path

    def install(self, lock: Path, packages: int, line: LiveLine) -> str:
        """Run the command (see Installer)."""
        step = f"Installing {packages} packages"
        returned, said = run_installer([*self.command, "-r", str(lock)], line, step, count_installed(self.folder))
        return f"{sentence_about(said)} All that {self.name} said: {installation_log()}" if returned else ""


def find_installers(folder: Path, line: LiveLine) -> Iterator[Installer]:
    """Yield the installers to try, quickest first: the next one is only looked for where the one before failed."""
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv") or _uv_inside(folder)
    with_uv = ["pip", "install", "--python", python, "--require-hashes", "--no-deps"]
    if uv:
        yield InstallerCommand("uv", [uv, *with_uv], folder)
    pip = _find_pip(folder, line)
    if pip and not uv and _install_uv(pip, folder, line):
        yield InstallerCommand("uv", [str(_uv_inside(folder)), *with_uv], folder)
    if pip:
        yield InstallerCommand("pip", [*pip, "--no-compile", "--no-deps", "--require-hashes"], folder)


def make_folder_of_environment(folder: Path) -> None:
    """Make an environment without any installer in it: that comes afterwards, and in several ways."""
    if importlib.util.find_spec("venv") is None:
        raise SetupError(NO_VENV)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SetupError(f"{NO_VENV} It said: {last_line(made.stdout + made.stderr)}")


# --- pip -------------------------------------------------------------------------------------------------------------


def _find_pip(folder: Path, line: LiveLine) -> list[str] | None:
    """Return the command that installs with pip into the environment, or None where there is no pip to be had."""
    python = str(folder / "bin" / "python")
    options = ["install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    if any(folder.glob("lib/python3.*/site-packages/pip")):
        return [python, "-m", "pip", *options]
    wheel = _wheel_of_pip()
    if not wheel and _own_pip_is_new_enough():
        return [sys.executable, "-m", "pip", "--python", python, *options]
    wheel = wheel or _wheel_from_debian(folder, line)
    return [python, str(wheel / "pip"), *options] if wheel else None


def _wheel_of_pip() -> Path | None:
    """Return the wheel of pip that Python or the distribution carries; a wheel can be run as it is."""
    folders = [Path("/usr/share/python-wheels")]
    if found := importlib.util.find_spec("ensurepip"):
        folders[:0] = [Path(found.origin or "").parent / "_bundled"]
    if named := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(named))
    return next((wheel for place in folders for wheel in sorted(place.glob("pip-*.whl"), reverse=True)), None)


def _own_pip_is_new_enough() -> bool:
    """Tell whether the Python that runs this has a pip that can install into another one (since 22.3)."""
    found = importlib.util.find_spec("pip")
    if found is None or not found.origin:
        return False
    version = re.search(r'__version__ = "(\d+)\.(\d+)', Path(found.origin).read_text(encoding="utf-8"))
    return version is not None and (int(version[1]), int(version[2])) >= (22, 3)


def _wheel_from_debian(folder: Path, line: LiveLine) -> Path | None:
    """Take pip out of Debian's own package, without installing that package and without being root."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    place = folder / "debian"
    (place / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (place / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    own = ["-o", f"Dir::State::Lists={place / 'lists'}", "-o", f"Dir::Cache={place / 'cache'}"]
    own += ["-o", "Debug::NoLocking=true", "-o", "Acquire::Languages=none"]
    if os.geteuid() == 0:
        own += ["-o", "APT::Sandbox::User=root"]
    step = "Fetching pip from Debian's package python3-pip-whl (nothing is installed outside this folder)"
    # The machine's own lists are there, unless it is an image that threw them away.
    for lists in ([], own):
        if lists:
            run_installer(["apt-get", *lists, "update"], line, step, cwd=place)
        run_installer(["apt-get", *lists, "download", "python3-pip-whl"], line, step, cwd=place)
        if package := next(place.glob("python3-pip-whl*.deb"), None):
            run_installer(["dpkg-deb", "-x", str(package), str(place / "package")], line, step, cwd=place)
            break
    for needless in ("lists", "cache"):
        shutil.rmtree(place / needless, ignore_errors=True)
    return next(place.glob("package/usr/share/python-wheels/pip-*.whl"), None)


# --- uv --------------------------------------------------------------------------------------------------------------


def _uv_inside(folder: Path) -> str | None:
    return shutil.which(str(folder / "bin" / "uv"))


def _install_uv(pip: list[str], folder: Path, line: LiveLine) -> bool:
    """Install the uv that the lock of development names, with its hashes, into the environment."""
    pinned = re.search(r"^uv==.*(?:\n {4}.*)*", LOCK_WITH_UV.read_text(encoding="utf-8"), re.MULTILINE)
    if not pinned:
        return False
    only_uv = folder / "uv.txt"
    only_uv.write_text(pinned[0] + "\n", encoding="utf-8")
    command = [*pip, "--no-compile", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(only_uv)]
    return run_installer(command, line, "Fetching the installer")[0] == 0
