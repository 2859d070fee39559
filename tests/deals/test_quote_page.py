"""The customer's page of a quote, as a browser gets it: read, kept, accepted, declined; and what it must not tell."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.common.links import absolute
from deals.models import LossReason, QuoteAnswer, QuoteReading, StoredPdf
from deals.pipeline.moving import lose
from deals.quotes.answering import accept, decline
from deals.quotes.linking import link_for, revision_of, token_for
from deals.quotes.sending import extend
from deals.quotes.withdrawing import withdraw
from tests.factories.billing import line
from tests.factories.quotes import draft, drafted_quote, sent_quote

pytestmark = pytest.mark.django_db
ACCEPT = {"accept-name": "Anna Berg", "accept-agreed": "on"}
DECLINE = {"decline-name": "Anna Berg", "decline-reason": "Too dear"}


@pytest.fixture
def sent(rani):
    return sent_quote(rani, [line(100), line(50, description="Training")], introduction="As discussed.", terms="Cash")


@pytest.fixture
def customer():
    return Client(HTTP_USER_AGENT="Anna's phone")


def page(sent, name="quote-page"):
    return reverse(name, args=[token_for(sent)])


def text(answer):
    return answer.content.decode()


def test_the_link_in_the_letter_leads_to_the_page(sent):
    assert link_for(sent) == absolute(page(sent))


def test_the_page_shows_the_quote_without_signing_in(customer, sent):
    answer = customer.get(page(sent))

    assert answer.status_code == 200
    for words in (sent.quote.number, "Anna Berg", "Kedai Senja", "Training", "$150.00", "As discussed.", "Cash"):
        assert words in text(answer)


def test_the_page_speaks_the_language_of_the_quote_whatever_the_browser_asks_for(customer, rani):
    sent = sent_quote(rani, language="id")

    answer = customer.get(page(sent), headers={"accept-language": "vi"})

    assert (answer["Content-Language"], '<html lang="id">' in text(answer)) == ("id", True)


def test_the_page_tells_nothing_of_our_own_side(customer, sent):
    sent.quote.deal.name = "A whale we should milk"
    sent.quote.deal.save()

    assert "whale" not in text(customer.get(page(sent)))
    assert "admin" not in text(customer.get(page(sent)))


def test_the_page_is_kept_by_nobody_on_the_way_and_listed_nowhere(customer, sent):
    answer = customer.get(page(sent))

    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "<script" not in text(answer)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "9" + t, lambda t: t.split(".")[0], lambda t: "x", str.upper]
)
def test_a_link_that_was_cut_or_changed_finds_nothing(customer, sent, spoil):
    answer = customer.get(f"/q/{spoil(token_for(sent))}/")

    assert answer.status_code == 404
    assert "no quote at this address" in text(answer)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_a_draft_has_no_page(customer, rani):
    assert customer.get(page(draft(drafted_quote(rani)))).status_code == 404


def test_what_was_signed_for_something_else_is_no_link_to_a_quote(sent):
    assert revision_of(Signer(sep=".", salt="calendar").sign(str(sent.pk))) is None


def test_links_of_another_house_find_nothing(settings, sent):
    token = token_for(sent)
    settings.SECRET_KEY = "another"

    assert revision_of(token) is None


def test_the_pages_are_served_as_they_were_stored(customer, sent):
    answer = customer.get(page(sent, "quote-pdf"))

    stored = StoredPdf.objects.get()
    assert answer.content == bytes(stored.content)
    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"' == f'"{stored.sha256}"'
    assert (answer["Content-Type"], f"{sent.quote.number}.pdf" in answer["Content-Disposition"]) == (
        "application/pdf",
        True,
    )
    assert customer.get(page(sent, "quote-pdf"), headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_accepting_confirms_what_was_recorded(customer, sent):
    answer = customer.post(page(sent, "quote-accept"), ACCEPT, REMOTE_ADDR="203.0.113.9", follow=True)

    kept = QuoteAnswer.objects.get()
    assert (kept.name, kept.address, kept.user_agent, kept.accepted) == (
        "Anna Berg",
        "203.0.113.9",
        "Anna's phone",
        True,
    )
    for words in ("Accepted. Thank you!", kept.sha256, "203.0.113.9", "Anna Berg"):
        assert words in text(answer)
    assert "<form" not in text(answer)


def test_declining_confirms_what_was_recorded(customer, sent):
    answer = customer.post(page(sent, "quote-decline"), DECLINE, follow=True)

    assert ("Declined." in text(answer), "Too dear" in text(answer)) == (True, True)
    assert QuoteAnswer.objects.get().accepted is False


@pytest.mark.parametrize("missing", list(ACCEPT))
def test_accepting_needs_a_name_and_a_tick(customer, sent, missing):
    answer = customer.post(page(sent, "quote-accept"), {**ACCEPT, missing: ""})

    assert answer.status_code == 422
    assert "This field is required." in text(answer)
    assert not QuoteAnswer.objects.exists()


def test_declining_needs_a_reason(customer, sent):
    answer = customer.post(page(sent, "quote-decline"), {**DECLINE, "decline-reason": " "})

    assert (answer.status_code, QuoteAnswer.objects.count(), "<details open>" in text(answer)) == (422, 0, True)


def test_an_answer_by_a_form_from_elsewhere_is_refused(sent):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(page(sent, "quote-accept"), ACCEPT).status_code == 403


def test_reading_changes_nothing(customer, sent):
    assert customer.get(page(sent, "quote-accept")).status_code == 405
    assert not QuoteAnswer.objects.exists()


def test_a_second_click_shows_the_first_answer(customer, sent):
    customer.post(page(sent, "quote-accept"), ACCEPT)

    answer = customer.post(page(sent, "quote-accept"), ACCEPT)

    assert (answer.status_code, "Accepted. Thank you!" in text(answer)) == (409, True)
    assert QuoteAnswer.objects.count() == 1


def withdrawn(sent, rani):
    withdraw(sent.quote, by=rani, reason="Secret reason")


def replaced(sent, rani):
    extend(sent.quote, until=sent.valid_until + timedelta(days=3), by=rani)


def declined(sent, rani):
    decline(sent, name="Anna", reason="x")


def accepted(sent, rani):
    accept(sent, name="Anna")


@pytest.mark.parametrize(
    ("become", "words"),
    [
        (withdrawn, "was withdrawn"),
        (replaced, "There is a newer version"),
        (declined, "declined this quote"),
        (accepted, "accepted this quote"),
    ],
)
def test_what_can_not_be_answered_any_more_says_so(customer, sent, rani, become, words):
    become(sent, rani)

    answer = customer.get(page(sent))

    assert words in text(answer)
    assert "<form" not in text(answer)
    assert "Secret reason" not in text(answer)
    assert customer.post(page(sent, "quote-accept"), ACCEPT).status_code == 409


def test_an_expired_quote_says_so(customer, sent):
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        answer = customer.get(page(sent))
        posted = customer.post(page(sent, "quote-accept"), ACCEPT)

    assert ("was valid until" in text(answer), "<form" in text(answer)) == (True, False)
    assert posted.status_code == 409


def test_the_page_of_a_replaced_quote_does_not_give_the_newer_one_away(customer, sent, rani):
    newer = extend(sent.quote, until=sent.valid_until + timedelta(days=3), by=rani)

    assert token_for(newer) not in text(customer.get(page(sent)))


def test_an_answer_on_a_lost_deal_is_taken_and_the_customer_hears_nothing_of_it(customer, sent, rani):
    lose(sent.quote.deal, reason=LossReason.objects.first(), by=rani)

    answer = customer.post(page(sent, "quote-accept"), ACCEPT, follow=True)

    assert "Accepted. Thank you!" in text(answer)
    assert str(sent.quote.deal) not in text(answer)


def test_the_first_look_is_noted_and_looks_that_follow_closely_are_one(customer, sent):
    now = timezone.now()
    for minutes in (0, 5, 50):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            customer.get(page(sent))

    reading = QuoteReading.objects.get(revision=sent)
    assert (reading.times, reading.first_at, reading.last_at) == (2, now, now + timedelta(minutes=50))


def test_a_look_of_our_own_is_not_noted(admin_as, rani, sent):
    admin_as(rani).get(page(sent))

    assert not QuoteReading.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "passed", "kept"),
    [(0, "198.51.100.7", "192.0.2.1"), (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"), (1, "", "192.0.2.1")],
)
def test_the_address_is_what_a_proxy_we_trust_saw(customer, sent, settings, proxies, passed, kept):
    settings.AXES_IPWARE_PROXY_COUNT = proxies

    customer.post(page(sent, "quote-accept"), ACCEPT, REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": passed})

    assert QuoteAnswer.objects.get().address == kept


def test_an_address_that_is_none_is_not_kept(customer, sent):
    customer.post(page(sent, "quote-accept"), ACCEPT, REMOTE_ADDR="")

    assert QuoteAnswer.objects.get().address is None


def test_what_the_customer_writes_is_shown_as_text(customer, sent):
    answer = customer.post(page(sent, "quote-accept"), {**ACCEPT, "accept-name": "<b>Anna</b>"}, follow=True)

    assert "&lt;b&gt;Anna&lt;/b&gt;" in text(answer)
    assert "<b>Anna" not in text(answer)


def test_a_look_costs_the_same_for_one_line_and_for_many(customer, rani, django_assert_max_num_queries):
    sent = sent_quote(rani, [line(n + 1) for n in range(30)])

    with django_assert_max_num_queries(14):
        customer.get(page(sent))
