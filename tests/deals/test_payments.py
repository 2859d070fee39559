"""Payments: counted once, allocated to invoices, taken back, paid back, voided; what follows from them is derived."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.common.errors import DomainError
from config.integrations.models import Event
from contacts.models import Company, User
from deals.billing.allocating import allocate, allocate_oldest, take_back
from deals.billing.kinds import InvoiceStatus
from deals.billing.paying import pay, receive, refund, void
from deals.models import Currency, Invoice, Payment, Seller
from tests.factories.billing import SellerFactory, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(db: None) -> Seller:
    return SellerFactory()


@pytest.fixture
def company(db: None) -> Company:
    return CompanyFactory()


@pytest.fixture
def received(seller: Seller, company: Company, fina: User) -> Callable[..., Payment]:
    def make(amount: str | int = 100, **fields: Any) -> Payment:
        given = {"seller": seller, "company": company, "currency": seller.currency, "by": fina} | fields
        return receive(amount=Decimal(amount), **given)

    return make


@pytest.fixture
def owed(seller: Seller, company: Company) -> Callable[..., Invoice]:
    def make(amount: str | int = 100, **fields: Any) -> Invoice:
        return issued([line(amount)], **{"seller": seller, "company": company} | fields)

    return make


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def left(row: Invoice | Payment) -> Decimal:
    """What is open of an invoice, or left of a payment."""
    fresh = type(row).objects.with_balance().get(pk=row.pk)
    return Decimal(fresh.open_amount if isinstance(row, Invoice) else fresh.credit)


def status(invoice: Invoice, day: date | None = None) -> str:
    return Invoice.objects.get(pk=invoice.pk).status_on(day or invoice.issued_on)


def test_a_payment_pays_several_invoices_and_the_rest_is_credit(
    received: Callable[..., Payment], owed: Callable[..., Invoice]
) -> None:
    one, two = owed(60), owed(50)

    payment = received(100, allocate=[(one, Decimal(60)), (two, Decimal(30))])

    assert (left(one), left(two), payment.credit) == (0, 20, 10)
    assert (status(one), status(two)) == (InvoiceStatus.PAID, InvoiceStatus.PART_PAID)
    assert [each.kind for each in one.changes.all()] == ["paid", "issued", "drafted"]


def test_the_oldest_are_paid_first(received: Callable[..., Payment], owed: Callable[..., Invoice]) -> None:
    late, later, other = owed(60, payment_days=10), owed(50, payment_days=20), owed(50, company=CompanyFactory())

    payment = received(80, allocate="oldest")

    assert (left(late), left(later), left(other), payment.credit) == (0, 30, 50, 0)


def test_a_payment_for_one_invoice_pays_what_is_open_and_the_rest_is_credit(
    owed: Callable[..., Invoice], fina: User
) -> None:
    invoice = owed(100)

    first, second, third = (pay(invoice, amount=Decimal(60), by=fina) for _ in range(3))

    assert [first.credit, second.credit, third.credit] == [0, 20, 60]
    assert left(invoice) == 0


def test_what_is_received_and_what_is_paid_is_announced(owed: Callable[..., Invoice], fina: User) -> None:
    invoice = owed(100)
    pay(invoice, amount=Decimal(40), by=fina)
    assert not Event.objects.filter(name="deals.invoice_paid").exists()

    payment = pay(invoice, amount=Decimal(60), by=fina)

    told = Event.objects.get(name="deals.payment_received", subject_id=payment.pk)
    assert told.payload == {"amount": "60.00", "currency": "USD", "company": invoice.company_id}
    assert Event.objects.get(name="deals.invoice_paid").payload == {"number": invoice.number, "deal": None}


@pytest.mark.parametrize(
    ("amount", "code"), [("100.01", "more_than_open"), ("50.01", "more_than_left"), (None, "more_than_left")]
)
def test_no_more_than_is_open_or_left(
    received: Callable[..., Payment], owed: Callable[..., Invoice], fina: User, amount: str | None, code: str
) -> None:
    invoice, payment = owed(100), received(50)
    if amount is None:
        allocate(payment, owed(50), by=fina)

    assert refusal(lambda: allocate(payment, invoice, amount=Decimal(amount) if amount else None, by=fina)) == code


def test_as_much_as_fits_is_allocated_if_no_amount_is_said(
    received: Callable[..., Payment], owed: Callable[..., Invoice], fina: User
) -> None:
    assert allocate(received(70), owed(100), by=fina).amount == 70
    assert allocate(received(70), owed(30), by=fina).amount == 30


def test_what_does_not_belong_together_is_refused(
    received: Callable[..., Payment], owed: Callable[..., Invoice], fina: User
) -> None:
    invoice = owed(100)
    cases = {
        "payment_of_other_seller": received(seller=SellerFactory()),
        "payment_in_other_currency": received(currency=Currency.objects.get(code="IDR")),
        "payment_of_other_customer": received(company=CompanyFactory()),
        "payment_voided": void(received(), by=fina, reason="Typed twice"),
    }
    for code, payment in cases.items():
        assert refusal(lambda payment=payment: allocate(payment, invoice, by=fina)) == code  # type: ignore[misc]
    assert refusal(lambda: allocate(received(), drafted(company=invoice.company), by=fina)) == "invoice_not_issued"


def test_a_person_without_a_company_pays_their_own_invoices(seller: Seller, fina: User) -> None:
    ayu, budi = ContactFactory(), ContactFactory()
    invoice, other = issued(contact=ayu), issued(contact=budi)

    receive(seller=seller, contact=ayu, currency=seller.currency, amount=Decimal(500), by=fina, allocate="oldest")

    assert (left(invoice), left(other)) == (0, 100)


def test_taking_an_allocation_back_restores_both_sides(owed: Callable[..., Invoice], fina: User) -> None:
    invoice = owed(100)
    payment = pay(invoice, amount=Decimal(100), by=fina)
    allocation = payment.allocations.get()

    take_back(allocation, by=fina, reason="Meant for another invoice")

    assert (left(invoice), left(payment), status(invoice)) == (100, 100, InvoiceStatus.OPEN)
    assert [(each.kind, each.reason) for each in invoice.changes.all()[:1]] == [
        ("reopened", "Meant for another invoice")
    ]
    assert refusal(lambda: take_back(allocation, by=fina, reason="Again")) == "already_taken_back"
    assert refusal(lambda: take_back(allocation, by=fina, reason="")) == "take_back_needs_reason"


def test_credit_is_used_for_a_later_invoice(
    received: Callable[..., Payment], owed: Callable[..., Invoice], fina: User
) -> None:
    payment = received(100)
    invoice = owed(30)

    [allocation] = allocate_oldest(payment, by=fina)

    assert (allocation.invoice, allocation.amount, left(payment)) == (invoice, 30, 70)
    assert allocate_oldest(payment, by=fina) == []


def test_credit_is_paid_back_and_no_more(owed: Callable[..., Invoice], fina: User) -> None:
    payment = pay(owed(100), amount=Decimal(130), by=fina)

    assert refusal(lambda: refund(payment, amount=Decimal("30.01"), by=fina, reason="Too much")) == "more_than_left"
    assert refusal(lambda: refund(payment, amount=Decimal(30), by=fina, reason="")) == "refund_needs_reason"
    refund(payment, amount=Decimal(30), by=fina, reason="Paid too much", reference="TRX 9")

    assert left(payment) == 0
    with pytest.raises(ValidationError):
        refund(payment, amount=Decimal(0), by=fina, reason="Nothing")


def test_a_voided_payment_never_was(owed: Callable[..., Invoice], fina: User) -> None:
    one = owed(100)
    payment = pay(one, amount=Decimal(150), by=fina)

    voided = void(payment, by=fina, reason="Bounced")

    assert (left(one), left(payment), voided.void_reason) == (100, 0, "Bounced")
    assert one.changes.all()[0].kind == "reopened"
    assert refusal(lambda: void(payment, by=fina, reason="Again")) == "payment_voided"
    assert refusal(lambda: refund(payment, amount=Decimal(1), by=fina, reason="x")) == "payment_voided"
    assert refusal(lambda: void(payment, by=fina, reason=" ")) == "void_needs_reason"


def test_a_payment_of_which_something_was_paid_back_did_come_in(received: Callable[..., Payment], fina: User) -> None:
    payment = received(100)
    refund(payment, amount=Decimal(1), by=fina, reason="Rounding")

    assert refusal(lambda: void(payment, by=fina, reason="x")) == "payment_refunded"


def test_the_same_line_of_a_bank_statement_is_counted_once(received: Callable[..., Payment]) -> None:
    known = received(100, external_id="BCA-17")

    with pytest.raises(DomainError) as refused:
        received(100, external_id="BCA-17")

    assert (refused.value.code, refused.value.facts) == ("payment_known", {"payment": known.pk})
    assert Payment.objects.count() == 1


def test_payments_that_cannot_be_are_refused(received: Callable[..., Payment]) -> None:
    tomorrow = timezone.localdate() + timedelta(days=2)

    assert refusal(lambda: received(received_on=tomorrow)) == "received_in_the_future"
    for amount in (0, -5, "0.005"):
        with pytest.raises(ValidationError):
            received(amount)
    with pytest.raises(ValidationError):
        received(company=None)
    assert not Payment.objects.exists()


def test_past_its_day_an_invoice_is_overdue_until_it_is_paid(owed: Callable[..., Invoice], fina: User) -> None:
    invoice = owed(100, payment_days=10)
    due = invoice.issued_on + timedelta(days=10)
    pay(invoice, amount=Decimal(40), by=fina)

    assert status(invoice, due) == InvoiceStatus.PART_PAID
    assert status(invoice, due + timedelta(days=1)) == InvoiceStatus.OVERDUE
    pay(invoice, amount=Decimal(60), by=fina)
    assert status(invoice, due + timedelta(days=1)) == InvoiceStatus.PAID


def test_payments_are_seen_by_who_recorded_them_and_who_sees_what_they_paid(
    owed: Callable[..., Invoice], received: Callable[..., Payment], fina: User, rani: User, bima: User
) -> None:
    of_rani = pay(owed(100, owner=rani), amount=Decimal(10), by=fina)
    by_bima = received(5, by=bima)

    seen = {user.name: set(Payment.objects.visible_to(user)) for user in (rani, bima, fina)}

    assert seen == {"Rani": {of_rani}, "Bima": {by_bima}, "Fina": {of_rani, by_bima}}


def test_the_balance_of_many_payments_costs_one_query(
    received: Callable[..., Payment], django_assert_num_queries: Callable[[int], Any]
) -> None:
    received(1), received(2)

    with django_assert_num_queries(1):
        assert [each.credit for each in Payment.objects.with_balance()] == [2, 1]
