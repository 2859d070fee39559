"""Eight processes issue invoices in one SQLite file: the numbers have no gap and no duplicate, nobody is refused."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.reliability.test_sqlite_writers import PROCESSES, database, empty, run

__all__ = ["database", "empty"]
pytestmark = pytest.mark.reliability
INVOICES_EACH = 25


def test_eight_processes_number_without_gap(database: Path) -> None:
    made = run("tests.reliability.issuing", database, "set-up", "0", "0")
    assert made.wait() == 0, made.stdout.read() if made.stdout else ""
    start = str(time.time() + 10)

    writers = [
        run("tests.reliability.issuing", database, str(number), str(INVOICES_EACH), start)
        for number in range(PROCESSES)
    ]
    ended = [(writer.communicate()[0], writer.returncode) for writer in writers]

    assert [said for said, code in ended if code] == []
    with sqlite3.connect(database) as rows:
        numbers = rows.execute("SELECT sequence FROM deals_invoice WHERE state = 'issued' ORDER BY sequence").fetchall()
        last = rows.execute("SELECT last_number FROM deals_numberseries").fetchall()
        sellers = rows.execute("SELECT count(DISTINCT issued_by_id) FROM deals_invoice").fetchone()
    assert [number for (number,) in numbers] == list(range(1, PROCESSES * INVOICES_EACH + 1))
    assert (last, sellers) == ([(PROCESSES * INVOICES_EACH,)], (PROCESSES,))
