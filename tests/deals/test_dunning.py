"""Reminders to customers who are late: shown first, then sent as shown, one letter a customer, once a level."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from config.common.errors import DomainError
from contacts.messages.models import Message
from contacts.messages.sending import send_message
from contacts.models import Company, Contact, User
from deals.billing.crediting import credit
from deals.billing.mailing import send_invoice
from deals.billing.paying import pay
from deals.billing.planning import PlannedLetter, fingerprint, plan_reminders
from deals.billing.reminding import send_reminders
from deals.models import Currency, DunningItem, DunningLetter, DunningLevel, Invoice, Seller
from tests.factories.billing import SellerFactory, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def seller(db: None) -> Seller:
    return SellerFactory()


@pytest.fixture
def senja(db: None) -> Company:
    return CompanyFactory(name="Kedai Senja", country="ID")


@pytest.fixture
def ayu(db: None) -> Contact:
    return ContactFactory(full_name="Ayu", emails=["ayu@senja.example"], language="id")


def late(days: int, amount: int = 100, **fields: Any) -> Invoice:
    """An invoice that was due so many days before the day of reminding."""
    issued_on = datetime(2026, 1, 1, 4, tzinfo=UTC)
    with time_machine.travel(issued_on, tick=False):
        payment_days = (DAY - timedelta(days=days) - issued_on.date()).days
        return issued([line(amount)], payment_days=payment_days, **fields)


def remind(by: User, day: date = DAY) -> list[DunningLetter]:
    return send_reminders(fingerprint(plan_reminders(by, day)), day=day, by=by)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def told(letter: PlannedLetter) -> tuple[str, int | None, list[int | None]]:
    return letter.customer, letter.level.level if letter.level else None, [item.level for item in letter.items]


def test_three_levels_are_shipped() -> None:
    shipped = [(7, "friendly"), (21, "firm"), (45, "last")]

    assert [(level.days_overdue, level.tone) for level in DunningLevel.objects.all()] == shipped


def test_the_dry_run_shows_one_letter_a_customer_and_writes_nothing(senja: Company, ayu: Contact, fina: User) -> None:
    late(3, company=senja, contact=ayu)
    late(10, company=senja, contact=ayu, currency=Currency.objects.get(code="IDR"))
    late(25, company=senja, contact=ayu)
    late(6, company=CompanyFactory(name="Not late enough"))

    plan = plan_reminders(fina, DAY)

    # The oldest first: one reached the second level, one the first, one is only listed.
    assert [told(letter) for letter in plan] == [("Kedai Senja", 2, [2, 1, None])]
    assert (plan[0].address, plan[0].language) == ("ayu@senja.example", "id")
    assert not DunningLetter.objects.exists()
    assert not Message.objects.exists()


def test_the_letter_goes_out_in_the_customers_language_with_the_invoices(
    senja: Company, ayu: Contact, fina: User
) -> None:
    invoices = [late(8, company=senja, contact=ayu), late(9, company=senja, contact=ayu)]

    [letter] = remind(fina)

    message = Message.objects.get(key=letter.message_key)
    assert (message.kind, message.to_address, message.contact, message.language) == (
        "dunning", "ayu@senja.example", ayu, "id",
    )  # fmt: skip
    assert all(invoice.number in message.text for invoice in invoices)
    assert sorted(each.name for each in message.attachments.all()) == sorted(f"{each.number}.pdf" for each in invoices)
    assert {(item.invoice_id, item.level, item.open_amount) for item in letter.items.all()} == {
        (invoice.pk, 1, 100) for invoice in invoices
    }
    assert invoices[0].changes.all()[0].kind == "reminded"


def test_an_invoice_is_reminded_once_a_level(senja: Company, ayu: Contact, fina: User) -> None:
    late(8, company=senja, contact=ayu)
    remind(fina)

    [again] = plan_reminders(fina, DAY)
    assert again.skipped == "Already reminded at this level."
    assert refusal(lambda: remind(fina)) == "nothing_to_remind"

    later = DAY + timedelta(days=20)
    assert [told(letter)[1] for letter in plan_reminders(fina, later)] == [2]
    remind(fina, later)
    assert list(DunningItem.objects.order_by("pk").values_list("level", flat=True)) == [1, 2]


def test_the_database_keeps_a_level_from_being_said_twice(senja: Company, ayu: Contact, fina: User) -> None:
    invoice = late(8, company=senja, contact=ayu)
    [letter] = remind(fina)

    with pytest.raises(IntegrityError):
        DunningItem.objects.create(letter=letter, invoice=invoice, level=1, open_amount=1)


def test_whoever_has_no_address_is_shown_and_not_written_to(senja: Company, fina: User) -> None:
    late(8, company=senja)
    late(8, contact=ContactFactory(full_name="Budi"))

    plan = plan_reminders(fina, DAY)

    assert [letter.skipped for letter in plan] == ["Nobody with an e-mail address is named on these invoices."] * 2
    assert refusal(lambda: remind(fina)) == "nothing_to_remind"


@pytest.mark.parametrize("what", ["paid", "credited", "more", "other address"])
def test_what_changed_since_the_dry_run_is_not_sent_unseen(senja: Company, ayu: Contact, fina: User, what: str) -> None:
    invoice = late(8, company=senja, contact=ayu)
    late(9, company=senja, contact=ayu)
    seen = fingerprint(plan_reminders(fina, DAY))

    if what == "paid":
        pay(invoice, amount=Decimal(1), by=fina)
    elif what == "credited":
        credit(invoice, by=fina, reason="Returned")
    elif what == "more":
        late(10, company=senja, contact=ayu)
    else:
        ayu.emails.update(address="other@senja.example")

    assert refusal(lambda: send_reminders(seen, day=DAY, by=fina)) == "reminders_changed"
    assert not Message.objects.exists()


def test_a_letter_about_what_was_paid_meanwhile_does_not_leave(senja: Company, ayu: Contact, fina: User) -> None:
    one, two = late(8, company=senja, contact=ayu), late(9, company=senja, contact=ayu)
    [letter] = remind(fina)
    message = Message.objects.get(key=letter.message_key)
    pay(one, amount=Decimal(100), by=fina)
    pay(two, amount=Decimal(100), by=fina)

    assert not send_message(message.pk, now=timezone.now())

    message.refresh_from_db()
    assert (message.state, message.cancel_reason) == ("cancelled", "Everything in this letter was paid meanwhile.")


@pytest.mark.django_db(transaction=True)
def test_a_letter_of_which_something_is_open_leaves(fina: User) -> None:
    contact = ContactFactory(emails=["ayu@senja.example"])
    SellerFactory()
    late(8, contact=contact), late(9, contact=contact)
    [letter] = remind(fina)

    assert Message.objects.get(key=letter.message_key).state == "sent"
    [email] = mail.outbox
    assert len(email.attachments) == 2


def test_levels_can_be_switched_off(senja: Company, ayu: Contact, fina: User) -> None:
    late(50, company=senja, contact=ayu)
    DunningLevel.objects.filter(level=3).update(is_active=False)

    assert [told(letter)[1] for letter in plan_reminders(fina, DAY)] == [2]


def test_a_dry_run_costs_the_same_for_one_customer_and_for_many(
    fina: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for name in "abc":
        late(8, contact=ContactFactory(emails=[f"{name}@senja.example"]))

    with django_assert_num_queries(4):
        assert len(plan_reminders(fina, DAY)) == 3


def test_letters_are_seen_by_who_sees_their_invoices(
    senja: Company, ayu: Contact, fina: User, rani: User, bima: User
) -> None:
    late(8, company=senja, contact=ayu, owner=rani)
    [letter] = remind(fina)

    assert list(DunningLetter.objects.visible_to(rani)) == [letter]
    assert not DunningLetter.objects.visible_to(bima).exists()


# Sending documents.


def test_an_invoice_is_sent_to_its_contact_with_its_pages(ayu: Contact, fina: User) -> None:
    invoice = issued(contact=ayu)

    message = send_invoice(invoice, by=fina)

    assert (message.to_address, message.contact, message.sender, message.language) == (
        "ayu@senja.example", ayu, fina, "id",
    )  # fmt: skip
    assert [each.name for each in message.attachments.all()] == [f"{invoice.number}.pdf"]
    assert [(each.kind, each.reason) for each in invoice.changes.all()[:1]] == [("sent", "ayu@senja.example")]


def test_two_clicks_send_once_and_a_later_click_again(ayu: Contact, fina: User) -> None:
    invoice = issued(contact=ayu)

    first = send_invoice(invoice, by=fina)
    assert send_invoice(invoice, by=fina) == first
    Message.objects.update(state="sent", sent_at=timezone.now())
    assert send_invoice(invoice, by=fina) != first
    assert send_invoice(invoice, by=fina, to="billing@senja.example").to_address == "billing@senja.example"


def test_what_has_nobody_to_go_to_is_refused(senja: Company, fina: User) -> None:
    assert refusal(lambda: send_invoice(issued(company=senja), by=fina)) == "invoice_no_address"
    assert refusal(lambda: send_invoice(drafted(company=senja), by=fina)) == "invoice_not_issued"


def test_a_credit_note_is_sent_like_an_invoice(ayu: Contact, fina: User) -> None:
    note = credit(issued(contact=ayu), by=fina, reason="Returned")

    assert note.number in send_invoice(note, by=fina).subject
