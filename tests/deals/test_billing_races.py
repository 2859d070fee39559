"""Many at once (PostgreSQL): numbers without gap or duplicate, money given once; controls show what locks are for."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from config.common.errors import DomainError
from config.common.integrity import prove
from contacts.models import User
from deals.billing.allocating import allocate, allocate_oldest, take_back
from deals.billing.crediting import credit
from deals.billing.drafting import invoice_from_quote
from deals.billing.issuing import issue
from deals.billing.paying import pay, receive, void
from deals.billing.planning import fingerprint, plan_reminders
from deals.billing.reminding import send_reminders
from deals.models import Allocation, DunningLetter, Invoice, NumberSeries, Payment, Seller
from tests.deals.test_races import at_once
from tests.factories.billing import SellerFactory, accepted_quote, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PARALLEL = 40


class Rollback(DomainError):
    """Everything went well, and then the transaction failed."""

    code = "rolled_back"


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing takes most of the time, and comes after the races."""
    monkeypatch.setattr("deals.tasks.ask", lambda task, ids: ())


@pytest.fixture(autouse=True)
def wide_pool(transactional_db: None) -> Iterator[None]:
    """As many as forty transactions under way, and patience for the others."""
    pool = connection.pool
    kept = pool.min_size, pool.max_size, pool.timeout
    pool.resize(1, PARALLEL)
    pool.timeout = 120
    yield
    connections.close_all()
    pool.resize(*kept[:2])
    pool.timeout = kept[2]


@pytest.fixture
def seller(transactional_db: None) -> Seller:
    return SellerFactory()


def drafts(number: int, seller: Seller, by: User) -> list[Invoice]:
    company = CompanyFactory()
    return [drafted([line()], company=company, seller=seller, by=by) for _ in range(number)]


def everything_holds() -> None:
    assert [finding for verdict in prove() for finding in map(str, verdict.findings)] == []


def open_of(invoice: Invoice) -> Decimal:
    return Decimal(Invoice.objects.with_balance().get(pk=invoice.pk).open_amount)


# Numbers.


def test_two_hundred_issued_at_once_with_twenty_rolled_back_leave_no_gap(seller: Seller, fina: User) -> None:
    waiting = drafts(200, seller, fina)
    failing = set(random.Random(3).sample(range(200), 20))

    def run(number: int) -> None:
        with transaction.atomic():
            issue(waiting[number], by=fina)
            if number in failing:
                raise Rollback("The database went away.")

    outcomes = at_once(run, 200)

    assert outcomes == {"done": 180, "rolled_back": 20}
    numbers = Invoice.objects.issued().order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 181))
    assert NumberSeries.objects.get().last_number == 180
    everything_holds()


def test_control_without_the_lock_numbers_are_given_twice_and_refused(seller: Seller, fina: User) -> None:
    together = PARALLEL - 1
    waiting = drafts(together, seller, fina)
    everybody_has_read = Barrier(together)

    def issue_unguarded(number: int) -> None:
        try:
            with transaction.atomic():
                last = Invoice.objects.issued().count()
                everybody_has_read.wait(timeout=30)
                today = timezone.localdate()
                Invoice.objects.filter(pk=waiting[number].pk).update(
                    state="issued", number=f"INV-{last + 1}", year=2026, sequence=last + 1,
                    issued_on=today, due_on=today, issued_at=timezone.now(),
                )  # fmt: skip
        except IntegrityError:
            raise DomainError("This number is given already.", code="number_twice") from None

    assert at_once(issue_unguarded, together) == {"done": 1, "number_twice": together - 1}


def test_one_draft_issued_by_many_is_issued_once(seller: Seller, fina: User) -> None:
    [draft] = drafts(1, seller, fina)

    assert at_once(lambda _: issue(draft, by=fina), 20) == {"done": 1, "invoice_issued": 19}


def test_when_the_year_turns_in_the_middle_both_years_are_numbered_without_gap(seller: Seller, fina: User) -> None:
    waiting = drafts(40, seller, fina)
    issued_so_far = count(1)

    # Midnight in Jakarta comes while others are in the middle of it.
    with time_machine.travel(datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), tick=False) as clock:

        def run(number: int) -> None:
            issue(waiting[number], by=fina)
            if next(issued_so_far) == 15:
                clock.move_to(datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), tick=False)

        outcomes = at_once(run, 40)

    assert outcomes == {"done": 40}
    years = Counter(Invoice.objects.values_list("year", flat=True))
    assert set(years) == {2026, 2027}
    for year, number in years.items():
        rows = Invoice.objects.filter(year=year).order_by("sequence")
        assert list(rows.values_list("sequence", flat=True)) == list(range(1, number + 1))
        assert {day.year for day in rows.values_list("issued_on", flat=True)} == {year}
    everything_holds()


def test_invoices_and_credit_notes_of_one_seller_do_not_lock_each_other_out(seller: Seller, fina: User) -> None:
    waiting = drafts(15, seller, fina)
    corrected = [issued(seller=seller, by=fina) for _ in range(15)]

    def run(number: int) -> None:
        if number % 2:
            issue(waiting[number // 2], by=fina)
        else:
            credit(corrected[number // 2], by=fina, reason="Returned")

    assert at_once(run, 30) == {"done": 30}
    everything_holds()


def test_twenty_clicks_on_invoice_make_one(seller: Seller, fina: User) -> None:
    quote = accepted_quote([line()], deal=DealFactory(company=CompanyFactory()), seller=seller)
    made: list[int] = []

    outcomes = at_once(lambda _: made.append(invoice_from_quote(quote, by=fina).pk), 20)

    assert outcomes == {"done": 20}
    assert len(set(made)) == 1
    assert Invoice.objects.count() == 1


# Money.


def test_fifty_payments_of_thirty_on_a_hundred_allocate_a_hundred(seller: Seller, fina: User) -> None:
    invoice = issued(seller=seller)

    outcomes = at_once(lambda _: pay(invoice, amount=Decimal(30), by=fina), 50)

    assert outcomes == {"done": 50}
    payments = list(Payment.objects.with_balance())
    assert sum(each.allocated for each in payments) == 100
    assert sum(each.credit for each in payments) == 1400
    assert open_of(invoice) == 0
    assert invoice.changes.filter(kind="paid").count() == 1
    everything_holds()


def test_control_without_the_locks_the_database_refuses_what_is_too_much(seller: Seller, fina: User) -> None:
    invoice = issued(seller=seller)
    together = PARALLEL - 1
    everybody_has_read = Barrier(together)
    payments = [pay_nothing(invoice, fina) for _ in range(together)]

    def allocate_unguarded(number: int) -> None:
        try:
            with transaction.atomic():
                open_amount = open_of(invoice)
                everybody_has_read.wait(timeout=30)
                Allocation.objects.create(
                    payment=payments[number], invoice=invoice, amount=min(open_amount, Decimal(30)), at=timezone.now()
                )
        except IntegrityError:
            raise DomainError("More than is open.", code="too_much") from None

    assert at_once(allocate_unguarded, together) == {"done": 3, "too_much": together - 3}


def pay_nothing(invoice: Invoice, by: User) -> Payment:
    return receive(seller=invoice.seller, company=invoice.company, currency=invoice.currency, amount=Decimal(30), by=by)


def test_one_payment_given_to_many_invoices_at_once_gives_no_more_than_it_was(seller: Seller, fina: User) -> None:
    company = CompanyFactory()
    invoices = [issued([line(30)], seller=seller, company=company) for _ in range(10)]
    payment = receive(seller=seller, company=company, currency=seller.currency, amount=Decimal(100), by=fina)

    outcomes = at_once(lambda number: allocate(payment, invoices[number], by=fina), 10)

    assert outcomes == {"done": 4, "more_than_left": 6}
    everything_holds()


def test_paying_crediting_taking_back_and_voiding_at_once_ends_in_good_order(seller: Seller, fina: User) -> None:
    company = CompanyFactory()
    invoices = [issued([line(10, 10)], seller=seller, company=company) for _ in range(6)]
    lines = [invoice.lines.get().pk for invoice in invoices]
    payments = [
        receive(
            seller=seller, company=company, currency=seller.currency, amount=Decimal(150), by=fina,
            allocate="oldest",
        )
        for _ in range(3)
    ]  # fmt: skip
    given = list(Allocation.objects.all())
    chance = random.Random(1)
    acts: list[Callable[[], object]] = [
        *(lambda n=n: pay(invoices[n], amount=Decimal(40), by=fina) for n in range(6)),
        *(lambda n=n: credit(invoices[n], by=fina, reason="x", lines={lines[n]: Decimal(3)}) for n in range(6)),
        *(lambda each=each: take_back(each, by=fina, reason="x") for each in given),
        *(lambda each=each: void(each, by=fina, reason="x") for each in payments),
        *(lambda each=each: allocate_oldest(each, by=fina) for each in payments * 3),
    ]
    chance.shuffle(acts)

    outcomes = at_once(lambda number: acts[number](), len(acts))

    known = {"done", "already_taken_back", "payment_voided", "changed_meanwhile", "more_than_remains"}
    assert set(outcomes) <= known, outcomes
    everything_holds()


def test_two_who_send_the_same_reminders_send_them_once(seller: Seller, fina: User) -> None:
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        for name in "abc":
            issued(seller=seller, contact=ContactFactory(emails=[f"{name}@senja.example"]), payment_days=5)
    day = date(2026, 3, 1)
    seen = fingerprint(plan_reminders(fina, day))

    outcomes = at_once(lambda _: send_reminders(seen, day=day, by=fina), 8)

    assert outcomes.pop("done") == 1
    assert set(outcomes) <= {"reminders_changed", "nothing_to_remind"}
    assert DunningLetter.objects.count() == 3
