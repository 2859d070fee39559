"""What lies at the edge: letters about a colleague's quote, amounts too large to keep, days that can't be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from contacts.messages.models import Message
from contacts.models import User
from deals.activities.planning import plan
from deals.activities.refusing import ActivityRefused
from deals.activities.shifting import reassign, snooze
from deals.billing.crediting import credit
from deals.billing.drafting import invoice_from_quote
from deals.billing.issuing import issue
from deals.billing.paying import pay, receive, refund
from deals.billing.refusals import InvoiceRefused, PaymentRefused
from deals.models import Allocation, Invoice
from deals.quotes.drafting import draft_quote
from deals.quotes.sending import send
from tests.factories.billing import SellerFactory, accepted_quote, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


def test_whoever_sees_a_person_sees_no_letter_about_a_colleagues_quote(rani, bima, maya):
    SellerFactory()
    person = ContactFactory(owner=rani)
    quote = draft_quote(DealFactory(owner=bima, contacts=[person], amount=Decimal(100)), by=bima, contact=person)
    send(quote, by=bima, to="ayu@example.com")
    letter = Message.objects.get()
    Message.objects.update(contact=person)

    assert letter in Message.objects.visible_to(bima)
    assert letter not in Message.objects.visible_to(maya)


def test_a_payment_shows_a_rep_nothing_of_a_colleagues_invoice(api_as, rani, bima, fina):
    company = CompanyFactory()
    own, other = (issued(lines=[line("60")], company=company, owner=owner) for owner in (rani, bima))
    payment = receive(
        seller=own.seller, currency=own.currency, amount=own.total + other.total, by=fina, company=company,
        allocate=[(own, own.total), (other, other.total)],
    )  # fmt: skip

    told = api_as(rani).get(f"/api/v1/payments/{payment.pk}/").json()

    assert [each["invoice"] for each in told["allocations"]] == [own.pk]
    assert list(Allocation.objects.visible_to(rani).values_list("invoice", flat=True)) == [own.pk]


def test_an_amount_that_can_not_be_kept_exactly_is_refused(api_as, fina):
    seller, company = SellerFactory(), CompanyFactory()
    body = {"seller": seller.pk, "company": company.pk, "currency": "USD", "amount": "123456789012345.67"}

    answer = api_as(fina).post("/api/v1/payments/", body, format="json")

    assert answer.status_code == 400


def test_a_whole_discount_does_not_hide_a_sum_that_is_too_large(api_as, fina):
    seller, company = SellerFactory(), CompanyFactory()
    lines = [{"description": "Gold", "quantity": "999999999.000", "unit_price": "99999999999.00"}]
    body = {"seller": seller.pk, "company": company.pk, "currency": "USD", "discount": "100.00", "lines": lines}

    answer = api_as(fina).post("/api/v1/invoices/", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "amount_too_large")


def test_a_quote_can_not_be_extended_to_a_day_that_is_none(admin_as, rani):
    SellerFactory()
    quote = draft_quote(DealFactory(owner=rani, company=CompanyFactory(owner=rani), amount=Decimal(9)), by=rani)

    answer = admin_as(rani).post(f"/admin/deals/quote/{quote.pk}/extend/", {"until": "2026-02-31"}, follow=True)

    assert "Choose until when the quote is valid" in answer.content.decode()


def test_a_credit_note_is_not_dated_before_its_invoice(fina):
    with pytest.raises(InvoiceRefused) as refusal:
        credit(issued(), by=fina, reason="Returned", on=date(1999, 1, 1))

    assert refusal.value.code == "dated_before_the_invoice"


def test_money_is_not_paid_back_before_it_came_in(fina):
    invoice = issued()
    payment = pay(invoice, amount=invoice.total + 10, by=fina)

    with pytest.raises(PaymentRefused) as refusal:
        refund(payment, amount=Decimal(10), by=fina, reason="Too much", on=date(1999, 1, 1))

    assert refusal.value.code == "refunded_before_received"


def test_a_promise_is_not_put_off_into_the_past(rani):
    activity = plan(kind="call", subject="Call", owner=rani, by=rani, due_on=timezone.localdate())

    with pytest.raises(ActivityRefused) as refusal:
        snooze(activity, by=rani, until=timezone.now() - timedelta(days=400))

    assert refusal.value.code == "snooze_needs_a_day"


def test_whoever_is_given_a_meeting_is_not_told_that_it_is_cancelled(rani, bima: User):
    start = timezone.now() + timedelta(days=3)
    meeting = plan(kind="meeting", subject="Demo", owner=rani, by=rani, starts_at=start, minutes=30, attendees=[bima])

    reassign(meeting, to=bima, by=rani)

    assert not Message.objects.filter(user=bima, subject__startswith="Cancelled").exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="OR REPLACE is SQLite's")
def test_another_invoice_of_a_quote_does_not_take_the_place_of_the_issued_one(rani, fina):
    deal, seller = DealFactory(owner=rani, company=CompanyFactory()), SellerFactory()
    quote = accepted_quote([line()], deal=deal, seller=seller)
    first = issue(invoice_from_quote(quote, by=fina), by=fina)
    draft = drafted(seller=seller)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE OR REPLACE deals_invoice SET quote_id = %s WHERE id = %s", [quote.pk, draft.pk])

    assert Invoice.objects.filter(pk=first.pk).exists()
