"""Quotes in the admin: from a deal to an invoice, and what each role may do there."""

from decimal import Decimal

import pytest
from django.test import Client

from contacts.models import User
from deals.models import Deal, Invoice, Quote
from deals.quotes.answering import accept
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.sending import send
from tests.factories.billing import SellerFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(rani: User) -> Deal:
    SellerFactory()
    person = ContactFactory(full_name="Ayu Maharani", owner=rani)
    deal: Deal = DealFactory(
        name="Dry store", owner=rani, company=CompanyFactory(name="Kopi Lereng", owner=rani), contacts=[person],
        amount=Decimal(1000),
    )  # fmt: skip
    return deal


@pytest.fixture
def quote(deal: Deal, rani: User) -> Quote:
    return draft_quote(deal, by=rani)


@pytest.fixture
def rep(admin_as, rani: User) -> Client:
    browser: Client = admin_as(rani)
    return browser


def page(browser: Client, quote: Quote) -> str:
    return browser.get(f"/admin/deals/quote/{quote.pk}/change/").content.decode()


def act(browser: Client, quote: Quote, verb: str, **given: object) -> str:
    answer = browser.post(f"/admin/deals/quote/{quote.pk}/{verb}/", given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_quote_is_one_click_from_its_deal(rep: Client, deal: Deal) -> None:
    answer = rep.post(f"/admin/deals/deal/{deal.pk}/quote/", follow=True)

    quote = Quote.objects.get()
    assert answer.redirect_chain[-1][0] == f"/admin/deals/quote/{quote.pk}/change/"
    assert "Dry store" in answer.content.decode()
    assert quote.revisions.get().subtotal == 1000


def test_the_deal_lists_its_quotes(rep: Client, quote: Quote) -> None:
    assert (
        f"/admin/deals/quote/{quote.pk}/change/"
        in rep.get(f"/admin/deals/deal/{quote.deal_id}/change/").content.decode()
    )


def test_the_draft_is_edited_in_place(rep: Client, quote: Quote) -> None:
    product = ProductFactory(name="Moisture meter", price=Decimal(480))
    given = {
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk, "lines-0-quantity": "2", "lines-0-unit_price": "500",
        "lines-0-tax_category": "standard",
        "lines-1-tax_category": "standard",
        "lines-1-description": "Visit", "lines-1-quantity": "1", "lines-1-unit_price": "90",
        "valid_until": "2099-01-01", "discount": "5", "language": "vi", "terms": "Net",
    }  # fmt: skip

    act(rep, quote, "draft", **given)

    draft = quote.revisions.get()
    assert [(line.description, line.quantity, line.unit_price) for line in draft.lines.all()] == [
        ("Moisture meter", 2, 500),
        ("Visit", 1, 90),
    ]
    assert (draft.subtotal, draft.discount, draft.language, draft.terms) == (1090, 5, "vi", "Net")


def test_a_line_that_can_not_be_read_is_marked_and_nothing_is_saved(rep: Client, quote: Quote) -> None:
    given = {
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-description": "Visit", "lines-0-quantity": "-1",
        "lines-0-unit_price": "90", "valid_until": "2099-01-01", "language": "vi",
    }  # fmt: skip

    told = act(rep, quote, "draft", **given)

    assert "The quantity must be above zero" in told
    assert quote.revisions.get().language == "en"


def test_a_sent_quote_shows_its_link_and_can_not_be_edited(rep: Client, quote: Quote, rani: User) -> None:
    told = act(rep, quote, "send", to="ayu@example.com")

    assert "goes to ayu@example.com" in told
    assert "/q/" in told
    assert "data-priced" not in told


def test_a_quote_handed_over_by_hand_needs_no_address(rep: Client, quote: Quote) -> None:
    assert "counts as sent" in act(rep, quote, "send", how="by_hand")


def test_a_discount_above_the_limit_is_asked_for_and_approved(
    rep: Client, admin_as, maya: User, quote: Quote, rani: User
) -> None:
    change_revision(quote.revisions.get(), by=rani, discount=Decimal(30))

    assert "Ask for approval" in page(rep, quote)
    assert "Approval was asked for" in act(rep, quote, "ask-approval", note="They take it today")
    manager = admin_as(maya)
    assert "Dry store" in manager.get("/admin/deals/quote/?waits=approval").content.decode()
    assert "Approve" in page(manager, quote)
    assert "can be sent" in act(manager, quote, "approve", note="Fine")
    assert "goes to" in act(rep, quote, "send", to="ayu@example.com")


def test_a_rep_can_not_approve_their_own_discount(rep: Client, quote: Quote, rani: User) -> None:
    change_revision(quote.revisions.get(), by=rani, discount=Decimal(30))

    assert rep.post(f"/admin/deals/quote/{quote.pk}/approve/").status_code == 403


def test_revisions_are_compared_side_by_side(rep: Client, quote: Quote, rani: User) -> None:
    send(quote, by=rani, by_email=False)
    act(rep, quote, "revise")
    change_revision(quote.revisions.get(revision=2), by=rani, discount=Decimal(5))

    told = rep.get(f"/admin/deals/quote/{quote.pk}/compare/1/2/").content.decode()

    assert "Discount" in told
    assert "What changed" in page(rep, quote)


def test_what_the_customer_said_elsewhere_is_written_down(rep: Client, quote: Quote, rani: User) -> None:
    send(quote, by=rani, by_email=False)

    told = act(rep, quote, "record-answer", name="Ayu", answer="accepted")

    assert "the customer accepted" in told
    assert Deal.objects.get(pk=quote.deal_id).outcome == "won"


def test_an_accepted_quote_becomes_one_invoice_however_often_one_clicks(rep: Client, quote: Quote, rani: User) -> None:
    accept(send(quote, by=rani, by_email=False), name="Ayu")

    assert "Turn into an invoice" in page(rep, quote)
    act(rep, quote, "invoice")
    act(rep, quote, "invoice")

    assert Invoice.objects.filter(quote=quote).count() == 1


def test_a_refusal_is_said_in_a_sentence(rep: Client, quote: Quote) -> None:
    assert "never sent" in act(rep, quote, "record-answer", name="Ayu", answer="accepted")


def test_pages_of_a_draft_and_of_a_sent_revision_open(rep: Client, quote: Quote, rani: User) -> None:
    address = f"/admin/deals/quote/{quote.pk}/pdf/1/"

    draft = rep.get(address)
    send(quote, by=rani, by_email=False)
    sent = rep.get(address)

    assert draft.content[:4] == sent.content[:4] == b"%PDF"
    assert sent.headers["ETag"]


def test_another_reps_quote_is_not_there(admin_as, bima: User, quote: Quote) -> None:
    stranger = admin_as(bima)

    for address in ("change/", "pdf/1/", "compare/1/1/"):
        assert stranger.get(f"/admin/deals/quote/{quote.pk}/{address}").status_code == 404
    assert stranger.post(f"/admin/deals/quote/{quote.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_list_says_how_quotes_stand(rep: Client, quote: Quote, rani: User) -> None:
    send(quote, by=rani, by_email=False)

    told = rep.get("/admin/deals/quote/").content.decode()

    assert "1 waits for its customer" in told
    assert rep.get("/admin/deals/quote/?standing=sent").content.decode().count("Kopi Lereng") >= 1


def test_a_list_of_many_quotes_costs_as_many_queries_as_one(
    rep: Client, deal: Deal, rani: User, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        draft_quote(deal, by=rani)

    with django_assert_max_num_queries(15):
        rep.get("/admin/deals/quote/")


def test_a_marketer_reads_and_changes_nothing(admin_as, mira: User, quote: Quote) -> None:
    browser = admin_as(mira)

    assert "Save draft" not in page(browser, quote)
    assert browser.post(f"/admin/deals/quote/{quote.pk}/withdraw/", {"reason": "x"}).status_code == 403
