"""What issuing and printing an invoice costs in CPU, beside Typst alone setting the same page."""

import json
import statistics
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import pytest
from typst import compile

from contacts.models import User
from deals.billing.issuing import issue
from deals.billing.printing import document_of, pages_of
from deals.documents.drafting import DraftLine
from deals.documents.fonts import font_book
from deals.documents.pdf import SHEETS
from deals.documents.printing import printable
from deals.models import Invoice
from tests.benchmarks import FAR_TOO_MUCH, show
from tests.factories.billing import SellerFactory, drafted, line
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.benchmark]
RUNS, LINES, GOAL = 30, 8, 2


def timed(act: Callable[[], object]) -> tuple[float, float]:
    began, cpu = perf_counter(), process_time()
    act()
    return perf_counter() - began, process_time() - cpu


def typeset(facts: dict[str, Any]) -> None:
    """Typst, and nothing else."""
    compile(
        SHEETS / "invoice.typ",
        root=SHEETS,
        font_paths=font_book(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"facts": json.dumps(facts), "language": "id"},
        pdf_standards=["a-3b"],
    )


def test_issue_and_pages_beside_the_bare_setting_of_the_page(fina: User, pytestconfig: pytest.Config) -> None:
    SellerFactory(street="Jl. Jenderal Sudirman 52", city="Jakarta", bank_account="035 123 4567", tax_number="01.234")
    company, contact = CompanyFactory(city="Bandung", country="ID"), ContactFactory()
    lines: list[DraftLine] = [line(1000 + n, n + 1, tax_category="standard") for n in range(LINES)]
    taken: dict[str, list[tuple[float, float]]] = {"issue": [], "pages": [], "typst": []}
    for run in range(RUNS + 3):
        draft = drafted(lines, by=fina, company=company, contact=contact, discount=5, language="id")
        issuing = timed(lambda draft=draft: issue(draft, by=fina))  # type: ignore[misc]
        printing = timed(lambda draft=draft: pages_of(draft))  # type: ignore[misc]
        facts = printable(document_of(Invoice.objects.get(pk=draft.pk)))
        bare = timed(lambda facts=facts: typeset(facts))  # type: ignore[misc]
        # The first few warm up.
        for name, figure in zip(taken, (issuing, printing, bare), strict=True) if run >= 3 else ():
            taken[name].append(figure)
    wall, cpu = (
        {name: statistics.median(each[place] for each in figures) * 1000 for name, figures in taken.items()}
        for place in (0, 1)
    )
    ratio = (cpu["issue"] + cpu["pages"]) / cpu["typst"]

    show(pytestconfig, [
        f"Issuing an invoice of {LINES} lines, median of {RUNS} (ms)",
        *(f"{name:8} {wall[name]:8.2f} CPU {cpu[name]:8.2f}" for name in taken),
        f"issue + pages take {ratio:.2f} times the CPU of Typst alone (goal: {GOAL})",
    ])  # fmt: skip
    assert ratio < FAR_TOO_MUCH
