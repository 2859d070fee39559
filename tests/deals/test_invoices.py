"""Invoices: drafted from what was agreed, issued once with a number and a day, and standing as they were paid."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from config.common.errors import DomainError
from config.integrations.models import Event
from contacts.models import User
from deals import tasks
from deals.billing.crediting import credit
from deals.billing.dealing import deal_money, money_of_deals
from deals.billing.drafting import change_draft, discard, draft_invoice, invoice_from_deal, invoice_from_quote
from deals.billing.issuing import issue
from deals.billing.kinds import InvoiceStatus
from deals.billing.paying import pay
from deals.billing.printing import document_of, pages_of, without_pages
from deals.billing.remaining import rule_of
from deals.documents.drafting import DraftLine
from deals.documents.pages import is_intact
from deals.documents.printing import print_document
from deals.documents.seller import Series
from deals.documents.totals import LineInput
from deals.models import Currency, Deal, Invoice, NumberSeries, SalesPolicy, Seller, StoredPdf, TaxRate
from deals.pipeline.editing import LineInput as DealLineInput
from deals.pipeline.editing import set_lines
from tests.deals.test_totals import reference
from tests.factories.billing import SellerFactory, accepted_quote, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(db: None) -> Seller:
    return SellerFactory()


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


# Drafts.


def test_a_draft_begins_with_what_the_customer_the_seller_and_the_policy_say(seller: Seller, fina: User) -> None:
    SalesPolicy.objects.update_or_create(pk=1, defaults={"payment_days": 14, "prices_include_tax": True})

    invoice = draft_invoice(company=CompanyFactory(country="VN"), lines=[line()], by=fina)

    assert (invoice.seller, invoice.currency_id, invoice.language) == (seller, "USD", "vi")
    assert (invoice.payment_days, invoice.prices_include_tax, invoice.owner) == (14, True, fina)


@pytest.mark.parametrize(
    ("language", "country", "expected"), [("id", "VN", "id"), ("", "ID", "id"), ("", "DE", "en"), ("fr", "VN", "vi")]
)
def test_a_persons_own_language_goes_before_their_countrys(
    seller: Seller, fina: User, language: str, country: str, expected: str
) -> None:
    contact = ContactFactory(language=language, country=country)

    assert draft_invoice(contact=contact, by=fina).language == expected


def test_a_draft_of_a_deal_has_its_lines_company_and_people(seller: Seller, fina: User, rani: User) -> None:
    company, contact = CompanyFactory(), ContactFactory()
    deal = DealFactory(owner=rani, company=company, contacts=[contact], currency=Currency.objects.get(code="IDR"))
    product = ProductFactory(unit="box", tax_category="exempt")
    set_lines(deal, [DealLineInput(product, Decimal(3), Decimal(50_000), Decimal(10))])

    invoice = invoice_from_deal(deal, by=fina)

    row = invoice.lines.get()
    assert (invoice.company, invoice.contact, invoice.owner, invoice.currency_id) == (company, contact, rani, "IDR")
    assert (row.description, row.unit, row.tax_category, row.amount) == (product.name, "box", "exempt", 135_000)
    assert invoice.total == 135_000


def test_a_line_without_a_price_takes_the_products_in_the_same_currency(seller: Seller) -> None:
    product = ProductFactory(price=Decimal("12.50"))

    assert drafted([DraftLine(product, quantity=Decimal(2), tax_category="zero")]).total == 25
    with pytest.raises(ValidationError, match="priced in USD"):
        drafted([DraftLine(product)], currency=Currency.objects.get(code="IDR"))


def test_a_price_with_more_decimals_than_its_currency_is_refused(seller: Seller) -> None:
    with pytest.raises(ValidationError, match="at most 2 decimals"):
        drafted([line("0.005")])


def test_a_draft_without_anybody_to_bill_is_refused(seller: Seller, fina: User) -> None:
    with pytest.raises(ValidationError, match="company or the contact"):
        draft_invoice(lines=[line()], by=fina)


def test_without_a_seller_nothing_can_be_drafted(fina: User) -> None:
    assert refusal(lambda: draft_invoice(company=CompanyFactory(), by=fina)) == "seller_missing"


def test_a_changed_draft_is_priced_anew(seller: Seller, fina: User) -> None:
    invoice = drafted([line(100)])

    changed = change_draft(invoice, by=fina, lines=[line(200), line(100)], discount=Decimal(10), reference="PO 7")

    assert (changed.subtotal, changed.total, changed.reference) == (300, 270, "PO 7")


def test_a_discarded_draft_stays_and_is_neither_changed_nor_issued(seller: Seller, fina: User) -> None:
    invoice = discard(drafted(), by=fina, reason="Ordered twice")

    assert refusal(lambda: change_draft(invoice, by=fina, reference="x")) == "invoice_discarded"
    assert refusal(lambda: issue(invoice, by=fina)) == "invoice_discarded"
    assert [(each.kind, each.reason) for each in invoice.changes.all()[:1]] == [("discarded", "Ordered twice")]


# From a quote.


@pytest.fixture
def deal(rani: User) -> Deal:
    deal: Deal = DealFactory(owner=rani, company=CompanyFactory(country="ID"))
    return deal


def test_the_invoice_of_an_accepted_quote_is_what_was_accepted(seller: Seller, deal: Deal, fina: User) -> None:
    lines = [line("99.99", 3, discount=Decimal(5)), line(50, tax_category="standard", unit="hour")]
    quote = accepted_quote(lines, deal=deal, seller=seller, discount=Decimal(10), language="id", terms="Net")
    accepted = quote.revisions.get()

    invoice = invoice_from_quote(quote, by=fina)

    assert (invoice.quote, invoice.deal, invoice.company, invoice.seller) == (quote, deal, deal.company, seller)
    assert (invoice.total, invoice.tax, invoice.discount) == (accepted.total, accepted.tax, accepted.discount)
    assert (invoice.language, invoice.terms, invoice.owner) == ("id", "Net", deal.owner)
    assert [(each.unit, each.net) for each in invoice.lines.all()] == [
        (each.unit, each.net) for each in accepted.lines.all()
    ]


def test_the_person_who_was_quoted_is_the_addressee_and_the_company_the_buyer(seller: Seller, fina: User) -> None:
    person = ContactFactory()
    deal = DealFactory(company=CompanyFactory(name="Jati Kelana"), contacts=[person])
    quote = accepted_quote([line()], deal=deal, seller=seller, contact=person)

    invoice = issue(invoice_from_quote(quote, by=fina), by=fina)

    assert (invoice.company, invoice.contact) == (deal.company, person)
    assert invoice.buyer_copy["name"] == "Jati Kelana"


def test_a_quote_is_invoiced_once(seller: Seller, deal: Deal, fina: User) -> None:
    quote = accepted_quote([line()], deal=deal, seller=seller)
    first = invoice_from_quote(quote, by=fina)

    assert invoice_from_quote(quote, by=fina) == first
    issue(first, by=fina)
    assert invoice_from_quote(quote, by=fina) == first
    with pytest.raises(IntegrityError):
        Invoice.objects.create(quote=quote, seller=seller, company=deal.company, owner=fina, currency=seller.currency)


def test_a_quote_whose_draft_was_discarded_is_invoiced_anew(seller: Seller, deal: Deal, fina: User) -> None:
    quote = accepted_quote([line()], deal=deal, seller=seller)
    first = discard(invoice_from_quote(quote, by=fina), by=fina, reason="Wrong address")

    assert invoice_from_quote(quote, by=fina) != first


def test_a_quote_that_is_not_accepted_is_not_invoiced(seller: Seller, deal: Deal, fina: User) -> None:
    quote = accepted_quote([line()], deal=deal, seller=seller)
    quote.state = "withdrawn"
    quote.save()

    assert refusal(lambda: invoice_from_quote(quote, by=fina)) == "quote_not_accepted"


# Issuing.


@time_machine.travel(datetime(2026, 3, 2, 3, tzinfo=UTC), tick=False)
def test_an_issued_invoice_has_number_day_and_copies(seller: Seller, fina: User) -> None:
    company = CompanyFactory(name="Kedai Senja", tax_number="01.234", city="Bandung", country="ID")

    invoice = issue(drafted(company=company, payment_days=14, language="en"), by=fina)

    assert (invoice.number, invoice.issued_on, invoice.due_on) == (
        "INV-2026-00001", date(2026, 3, 2), date(2026, 3, 16),
    )  # fmt: skip
    assert (invoice.state, invoice.issued_by) == ("issued", fina)
    assert invoice.seller_copy["name"] == str(seller)
    assert (invoice.buyer_copy["name"], invoice.buyer_copy["lines"]) == ("Kedai Senja", ["Bandung", "Indonesia"])
    assert [each.kind for each in invoice.changes.all()] == ["issued", "drafted"]
    event = Event.objects.get(name="deals.invoice_issued")
    assert event.payload == {"number": "INV-2026-00001", "total": "100.00", "currency": "USD", "deal": None}


def test_an_invoice_is_issued_once(seller: Seller, fina: User) -> None:
    draft = drafted()
    issue(draft, by=fina)

    assert refusal(lambda: issue(draft, by=fina)) == "invoice_issued"
    assert refusal(lambda: change_draft(draft, by=fina, reference="x")) == "invoice_issued"
    assert refusal(lambda: discard(draft, by=fina, reason="x")) == "invoice_issued"


def test_a_refused_issue_takes_no_number(seller: Seller, fina: User) -> None:
    assert refusal(lambda: issue(drafted([]), by=fina)) == "invoice_without_lines"
    Seller.objects.update(is_active=False)
    assert refusal(lambda: issue(drafted(seller=seller), by=fina)) == "seller_inactive"

    assert not NumberSeries.objects.exists()


def test_series_are_numbered_by_themselves(fina: User) -> None:
    one, two = SellerFactory(invoice_prefix="A"), SellerFactory(invoice_prefix="B")
    numbers = [issued(seller=each).number.split("-")[0::2] for each in (one, two, one)]
    note = credit(Invoice.objects.order_by("pk")[0], by=fina, reason="Returned")

    assert numbers == [["A", "00001"], ["B", "00001"], ["A", "00002"]]
    assert note.number.endswith("-00001")


def test_an_invoice_is_never_dated_before_the_last_one_nor_in_the_future(seller: Seller, fina: User) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 3, tzinfo=UTC), tick=False):
        issued(seller=seller, on=date(2026, 3, 8))
        draft = drafted(seller=seller)
        for day, code in ((7, "dated_before_the_last"), (11, "dated_in_the_future")):
            assert refusal(lambda day=day: issue(draft, by=fina, on=date(2026, 3, day))) == code  # type: ignore[misc]
        assert issue(draft, by=fina, on=date(2026, 3, 9)).issued_on == date(2026, 3, 9)


def test_the_year_turns_at_midnight_where_the_seller_is(fina: User) -> None:
    jakarta, hanoi = SellerFactory(), SellerFactory(time_zone="Europe/Berlin", invoice_prefix="BER")
    # 17:00 in Greenwich is midnight in Jakarta.
    with time_machine.travel(datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), tick=False):
        before = issued(seller=jakarta)
    with time_machine.travel(datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), tick=False):
        after, elsewhere = issued(seller=jakarta), issued(seller=hanoi)

    assert (before.number, before.issued_on) == ("INV-2026-00001", date(2026, 12, 31))
    assert (after.number, after.issued_on) == ("INV-2027-00001", date(2027, 1, 1))
    assert (elsewhere.number, elsewhere.issued_on) == ("BER-2026-00001", date(2026, 12, 31))


def test_what_counts_is_the_rate_of_the_day_of_issue(fina: User) -> None:
    seller = SellerFactory(country="VN", time_zone="Asia/Ho_Chi_Minh", currency=Currency.objects.get(code="VND"))
    with time_machine.travel(datetime(2026, 12, 31, 9, tzinfo=UTC), tick=False):
        draft = drafted([line(1000, tax_category="standard")], seller=seller, delivered_on=date(2026, 12, 30))
        assert draft.tax == 80
    with time_machine.travel(datetime(2027, 1, 2, 9, tzinfo=UTC), tick=False):
        invoice = issue(draft, by=fina)

    assert (invoice.tax, invoice.total) == (100, 1100)
    assert [(each.rate, each.amount) for each in invoice.taxes.all()] == [(10, 100)]


def test_midnight_between_pricing_and_numbering_changes_the_rate_too(fina: User) -> None:
    seller = SellerFactory(country="VN", time_zone="Asia/Ho_Chi_Minh")
    with time_machine.travel(datetime(2026, 12, 31, 9, tzinfo=UTC), tick=False):
        draft = drafted([line(1000, tax_category="standard")], seller=seller)
        # As after an invoice dated one day ahead, by a seller who has moved west since.
        NumberSeries.objects.create(
            seller=seller, series=Series.INVOICE, year=2027, last_number=4, last_dated=date(2027, 1, 1)
        )
        invoice = issue(draft, by=fina)

    assert (invoice.number, invoice.issued_on, invoice.tax) == ("INV-2027-00005", date(2027, 1, 1), 100)


def test_an_invoice_that_costs_nothing_is_paid_from_the_start(seller: Seller) -> None:
    invoice = issued([line(0)])

    assert invoice.status_on(date(2030, 1, 1)) == InvoiceStatus.PAID
    assert Event.objects.filter(name="deals.invoice_paid", subject_id=invoice.pk).exists()


CURRENCIES = {"VND": ("VN", 0), "IDR": ("ID", 0), "KWD": ("ID", 3), "USD": ("VN", 2)}


def test_random_invoices_in_four_currencies_are_off_by_no_unit(fina: User) -> None:
    chance, company = random.Random(7), CompanyFactory()
    sellers = {country: SellerFactory(country=country) for country in ("ID", "VN")}
    for _ in range(60):
        code, (country, minor) = chance.choice(list(CURRENCIES.items()))
        lines = [
            line(
                str(Decimal(chance.randrange(10 ** chance.randint(1, 6))).scaleb(-minor)),
                str(Decimal(chance.randint(1, 20_000)).scaleb(-chance.choice((0, 3)))),
                discount=Decimal(chance.choice((0, chance.randint(0, 10_000)))).scaleb(-2),
                tax_category=chance.choice(("standard", "zero", "exempt")),
            )
            for _ in range(chance.randint(1, 5))
        ]
        invoice = issued(
            lines, by=fina, company=company, seller=sellers[country], currency=Currency.objects.get(code=code),
            discount=Decimal(chance.choice((0, chance.randint(0, 10_000)))).scaleb(-2),
            prices_include_tax=chance.random() < 0.5,
        )  # fmt: skip

        assert_as_reckoned(Invoice.objects.get(pk=invoice.pk), minor)


def assert_as_reckoned(invoice: Invoice, minor: int) -> None:
    rows = list(invoice.lines.all())
    inputs = [LineInput(row.quantity, row.unit_price, row.discount, rule_of(row)) for row in rows]
    expected = reference(inputs, minor, invoice.discount, invoice.prices_include_tax)
    columns = ("amount", "discount_share", "net", "tax")
    found = [[int(getattr(row, name).scaleb(minor)) for row in rows] for name in columns]
    assert found == [expected.amounts, expected.discounts, expected.nets, expected.taxes]
    assert int(invoice.total.scaleb(minor)) == sum(expected.nets) + sum(expected.taxes)
    assert sum(tax.amount for tax in invoice.taxes.all()) == invoice.tax


# Pages.


def test_pages_are_printed_once_whatever_changes_afterwards(seller: Seller, fina: User) -> None:
    company, product = CompanyFactory(name="Kedai Senja"), ProductFactory(price=Decimal(80))
    invoice = issued([DraftLine(product)], company=company)
    first = bytes(pages_of(invoice).content)

    company.name = "Kedai Fajar"
    company.save()
    product.price, product.name = Decimal(90), "Renamed"
    product.save()
    seller.name = "Renamed"
    seller.save()
    TaxRate.objects.update(rate=1)

    kept = StoredPdf.objects.get()
    assert bytes(pages_of(invoice).content) == first == bytes(kept.content)
    assert first.startswith(b"%PDF")
    assert is_intact(kept)
    assert print_document(document_of(Invoice.objects.get(pk=invoice.pk))) == first


def test_a_draft_has_no_pages(seller: Seller) -> None:
    assert refusal(lambda: pages_of(drafted())) == "invoice_not_issued"


def test_the_sweep_prints_what_nobody_was_told_of(seller: Seller, fina: User) -> None:
    invoice = issued()
    note = credit(invoice, by=fina, reason="Returned")
    drafted()
    assert set(without_pages()) == {invoice.pk, note.pk}

    tasks.sweep_pages()

    assert without_pages() == []
    assert StoredPdf.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_pages_are_made_right_after_the_commit(fina: User) -> None:
    SellerFactory()
    invoice = issued()

    assert StoredPdf.objects.filter(document_type="deals.invoice", document_id=invoice.pk).exists()


# How invoices stand.


def test_python_and_sql_say_the_same_of_how_an_invoice_stands(seller: Seller, fina: User) -> None:
    chance, company, today = random.Random(11), CompanyFactory(), date(2026, 6, 15)
    drafted(company=company)
    discard(drafted(company=company), by=fina, reason="Ordered twice")
    for days in range(45):
        with time_machine.travel(datetime(2026, 5, 1, 4, tzinfo=UTC) + timedelta(days=days), tick=False):
            draft = drafted([line(chance.choice((0, 10, 30)))], company=company, by=fina, payment_days=30)
            live_through(issue(draft, by=fina), chance, fina)

    seen = Counter(row.status for row in Invoice.objects.with_status(today))
    assert [row.status for row in Invoice.objects.with_status(today)] == [
        Invoice.objects.get(pk=row.pk).status_on(today) for row in Invoice.objects.all()
    ]
    assert set(seen) == set(InvoiceStatus.values)


def live_through(invoice: Invoice, chance: random.Random, by: User) -> None:
    if invoice.total and chance.random() < 0.6:
        pay(invoice, amount=Decimal(chance.choice((5, 10, 30))), by=by)
    if invoice.total and chance.random() < 0.4:
        half = {invoice.lines.get().pk: Decimal("0.5")}
        credit(invoice, by=by, reason="Returned", lines=chance.choice((half, None)))


# Who sees what.


def test_an_invoice_is_seen_by_its_owner_their_manager_and_whoever_sees_its_deal(
    seller: Seller, rani: User, bima: User, maya: User, fina: User, deal: Deal
) -> None:
    own, of_deal = drafted(owner=bima), drafted(deal=deal, company=deal.company, owner=fina)

    seen = {user.name: set(Invoice.objects.visible_to(user)) for user in (rani, bima, maya, fina)}

    assert seen == {"Rani": {of_deal}, "Bima": {own}, "Maya": {of_deal}, "Fina": {own, of_deal}}


def test_a_deal_tells_what_was_quoted_invoiced_and_paid(seller: Seller, deal: Deal, fina: User) -> None:
    quote = accepted_quote([line(100), line(20)], deal=deal, seller=seller)
    invoice = issue(invoice_from_quote(quote, by=fina), by=fina)
    pay(invoice, amount=Decimal(70), by=fina)
    credit(invoice, by=fina, reason="Returned", lines={invoice.lines.all()[1].pk: Decimal(1)})
    issued([line(7)], deal=deal, company=deal.company, currency=Currency.objects.get(code="IDR"))

    usd, idr = deal_money(deal)
    assert (usd.currency, usd.quoted, usd.invoiced, usd.paid) == ("USD", 120, 100, 70)
    assert (idr.currency, idr.quoted, idr.invoiced, idr.paid) == ("IDR", 0, 7, 0)


def test_the_money_of_many_deals_costs_two_queries(
    seller: Seller, fina: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    deals = [DealFactory(company=CompanyFactory()) for _ in range(3)]
    for deal in deals[:2]:
        issued(deal=deal, company=deal.company)

    with django_assert_num_queries(2):
        money = money_of_deals(deal.pk for deal in deals)

    assert set(money) == {deals[0].pk, deals[1].pk}


def test_lists_with_status_cost_one_query(seller: Seller, django_assert_num_queries: Callable[[int], Any]) -> None:
    issued(), issued()

    with django_assert_num_queries(1):
        assert [each.status for each in Invoice.objects.with_status(date(2026, 1, 1))] == ["open", "open"]
