"""Credit notes: they correct an invoice whole or by line, never by more than is left, and sum to it exactly."""

import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from config.common.errors import DomainError
from config.integrations.models import Event
from contacts.models import User
from deals.billing.crediting import credit
from deals.billing.drafting import change_draft
from deals.billing.kinds import InvoiceStatus
from deals.billing.paying import pay, receive
from deals.billing.reducing import ByAmount
from deals.billing.remaining import remaining, rule_of
from deals.models import Currency, Invoice, Seller
from tests.factories.billing import SellerFactory, drafted, issued, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seller(db: None) -> Seller:
    return SellerFactory()


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def ids(invoice: Invoice) -> list[int]:
    return list(invoice.lines.order_by("position").values_list("pk", flat=True))


def test_a_credit_note_over_all_is_the_invoice_with_a_number_of_its_own(fina: User) -> None:
    invoice = issued([line(100, 3, tax_category="standard"), line("9.99", 5)], discount=Decimal(7), reference="PO 7")

    note = credit(invoice, by=fina, reason="Delivered to the wrong place")

    assert (note.number[:3], note.kind, note.state, note.credits) == ("CN-", "credit_note", "issued", invoice)
    sums = ("subtotal", "discount_amount", "net", "tax", "total")
    assert [getattr(note, name) for name in sums] == [getattr(invoice, name) for name in sums]
    assert [each.credits_line_id for each in note.lines.all()] == ids(invoice)
    assert (note.reason, note.reference, note.buyer_copy) == (
        "Delivered to the wrong place", "PO 7", invoice.buyer_copy,
    )  # fmt: skip
    assert invoice.status_on(note.issued_on) == InvoiceStatus.CREDITED
    event = Event.objects.get(name="deals.credit_note_issued")
    assert (event.subject_id, event.payload["invoice"]) == (note.pk, invoice.pk)


def test_part_of_a_line_is_taxed_by_the_same_rule(fina: User) -> None:
    invoice = issued([line(1000, 5, tax_category="standard"), line(50)])

    note = credit(invoice, by=fina, reason="Two came broken", lines={ids(invoice)[0]: Decimal(2)})

    # 12 % of 11/12 of 2,000.
    assert (note.net, note.tax, note.total) == (2000, 220, 2220)
    assert [(each.base, each.taxable, each.amount) for each in note.taxes.all()] == [(2000, Decimal("1833.33"), 220)]
    assert remaining(invoice).lines[ids(invoice)[0]].quantity == 3


def test_an_amount_is_given_back_without_a_quantity(fina: User) -> None:
    invoice = issued([line(1000, 5, tax_category="standard")], discount=Decimal(10))
    [row] = ids(invoice)

    note = credit(invoice, by=fina, reason="Late", lines={row: ByAmount(Decimal(500))})

    assert (note.subtotal, note.discount_amount, note.net, note.tax) == (500, 50, 450, Decimal("49.50"))
    left = remaining(invoice).lines[row]
    assert (left.quantity, left.amount) == (5, 4500)
    assert credit(invoice, by=fina, reason="All of it").total + note.total == invoice.total


def test_never_more_than_is_left_of_a_line(fina: User) -> None:
    invoice = issued([line(100, 3), line(50)])
    first, second = ids(invoice)
    credit(invoice, by=fina, reason="Broken", lines={first: Decimal(2)})

    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines={first: Decimal("1.001")})) == "more_than_remains"
    too_much = {second: ByAmount(Decimal("50.01"))}
    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines=too_much)) == "more_than_remains"
    credit(invoice, by=fina, reason="Broken", lines={first: Decimal(1)})
    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines={first: Decimal(1)})) == "more_than_remains"


def test_an_amount_given_back_leaves_less_for_a_quantity(fina: User) -> None:
    invoice = issued([line(100, 2)])
    [row] = ids(invoice)
    credit(invoice, by=fina, reason="Late", lines={row: ByAmount(Decimal(150))})

    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines={row: Decimal(1)})) == "more_than_remains"
    assert credit(invoice, by=fina, reason="x", lines={row: Decimal(2)}).total == 50


def test_what_is_credited_whole_is_not_credited_again(fina: User) -> None:
    invoice = issued()
    credit(invoice, by=fina, reason="Returned")

    assert refusal(lambda: credit(invoice, by=fina, reason="Returned")) == "nothing_to_credit"


def test_only_issued_invoices_are_corrected_by_credit_notes(fina: User) -> None:
    invoice = issued()
    note = credit(invoice, by=fina, reason="Returned", lines={ids(invoice)[0]: ByAmount(Decimal(1))})
    other = issued()

    assert refusal(lambda: credit(drafted(), by=fina, reason="x")) == "invoice_not_issued"
    assert refusal(lambda: credit(note, by=fina, reason="x")) == "not_an_invoice"
    assert refusal(lambda: credit(invoice, by=fina, reason=" ")) == "credit_needs_reason"
    of_other = {ids(other)[0]: Decimal(1)}
    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines=of_other)) == "line_of_other_invoice"
    assert refusal(lambda: credit(invoice, by=fina, reason="x", lines={ids(invoice)[0]: Decimal(0)})) == (
        "nothing_to_credit"
    )
    assert refusal(lambda: change_draft(note, by=fina, reference="x")) == "invoice_issued"


def test_an_amount_with_more_decimals_than_its_currency_is_refused(fina: User) -> None:
    invoice = issued()

    with pytest.raises(ValidationError, match="at most 2 decimals"):
        credit(invoice, by=fina, reason="x", lines={ids(invoice)[0]: ByAmount(Decimal("0.005"))})


def test_an_invoice_that_cost_nothing_can_be_taken_back_too(fina: User) -> None:
    invoice = issued([line(0)])

    assert credit(invoice, by=fina, reason="Returned").total == 0
    assert refusal(lambda: credit(invoice, by=fina, reason="Returned")) == "nothing_to_credit"


# What was paid.


def test_what_was_paid_of_it_becomes_the_customers_credit(fina: User) -> None:
    invoice = issued()
    payment = pay(invoice, amount=Decimal(100), by=fina)

    credit(invoice, by=fina, reason="Returned")

    row = type(payment).objects.with_balance().get(pk=payment.pk)
    assert (row.allocated, row.credit) == (0, 100)
    assert [each.taken_back_reason for each in payment.allocations.all()] == ["Returned"]


def test_the_newest_allocations_are_taken_back_first_and_no_more_than_needed(fina: User) -> None:
    invoice = issued()
    payments = [pay(invoice, amount=Decimal(amount), by=fina) for amount in (50, 20, 30)]

    credit(invoice, by=fina, reason="Broken", lines={ids(invoice)[0]: ByAmount(Decimal(40))})

    after = [type(each).objects.with_balance().get(pk=each.pk) for each in payments]
    # 30 of the last, and 10 of the 20 before it.
    assert [(each.allocated, each.credit) for each in after] == [(50, 0), (10, 10), (0, 30)]
    fresh = Invoice.objects.with_balance().get(pk=invoice.pk)
    assert (fresh.paid, fresh.credited, fresh.open_amount) == (60, 40, 0)
    assert [each.kind for each in invoice.changes.all()[:2]] == ["credited", "paid"]


def test_a_credit_note_over_the_rest_of_a_part_paid_invoice_leaves_it_paid(fina: User) -> None:
    invoice = issued()
    payment = pay(invoice, amount=Decimal(60), by=fina)

    credit(invoice, by=fina, reason="Broken", lines={ids(invoice)[0]: ByAmount(Decimal(40))})

    assert payment.allocations.get().taken_back_at is None
    assert Event.objects.filter(name="deals.invoice_paid", subject_id=invoice.pk).count() == 1


# To the last unit.


def test_notes_that_take_all_in_any_pieces_sum_to_the_invoice(fina: User) -> None:
    chance = random.Random(5)
    currencies = [Currency.objects.get(code=code) for code in ("IDR", "USD", "KWD")]
    for _ in range(25):
        currency = chance.choice(currencies)
        unit = Decimal(1).scaleb(-currency.minor_units)
        lines = [
            line(
                str(chance.randint(0, 40) * unit * chance.choice((1, 1000))),
                chance.randint(1, 9),
                discount=Decimal(chance.choice((0, 33))),
                tax_category=chance.choice(("standard", "zero")),
            )
            for _ in range(chance.randint(1, 4))
        ]
        invoice = issued(
            lines, by=fina, currency=currency, discount=Decimal(chance.choice((0, 33, 50))),
            prices_include_tax=chance.random() < 0.5,
        )  # fmt: skip

        notes = take_apart(invoice, chance, fina)

        assert_sums_to(invoice, notes)


def take_apart(invoice: Invoice, chance: random.Random, by: User) -> list[Invoice]:
    """Credit random pieces until nothing is left."""
    notes = []
    unit = Decimal(1).scaleb(-invoice.currency.minor_units)
    while left := [each for each in remaining(invoice).lines.values() if not each.is_gone]:
        wishes: dict[int, Decimal | ByAmount] = {}
        for each in chance.sample(left, chance.randint(1, len(left))):
            if each.amount >= unit and chance.random() < 0.2:
                wishes[each.line.pk] = ByAmount(unit * chance.randint(1, int(each.amount / unit)))
            elif each.by_amount:
                wishes[each.line.pk] = each.quantity
            else:
                wishes[each.line.pk] = min(each.quantity, Decimal(chance.choice(("0.5", "1", "3"))))
        notes.append(credit(invoice, by=by, reason="Piece by piece", lines=wishes))
    return notes


def assert_sums_to(invoice: Invoice, notes: list[Invoice]) -> None:
    for name in ("subtotal", "discount_amount", "net", "tax", "total"):
        assert sum(getattr(note, name) for note in notes) == getattr(invoice, name), name
    for tax in invoice.taxes.all():
        rows = [row for note in notes for row in note.taxes.all() if rule_of(row) == rule_of(tax)]
        assert sum(row.base for row in rows) == tax.base
        assert sum(row.amount for row in rows) == tax.amount
        assert all(row.base >= 0 and row.amount >= 0 for row in rows)
    for row in invoice.lines.all():
        assert sum(each.amount for note in notes for each in note.lines.all() if each.credits_line_id == row.pk) == (
            row.amount
        )
    left = remaining(invoice)
    assert left.total == 0
    assert all(each.base == each.amount == 0 for each in left.taxes.values())


@pytest.mark.parametrize(("prices_include_tax", "discount"), [(True, 0), (False, 40), (True, 40)])
def test_tiny_taxes_and_discounts_never_turn_negative(fina: User, prices_include_tax: bool, discount: int) -> None:
    currency, quantity = Currency.objects.get(code="IDR"), 25
    invoice = issued(
        [line(1, quantity, tax_category="standard")], by=fina, currency=currency, discount=Decimal(discount),
        prices_include_tax=prices_include_tax,
    )  # fmt: skip

    one = {ids(invoice)[0]: Decimal(1)}
    notes = [credit(invoice, by=fina, reason="One", lines=one) for _ in range(quantity)]

    assert_sums_to(invoice, notes)


def test_a_payment_over_several_invoices_gives_back_for_the_one_that_is_credited(fina: User) -> None:
    one = issued([line(60)])
    two = issued([line(40)], company=one.company)
    assert one.company is not None
    payment = receive(
        seller=one.seller, company=one.company, currency=one.currency, amount=Decimal(100), by=fina, allocate="oldest"
    )

    credit(two, by=fina, reason="Returned")

    assert type(payment).objects.with_balance().get(pk=payment.pk).credit == 40
    assert Invoice.objects.with_balance().get(pk=one.pk).open_amount == 0
