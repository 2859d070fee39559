"""Runs an installer of packages: shows how far it is, keeps what it says, and tells what to do where it fails.

Standard library only.
"""

import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from config.starting.progress import LiveLine

FOLDER_OF_PROJECT = Path(__file__).resolve().parent.parent.parent
# What an installer's output says, and what a person is to do about it. The first that fits is told.
OBSTACLES = (
    (
        r"hash mismatch|do not match the hashes",
        "A downloaded package is not the one that the lock file names: clear the package cache (uv cache clean, "
        "pip cache purge) and start again; if it comes back, the package index does not serve the original.",
    ),
    (r"no space left", "The disk is full: make room and start again."),
    (
        r"certificate|\bssl",
        "The package index cannot be trusted with the certificates of this machine: install ca-certificates, "
        "or name your company's with SSL_CERT_FILE, and start again.",
    ),
    (
        r"connect|network|resolv|timed? ?out|failed to fetch|could not find a version|no matching distribution"
        r"|error sending request|http error|not found in the (package registry|cache)|temporary failure",
        "The packages could not be downloaded: check the network (a proxy: HTTPS_PROXY; a mirror of your own: "
        "PIP_INDEX_URL) and start again.",
    ),
)


def sentence_about(said: str) -> str:
    """Return what to do about an installer's failure, recognised in what it said."""
    for pattern, sentence in OBSTACLES:
        if re.search(pattern, said, re.IGNORECASE):
            return sentence
    return f"The packages could not be installed: {last_line(said)}"


def installation_log() -> Path:
    """Return the file that keeps all that the installers said."""
    return Path(os.environ.get("TANDEM_VAR") or FOLDER_OF_PROJECT / "var") / "log" / "install.log"


def run_installer(
    command: Sequence[str], line: LiveLine, step: str, installed: "Count | None" = None, cwd: Path | None = None
) -> tuple[int, str]:
    """Run an installer, keep what it says in the log, and show how far it is. Return its exit code and its words."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", env=_settings(), cwd=cwd or FOLDER_OF_PROJECT,
    )  # fmt: skip
    said: list[str] = []
    reader = Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            line.show(step, _detail(said, installed))
            time.sleep(0.1)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    reader.join()
    log = installation_log()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as kept:
        kept.write(f"$ {' '.join(command)}\n{''.join(said)}\n")
    return process.returncode, "".join(said)


@dataclass(frozen=True)
class Count:
    """How many packages were there before an installation began, and where they are counted."""

    folder: Path
    before: int

    def now(self) -> int:
        """Return how many were added since."""
        return sum(1 for _ in self.folder.glob("lib/python3.*/site-packages/*.dist-info")) - self.before


def count_installed(folder: Path) -> Count:
    """Begin to count the packages that are added to an environment."""
    return Count(folder, Count(folder, 0).now())


def _detail(said: Sequence[str], installed: Count | None) -> str:
    if installed is None:
        return ""
    fetched = sum(1 for line in said if line.lstrip().startswith(("Collecting ", "Downloading ")))
    return f"{fetched} fetched, {installed.now()} installed" if fetched else f"{installed.now()} installed"


def last_line(said: str) -> str:
    """Return the last words of an installer."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."


def _settings() -> dict[str, str]:
    """Return the variables for an installer: uv is told what pip was told, and both install nowhere else."""
    told = {key: value for key, value in os.environ.items() if key not in {"PIP_USER", "PIP_TARGET", "PIP_PREFIX"}}
    for ours, theirs in (
        ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"),
        ("UV_INDEX", "PIP_EXTRA_INDEX_URL"),
        ("UV_FIND_LINKS", "PIP_FIND_LINKS"),
        ("SSL_CERT_FILE", "PIP_CERT"),
    ):
        if theirs in told and not (ours in told or (ours == "UV_DEFAULT_INDEX" and "UV_INDEX_URL" in told)):
            told[ours] = told[theirs]
    return {"PIP_RETRIES": "2", "UV_HTTP_RETRIES": "2", "PIP_ROOT_USER_ACTION": "ignore", "UV_NO_PROGRESS": "1"} | told
