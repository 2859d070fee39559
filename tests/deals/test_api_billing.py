"""Invoices, credit notes, payments and reminders over the API: whole stories, refusals, and who sees what."""

import csv
import io
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from config.integrations.models import Event
from contacts.models import Company, Message, User
from deals.billing.issuing import issue
from deals.billing.paying import pay
from deals.models import Allocation, Currency, DunningLetter, Invoice, Payment, StoredPdf
from tests.factories.billing import SellerFactory, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], APIClient]
INVOICES, PAYMENTS = "/api/v1/invoices/", "/api/v1/payments/"
LINE = {"description": "Consulting", "unit_price": "100", "quantity": "2", "tax_category": "zero"}


@pytest.fixture(autouse=True)
def seller(db: None) -> Any:
    return SellerFactory()


def post(api: APIClient, path: str, body: Any = None, **headers: Any) -> Any:
    return api.post(f"/api/v1/{path}", body or {}, format="json", **headers)


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def refusal(answer: Any) -> str:
    assert answer.status_code == 409, answer.content
    code: str = answer.json()["code"]
    return code


# --- Draft ---


def test_a_free_invoice_takes_what_is_left_out_from_customer_seller_and_policy(fina: User, api_as: As) -> None:
    company = CompanyFactory(country="ID")

    row = done(post(api_as(fina), "invoices/", {"company": company.pk, "lines": [LINE]}), 201)

    assert (row["state"], row["status"], row["number"], row["owner"]) == ("draft", "draft", "", fina.pk)
    assert (row["currency"], row["language"], row["payment_days"], row["prices_include_tax"]) == (
        "USD",
        "id",
        30,
        False,
    )
    assert (row["total"], row["paid"], row["credited"], row["open"]) == ("200.00", "0.00", "0.00", "200.00")
    assert [(each["quantity"], each["unit_price"], each["amount"]) for each in row["lines"]] == [
        ("2.000", "100.00", "200.00")
    ]
    assert [change["kind"] for change in row["changes"]] == ["drafted"]


def test_taxes_are_those_of_the_seller_with_their_rule(fina: User, api_as: As) -> None:
    product = ProductFactory(price=Decimal(120))

    row = done(
        post(api_as(fina), "invoices/", {"company": CompanyFactory().pk, "lines": [{"product": product.pk}]}), 201
    )

    assert (row["net"], row["tax"], row["total"]) == ("120.00", "13.20", "133.20")
    assert [(tax["rate"], tax["base_numerator"], tax["taxable"], tax["amount"]) for tax in row["taxes"]] == [
        ("12.00", 11, "110.00", "13.20")
    ]


def test_amounts_have_the_decimals_of_their_currency(fina: User, api_as: As) -> None:
    api, company = api_as(fina), CompanyFactory()
    for currency, price, total in (("IDR", "150000", "150000"), ("KWD", "1.234", "1.234")):
        body = {"company": company.pk, "currency": currency, "lines": [{**LINE, "unit_price": price, "quantity": 1}]}
        row = done(post(api, "invoices/", body), 201)
        assert (row["total"], row["open"], row["lines"][0]["amount"]) == (total, total, total)

    body = {"company": company.pk, "currency": "IDR", "lines": [{**LINE, "unit_price": "0.5"}]}
    answer = post(api, "invoices/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["lines.0.unit_price"])


def test_an_invoice_of_a_deal_begins_with_its_lines(rani: User, api_as: As) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    api = api_as(rani)
    product = ProductFactory(price=Decimal(50), tax_category="zero")
    done(api.patch(f"/api/v1/deals/{deal.pk}/", {"lines": [{"product": product.pk, "quantity": 3}]}, format="json"))

    row = done(post(api, "invoices/", {"deal": deal.pk, "reference": "PO 7"}), 201)

    assert (row["company"], row["owner"], row["total"], row["reference"]) == (
        deal.company_id,
        rani.pk,
        "150.00",
        "PO 7",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"company": None}, "non_field_errors"),
        ({"company": 987654}, "company"),
        ({"currency": "XXX"}, "currency"),
        ({"discount": "-1"}, "discount"),
        ({"payment_days": -1}, "payment_days"),
        ({"delivered_on": "tomorrow"}, "delivered_on"),
        ({"lines": [{**LINE, "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{**LINE, "tax_category": "sin"}]}, "lines.0.tax_category"),
        ({"state": "issued"}, "state"),
        ({"number": "INV-1"}, "number"),
        ({"due_on": "2026-01-01"}, "due_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_not_be_understood_is_told_at_its_field(
    fina: User, api_as: As, change: dict[str, Any], field: str
) -> None:
    answer = post(api_as(fina), "invoices/", {"company": CompanyFactory().pk, "lines": [LINE]} | change)

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [field]
    assert not Invoice.objects.exists()


def test_a_draft_is_changed_and_put_away(fina: User, api_as: As) -> None:
    api, draft = api_as(fina), drafted()
    address = f"{INVOICES}{draft.pk}/"

    row = done(api.patch(address, {"lines": [LINE, LINE], "discount": "10", "terms": "Net"}, format="json"))
    assert (row["total"], row["discount_amount"], row["terms"]) == ("360.00", "40.00", "Net")
    assert done(api.put(address, row, format="json"))["total"] == "360.00"
    assert post(api, f"invoices/{draft.pk}/discard/").status_code == 400
    assert done(post(api, f"invoices/{draft.pk}/discard/", {"reason": "Twice"}))["state"] == "discarded"
    assert refusal(api.patch(address, {"terms": "x"}, format="json")) == "invoice_discarded"
    assert refusal(post(api, f"invoices/{draft.pk}/issue/")) == "invoice_discarded"


# --- Issue ---


def test_an_issued_invoice_is_numbered_dated_and_never_changes(fina: User, api_as: As) -> None:
    api, draft = api_as(fina), drafted(company=CompanyFactory(name="PT Maju"))

    row = done(post(api, f"invoices/{draft.pk}/issue/"))

    assert row["number"] == f"INV-{row['issued_on'][:4]}-00001"
    assert (row["state"], row["status"], row["issued_by"]) == ("issued", "open", fina.pk)
    assert (row["due_on"], row["buyer"]["name"]) == (
        str(datetime.fromisoformat(row["issued_on"]).date() + timedelta(days=30)),
        "PT Maju",
    )
    assert refusal(post(api, f"invoices/{draft.pk}/issue/")) == "invoice_issued"
    assert refusal(api.patch(f"{INVOICES}{draft.pk}/", {"terms": "x"}, format="json")) == "invoice_issued"
    assert refusal(post(api, f"invoices/{draft.pk}/discard/", {"reason": "x"})) == "invoice_issued"
    (event,) = done(api.get(f"/api/v1/events/?name=deals.invoice_issued&subject_id={draft.pk}"))["results"]
    assert event["payload"]["number"] == row["number"]


def test_an_invoice_is_not_issued_without_lines_ahead_of_time_or_before_the_last(fina: User, api_as: As) -> None:
    api = api_as(fina)
    issued()
    draft = drafted()

    assert refusal(post(api, f"invoices/{drafted([]).pk}/issue/")) == "invoice_without_lines"
    tomorrow, yesterday = (str(timezone.localdate() + timedelta(days=days)) for days in (2, -2))
    assert refusal(post(api, f"invoices/{draft.pk}/issue/", {"on": tomorrow})) == "dated_in_the_future"
    assert refusal(post(api, f"invoices/{draft.pk}/issue/", {"on": yesterday})) == "dated_before_the_last"


def test_its_pages_are_served_as_they_were_stored(fina: User, api_as: As) -> None:
    api, draft = api_as(fina), drafted()
    assert refusal(api.get(f"{INVOICES}{draft.pk}/pdf/", HTTP_ACCEPT="application/pdf")) == "invoice_not_issued"
    number = done(post(api, f"invoices/{draft.pk}/issue/"))["number"]

    answer = api.get(f"{INVOICES}{draft.pk}/pdf/", HTTP_ACCEPT="application/pdf")

    stored = StoredPdf.objects.get()
    assert (answer["Content-Type"], answer["ETag"]) == ("application/pdf", f'"{stored.sha256}"')
    assert answer["Content-Disposition"] == f'attachment; filename="{number}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    same = api.get(f"{INVOICES}{draft.pk}/pdf/", headers={"If-None-Match": answer["ETag"]})
    assert same.status_code == 304


def test_it_is_mailed_with_its_pages(fina: User, api_as: As) -> None:
    ayu = ContactFactory(emails=["ayu@senja.example"])
    with_address, without = issued(contact=ayu), issued()
    api = api_as(fina)

    assert done(post(api, f"invoices/{with_address.pk}/send/"))["changes"][0]["kind"] == "sent"
    assert refusal(post(api, f"invoices/{without.pk}/send/")) == "invoice_no_address"
    done(post(api, f"invoices/{without.pk}/send/", {"to": "pay@senja.example"}))
    assert post(api, f"invoices/{without.pk}/send/", {"to": "nobody"}).status_code == 400
    assert refusal(post(api, f"invoices/{drafted().pk}/send/", {"to": "pay@senja.example"})) == "invoice_not_issued"
    sent_to = Message.objects.filter(kind="invoice").values_list("to_address", flat=True)
    assert set(sent_to) == {"ayu@senja.example", "pay@senja.example"}


# --- Pay ---


def test_an_invoice_is_paid_in_parts_and_what_is_over_is_credit(fina: User, api_as: As) -> None:
    api, invoice = api_as(fina), issued()
    path = f"invoices/{invoice.pk}/payments/"

    first = done(post(api, path, {"amount": "40", "method": "cash", "reference": "R1"}), 201)
    assert (first["amount"], first["allocated"], first["credit"], first["method"]) == ("40.00", "40.00", "0.00", "cash")
    assert [(each["invoice"], each["amount"]) for each in first["allocations"]] == [(invoice.pk, "40.00")]
    row = done(api.get(f"{INVOICES}{invoice.pk}/"))
    assert (row["status"], row["paid"], row["open"]) == ("part_paid", "40.00", "60.00")
    second = done(post(api, path, {"amount": "70"}), 201)
    assert (second["allocated"], second["credit"]) == ("60.00", "10.00")
    row = done(api.get(f"{INVOICES}{invoice.pk}/"))
    assert (row["status"], row["open"], len(row["allocations"])) == ("paid", "0.00", 2)
    assert Event.objects.filter(name="deals.invoice_paid", subject_id=invoice.pk).count() == 1
    assert done(api.get(f"{PAYMENTS}?with_credit=1"))["results"][0]["id"] == second["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"amount": "0"}, 400),
        ({"amount": "-5"}, 400),
        ({"amount": "1.005"}, 400),
        ({"amount": "NaN"}, 400),
        ({"amount": "5", "method": "shells"}, 400),
        ({"amount": "5", "received_on": "2199-01-01"}, 409),
        ({"amount": "5", "paid_by": "x"}, 400),
    ],
)
def test_a_payment_that_makes_no_sense_is_not_recorded(
    fina: User, api_as: As, body: dict[str, Any], status: int
) -> None:
    assert post(api_as(fina), f"invoices/{issued().pk}/payments/", body).status_code == status
    assert not Payment.objects.exists()


def test_a_draft_and_a_credit_note_are_not_paid(fina: User, api_as: As) -> None:
    api = api_as(fina)

    assert refusal(post(api, f"invoices/{drafted().pk}/payments/", {"amount": "5"})) == "invoice_not_issued"
    invoice = issued()
    note = done(post(api, f"invoices/{invoice.pk}/credit/", {"reason": "x"}), 201)
    assert post(api, f"invoices/{note['id']}/payments/", {"amount": "5"}).status_code == 404


def test_a_payment_over_several_invoices_is_taken_back_refunded_and_voided(fina: User, api_as: As, seller: Any) -> None:
    company = CompanyFactory()
    first, second = issued(company=company), issued([line(50)], company=company)
    api = api_as(fina)
    body = {"company": company.pk, "amount": "200", "external_id": "bank-1"}

    payment = done(
        post(api, "payments/", {**body, "pays": [{"invoice": first.pk, "amount": "30"}]}),
        201,
    )
    assert (payment["currency"], payment["allocated"], payment["credit"]) == ("USD", "30.00", "170.00")
    path = f"payments/{payment['id']}/"
    assert refusal(post(api, "payments/", body)) == "payment_known"
    done(post(api, f"{path}allocate/", {"invoice": first.pk, "amount": "20"}))
    assert refusal(post(api, f"{path}allocate/", {"invoice": first.pk, "amount": "51"})) == "more_than_open"
    row = done(post(api, f"{path}allocate/", {"oldest": True}))
    assert (row["allocated"], row["credit"]) == ("150.00", "50.00")
    assert post(api, f"{path}allocate/").status_code == 400
    assert post(api, f"{path}allocate/", {"invoice": first.pk, "oldest": True}).status_code == 400

    row = done(post(api, f"{path}refund/", {"amount": "10", "reason": "Asked for it"}))
    assert (row["refunded"], row["credit"], row["refunds"][0]["reason"]) == ("10.00", "40.00", "Asked for it")
    assert refusal(post(api, f"{path}refund/", {"amount": "41", "reason": "x"})) == "more_than_left"
    assert done(api.get(f"/api/v1/refunds/?payment={payment['id']}"))["results"][0]["amount"] == "10.00"
    assert refusal(post(api, f"{path}void/", {"reason": "Bounced"})) == "payment_refunded"

    of_second = Allocation.objects.get(invoice=second)
    taken = done(post(api, f"allocations/{of_second.pk}/take-back/", {"reason": "Wrong invoice"}))
    assert (taken["taken_back_by"], taken["taken_back_reason"]) == (fina.pk, "Wrong invoice")
    assert refusal(post(api, f"allocations/{of_second.pk}/take-back/", {"reason": "x"})) == "already_taken_back"
    assert done(api.get(f"{INVOICES}{second.pk}/"))["open"] == "50.00"
    again = done(post(api, "allocations/", {"payment": payment["id"], "invoice": second.pk}), 201)
    assert again["amount"] == "50.00"
    assert [row["id"] for row in done(api.get("/api/v1/allocations/?taken_back=1"))["results"]] == [of_second.pk]


def test_a_voided_payment_never_was(fina: User, api_as: As) -> None:
    api, invoice = api_as(fina), issued()
    payment = done(post(api, f"invoices/{invoice.pk}/payments/", {"amount": "100"}), 201)

    row = done(post(api, f"payments/{payment['id']}/void/", {"reason": "Bounced"}))

    assert (row["voided_by"], row["credit"], row["void_reason"]) == (fina.pk, "0.00", "Bounced")
    assert done(api.get(f"{INVOICES}{invoice.pk}/"))["status"] == "open"
    assert refusal(post(api, f"payments/{payment['id']}/void/", {"reason": "x"})) == "payment_voided"
    assert done(api.get(f"{PAYMENTS}?voided=1"))["results"][0]["id"] == payment["id"]
    assert done(api.get(f"{PAYMENTS}?voided=0"))["results"] == []


def test_what_was_paid_is_a_fact(fina: User, api_as: As) -> None:
    payment = pay(issued(), amount=Decimal(5), by=fina)

    for path in (f"{PAYMENTS}{payment.pk}/", f"/api/v1/allocations/{payment.allocations.get().pk}/"):
        for method in ("patch", "put", "delete"):
            assert getattr(api_as(fina), method)(path, {"amount": "6"}, format="json").status_code == 405


def test_a_payment_pays_the_oldest_invoices_if_that_is_asked(fina: User, api_as: As) -> None:
    company = CompanyFactory()
    invoices = [issued([line(50)], company=company) for _number in range(3)]
    body = {"company": company.pk, "amount": "80", "pays_oldest": True}

    row = done(post(api_as(fina), "payments/", body), 201)

    assert [(each["invoice"], each["amount"]) for each in row["allocations"]] == [
        (invoices[0].pk, "50.00"),
        (invoices[1].pk, "30.00"),
    ]
    both = {**body, "pays": [{"invoice": invoices[2].pk, "amount": "5"}]}
    assert post(api_as(fina), "payments/", both).status_code == 400


def test_a_page_that_is_too_old_pays_and_corrects_nothing(fina: User, api_as: As) -> None:
    api, draft = api_as(fina), drafted()
    seen = {"If-Match": api.get(f"{INVOICES}{draft.pk}/")["ETag"]}
    issue(draft, by=fina)

    for verb, body in (("payments", {"amount": "5"}), ("credit", {"reason": "x"}), ("send", {"to": "x@senja.example"})):
        answer = post(api, f"invoices/{draft.pk}/{verb}/", body, headers=seen)
        assert answer.status_code == 412, verb
        assert answer.json()["present"]["record"]["state"] == "issued"
    assert not Payment.objects.exists()


# --- Credit ---


def test_a_credit_note_takes_back_lines_and_never_more_than_remains(fina: User, api_as: As) -> None:
    invoice = issued([line(100, 3), line(50)], company=CompanyFactory())
    three, one = invoice.lines.order_by("position")
    api, path = api_as(fina), f"invoices/{invoice.pk}/credit/"

    note = done(post(api, path, {"reason": "One broke", "lines": [{"line": three.pk, "quantity": "1"}]}), 201)
    assert (note["total"], note["invoice"], note["reason"]) == ("100.00", invoice.pk, "One broke")
    assert note["number"].startswith("CN-")
    assert note["lines"][0]["credits_line"] == three.pk
    done(post(api, path, {"reason": "Late", "lines": [{"line": one.pk, "amount": "20"}]}), 201)
    much = {"reason": "x", "lines": [{"line": three.pk, "quantity": "3"}]}
    assert refusal(post(api, path, much)) == "more_than_remains"
    other = issued().lines.get()
    wrong = {"reason": "x", "lines": [{"line": other.pk, "quantity": "1"}]}
    assert refusal(post(api, path, wrong)) == "line_of_other_invoice"
    for body in (
        {},
        {"reason": ""},
        {"reason": "x", "lines": []},
        {"reason": "x", "lines": [{"line": one.pk}]},
        {"reason": "x", "lines": [{"line": one.pk, "quantity": "1", "amount": "1"}]},
        {"reason": "x", "lines": [{"line": one.pk, "quantity": "1"}] * 2},
    ):
        assert post(api, path, body).status_code == 400, body

    rest = done(post(api, path, {"reason": "The rest"}), 201)
    row = done(api.get(f"{INVOICES}{invoice.pk}/"))
    assert (row["status"], row["credited"], row["open"]) == ("credited", "350.00", "0.00")
    assert rest["id"] in row["credit_notes"]
    assert len(done(api.get(f"/api/v1/credit-notes/?invoice={invoice.pk}"))["results"]) == 3
    assert done(api.get(f"/api/v1/credit-notes/{note['id']}/")) == note
    pages = api.get(f"/api/v1/credit-notes/{note['id']}/pdf/")
    assert pages["Content-Disposition"] == f'attachment; filename="{note["number"]}.pdf"'
    assert refusal(post(api, path, {"reason": "x"})) == "nothing_to_credit"


def test_invoices_and_credit_notes_are_two_lists(fina: User, api_as: As) -> None:
    api, invoice = api_as(fina), issued()
    note = done(post(api, f"invoices/{invoice.pk}/credit/", {"reason": "x"}), 201)

    assert [row["id"] for row in done(api.get(INVOICES))["results"]] == [invoice.pk]
    assert [row["id"] for row in done(api.get("/api/v1/credit-notes/"))["results"]] == [note["id"]]
    assert api.get(f"{INVOICES}{note['id']}/").status_code == 404
    assert api.get(f"/api/v1/credit-notes/{invoice.pk}/").status_code == 404
    assert post(api, "credit-notes/", {}).status_code == 405


# --- Overdue ---


@pytest.fixture
def late(fina: User) -> Any:
    """An invoice of a customer who can be reminded, due 20 days ago."""
    ayu = ContactFactory(full_name="Ayu", emails=["ayu@senja.example"], language="id")
    company = CompanyFactory(name="=Kedai Senja")
    with time_machine.travel(datetime.now(UTC) - timedelta(days=50), tick=False):
        return issued(company=company, contact=ayu, payment_days=30)


def test_what_is_owed_is_shown_by_its_age(fina: User, api_as: As, late: Invoice) -> None:
    api = api_as(fina)
    issued([line(7)], company=CompanyFactory(name="PT Maju"))

    report = done(api.get("/api/v1/reports/receivables/"))
    assert [(row["name"], row["not_due"], row["days_1_30"], row["overdue"]) for row in report["rows"]] == [
        ("=Kedai Senja", "0.00", "100.00", "100.00"),
        ("PT Maju", "7.00", "0.00", "0.00"),
    ]
    assert (report["total"]["total"], report["total"]["invoices"], report["currency"]) == ("107.00", 2, "USD")
    later = str(timezone.localdate() + timedelta(days=365))
    assert done(api.get(f"/api/v1/reports/receivables/?day={later}"))["total"]["over_90"] == "107.00"
    for query in ("day=x", "day=9999-99-99", "owner=1", "day=2026-01-01&day=2026-01-02"):
        assert api.get(f"/api/v1/reports/receivables/?{query}").status_code == 400
    answer = api.get("/api/v1/reports/receivables.csv", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["name"], row["total"]) for row in rows] == [("'=Kedai Senja", "100.00"), ("PT Maju", "7.00")]
    assert "attachment" in answer["Content-Disposition"]
    wrong = api.get("/api/v1/reports/receivables.csv?day=x", HTTP_ACCEPT="text/csv")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/json")


def test_exactly_what_the_dry_run_showed_is_sent_once(fina: User, api_as: As, late: Invoice) -> None:
    api = api_as(fina)

    preview = done(api.get("/api/v1/dunning/preview/"))
    (letter,) = preview["letters"]
    assert (letter["address"], letter["level"], letter["skipped"]) == ("ayu@senja.example", 1, "")
    assert [(item["invoice"], item["days_late"], item["open"]) for item in letter["items"]] == [(late.pk, 20, "100.00")]
    assert not DunningLetter.objects.exists()
    pay(late, amount=Decimal(30), by=fina)
    seen = {"fingerprint": preview["fingerprint"]}
    assert refusal(post(api, "dunning/send/", seen)) == "reminders_changed"
    seen = {"fingerprint": done(api.get("/api/v1/dunning/preview/"))["fingerprint"]}
    key = {"Idempotency-Key": "remind-1"}
    answers = [post(api, "dunning/send/", seen, headers=key) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    (row,) = answers[0].json()["letters"]
    assert answers[0].content == answers[1].content
    assert done(api.get(f"/api/v1/dunning-letters/{row['id']}/"))["items"] == [
        {"invoice": late.pk, "level": 1, "open": "70.00"}
    ]
    assert done(api.get(f"/api/v1/dunning-letters/?invoice={late.pk}"))["results"] == [row]
    assert refusal(post(api, "dunning/send/", seen)) == "nothing_to_remind"
    assert post(api, "dunning/send/", {}).status_code == 400


def test_levels_are_set_by_finance(fina: User, rani: User, api_as: As) -> None:
    levels = done(api_as(rani).get("/api/v1/dunning-levels/"))["results"]
    address = f"/api/v1/dunning-levels/{levels[0]['id']}/"

    assert done(api_as(fina).patch(address, {"days_overdue": 10, "tone": "firm"}, format="json"))["days_overdue"] == 10
    assert api_as(fina).patch(address, {"days_overdue": 0}, format="json").status_code == 400
    assert api_as(fina).patch(address, {"level": levels[1]["level"]}, format="json").status_code == 400
    assert api_as(rani).patch(address, {"days_overdue": 10}, format="json").status_code == 403


# --- Who sees and may do what ---


def test_another_reps_money_is_not_there(rani: User, bima: User, fina: User, api_as: As) -> None:
    deal = DealFactory(owner=bima, company=CompanyFactory(owner=bima))
    hidden = issued(deal=deal, by=fina)
    payment = pay(hidden, amount=Decimal(5), by=fina)
    note = done(post(api_as(fina), f"invoices/{hidden.pk}/credit/", {"reason": "x"}), 201)
    api = api_as(rani)

    for name in ("invoices", "credit-notes", "payments", "allocations", "refunds", "dunning-letters"):
        assert done(api.get(f"/api/v1/{name}/"))["results"] == [], name
    assert done(api.get("/api/v1/reports/receivables/"))["rows"] == []
    allocation = Allocation.objects.first()
    assert allocation is not None
    for path in (
        f"invoices/{hidden.pk}/",
        f"invoices/{hidden.pk}/pdf/",
        f"credit-notes/{note['id']}/",
        f"credit-notes/{note['id']}/pdf/",
        f"payments/{payment.pk}/",
        f"allocations/{allocation.pk}/",
    ):
        assert api.get(f"/api/v1/{path}").status_code == 404, path
    for verb in ("issue", "send", "discard"):
        assert post(api, f"invoices/{hidden.pk}/{verb}/").status_code == 404
    assert api.patch(f"{INVOICES}{hidden.pk}/", {}, format="json").status_code == 404
    assert post(api, "invoices/", {"deal": deal.pk}).status_code == 400
    names = "deals.invoice_issued,deals.payment_received,deals.credit_note_issued"
    assert done(api.get(f"/api/v1/events/?name={names}"))["results"] == []


def test_who_sold_bills_and_finance_counts_the_money(rani: User, fina: User, mira: User, api_as: As) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani), amount=Decimal(10))
    rep, finance, marketer = api_as(rani), api_as(fina), api_as(mira)
    draft = done(post(rep, "invoices/", {"deal": deal.pk, "lines": [LINE]}), 201)
    path = f"invoices/{draft['id']}/"

    for verb in ("issue", "discard", "send", "credit", "payments"):
        assert post(marketer, f"{path}{verb}/").status_code == 403
    done(post(rep, f"{path}issue/"))
    for body, verb in (({"amount": "5"}, "payments"), ({"reason": "x"}, "credit")):
        assert post(rep, f"{path}{verb}/", body).status_code == 403
    payment = done(post(finance, f"{path}payments/", {"amount": "5"}), 201)
    assert done(rep.get(f"{PAYMENTS}{payment['id']}/"))["allocated"] == "5.00"
    for verb in ("allocate", "refund", "void"):
        assert post(rep, f"payments/{payment['id']}/{verb}/", {"reason": "x"}).status_code == 403
    allocation = payment["allocations"][0]["id"]
    assert post(rep, f"allocations/{allocation}/take-back/", {"reason": "x"}).status_code == 403
    assert post(rep, "dunning/send/", {"fingerprint": "x"}).status_code == 403
    money = done(rep.get(f"/api/v1/deals/{deal.pk}/"))["money"]
    assert money == [{"currency": "USD", "quoted": "0.00", "invoiced": "200.00", "paid": "5.00"}]


# --- Lists ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=draft", {"draft"}),
        ("status=paid,part_paid", {"paid", "part_paid"}),
        ("state=issued", {"open", "paid", "part_paid"}),
        ("search=INV-", {"open", "paid", "part_paid"}),
        ("due_to=2020-01-01", set()),
        ("currency=IDR", set()),
    ],
)
def test_invoices_are_filtered(fina: User, api_as: As, query: str, found: set[str]) -> None:
    drafted()
    issued()
    for amount in (100, 50):
        pay(issued(), amount=Decimal(amount), by=fina)

    assert {row["status"] for row in done(api_as(fina).get(f"{INVOICES}?{query}"))["results"]} == found


def _nineteen(user: User, company: Company) -> None:
    for _number in range(19):
        invoice = issue(drafted(company=company), by=user)
        pay(invoice, amount=Decimal(1), by=user)


@pytest.mark.parametrize("name", ["invoices", "payments", "allocations"])
def test_a_list_costs_the_same_for_one_row_and_for_twenty(fina: User, api_as: As, name: str) -> None:
    company, api = CompanyFactory(), api_as(fina)
    pay(issued(company=company), amount=Decimal(1), by=fina)
    with CaptureQueriesContext(connection) as few:
        done(api.get(f"/api/v1/{name}/?page_size=200"))
    _nineteen(fina, company)

    with CaptureQueriesContext(connection) as many:
        rows = done(api.get(f"/api/v1/{name}/?page_size=200"))["results"]

    assert (len(rows), len(many)) == (20, len(few))
    assert len(few) < 10


# --- Many at once ---

PARALLEL = 50


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_fifty_payments_with_one_key_one_is_recorded() -> None:
    caller = UserFactory(name="Iris", role="integration", is_service=True)
    Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar"})
    invoice = issued()
    start = threading.Barrier(PARALLEL)

    def send(_number: int) -> str:
        api = APIClient()
        api.force_authenticate(caller)
        try:
            start.wait(timeout=30)
            headers = {"Idempotency-Key": "payment-1"}
            answer = post(api, f"invoices/{invoice.pk}/payments/", {"amount": "30"}, headers=headers)
            return f"{answer.status_code} {answer.json().get('code') or answer.json()['id']}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PARALLEL) as threads:
        outcomes = Counter(threads.map(send, range(PARALLEL)))

    payment = Payment.objects.get()
    assert set(outcomes) <= {f"201 {payment.pk}", "409 idempotency_key_running"}
    assert outcomes[f"201 {payment.pk}"] >= 1
    assert Invoice.objects.with_balance().get(pk=invoice.pk).paid == Decimal(30)
