"""Brings a command into the project's own environment, which is made first where it is missing or out of date.

Standard library only: this runs in a Python that has nothing else. Inside the environment it costs nothing.
"""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from config.starting.environment import DEVELOPMENT, ROOT, RUNTIME, Environment, SetupError

SWITCH = "TANDEM_BOOTSTRAP"
INTERRUPTED = 130
# Files stay whole, and in the order that the suite gives them.
IN_PARALLEL = ("--dist", "loadfile", "--no-loadscope-reorder")
# Options of pytest that say how many processes run, or that need exactly one.
ONE_PROCESS = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "--collect-only", "--co", "--help", "--version")


def enter_environment(argv: Sequence[str]) -> None:
    """Return only where ``argv`` may go on as a command of Django; otherwise become the process that may.

    ``test`` becomes pytest. What stands in the way ends the process with one sentence.
    """
    sys.excepthook = _without_traceback_of_interrupts
    if argv[1:2] != ["test"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        _enter(argv, Environment(ROOT / ".venv"))
    except SetupError as obstacle:
        sys.exit(str(obstacle))
    except KeyboardInterrupt:
        print("\nStopped. The same command starts afresh.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _enter(argv: Sequence[str], environment: Environment) -> None:
    testing = argv[1:2] == ["test"]
    # A server whose packages were installed in another way (an image, a distribution) says so and keeps its Python.
    own_python = os.environ.get(SWITCH, "").lower() in {"0", "off", "no", "false"}
    inside = own_python or environment.is_current()
    if inside and not testing:
        if argv[1:2] == ["up"]:
            # Nothing of what is loaded now is ever garbage: looking for some would slow the start. The supervisor turns
            # it on again.
            gc.disable()
        return
    if not own_python:
        environment.prepare(DEVELOPMENT if testing else RUNTIME)
    python = sys.executable if own_python else str(environment.python)
    if testing:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        os.chdir(ROOT)
        _become([python, "-m", "pytest", *pytest_arguments(argv[2:])])
    _become([python, str(Path(argv[0]).resolve()), *argv[1:]])


def pytest_arguments(given: Sequence[str]) -> list[str]:
    """Return what pytest is called with: a run of the whole suite uses every core, a run of chosen files does not."""
    chosen = any(not part.startswith("-") and Path(ROOT, part.split("::")[0]).exists() for part in given)
    decided = any(part == option or part.startswith(option + "=") for part in given for option in ONE_PROCESS)
    decided = decided or any(part.startswith("-n") and part[2:].isalnum() for part in given)
    return [*given] if chosen or decided else ["-n", "auto", *IN_PARALLEL, *given]


def _become(command: list[str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)


def _without_traceback_of_interrupts(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
