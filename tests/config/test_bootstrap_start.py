"""How a command comes into the environment, and what a person reads who cannot start it."""

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap import IN_PARALLEL, pytest_arguments
from config.starting.environment import ROOT
from config.starting.progress import LiveLine
from config.starting.supervisor import Child


def test_the_way_into_the_environment_needs_no_installed_package() -> None:
    modules = "config.bootstrap, config.starting.supervisor, config.starting.single"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {modules}"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_a_python_that_is_too_old_can_read_the_sentence_about_it() -> None:
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("given", [[], ["-q"], ["-m", "not browser"]])
def test_a_run_of_the_whole_suite_uses_every_core(given: list[str]) -> None:
    assert pytest_arguments(given) == ["-n", "auto", *IN_PARALLEL, *given]


@pytest.mark.parametrize("given", [["tests/config"], ["manage.py::one"], ["-n0"], ["-n", "2"], ["--pdb"], ["-n=4"]])
def test_a_run_that_says_what_or_how_is_left_alone(given: list[str]) -> None:
    assert pytest_arguments(given) == given


def test_the_bootstrap_can_be_switched_off_where_packages_came_another_way(tmp_path: Path) -> None:
    copied = tmp_path / "config"
    (copied / "starting").mkdir(parents=True)
    starting = ("__init__", "environment", "installers", "installing", "progress")
    for name in ("__init__", "bootstrap", *(f"starting/{module}" for module in starting)):
        (copied / f"{name}.py").write_text((ROOT / "config" / f"{name}.py").read_text())
    (tmp_path / "manage.py").write_text((ROOT / "manage.py").read_text())
    shown = subprocess.run(
        [sys.executable, "manage.py", "version"],
        cwd=tmp_path, env={"TANDEM_BOOTSTRAP": "off", "PATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stdout.startswith("5.2")
    assert not (tmp_path / ".venv").exists()


def test_a_child_that_dies_young_again_and_again_waits_longer_each_time() -> None:
    child = Child("web", lambda: None, started=100.0)
    pauses = [child.pause_after_death(now=101.0) for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.5
    assert pauses[-1] == 30.0


def test_a_child_that_lived_long_starts_again_at_once() -> None:
    child = Child("web", lambda: None, started=100.0, failures=9)
    assert child.pause_after_death(now=200.0) < 0.5


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_rewrites_itself_and_how_long_each_step_took() -> None:
    terminal, times = Terminal(), iter([0.0, 3.0, 4.0, 4.0, 5.0])
    with LiveLine(terminal, lambda: next(times)) as line:
        line.show("Installing")
        line.show("Installing", "7 installed")
        line.show("Loading")
    assert terminal.getvalue().split("\n")[0].split("\r")[1:] == [
        "Installing … 0 s",
        "Installing … 7 installed, 3 s",
        "Installing: 4.0 s            ",
    ]


def test_a_log_sees_a_line_for_each_step_and_then_one_now_and_then() -> None:
    log, times = io.StringIO(), iter([0.0, 1.0, 6.0])
    with LiveLine(log, lambda: next(times)) as line:
        for detail in ("", "7 installed", "9 installed"):
            line.show("Installing", detail)
    assert log.getvalue() == "Installing …\nInstalling … 9 installed, 6 s\n"
