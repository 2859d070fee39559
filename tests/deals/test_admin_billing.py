"""Billing in the admin: what each invoice needs, numbers that agree with their lists, refusals that say what to do."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.common.admin.home import HomePage
from contacts.models import Message, User
from deals.admin.billing.finding import find_invoices, offer_invoice
from deals.admin.billing.home import finance_home
from deals.admin.billing.sidebar import overdue_to_chase
from deals.billing.customers import money_of_company
from deals.billing.dealing import deal_money
from deals.billing.figures import bill_figures
from deals.billing.kinds import InvoiceState, InvoiceStatus
from deals.billing.mailing import send_invoice
from deals.billing.paying import pay
from deals.billing.printing import pages_of
from deals.billing.receivables import Age, receivables
from deals.models import Currency, Deal, DunningLetter, DunningLevel, ExchangeRate, Invoice, Payment
from deals.pipeline.editing import LineInput, set_lines
from tests.factories.billing import SellerFactory, accepted_quote, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
LIST, PAYMENTS = "/admin/deals/invoice/", "/admin/deals/payment/"
REMINDERS, RECEIVABLES = "/admin/billing/reminders/", "/admin/billing/receivables/"


def page_of(invoice: Invoice) -> str:
    return reverse("admin:deals_invoice_change", args=[invoice.pk])


def act(client: Client, row: Invoice | Payment, name: str, **given: object) -> Any:
    """What a page's form sends to an act on its row."""
    kind = row._meta.model_name
    return client.post(reverse(f"admin:deals_{kind}_{name}", args=[row.pk]), given)


def needs(client: Client, invoice: Invoice) -> tuple[str, str]:
    context = client.get(page_of(invoice)).context
    return context["needs"].act, context["needs"].why


def late(days: int, **fields: Any) -> Invoice:
    """An issued invoice that was due so many days ago."""
    return issued(on=timezone.localdate() - timedelta(days=days), payment_days=0, **fields)


def typed(client: Client, address: str, **changes: object) -> dict[str, str]:
    """A draft's form as the page would send it, with some fields changed."""
    form = client.get(address).context["draft"]
    values: dict[str, Any] = {field.name: field.value() for field in form}
    for name in ("company_name", "contact_name"):
        values[f"{name}_id"] = getattr(values[name], "pk", None)
    for each in form.lines.forms:
        values |= {each.add_prefix(field.name): field.value() for field in each}
    values |= {field.html_name: field.value() for field in form.lines.management_form}
    sent = {**values, **changes}
    return {name: str(value) for name, value in sent.items() if value is not None and value is not False}


def new_line(place: int = 0, **given: object) -> dict[str, object]:
    fields = {"description": "Advice", "quantity": "2", "unit_price": "50", "tax_category": "zero"} | given
    return {f"lines-{place}-{name}": value for name, value in fields.items()}


# --- What an invoice needs ---


def test_a_draft_is_to_be_issued(admin_as: As, fina: User) -> None:
    assert needs(admin_as(fina), drafted())[0] == "issue"


def test_a_draft_without_lines_is_to_get_one(admin_as: As, fina: User) -> None:
    assert needs(admin_as(fina), drafted([]))[1] == "There is nothing on this draft yet. Add a line."


def test_an_issued_invoice_is_to_be_sent_then_paid_then_nothing(admin_as: As, fina: User) -> None:
    client, invoice = admin_as(fina), issued(contact=ContactFactory(emails=["buyer@example.com"]))
    wanted = [needs(client, invoice)[0]]
    send_invoice(invoice, by=fina)
    wanted.append(needs(client, invoice)[0])
    pay(invoice, amount=Decimal(100), by=fina)
    assert [*wanted, needs(client, invoice)] == ["send", "pay", ("", "Paid. There is nothing more to do.")]


def test_whoever_may_only_bill_is_not_offered_to_take_money(admin_as: As, rani: User) -> None:
    invoice = issued(owner=rani, contact=ContactFactory(emails=["buyer@example.com"]))
    send_invoice(invoice, by=rani)
    context = admin_as(rani).get(page_of(invoice)).context
    assert context["needs"].act == ""
    assert {each.key for each in context["acts"]} == {"send"}


def test_an_overdue_invoice_is_to_be_reminded_of(admin_as: As, fina: User) -> None:
    invoice = late(12, contact=ContactFactory(emails=["buyer@example.com"]))
    send_invoice(invoice, by=fina)
    wanted, why = needs(admin_as(fina), invoice)
    assert (wanted, why) == ("remind", "$100.00 is overdue: 12 days late. The customer was not reminded yet.")


def test_an_invoice_whose_mail_failed_is_to_be_sent_again(admin_as: As, fina: User) -> None:
    invoice = issued(contact=ContactFactory(emails=["buyer@example.com"]))
    message = send_invoice(invoice, by=fina)
    Message.objects.filter(pk=message.pk).update(state="failed", last_error="No such mailbox.")
    assert needs(admin_as(fina), invoice) == ("send", "The e-mail to buyer@example.com failed: No such mailbox.")


# --- Drafting ---


def test_a_free_invoice_is_drafted_with_its_lines_in_one_go(admin_as: As, fina: User) -> None:
    SellerFactory()
    company, client = CompanyFactory(name="Loom Ltd"), admin_as(fina)
    response = client.post(f"{LIST}add/", typed(client, f"{LIST}add/", company_name="Loom Ltd", **new_line()))
    invoice = Invoice.objects.get()
    assert response.url == page_of(invoice)
    assert (invoice.company, invoice.total, invoice.state) == (company, 100, InvoiceState.DRAFT)


def test_no_more_than_five_fields_stand_before_more(admin_as: As, fina: User) -> None:
    assert len(admin_as(fina).get(f"{LIST}add/").context["draft"].few) <= 5


def test_the_form_begins_with_the_company_of_the_page_one_came_from(admin_as: As, fina: User) -> None:
    SellerFactory()
    company, client = CompanyFactory(name="Loom Ltd"), admin_as(fina)
    address = f"{LIST}add/?company={company.pk}"
    client.post(f"{LIST}add/", typed(client, address, **new_line()))
    assert Invoice.objects.get().company == company


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"company_name": ""}, "Choose the company or the contact that is billed."),
        ({"lines-0-unit_price": ""}, "Give the unit price."),
        ({"lines-0-quantity": "0"}, "The quantity must be above zero."),
        ({"lines-0-unit_price": "1.005"}, "USD has at most 2 decimals. Round the amount yourself."),
        ({"lines-0-description": ""}, "Say what is sold, or choose a product."),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_and_what_was_typed_stays(
    admin_as: As, fina: User, changes: dict[str, str], sentence: str
) -> None:
    SellerFactory()
    CompanyFactory(name="Loom Ltd")
    client = admin_as(fina)
    sent = typed(client, f"{LIST}add/", **{"company_name": "Loom Ltd", "reference": "PO 7", **new_line(), **changes})
    response = client.post(f"{LIST}add/", sent)
    assert (response.status_code, Invoice.objects.count()) == (409, 0)
    html = response.content.decode()
    assert sentence in html
    assert "PO 7" in html


def test_a_draft_is_changed_on_its_page(admin_as: As, fina: User) -> None:
    invoice, client = drafted(), admin_as(fina)
    act(client, invoice, "save", **typed(client, page_of(invoice), reference="PO 7", **{"lines-0-quantity": "3"}))
    invoice.refresh_from_db()
    assert (invoice.reference, invoice.total) == ("PO 7", 300)


def test_a_line_that_is_removed_is_gone_and_one_that_is_added_is_there(admin_as: As, fina: User) -> None:
    invoice, client = drafted([line(10, description="Old")]), admin_as(fina)
    more = {"lines-TOTAL_FORMS": "2", "lines-0-DELETE": "on", **new_line(1, description="New")}
    act(client, invoice, "save", **typed(client, page_of(invoice), **more))
    assert [each.description for each in invoice.lines.all()] == ["New"]


def test_of_two_who_change_a_draft_the_second_is_told(admin_as: As, fina: User) -> None:
    invoice, client = drafted(), admin_as(fina)
    before = typed(client, page_of(invoice), reference="second")
    act(client, invoice, "save", **typed(client, page_of(invoice), reference="first"))
    response = act(client, invoice, "save", **before)
    invoice.refresh_from_db()
    assert (response.status_code, invoice.reference) == (409, "first")
    assert "Somebody changed this draft after you opened it" in response.content.decode()


def test_a_customer_one_can_not_see_stays_when_something_else_is_changed(admin_as: As, rani: User, bima: User) -> None:
    hidden = CompanyFactory(name="Hidden", owner=bima)
    invoice, client = drafted(company=hidden, owner=rani), admin_as(rani)
    act(client, invoice, "save", **typed(client, page_of(invoice), reference="PO 7"))
    invoice.refresh_from_db()
    assert (invoice.company, invoice.reference) == (hidden, "PO 7")


def test_the_pages_of_a_draft_are_shown_as_pictures_and_kept_nowhere(admin_as: As, fina: User) -> None:
    invoice = drafted()
    response = admin_as(fina).get(reverse("admin:deals_invoice_preview", args=[invoice.pk]))
    assert "data:image/png;base64," in response.content.decode()
    pdf = admin_as(fina).get(reverse("admin:deals_invoice_pdf", args=[invoice.pk]))
    assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")


# --- From a deal, from a quote ---


def test_a_deal_is_billed_with_its_lines(admin_as: As, rani: User) -> None:
    SellerFactory()
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    set_lines(deal, [LineInput(ProductFactory(tax_category="zero"), Decimal(3))])
    response = admin_as(rani).post(reverse("admin:deals_invoice_from_deal", args=[deal.pk]))
    invoice = Invoice.objects.get()
    assert (response.url, invoice.deal, invoice.total) == (page_of(invoice), deal, 30)


def test_a_deal_with_an_accepted_quote_is_billed_by_that(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    quote = accepted_quote([line(70)], deal=deal, seller=SellerFactory())
    admin_as(rani).post(reverse("admin:deals_invoice_from_deal", args=[deal.pk]))
    invoice = Invoice.objects.get()
    assert (invoice.quote, invoice.total) == (quote, 70)


def test_two_clicks_on_invoice_open_one_draft(admin_as: As, rani: User) -> None:
    SellerFactory()
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    for _click in range(2):
        admin_as(rani).post(reverse("admin:deals_invoice_from_deal", args=[deal.pk]))
    assert Invoice.objects.count() == 1


def test_accepted_quotes_wait_in_a_list_until_they_are_billed(admin_as: As, fina: User, rani: User) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory())
    quote = accepted_quote([line(70)], deal=deal, seller=SellerFactory())
    client, address = admin_as(fina), reverse("admin:deals_invoice_unbilled")
    before = client.get(address).context["heading"]
    client.post(reverse("admin:deals_quote_invoice", args=[quote.pk]))
    after = client.get(address).context["heading"]
    assert (before, after) == ("1 accepted quote is not billed yet", "0 accepted quotes are not billed yet")


# --- Acts, and what they refuse ---


def test_a_draft_is_issued_by_one_post(admin_as: As, fina: User) -> None:
    invoice = drafted()
    response = act(admin_as(fina), invoice, "issue")
    invoice.refresh_from_db()
    assert (response.status_code, invoice.state) == (302, InvoiceState.ISSUED)


def test_a_payment_begins_with_what_is_open_today_and_can_be_taken_back(admin_as: As, fina: User) -> None:
    invoice, client = issued(), admin_as(fina)
    acts = client.get(page_of(invoice)).context
    form = next(each for each in [*acts["acts"], acts["next_act"]] if each and each.key == "pay").form
    given = {"amount": form["amount"].value(), "received_on": form["received_on"].value(), "method": "transfer"}
    assert given["amount"] == "100.00"
    act(client, invoice, "pay", **given)
    payment = Payment.objects.get()
    act(client, payment, "void", reason="Recorded by mistake.")
    assert Invoice.objects.with_status(timezone.localdate()).get().status == InvoiceStatus.OPEN


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("issue", {}, "is issued and can&#x27;t be changed. Correct it by a credit note."),
        ("discard", {"reason": "x"}, "is issued and can&#x27;t be changed. Correct it by a credit note."),
        ("pay", {"amount": "10", "received_on": "9000-01-01", "method": "cash"}, "Money doesn&#x27;t come or go in"),
        ("pay", {"amount": "1.005", "received_on": "2026-01-01", "method": "cash"}, "USD has at most 2 decimals."),
        ("pay", {"amount": "-1", "received_on": "2026-01-01", "method": "cash"}, "A payment is above zero."),
    ],
)
def test_refusals_stand_as_sentences_on_the_page(
    admin_as: As, fina: User, name: str, given: dict[str, str], sentence: str
) -> None:
    response = act(admin_as(fina), issued(), name, **given)
    assert response.status_code == 409
    assert sentence in response.content.decode()


def test_a_form_that_was_refused_stands_open_with_what_was_typed(admin_as: As, fina: User) -> None:
    invoice = issued()
    response = act(admin_as(fina), invoice, "pay", amount="1.005", received_on="2026-01-01", method="cash")
    acts = [*response.context["acts"], response.context["next_act"]]
    form = next(each for each in acts if each and each.key == "pay")
    assert (form.is_open, form.form["amount"].value()) == (True, "1.005")


def test_the_address_of_an_act_leads_back_to_its_page(admin_as: As, fina: User) -> None:
    invoice = drafted()
    assert admin_as(fina).get(reverse("admin:deals_invoice_issue", args=[invoice.pk])).url == page_of(invoice)


def test_an_invoice_is_credited_by_line(admin_as: As, fina: User) -> None:
    invoice = issued([line(100, 3), line(50, description="Travel")])
    first = invoice.lines.order_by("position").first()
    given = {"what": "lines", "reason": "One too many", f"quantity-{first.pk}": "1"}
    response = act(admin_as(fina), invoice, "credit", **given)
    note = Invoice.objects.credit_notes().get()
    assert (response.url, note.total) == (page_of(note), 100)


def test_an_invoice_is_credited_as_a_whole(admin_as: As, fina: User) -> None:
    invoice = issued()
    act(admin_as(fina), invoice, "credit", what="whole", reason="Never delivered")
    assert Invoice.objects.with_status(timezone.localdate()).get(pk=invoice.pk).status == InvoiceStatus.CREDITED


def test_more_than_is_left_is_not_credited_and_said(admin_as: As, fina: User) -> None:
    invoice = issued([line(100, 3)])
    given = {"what": "lines", "reason": "x", f"quantity-{invoice.lines.get().pk}": "4"}
    response = act(admin_as(fina), invoice, "credit", **given)
    assert (response.status_code, Invoice.objects.credit_notes().count()) == (409, 0)
    assert "only 3 is left to credit" in response.content.decode()


def test_what_a_payment_pays_is_taken_back_from_the_invoice(admin_as: As, fina: User) -> None:
    invoice = issued()
    payment = pay(invoice, amount=Decimal(100), by=fina)
    share = payment.allocations.get()
    act(admin_as(fina), invoice, "take_back", allocation=share.pk, reason="Wrong invoice")
    assert Payment.objects.with_balance().get().credit == 100


def test_a_share_of_another_invoice_is_not_taken_back_here(admin_as: As, fina: User) -> None:
    invoice, other = issued(), issued()
    share = pay(other, amount=Decimal(100), by=fina).allocations.get()
    assert act(admin_as(fina), invoice, "take_back", allocation=share.pk, reason="x").status_code == 409
    share.refresh_from_db()
    assert share.taken_back_at is None


@pytest.mark.parametrize("name", ["pay", "credit", "take_back"])
def test_money_is_counted_and_corrected_by_finance_alone(admin_as: As, rani: User, name: str) -> None:
    assert act(admin_as(rani), issued(owner=rani), name).status_code == 403


@pytest.mark.parametrize("name", ["issue", "send", "pay", "credit", "discard", "take_back", "save"])
def test_an_invoice_of_a_colleague_is_not_there(admin_as: As, rani: User, bima: User, name: str) -> None:
    assert act(admin_as(rani), issued(owner=bima), name).status_code == 404


@pytest.mark.parametrize("who", ["mira", "rani", "fina", "ana"])
def test_everybody_opens_what_they_see(admin_as: As, request: pytest.FixtureRequest, rani: User, who: str) -> None:
    user, invoice = request.getfixturevalue(who), issued(owner=rani)
    for address in (page_of(invoice), reverse("admin:deals_invoice_history", args=[invoice.pk]), LIST, RECEIVABLES):
        assert admin_as(user).get(address).status_code == 200


def test_a_page_is_not_posted_to(admin_as: As, fina: User) -> None:
    assert admin_as(fina).post(page_of(issued()), {"total": "1"}).status_code == 405


def test_an_issued_invoice_says_how_it_is_corrected(admin_as: As, fina: User) -> None:
    assert "To correct it, credit it, whole or by line." in admin_as(fina).get(page_of(issued())).content.decode()


def test_the_stored_pages_are_served_as_they_are(admin_as: As, fina: User) -> None:
    invoice = issued()
    response = admin_as(fina).get(reverse("admin:deals_invoice_pdf", args=[invoice.pk]))
    assert response.content == bytes(pages_of(invoice).content)


# --- Lists ---


def test_the_heading_tabs_and_badge_tell_the_same_number(admin_as: As, fina: User) -> None:
    late(12)
    late(3)
    issued()
    drafted()
    response = admin_as(fina).get(LIST)
    tabs = {tab["status"]: tab["count"] for tab in response.context["tabs"]}
    assert response.context["heading"].startswith("2 overdue with $200.00, $300.00 open on 3 invoices, 1 draft")
    assert tabs["overdue"] == "2"
    assert [rows.count() for rows in overdue_to_chase(fina)] == [2]


def test_tabs_count_what_they_open(admin_as: As, fina: User) -> None:
    late(12)
    drafted()
    pay(issued(), amount=Decimal(100), by=fina)
    pay(issued(), amount=Decimal(30), by=fina)
    client = admin_as(fina)
    for tab in client.get(LIST).context["tabs"]:
        assert str(client.get(LIST + tab["link"]).context["cl"].result_count) == tab["count"], tab


def test_credit_notes_have_a_list_of_their_own(admin_as: As, fina: User) -> None:
    act(admin_as(fina), issued(), "credit", what="whole", reason="x")
    response = admin_as(fina).get(f"{LIST}?kind=credit_note")
    assert (response.context["cl"].result_count, response.context["heading"]) == (1, "1 credit note over $100.00")


def test_amounts_without_a_rate_are_named_and_not_added(admin_as: As, fina: User) -> None:
    issued(currency=Currency.objects.get(code="IDR"))
    heading = admin_as(fina).get(LIST).context["heading"]
    assert heading == "0 overdue, $0.00 open on 1 invoice, 0 drafts; IDR has no exchange rate and is not in the amounts"


@pytest.mark.parametrize("query", ["?status=perhaps", "?company=²", "?due_from=31.12.2026", "?age=%00", "?seller=x"])
def test_a_filter_that_can_not_be_read_counts_as_none(admin_as: As, fina: User, query: str) -> None:
    issued()
    assert admin_as(fina).get(LIST + query).context["cl"].result_count == 1


@pytest.mark.parametrize("query", ["?company__name=x", "?buyer_copy__name=x", "?owner__password__startswith=p"])
def test_an_address_never_becomes_a_lookup(admin_as: As, fina: User, query: str) -> None:
    assert admin_as(fina).get(LIST + query).status_code in (302, 400)


def test_filters_in_force_are_shown_and_can_be_left_out(admin_as: As, fina: User) -> None:
    company = CompanyFactory(name="Loom Ltd")
    issued(company=company)
    chips = admin_as(fina).get(f"{LIST}?company={company.pk}&due_from=2026-01-01&status=open").context["chips"]
    assert {chip.title: chip.value for chip in chips} == {"Company": "Loom Ltd", "Due from": "1 Jan 2026"}


def test_payments_with_credit_are_found_and_counted(admin_as: As, fina: User) -> None:
    pay(issued(), amount=Decimal(100), by=fina)
    pay(issued(), amount=Decimal(130), by=fina)
    client = admin_as(fina)
    heading = client.get(PAYMENTS).context["heading"]
    assert heading == "2 payments, $230.00 received, $30.00 of it is credit on 1 payment"
    assert client.get(f"{PAYMENTS}?left=credit").context["cl"].result_count == 1


# --- Payments ---


def test_money_for_a_company_pays_its_oldest_invoices(admin_as: As, fina: User) -> None:
    company = CompanyFactory(name="Loom Ltd")
    invoice = issued(company=company)
    given = {
        "company_name": "Loom Ltd", "amount": "150", "received_on": timezone.localdate().isoformat(),
        "method": "transfer", "currency": "USD", "seller": str(invoice.seller_id), "oldest": "on",
    }  # fmt: skip
    response = admin_as(fina).post(f"{PAYMENTS}add/", given)
    payment = Payment.objects.with_balance().get()
    assert (response.status_code, payment.allocated, payment.credit) == (302, 100, 50)


def test_whoever_pays_must_be_known(admin_as: As, fina: User) -> None:
    SellerFactory()
    response = admin_as(fina).post(f"{PAYMENTS}add/", {"company_name": "Nobody Ltd", "amount": "1"})
    assert (response.status_code, Payment.objects.count()) == (409, 0)
    assert "Nobody that you can see is called “Nobody Ltd”." in response.content.decode()


def test_the_rest_of_a_payment_pays_an_open_invoice_of_that_customer(admin_as: As, fina: User) -> None:
    company = CompanyFactory()
    payment = pay(issued(company=company), amount=Decimal(130), by=fina)
    other, client = issued(company=company), admin_as(fina)
    shown = client.get(reverse("admin:deals_payment_change", args=[payment.pk])).context["payable"]
    assert [(each.invoice, each.form["amount"].value()) for each in shown] == [(other, "30.00")]
    act(client, payment, "allocate", invoice=other.pk, amount="30")
    assert Payment.objects.with_balance().get().credit == 0


def test_credit_is_paid_back_with_a_reason(admin_as: As, fina: User) -> None:
    payment, client = pay(issued(), amount=Decimal(130), by=fina), admin_as(fina)
    given = {"amount": "30", "on": timezone.localdate().isoformat()}
    assert act(client, payment, "refund", **given).status_code == 409
    act(client, payment, "refund", **given, reason="Paid twice")
    assert Payment.objects.with_balance().get().refunded == 30


def test_a_payment_names_no_invoice_that_its_reader_can_not_see(
    admin_as: As, fina: User, rani: User, bima: User
) -> None:
    company = CompanyFactory(owner=rani)
    own, hidden = issued(company=company, owner=rani), issued(company=company, owner=bima)
    payment = pay(own, amount=Decimal(200), by=fina)
    act(admin_as(fina), payment, "allocate", invoice=hidden.pk, amount="100")
    for address in (PAYMENTS, reverse("admin:deals_payment_change", args=[payment.pk])):
        html = admin_as(rani).get(address).content.decode()
        assert own.number in html
        assert hidden.number not in html


# --- Reminders ---


@pytest.fixture
def overdue() -> Invoice:
    """An invoice that reached the first level, for somebody with an address."""
    return late(8, contact=ContactFactory(full_name="Dewi", emails=["dewi@example.com"]), language="en")


def test_the_dry_run_shows_each_letter_word_for_word(admin_as: As, fina: User, overdue: Invoice) -> None:
    context = admin_as(fina).get(REMINDERS).context
    (shown,) = context["letters"]
    assert context["heading"] == "1 letter about 1 overdue invoice would go out"
    assert overdue.number in shown.text
    assert (shown.letter.address, shown.total) == ("dewi@example.com", "$100.00")


def test_those_who_are_not_written_to_are_listed_with_the_reason(admin_as: As, fina: User) -> None:
    late(8)
    (shown,) = admin_as(fina).get(REMINDERS).context["skipped"]
    assert shown.letter.skipped == "Nobody with an e-mail address is named on these invoices."


def test_exactly_what_was_shown_is_sent_once(admin_as: As, fina: User, overdue: Invoice) -> None:
    client = admin_as(fina)
    seen = client.get(REMINDERS).context["form"]["seen"].value()
    answers = [client.post(REMINDERS, {"seen": seen}).status_code for _click in range(2)]
    assert (answers, DunningLetter.objects.count()) == ([302, 409], 1)


def test_letters_are_not_sent_when_something_was_paid_since(admin_as: As, fina: User, overdue: Invoice) -> None:
    late(8, contact=overdue.contact, language="en")
    client = admin_as(fina)
    seen = client.get(REMINDERS).context["form"]["seen"].value()
    pay(overdue, amount=Decimal(100), by=fina)
    response = client.post(REMINDERS, {"seen": seen})
    assert (response.status_code, DunningLetter.objects.count()) == (409, 0)
    assert "Something was paid, credited or sent since you looked." in response.content.decode()


def test_reps_look_at_reminders_and_do_not_send_them(admin_as: As, rani: User) -> None:
    client = admin_as(rani)
    assert (client.get(REMINDERS).status_code, client.post(REMINDERS, {"seen": "x"}).status_code) == (200, 403)


def test_levels_are_set_by_finance(admin_as: As, fina: User, rani: User) -> None:
    address = f"/admin/deals/dunninglevel/{DunningLevel.objects.get(level=1).pk}/change/"
    given = {"level": "1", "days_overdue": "5", "tone": "friendly", "is_active": "on"}
    assert admin_as(rani).post(address, given).status_code == 403
    assert admin_as(fina).post(address, given).status_code == 302
    assert "5, 21, 45 days" in admin_as(fina).get("/admin/deals/dunninglevel/").context["heading"]


# --- Receivables, home, panels ---


def test_each_number_of_the_receivables_opens_its_list(admin_as: As, fina: User) -> None:
    company = CompanyFactory()
    for days in (200, 75, 45, 5):
        late(days, company=company)
    late(5)
    late(0, company=company)
    client, today = admin_as(fina), timezone.localdate()
    context = client.get(RECEIVABLES).context
    for cell in [*context["totals"], *(cell for row in context["rows"] for cell in row.cells)]:
        if cell.link:
            assert f"{cell.text} open" in client.get(cell.link).context["heading"], cell
    assert context["heading"] == "$600.00 open, $500.00 of it overdue; 2 customers owe"
    assert receivables(fina, today).total.total == bill_figures(Invoice.objects.all(), today).open.value


@pytest.mark.parametrize("age", Age)
def test_ages_meet_without_a_gap(fina: User, age: Age) -> None:
    for days in (91, 90, 61, 60, 31, 30, 1, 0):
        late(days)
    issued(payment_days=1)
    today = timezone.localdate()
    rows = {each.value: receivables(fina, today).total.by_age[each] for each in Age}
    assert rows == {"not_due": 200, "1_30": 200, "31_60": 200, "61_90": 200, "over_90": 100}
    assert rows[age] > 0


def test_receivables_are_handed_out_as_csv_that_runs_nothing(admin_as: As, fina: User) -> None:
    issued(company=CompanyFactory(name="=SUM(A1)"))
    text = admin_as(fina).get(f"{RECEIVABLES}?format=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'=SUM(A1),USD,1,")


def test_receivables_without_any_say_so_and_offer_an_invoice(admin_as: As, fina: User) -> None:
    response = admin_as(fina).get(RECEIVABLES)
    assert response.context["heading"] == "Nobody owes anything."
    assert f"{LIST}add/" in response.content.decode()


def home_of(user: User) -> HomePage:
    page = HomePage()
    finance_home(user, page)
    return page


def test_every_tile_of_finance_opens_a_list_of_as_many(admin_as: As, fina: User, rani: User) -> None:
    late(12)
    drafted()
    issued(payment_days=0)
    accepted_quote([line(5)], deal=DealFactory(owner=rani, company=CompanyFactory()), seller=SellerFactory())
    client = admin_as(fina)
    for tile in home_of(fina).tiles:
        context = client.get(tile.link).context
        listed = context["page"].paginator.count if "page" in context else context["cl"].result_count
        assert str(listed) == tile.number == "1", tile


def test_the_chart_of_finance_is_the_receivables(admin_as: As, fina: User) -> None:
    late(12)
    chart = home_of(fina).chart
    assert chart is not None
    assert chart.series[0][1] == [0, 100, 0, 0, 0]
    assert admin_as(fina).get(chart.links[1]).context["cl"].result_count == 1


def test_finance_is_told_what_needs_them_and_why(fina: User) -> None:
    late(12, company=CompanyFactory(name="Loom Ltd"))
    pay(issued(), amount=Decimal(130), by=fina)
    told = [(todo.title.split(" · ")[1:2], str(todo.why)) for todo in home_of(fina).todos]
    assert told == [(["Loom Ltd"], "12 days late"), ([], "it pays no invoice yet")]


def test_a_deal_s_page_shows_the_money_that_the_api_tells(admin_as: As, rani: User, fina: User) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani))
    quote = accepted_quote([line(300)], deal=deal, seller=SellerFactory())
    client = admin_as(rani)
    assert client.get(reverse("admin:deals_deal_change", args=[deal.pk])).context["unbilled_quote"] == quote
    pay(issued([line(200)], deal=deal), amount=Decimal(50), by=fina)
    rows = client.get(reverse("admin:deals_deal_change", args=[deal.pk])).context["money_rows"]
    (money,) = deal_money(Deal.objects.get(pk=deal.pk))
    assert [row.value for row in rows] == ["$300.00", "$200.00", "$50.00"]
    assert (money.quoted, money.invoiced, money.paid) == (300, 200, 50)


def test_a_company_s_page_shows_its_money_and_what_happened(admin_as: As, fina: User) -> None:
    company = CompanyFactory()
    pay(issued([line(200)], company=company), amount=Decimal(50), by=fina)
    (money,) = money_of_company(company, fina)
    assert (money.quoted, money.invoiced, money.paid, money.open) == (0, 200, 50, 150)
    html = admin_as(fina).get(reverse("admin:contacts_company_change", args=[company.pk])).content.decode()
    assert "issued over $200.00" in html
    assert "Payment received: $50.00" in html


def test_a_company_s_money_is_what_its_reader_sees_of_it(rani: User, bima: User) -> None:
    company = CompanyFactory(owner=rani)
    issued([line(10)], company=company, owner=rani)
    issued([line(90)], company=company, owner=bima)
    assert [each.invoiced for each in money_of_company(company, rani)] == [10]


def test_the_palette_finds_invoices_by_number_and_customer_and_offers_new_ones(fina: User) -> None:
    invoice = issued(company=CompanyFactory(name="Loom Ltd"))
    assert [each.title for each in find_invoices(fina, invoice.number, 6)] == [invoice.number]
    assert [each.title for each in find_invoices(fina, "loom", 6)] == [invoice.number]
    assert [each.title for each in offer_invoice(fina, "new invoice Loom", 6)] == ["New invoice for “Loom”"]
    assert list(offer_invoice(fina, "new deal Loom", 6)) == []


# --- What pages cost ---


@pytest.mark.parametrize("many", [1, 25])
def test_pages_cost_the_same_however_much_there_is(admin_as: As, fina: User, many: int) -> None:
    company = CompanyFactory()
    ExchangeRate.objects.create(currency_id="IDR", valid_from=date(2026, 1, 1), rate=Decimal("0.00006"))
    for number in range(many):
        pay(late(60 - number, company=company), amount=Decimal(30), by=fina)
    invoice = drafted([line(1) for _line in range(many)], company=company)
    payment = Payment.objects.all()[0]
    client = admin_as(fina)
    pages = [
        LIST, PAYMENTS, REMINDERS, RECEIVABLES, "/admin/", f"{LIST}add/", page_of(invoice),
        page_of(Invoice.objects.issued()[0]), reverse("admin:deals_payment_change", args=[payment.pk]),
    ]  # fmt: skip
    for address in pages:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 15, address
