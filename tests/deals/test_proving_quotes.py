"""Proofs of quotes: silent on good rows; each finds the fault planted for it, and names the row."""

import pytest

from config.common.integrity import prove
from deals.models import NumberSeries, QuoteAnswer
from deals.quotes.answering import accept, decline
from deals.quotes.drafting import revise
from deals.quotes.sending import send
from deals.quotes.withdrawing import withdraw
from tests.factories.billing import line
from tests.factories.quotes import drafted_quote, sent_quote
from tests.planting import plant

pytestmark = pytest.mark.django_db
CHECKS = ["states", "answers", "numbers", "pages", "totals"]


def found(name):
    return [(each.subject, each.sentence) for verdict in prove([f"deals.quote_{name}"]) for each in verdict.findings]


@pytest.fixture
def accepted(rani):
    sent = sent_quote(rani, [line(100, tax_category="standard"), line("33.33", 3, discount=5)], discount=7)
    decline(sent, name="Anna", reason="Too dear")
    revise(sent.quote, by=rani)
    newer = send(sent.quote, by=rani)
    accept(newer, name="Anna")
    return newer


@pytest.mark.parametrize("name", CHECKS)
def test_good_rows_hold(accepted, rani, name):
    drafted_quote(rani)
    withdraw(sent_quote(rani).quote, by=rani, reason="x")

    assert found(name) == []


def test_a_quote_in_another_state_than_its_history_is_found(accepted):
    plant("UPDATE deals_quote SET state = 'sent' WHERE id = %s", [accepted.quote_id])

    assert found("states") == [(f"deals.quote {accepted.quote_id}", "It is sent, and its history ends with accepted.")]
    assert "its state does not" in found("answers")[0][1]


def test_an_accepted_quote_that_nobody_accepted_is_found(accepted):
    plant("DELETE FROM deals_quoteanswer WHERE revision_id = %s", [accepted.pk])

    assert found("answers") == [(f"deals.quote {accepted.quote_id}", "It is accepted, and nobody's answer says so.")]


def test_an_answer_with_another_hash_is_found(accepted):
    answer = QuoteAnswer.objects.get(revision=accepted)
    plant("UPDATE deals_storedpdf SET sha256 = %s WHERE document_id = %s", ["0" * 64, accepted.pk])

    assert found("answers")[0][0] == f"deals.quoteanswer {answer.pk}"


def test_a_gap_in_the_numbers_is_found(accepted, rani):
    later = sent_quote(rani)
    plant("UPDATE deals_quote SET sequence = 3 WHERE id = %s", [later.quote_id])

    subjects = [subject for subject, _sentence in found("numbers")]
    counter = NumberSeries.objects.get(series="quote")
    assert subjects == [f"deals.quote {later.quote_id}", f"deals.numberseries {counter.pk}"]


def test_pages_that_are_not_there_are_found(accepted):
    plant("DELETE FROM deals_storedpdf WHERE document_id = %s", [accepted.pk])

    assert found("pages") == [(f"deals.quoterevision {accepted.pk}", "It was sent, and its pages were not kept.")]


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE deals_quoterevision SET net = net + 1, total = total + 1 WHERE id = %s",
        "UPDATE deals_quoteline SET amount = amount + 1 WHERE document_id = %s",
        "UPDATE deals_quotetax SET taxable = taxable + 1 WHERE document_id = %s",
    ],
)
def test_an_amount_that_is_not_what_the_lines_come_to_is_found(accepted, fault):
    plant(fault, [accepted.pk])

    assert [subject for subject, _sentence in found("totals")] == [f"deals.quoterevision {accepted.pk}"]
