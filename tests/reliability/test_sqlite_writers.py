"""Eight processes write to one SQLite file: nobody is locked out, and nothing is lost."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

pytestmark = pytest.mark.reliability
PROCESSES, DEALS_EACH = 8, 12


def run(module: str, database: Path, *arguments: str, settings: str = "config.settings.test") -> subprocess.Popen[str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TANDEM_VAR"}}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=kept | {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in a file that has its tables and nothing else."""
    path = tmp_path_factory.mktemp("empty") / "tandem.sqlite3"
    made = run("django", path, "migrate", "--verbosity=0")
    said, _ = made.communicate()
    assert made.returncode == 0, said
    return path


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Path:
    """A copy of it to write to."""
    with sqlite3.connect(empty) as source, sqlite3.connect(tmp_path / "tandem.sqlite3") as copy:
        source.backup(copy)
    return tmp_path / "tandem.sqlite3"


def write_at_once(database: Path, settings: str) -> list[tuple[int, str]]:
    start = str(time.time() + 8)
    arguments = [(str(number), str(DEALS_EACH), start) for number in range(PROCESSES)]
    writers = [run("tests.reliability.writing", database, *each, settings=settings) for each in arguments]
    return [(writer.wait(), writer.stdout.read() if writer.stdout else "") for writer in writers]


def test_eight_processes_write_and_none_is_locked_out(database: Path) -> None:
    ended = write_at_once(database, "config.settings.test")

    assert [said for code, said in ended if code] == []
    with sqlite3.connect(database) as rows:
        assert rows.execute("SELECT count(*) FROM deals_deal WHERE outcome = 'won'").fetchone() == (
            PROCESSES * DEALS_EACH,
        )
        assert rows.execute("SELECT count(*) FROM deals_stagechange").fetchone() == (PROCESSES * DEALS_EACH * 2,)
        assert rows.execute("SELECT count(*) FROM contacts_contact WHERE lifecycle_stage = 'customer'").fetchone() == (
            PROCESSES * DEALS_EACH,
        )


def test_control_transactions_that_begin_by_reading_lock_each_other_out(database: Path) -> None:
    ended = write_at_once(database, "tests.reliability.settings_deferred")

    assert any(code and re.search("database is locked", said) for code, said in ended)
