"""One `up` in a folder at a time: a lock that the kernel releases however its holder ends. Standard library only."""

import fcntl
import os
from pathlib import Path
from typing import Self


class AlreadyRunningError(Exception):
    """Another process holds the lock; the message says which, where it answers, and what to do."""


class SingleInstance:
    """Holds the lock file while it is entered, and tells in it who holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 200).decode(errors="replace").strip() or "another process"
            os.close(self._descriptor)
            raise AlreadyRunningError(
                f"Tandem already runs in this folder ({holder}): use that one, or stop it first with Ctrl-C there."
            ) from None
        self.tell("starting")
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)

    def tell(self, where: str) -> None:
        """Write for others who this is and where it answers."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{where} process {os.getpid()}".encode(), 0)
