"""One line that tells what is being done, how far it is and how long it has taken. Standard library only."""

import shutil
import sys
import time
from collections.abc import Callable
from typing import Self, TextIO

# A file or a pipe gets a whole line now and then instead of one line that rewrites itself.
SECONDS_BETWEEN_LINES = 5.0


class LiveLine:
    """Shows the present step; finished steps stay above it."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._live = self._stream.isatty()
        self._step = ""
        self._began = self._written = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._close_step(finished=kind is None)

    def show(self, step: str, detail: str = "") -> None:
        """Show ``step`` with its detail and its seconds; a new step closes the one before."""
        now = self._clock()
        if step != self._step:
            self._close_step(finished=True)
            self._step, self._began, self._written = step, now, now
            if not self._live:
                self._write(f"{step} …\n")
        if self._live:
            self._rewrite(f"{step} … {detail}{', ' if detail else ''}{now - self._began:.0f} s")
        elif now - self._written >= SECONDS_BETWEEN_LINES:
            self._written = now
            self._write(f"{step} … {detail}{', ' if detail else ''}{now - self._began:.0f} s\n")

    def _close_step(self, finished: bool) -> None:
        if self._step and self._live:
            took = self._clock() - self._began
            self._rewrite(f"{self._step}: {took:.1f} s" if finished else self._step)
            self._write("\n")
        self._step, self._width = "", 0

    def _rewrite(self, text: str) -> None:
        text = text[: shutil.get_terminal_size().columns - 1]
        self._write("\r" + text.ljust(self._width))
        self._width = len(text)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
