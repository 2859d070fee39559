"""The proofs of the books: silent on what the rules wrote, and each fault that is planted is named."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.common.integrity import prove
from contacts.models import User
from deals.billing.crediting import credit
from deals.billing.paying import pay
from deals.billing.printing import pages_of
from deals.models import Invoice, NumberSeries, Payment, StoredPdf
from tests.factories.billing import SellerFactory, drafted, issued, line
from tests.planting import plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(fina: User) -> Invoice:
    """The second of three: paid in part, credited in part, printed."""
    SellerFactory()
    issued()
    invoice = issued([line(100, 3, tax_category="standard"), line(20)], discount=Decimal(5))
    issued()
    drafted()
    pay(invoice, amount=Decimal(50), by=fina)
    credit(invoice, by=fina, reason="Broken", lines={invoice.lines.all()[0].pk: Decimal(1)})
    pages_of(invoice)
    return invoice


def faults() -> dict[str, list[str]]:
    return {verdict.check.name: [str(each) for each in verdict.findings] for verdict in prove() if not verdict.holds}


def test_nothing_is_found_where_the_rules_wrote(invoice: Invoice, fina: User) -> None:
    pay(invoice, amount=Decimal(1000), by=fina)
    credit(invoice, by=fina, reason="Returned")

    assert faults() == {}


def line_at_fault(column: str) -> str:
    return f"UPDATE deals_invoiceline SET {column} = {column} + 1 WHERE document_id = %s"


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE deals_invoice SET sequence = 9 WHERE id = %s", "deals.invoice_numbers"),
        ("UPDATE deals_invoice SET year = 2020 WHERE id = %s", "deals.invoice_numbers"),
        ("UPDATE deals_invoice SET total = total + 1, net = net + 1 WHERE id = %s", "deals.invoice_totals"),
        (line_at_fault("net"), "deals.invoice_totals"),
        (line_at_fault("quantity"), "deals.invoice_totals"),
        (line_at_fault("discount_share"), "deals.invoice_totals"),
        ("UPDATE deals_invoicetax SET taxable = taxable + 1 WHERE document_id = %s", "deals.invoice_totals"),
        ("UPDATE deals_invoicetax SET rate = rate + 1 WHERE document_id = %s", "deals.invoice_totals"),
        ("UPDATE deals_invoice SET due_on = '2031-01-01' WHERE id = %s", "deals.invoices_paid"),
    ],
)
def test_a_fault_of_an_invoice_is_found(invoice: Invoice, statement: str, check: str) -> None:
    plant(statement, [invoice.pk])

    assert f"deals.invoice {invoice.pk}" in {each.split(":")[0] for each in faults()[check]}


def test_an_invoice_dated_before_the_one_before_is_found(invoice: Invoice) -> None:
    plant("UPDATE deals_invoice SET issued_on = '2026-01-01', year = 2026 WHERE id = %s", [invoice.pk])

    assert any("and the one before" in each for each in faults()["deals.invoice_numbers"])


def test_pages_that_are_not_what_was_printed_are_found(invoice: Invoice) -> None:
    plant("UPDATE deals_storedpdf SET content = %s", [b"%PDF"])

    sentence = "Its bytes don't have the SHA-256 that was kept with them."
    assert faults() == {"deals.stored_pages": [f"deals.storedpdf {StoredPdf.objects.get().pk}: {sentence}"]}


def test_a_counter_that_ran_ahead_is_found(invoice: Invoice) -> None:
    counter = NumberSeries.objects.get(series="invoice")
    plant("UPDATE deals_numberseries SET last_number = 7 WHERE id = %s", [counter.pk])

    assert faults() == {
        "deals.invoice_numbers": [
            f"deals.numberseries {counter.pk}: The counter says 7, and the last number given is 3."
        ]
    }


def test_numbers_without_a_counter_are_found(invoice: Invoice) -> None:
    plant("DELETE FROM deals_numberseries WHERE series = 'credit_note'")

    assert list(faults()) == ["deals.invoice_numbers"]


@pytest.mark.parametrize(
    ("statement", "faulty"),
    [
        ("UPDATE deals_allocation SET amount = 10000", {"deals.invoice", "deals.payment"}),
        ("UPDATE deals_payment SET amount = 1", {"deals.payment"}),
    ],
)
def test_money_that_was_given_twice_is_found(invoice: Invoice, statement: str, faulty: set[str]) -> None:
    plant(statement)

    found = faults()["deals.allocations"]
    assert {each.split()[0] for each in found} == faulty
    assert Payment.objects.count() == 1


def test_more_credited_than_billed_is_found(invoice: Invoice) -> None:
    note = invoice.credit_notes.get()
    plant("UPDATE deals_invoiceline SET amount = amount * 10 WHERE document_id = %s", [note.pk])

    assert f"deals.invoice {invoice.pk}: More was credited on it than it says." in faults()["deals.credit_notes"]


def test_an_invoice_called_paid_that_is_open_is_found(invoice: Invoice, fina: User) -> None:
    pay(invoice, amount=Decimal(1000), by=fina)
    plant("UPDATE deals_allocation SET taken_back_at = at, taken_back_reason = 'x'")

    assert [each.split(":")[0] for each in faults()["deals.invoices_paid"]] == [f"deals.invoice {invoice.pk}"]


def test_proofs_cost_the_same_for_few_rows_and_for_many(invoice: Invoice, fina: User) -> None:
    with CaptureQueriesContext(connection) as few:
        faults()
    for _ in range(4):
        credit(issued(), by=fina, reason="Returned")

    with CaptureQueriesContext(connection) as many:
        assert faults() == {}
    assert len(many) == len(few)
