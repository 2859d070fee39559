"""Issued documents never change: whoever tries, by code or by plain SQL, is refused on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField

from config.common.freezing import freeze, thaw
from contacts.models import User
from deals.billing import guarding
from deals.billing.allocating import take_back
from deals.billing.crediting import credit
from deals.billing.frozen import FACTS
from deals.billing.paying import pay, refund
from deals.billing.printing import pages_of
from deals.models import Allocation, Invoice, InvoiceChange, InvoiceLine, InvoiceTax, Payment, Refund, StoredPdf
from tests.factories.billing import drafted, issued, line
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    return issued([line(100, tax_category="standard"), line(20)])


@pytest.fixture
def draft(invoice: Invoice) -> Invoice:
    return drafted([line(5)], seller=invoice.seller)


def snapshot() -> list[Any]:
    models = (Invoice, InvoiceLine, InvoiceTax, InvoiceChange, StoredPdf, Payment, Allocation, Refund)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


# What the triggers say; a foreign key in the way would be no proof.
_SAID = "never changed|What was paid is a fact|This is more than is"


def refused(act: Callable[[], object], said: str = _SAID) -> None:
    """Expect the database to refuse, and nothing to have changed."""
    before = snapshot()
    with pytest.raises(IntegrityError, match=said):
        tried(act)
    assert snapshot() == before


@transaction.atomic
def tried(act: Callable[[], object]) -> None:
    act()
    # A foreign key that points at nothing is only found at the end.
    connection.check_constraints()


def sql(statement: str, *values: object) -> Callable[[], object]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def copied(row: Any, **changes: object) -> tuple[str, list[object]]:
    """Return the columns and values of a row as plain SQL writes them."""
    model, changes = type(row), {model_field(row, name): value for name, value in changes.items()}
    columns = [field.column for field in model._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE id = %s", [row.pk])
        stored = dict(zip(columns, cursor.fetchone(), strict=True))
    values = stored | changes
    return ", ".join(columns), [values[name] for name in columns]


def model_field(row: Any, name: str) -> str:
    return str(row._meta.get_field(name).column)


def taking_the_place_of(row: Any, on: str, **changes: object) -> Callable[[], object]:
    """Insert a row where there is one already, in the words that replace it."""
    columns, values = copied(row, **changes)
    marks = ", ".join(["%s"] * len(values))
    table = row._meta.db_table
    if connection.vendor == "sqlite":
        return sql(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", *values)
    changed = ", ".join(f"{model_field(row, name)} = excluded.{model_field(row, name)}" for name in changes)
    return sql(
        f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({on}) DO UPDATE SET {changed}",
        *(adapted(value) for value in values),
    )


def adapted(value: object) -> object:
    return connection.ops.adapt_json_value(value, None) if isinstance(value, dict | list) else value


def test_saving_a_changed_one_is_refused(invoice: Invoice) -> None:
    invoice.reference = "Changed"

    refused(invoice.save)
    refused(lambda: invoice.save(update_fields=["reference"]))


def test_updating_it_in_bulk_is_refused(invoice: Invoice) -> None:
    invoice.terms = "Changed"

    refused(lambda: Invoice.objects.filter(pk=invoice.pk).update(total=1, net=1, tax=0))
    refused(lambda: Invoice.objects.bulk_update([invoice], ["terms"]))


def test_deleting_it_is_refused(invoice: Invoice) -> None:
    refused(invoice.delete, "protected foreign keys")
    refused(lambda: Invoice.objects.filter(pk=invoice.pk)._raw_delete("default"))  # type: ignore[attr-defined]


def test_plain_sql_is_refused(invoice: Invoice) -> None:
    refused(sql("UPDATE deals_invoice SET reference = 'Changed' WHERE id = %s", invoice.pk))
    refused(sql("UPDATE deals_invoice SET number = 'INV-2026-09999', sequence = 9999 WHERE id = %s", invoice.pk))
    refused(sql("DELETE FROM deals_invoice WHERE id = %s", invoice.pk))


def test_making_it_a_draft_again_is_refused(invoice: Invoice) -> None:
    statement = "UPDATE deals_invoice SET state = 'draft', number = '', sequence = NULL, issued_at = NULL WHERE id = %s"

    refused(sql(statement, invoice.pk))


def test_a_row_in_its_place_is_refused(invoice: Invoice) -> None:
    refused(taking_the_place_of(invoice, "id", reference="Changed"))


def test_a_row_with_its_number_is_refused(invoice: Invoice, draft: Invoice) -> None:
    number = "seller_id, kind, year, sequence) WHERE (sequence IS NOT NULL"
    refused(taking_the_place_of(invoice, number, id=invoice.pk + 1000))
    taken = "state = 'issued', number = 'X', year = %s, sequence = %s, issued_on = %s, due_on = %s, issued_at = %s"
    replacing = "OR REPLACE " if connection.vendor == "sqlite" else ""
    facts = (invoice.year, invoice.sequence, invoice.issued_on, invoice.due_on, invoice.issued_at)
    refused(sql(f"UPDATE {replacing}deals_invoice SET {taken} WHERE id = %s", *facts, draft.pk))


def test_its_lines_are_as_frozen_as_it_is(invoice: Invoice) -> None:
    first = invoice.lines.all()[0]
    first.description = "Changed"

    refused(first.save)
    refused(first.delete)
    refused(lambda: InvoiceLine.objects.bulk_update([first], ["description"]))
    refused(lambda: InvoiceLine.objects.create(document=invoice, description="New", unit_price=1))
    refused(sql("UPDATE deals_invoiceline SET amount = 0 WHERE id = %s", first.pk))
    refused(sql("DELETE FROM deals_invoiceline WHERE document_id = %s", invoice.pk))
    refused(taking_the_place_of(first, "id", description="Changed"))


def test_no_line_is_moved_to_it_or_away_from_it(invoice: Invoice, draft: Invoice) -> None:
    own, other = invoice.lines.all()[0], draft.lines.get()

    refused(sql("UPDATE deals_invoiceline SET document_id = %s WHERE id = %s", draft.pk, own.pk))
    refused(sql("UPDATE deals_invoiceline SET document_id = %s WHERE id = %s", invoice.pk, other.pk))
    refused(taking_the_place_of(own, "id", document=draft.pk))
    replacing = "OR REPLACE " if connection.vendor == "sqlite" else ""
    refused(sql(f"UPDATE {replacing}deals_invoiceline SET id = %s WHERE id = %s", own.pk, other.pk))


def test_its_taxes_are_as_frozen_as_it_is(invoice: Invoice) -> None:
    tax = invoice.taxes.all()[0]
    tax.rate = 1

    refused(tax.save)
    refused(tax.delete)
    columns, values = copied(tax, id=tax.pk + 1000)
    refused(sql(f"INSERT INTO deals_invoicetax ({columns}) VALUES ({', '.join(['%s'] * len(values))})", *values))


def test_what_it_hangs_on_is_not_deleted_from_under_it(invoice: Invoice) -> None:
    billed = issued(deal=DealFactory(), company=invoice.company, seller=invoice.seller)
    for parent in (invoice.company, invoice.seller, billed.deal, invoice.currency):
        assert parent is not None
        by_sql = sql(f"DELETE FROM {parent._meta.db_table} WHERE {parent._meta.pk.column} = %s", parent.pk)
        refused(by_sql, "(?i)foreign key")


def test_stored_pages_never_change(invoice: Invoice) -> None:
    pages = pages_of(invoice)

    refused(sql("UPDATE deals_storedpdf SET content = %s WHERE id = %s", b"%PDF", pages.pk))
    refused(sql("DELETE FROM deals_storedpdf WHERE id = %s", pages.pk))
    refused(lambda: StoredPdf.objects.filter(pk=pages.pk).update(sha256="0" * 64))
    refused(taking_the_place_of(pages, "document_type, document_id", id=pages.pk + 1000, sha256="0" * 64))


def test_history_never_changes(invoice: Invoice) -> None:
    change = invoice.changes.all()[0]

    refused(sql("UPDATE deals_invoicechange SET reason = 'Changed' WHERE id = %s", change.pk))
    refused(sql("DELETE FROM deals_invoicechange WHERE id = %s", change.pk))


def test_a_credit_note_is_as_frozen_as_what_it_corrects(invoice: Invoice, fina: User) -> None:
    note = credit(invoice, by=fina, reason="Returned", lines={invoice.lines.all()[1].pk: 1})  # type: ignore[dict-item]

    refused(sql("UPDATE deals_invoice SET total = 0, net = 0, tax = 0 WHERE id = %s", note.pk))
    refused(sql("DELETE FROM deals_invoiceline WHERE document_id = %s", note.pk))


def test_what_was_paid_is_a_fact(invoice: Invoice, fina: User) -> None:
    payment = pay(invoice, amount=invoice.total + 10, by=fina)
    paid_back = refund(payment, amount=payment.credit, by=fina, reason="Too much")
    allocation = payment.allocations.get()

    refused(sql("UPDATE deals_payment SET amount = 1 WHERE id = %s", payment.pk))
    refused(sql("DELETE FROM deals_payment WHERE id = %s", payment.pk))
    refused(taking_the_place_of(payment, "id", amount=1))
    refused(sql("UPDATE deals_allocation SET amount = 1 WHERE id = %s", allocation.pk))
    refused(sql("DELETE FROM deals_allocation WHERE id = %s", allocation.pk))
    refused(taking_the_place_of(allocation, "id", amount=1))
    refused(sql("UPDATE deals_refund SET amount = 1 WHERE id = %s", paid_back.pk))
    refused(sql("DELETE FROM deals_refund WHERE id = %s", paid_back.pk))


def test_an_allocation_that_was_taken_back_stays_so(invoice: Invoice, fina: User) -> None:
    allocation = pay(invoice, amount=invoice.total, by=fina).allocations.get()
    take_back(allocation, by=fina, reason="Of another customer")

    refused(
        sql("UPDATE deals_allocation SET taken_back_at = NULL, taken_back_reason = '' WHERE id = %s", allocation.pk)
    )


def test_money_is_not_given_twice_by_plain_sql(invoice: Invoice, fina: User) -> None:
    payment = pay(invoice, amount=invoice.total + 10, by=fina)
    columns, values = copied(payment.allocations.get(), id=999_999)
    marks = ", ".join(["%s"] * len(values))

    refused(sql(f"INSERT INTO deals_allocation ({columns}) VALUES ({marks})", *values))


def triggers_called(name: str) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            statement = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
        else:
            statement = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s AND tgenabled = 'O'"
        cursor.execute(statement, [f"{name}%"])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("table", [rule.table for rule in FACTS])
def test_no_migration_has_lost_what_freezes_a_table(table: str) -> None:
    assert triggers_called(f"{table}_frozen") == (3 if connection.vendor == "sqlite" else 1)


@pytest.mark.parametrize(
    ("table", "rules"), [("deals_allocation", 7), ("deals_refund", 1), ("deals_payment", 6), ("deals_invoice", 1)]
)
def test_no_migration_has_lost_what_guards_money(table: str, rules: int) -> None:
    assert triggers_called(f"{table}_guarded") == (rules if connection.vendor == "sqlite" else 1)


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_thaws_first_can_change_what_is_frozen() -> None:
    field, longer = Invoice._meta.get_field("reference"), CharField(max_length=130, default="", blank=True)
    longer.set_attributes_from_name("reference")
    longer.model = Invoice

    with connection.schema_editor() as editor:
        for step in (thaw(*FACTS).code, guarding.drop):
            step(apps, editor)
        editor.alter_field(Invoice, field, longer)
        editor.alter_field(Invoice, longer, field)
        for step in (freeze(*FACTS).code, guarding.create):
            step(apps, editor)

    invoice = issued()
    refused(sql("UPDATE deals_invoice SET reference = 'Changed' WHERE id = %s", invoice.pk))
    refused(sql("DELETE FROM deals_invoiceline WHERE document_id = %s", invoice.pk))


def test_a_draft_is_free_to_change(draft: Invoice) -> None:
    draft.reference = "Changed"
    draft.save()
    draft.lines.all().delete()

    assert not draft.lines.exists()
