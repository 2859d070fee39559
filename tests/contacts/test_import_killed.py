"""An import that is killed with -9 anywhere goes on where it was: no row is lost, none is there twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from config.starting.environment import ROOT

pytestmark = [pytest.mark.reliability, pytest.mark.skipif(sys.platform == "win32", reason="has no signal 9")]
ROWS, KILLED_AT, PATIENCE = 4000, (1, 1500, 2900), 120


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan with users, and so many deals that there is time to kill somebody."""
    (tmp_path / "people.csv").write_text("name,email\nRani,rani@x.example\n")
    rows = (f"{number},Deal {number},Rani,Firm {number % 40},2020-02-01,2020-03-01,won,5" for number in range(ROWS))
    (tmp_path / "deals.csv").write_text("id,name,owner,company,open date,close date,status,value\n" + "\n".join(rows))
    (tmp_path / "plan.toml").write_text(
        '[[steps]]\nkind = "users"\nfile = "people.csv"\n'
        '[steps.fields]\nname = "name"\nemail = "email"\n'
        '[[steps]]\nkind = "deals"\nfile = "deals.csv"\n'
        '[steps.fields]\nexternal_id = "id"\nname = "name"\nowner = "owner"\nopened_on = "open date"\n'
        'closed_on = "close date"\noutcome = "status"\namount = "value"\n'
        'company = { column = "company", unknown = "create" }\n'
    )
    return tmp_path / "plan.toml"


def start(plan: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "TANDEM_BOOTSTRAP": "off",
        "TANDEM_VAR": str(plan.parent / "var"),
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, str(ROOT / "manage.py"), "import_data", str(plan)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def asked(plan: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask the database from outside; nothing while it is not there yet."""
    path = plan.parent / "var" / "tandem.sqlite3"
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            return database.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []


def rows_done(plan: Path) -> int:
    found = asked(plan, "SELECT next_row FROM contacts_import WHERE kind = 'deals' AND status = 'running'")
    return int(str(found[0][0])) if found else 0


@pytest.fixture
def killed(plan: Path) -> list[int]:
    """How far the import had come each time it was killed."""
    came_to = []
    for target in KILLED_AT:
        process = start(plan)
        deadline = time.monotonic() + PATIENCE
        while rows_done(plan) < target and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        came_to.append(rows_done(plan))
    return came_to


def test_after_every_kill_the_same_command_goes_on_without_a_row_lost_or_doubled(plan: Path, killed: list[int]) -> None:
    assert all(0 < done < ROWS for done in killed), killed
    assert killed == sorted(killed)

    process = start(plan)
    printed = process.communicate(timeout=PATIENCE)[0].decode()

    assert process.returncode == 0, printed
    assert f"interrupted after {killed[-1]} rows" in printed
    runs = asked(plan, "SELECT status, next_row, rows_new, rows_failed FROM contacts_import WHERE kind = 'deals'")
    assert runs == [("finished", ROWS, ROWS, 0)]
    counts = {
        "deals": "SELECT count(*), count(DISTINCT external_id) FROM deals_deal",
        "history": "SELECT count(*), count(DISTINCT id) FROM deals_historicaldeal",
        "won": "SELECT count(*), count(DISTINCT deal_id) FROM deals_stagechange WHERE kind = 'won'",
    }
    assert {name: asked(plan, sql) for name, sql in counts.items()} == {name: [(ROWS, ROWS)] for name in counts}
    assert asked(plan, "SELECT count(*), count(DISTINCT name) FROM contacts_company") == [(40, 40)]
    told = "FROM integrations_event e JOIN contacts_import i ON i.id = e.subject_id AND i.kind = 'deals'"
    assert asked(plan, f"SELECT count(*) {told} WHERE name = 'contacts.import_finished'") == [(1,)]
