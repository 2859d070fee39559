"""Keeps a few processes running as children of this one: starts again what dies, and lets none outlive it.

Children are forked from a parent that has loaded everything already, so each starts at once. Standard library only;
what a child does is given as a function.
"""

import contextlib
import ctypes
import gc
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A child that lived shorter than this is failing, and waits longer before each further start.
HEALTHY_AFTER = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
TIME_TO_STOP = 6.0
LARGEST_LOG = 10_000_000

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Make the kernel kill this process when ``parent`` ends, however it ends (Linux; elsewhere a pipe does it)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _show_in_process_lists(name: str) -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


@dataclass
class Child:
    """One supervised process: what it does, and how its last starts went."""

    name: str
    body: Callable[[], object]
    pid: int = 0
    started: float = 0.0
    starts_at: float = 0.0
    failures: int = 0

    def pause_after_death(self, now: float) -> float:
        """Return the seconds to wait before the next start, longer each time that it died young."""
        self.failures = 1 if now - self.started >= HEALTHY_AFTER else self.failures + 1
        return float(min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE))


class Supervisor:
    """Starts the children, watches them until it is told to stop, and stops them."""

    def __init__(self, bodies: Mapping[str, Callable[[], object]], logs: Path, say: Callable[[str], None]) -> None:
        self.children = [Child(name, body) for name, body in bodies.items()]
        self._logs = logs
        self._say = say
        self._stop_signals = 0
        self._lifeline = os.pipe()

    def run(self, on_tick: Callable[[], bool]) -> None:
        """Keep the children running until SIGINT, SIGTERM or SIGHUP, then end them.

        ``on_tick`` is called often until it returns True: there the caller waits for the first answer.
        """
        self._make_room_for_logs()
        # What is loaded stays: kept out of every later collection, its memory remains shared by parent and children.
        gc.freeze()
        gc.enable()
        with self._signals() as wakeup:
            try:
                waiting = True
                while not self._stop_signals:
                    self._start_what_is_due()
                    waiting = waiting and not on_tick()
                    _wait_for(wakeup, 0.02 if waiting else self._seconds_to_next_start())
                    self._reap()
            finally:
                self._stop_all(wakeup)

    def is_failing(self, name: str) -> bool:
        """Tell whether a child has died again and again without ever living long."""
        return any(child.name == name and child.failures >= 3 for child in self.children)

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if not child.pid and child.starts_at <= time.monotonic():
                child.started = time.monotonic()
                child.pid = self._fork(child)

    def _seconds_to_next_start(self) -> float:
        due = [child.starts_at for child in self.children if not child.pid]
        return max(0.0, min(due) - time.monotonic()) if due else 60.0

    def _reap(self) -> None:
        for child, status in self._take_leave_of_the_dead():
            pause = child.pause_after_death(time.monotonic())
            child.starts_at = time.monotonic() + pause
            self._say(f"{child.name} {_ending(status)}; it starts again in {pause:.1f} s. See {self._log(child)}")

    def _take_leave_of_the_dead(self) -> list[tuple[Child, int]]:
        """Return the children that have ended, with their status; what they left behind goes with them."""
        dead = []
        for child in self._alive():
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            if ended:
                _signal_group(child.pid, signal.SIGKILL)
                child.pid = 0
                dead.append((child, status))
        return dead

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.pid]

    def _stop_all(self, wakeup: int) -> None:
        """End the children in order; those that take too long, or a second Ctrl-C, end them at once."""
        for child in self._alive():
            os.kill(child.pid, signal.SIGTERM)
        deadline, asked = time.monotonic() + TIME_TO_STOP, self._stop_signals
        while self._alive() and time.monotonic() < deadline and self._stop_signals <= asked:
            _wait_for(wakeup, 0.1)
            self._take_leave_of_the_dead()
        for child in self._alive():
            os.kill(child.pid, signal.SIGKILL)
            _signal_group(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)

    def _make_room_for_logs(self) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        for log in map(self._log, self.children):
            if log.exists() and log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"

    def _fork(self, child: Child) -> int:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal that comes in between must meet the child's own handlers, not those of its parent.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            return pid
        code = 1
        try:
            self._become_child(parent, child)
            child.body()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _become_child(self, parent: int, child: Child) -> None:
        # Away from the terminal: Ctrl-C reaches the parent alone, and the parent ends its children in order.
        os.setsid()
        die_with_parent(parent)
        signal.set_wakeup_fd(-1)
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        os.close(self._lifeline[1])
        if _libc is None:
            threading.Thread(target=_die_at_end_of, args=(self._lifeline[0],), daemon=True).start()
        log = os.open(self._log(child), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for new, old in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(new, old)
        _show_in_process_lists(f"tandem-{child.name}")
        began = f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} {child.name} starts as process {os.getpid()}\n"
        os.write(log, began.encode())

    @contextlib.contextmanager
    def _signals(self) -> Iterator[int]:
        """Count the signals to stop, and wake the loop for them and for a child's death."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        before = {number: signal.getsignal(number) for number in (*STOPPING, signal.SIGCHLD)}
        for number in STOPPING:
            signal.signal(number, self._count)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(old)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)

    def _count(self, *_: object) -> None:
        self._stop_signals += 1


def _wait_for(wakeup: int, seconds: float) -> None:
    if select.select([wakeup], [], [], seconds)[0]:
        with contextlib.suppress(BlockingIOError):
            os.read(wakeup, 4096)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself (exit code {code})"


def _die_at_end_of(lifeline: int) -> None:
    """Wait until the parent's end of the pipe is gone, then end this process and what it started."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)
