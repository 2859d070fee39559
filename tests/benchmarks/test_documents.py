"""What a printed document costs beside the bare compile of its template: CPU, for each has one core to itself."""

import itertools
import json
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

import pytest
import typst

from deals.documents.facts import PrintedDocument
from deals.documents.fonts import font_book
from deals.documents.pdf import SHEETS
from deals.documents.printing import print_document, printable
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.factories.documents import printed_document

pytestmark = pytest.mark.benchmark
RUNS = 20
# What Typst has set once it remembers: no two documents here are alike.
_numbers = itertools.count()


def test_a_printed_document(pytestconfig: pytest.Config) -> None:
    lines, ratios = [f"median of {RUNS} PDFs, CPU (ms){'ours':>15} {'floor':>8} {'ratio':>6}"], []
    for count in (1, 5, 60):
        ours, floor = _measured(count)
        ratios.append(ours / floor)
        lines.append(f"{f'{count} lines':30} {ours:15.2f} {floor:8.2f} {ours / floor:6.2f}")

    show(pytestconfig, lines)
    assert max(ratios) < FAR_TOO_MUCH


def _measured(count: int) -> tuple[float, float]:
    """Take turns, so that a busy machine slows both alike; the first few warm up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 3):
        for kept, prepare in zip(taken, (_ours, _bare), strict=True):
            act = prepare(count)
            began = process_time()
            act()
            if run >= 3:
                kept.append((process_time() - began) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _ours(count: int) -> Callable[[], object]:
    document = _document(count)
    return lambda: print_document(document)


def _bare(count: int) -> Callable[[], object]:
    facts = json.dumps(printable(_document(count)))
    return lambda: typst.compile(
        SHEETS / "invoice.typ",
        root=SHEETS,
        font_paths=font_book(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"facts": facts, "language": "vi"},
        pdf_standards=["a-3b"],
        timestamp=datetime(2026, 11, 21, tzinfo=UTC),
    )


def _document(count: int) -> PrintedDocument:
    goods = [(f"Article {next(_numbers)}", "kg", "185000") for _ in range(count)]
    return printed_document(number=f"INV-{next(_numbers)}", goods=goods, language="vi", in_words=True)
