"""The customer's answer: once, to the revision that counts, with its pages' hash; and what it does to the deal."""

import hashlib
import threading
import zoneinfo
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from config.integrations.models import Event
from contacts.lifecycle.models import LifecycleChange
from contacts.messages.sending import send_message
from contacts.models import Message, Notification
from deals.models import Deal, LossReason, Quote, QuoteAnswer, QuoteChange, SalesPolicy, Stage, StageChange, StoredPdf
from deals.pipeline.moving import lose, move, win
from deals.quotes.answering import accept, decline
from deals.quotes.drafting import revise
from deals.quotes.pages import pages_of
from deals.quotes.sending import extend, send, send_again
from deals.quotes.standing import standing
from deals.quotes.withdrawing import withdraw
from tests.deals.test_races import at_once
from tests.factories.billing import SellerFactory, line
from tests.factories.quotes import deal_of, draft, drafted_quote, refused, sent_quote

pytestmark = pytest.mark.django_db


def after_acceptance(choice):
    SalesPolicy.objects.current()
    SalesPolicy.objects.update(after_acceptance=choice)


# --- The answer -------------------------------------------------------------------------------------------------------


def test_an_acceptance_keeps_who_when_from_where_and_which_pages(rani):
    sent = sent_quote(rani)

    answer = accept(sent, name=" Anna Berg ", address="203.0.113.9", user_agent="Phone")

    stored = StoredPdf.objects.get(document_id=sent.pk, document_type="deals.quoterevision")
    assert answer.sha256 == stored.sha256 == hashlib.sha256(bytes(stored.content)).hexdigest()
    assert (answer.name, answer.address, answer.user_agent) == ("Anna Berg", "203.0.113.9", "Phone")
    assert timezone.now() - answer.at < timedelta(minutes=1)


def test_an_answer_never_changes(rani):
    answer = accept(sent_quote(rani), name="Anna")

    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteAnswer.objects.filter(pk=answer.pk).update(name="Somebody Else")
    with pytest.raises(TypeError):
        answer.save()


def test_an_acceptance_is_announced_with_its_total(rani):
    sent = sent_quote(rani, [line(100), line("0.5")])

    accept(sent, name="Anna")

    payload = Event.objects.get(name="deals.quote_accepted").payload
    assert payload == {"revision": 1, "deal": sent.quote.deal_id, "total": "100.50", "currency": "USD"}


def test_a_decline_keeps_the_reason_and_leaves_the_deal_open(rani):
    sent = sent_quote(rani)

    answer = decline(sent, name="Anna", reason="Too dear")

    sent.quote.refresh_from_db()
    assert (answer.accepted, answer.reason, sent.quote.state, sent.quote.deal.is_open) == (
        False,
        "Too dear",
        "declined",
        True,
    )
    assert Event.objects.filter(name="deals.quote_declined").count() == 1


def test_a_decline_says_why(rani):
    with refused("decline_needs_reason"):
        decline(sent_quote(rani), name="Anna", reason=" ")


def test_an_answer_says_who(rani):
    with refused("answer_needs_name"):
        accept(sent_quote(rani), name=" ")


def test_after_a_decline_something_better_can_be_offered_and_accepted(rani):
    sent = sent_quote(rani)
    decline(sent, name="Anna", reason="Too dear")
    revise(sent.quote, by=rani)

    newer = send(sent.quote, by=rani)
    accept(newer, name="Anna")

    assert (standing(sent), standing(newer)) == ("declined", "accepted")


def an_expired(sent, rani):
    return time_machine.travel(timezone.now() + timedelta(days=40))


def a_withdrawn(sent, rani):
    withdraw(sent.quote, by=rani, reason="Wrong price")


def a_replaced(sent, rani):
    extend(sent.quote, until=sent.valid_until + timedelta(days=9), by=rani)


def an_accepted(sent, rani):
    accept(sent, name="Anna")


def a_declined(sent, rani):
    decline(sent, name="Anna", reason="Too dear")


@pytest.mark.parametrize("answered", [accept, decline])
@pytest.mark.parametrize(
    ("become", "code"),
    [
        (an_expired, "quote_expired"),
        (a_withdrawn, "quote_withdrawn"),
        (a_replaced, "quote_replaced"),
        (an_accepted, "quote_accepted"),
        (a_declined, "quote_declined"),
    ],
)
def test_what_does_not_count_any_more_can_not_be_answered(rani, answered, become, code):
    sent = sent_quote(rani)
    travel = become(sent, rani)
    before = QuoteAnswer.objects.count()
    said = {"reason": "x"} if answered is decline else {}

    with travel if hasattr(travel, "start") else transaction.atomic(), refused(code):
        answered(sent, name="Anna", **said)

    assert QuoteAnswer.objects.count() == before


def test_a_draft_can_not_be_answered(rani):
    with refused("quote_not_sent"):
        accept(draft(drafted_quote(rani)), name="Anna")


def test_a_quote_can_be_accepted_until_the_end_of_its_last_day(rani):
    SellerFactory(time_zone="Asia/Jakarta")
    sent = sent_quote(rani)
    midnight = datetime.combine(sent.valid_until, time.max, tzinfo=zoneinfo.ZoneInfo("Asia/Jakarta"))

    with time_machine.travel(midnight, tick=False):
        assert accept(sent, name="Anna").accepted


def test_a_colleague_writes_down_what_the_customer_said_in_time(rani):
    sent = sent_quote(rani)
    said_at = timezone.now() + timedelta(days=10)

    with time_machine.travel(timezone.now() + timedelta(days=40)):
        answer = accept(sent, name="Anna", recorded_by=rani, at=said_at)

    assert (answer.at, answer.recorded_by) == (said_at, rani)


@pytest.mark.parametrize("days", [-1, 1])
def test_an_answer_comes_after_the_quote_and_not_from_the_future(rani, days):
    with refused("answer_time_impossible"):
        accept(sent_quote(rani), name="Anna", recorded_by=rani, at=timezone.now() + timedelta(days=days))


def test_letters_that_wait_do_not_leave_after_the_answer(rani):
    sent = sent_quote(rani)

    accept(sent, name="Anna")

    assert Message.objects.get(kind="quote").state == "cancelled"


# --- What it does to the deal -----------------------------------------------------------------------------------------


def test_an_accepted_quote_wins_its_deal(rani):
    sent = sent_quote(rani)

    accept(sent, name="Anna")

    won = StageChange.objects.get(deal=sent.quote.deal_id, kind="won")
    assert (won.by, sent.quote.number in won.reason) == (rani, True)
    assert Deal.objects.get(pk=sent.quote.deal_id).outcome == "won"


def test_by_policy_the_deal_moves_to_the_last_open_stage(rani):
    after_acceptance("last_stage")
    sent = sent_quote(rani)

    accept(sent, name="Anna")

    deal = Deal.objects.get(pk=sent.quote.deal_id)
    last = Stage.objects.filter(pipeline=deal.pipeline, is_for_won=False).order_by("-position").first()
    assert (deal.stage, deal.is_open) == (last, True)


def test_a_deal_that_is_in_the_last_stage_already_stays_there(rani):
    after_acceptance("last_stage")
    deal = deal_of(rani)
    move(deal, Stage.objects.filter(pipeline=deal.pipeline, is_for_won=False).last(), by=rani)
    sent = sent_quote(rani, deal=deal)

    accept(sent, name="Anna")

    assert QuoteChange.objects.get(kind="accepted").reason.startswith("Anna. “")


def test_by_policy_the_deal_stays(rani):
    after_acceptance("stay")
    sent = sent_quote(rani)

    accept(sent, name="Anna")

    assert not StageChange.objects.filter(deal=sent.quote.deal_id).exclude(kind="opened").exists()


def test_a_deal_that_is_closed_is_left_alone_and_that_is_said(rani):
    sent = sent_quote(rani)
    lose(sent.quote.deal, reason=LossReason.objects.first(), by=rani)

    accept(sent, name="Anna")

    assert "stays so" in QuoteChange.objects.get(kind="accepted").reason
    assert Deal.objects.get(pk=sent.quote.deal_id).outcome == "lost"


def test_the_deals_own_amount_stays_and_a_difference_is_told(rani):
    sent = sent_quote(rani, deal=deal_of(rani, amount=Decimal(700)))

    accept(sent, name="Anna")

    bell = Notification.objects.get(user=rani, kind="quote_accepted")
    assert bell.body.endswith("The quote comes to $100.00 without tax, and the deal to $700.00.")
    assert Deal.objects.get(pk=sent.quote.deal_id).amount == 700


def test_owner_and_sender_are_told_of_an_answer_but_not_who_recorded_it(rani, maya):
    deal = deal_of(rani)
    first = send(drafted_quote(maya, deal=deal), by=maya)
    accept(first, name="Anna")
    second = send(drafted_quote(maya, deal=deal_of(rani)), by=maya)
    decline(second, name="Anna", reason="Too dear", recorded_by=maya)

    told = set(Notification.objects.values_list("user__name", "kind"))
    assert told == {("Rani", "quote_accepted"), ("Maya", "quote_accepted"), ("Rani", "quote_declined")}


def test_what_is_written_down_speaks_the_owners_language_and_not_the_customers(rani):
    sent = sent_quote(rani)

    with translation.override("vi"):
        accept(sent, name="Anna")

    assert LifecycleChange.objects.filter(to_stage="customer").first().cause == "A deal was won"


# --- Many at once -----------------------------------------------------------------------------------------------------

racing = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def race(*acts: Callable[[], object]):
    """Do different things at the same moment."""
    return at_once(lambda number: acts[number](), len(acts))


class TestAtOnce:
    pytestmark = racing

    def test_of_twenty_acceptances_one_counts(self, rani):
        sent = sent_quote(rani)

        outcomes = at_once(lambda number: accept(sent, name=f"Anna {number}"), 20)

        assert outcomes == {"done": 1, "quote_accepted": 19}
        assert StageChange.objects.filter(kind="won").count() == 1
        assert Event.objects.filter(name="deals.quote_accepted").count() == 1

    def test_control_without_the_lock_more_than_one_is_written(self, rani):
        sent = sent_quote(rani)
        together = connection.settings_dict["OPTIONS"]["pool"]["max_size"] - 1
        everybody_has_read = threading.Barrier(together)

        def accept_unguarded(_number):
            with transaction.atomic():
                assert standing(sent) == "sent"
                everybody_has_read.wait(timeout=30)
                QuoteChange.objects.create(
                    quote=sent.quote, revision=1, kind="accepted", to_state="accepted", at=timezone.now()
                )

        assert at_once(accept_unguarded, together) == {"done": together}
        assert QuoteChange.objects.filter(kind="accepted").count() == together

    def test_accepting_and_declining_at_once_gives_one_answer(self, rani):
        sent = sent_quote(rani)

        at_once(lambda n: accept(sent, name="A") if n % 2 else decline(sent, name="B", reason="x"), 10)

        quote = Quote.objects.get()
        assert QuoteAnswer.objects.get().accepted == (quote.state == "accepted")
        assert quote.changes.first().to_state == quote.state

    def test_a_quote_is_either_accepted_or_withdrawn(self, rani):
        sent = [sent_quote(rani) for _ in range(5)]

        for each in sent:
            race(
                lambda each=each: accept(each, name="Anna"), lambda each=each: withdraw(each.quote, by=rani, reason="x")
            )

        for quote in Quote.objects.all():
            assert QuoteAnswer.objects.filter(quote=quote).exists() == (quote.state == "accepted")
            assert (quote.deal.outcome == "won") == (quote.state == "accepted")

    def test_a_revision_is_either_accepted_or_replaced(self, rani):
        for _ in range(5):
            sent = sent_quote(rani)
            revise(sent.quote, by=rani)

            outcomes = race(lambda sent=sent: accept(sent, name="Anna"), lambda sent=sent: send(sent.quote, by=rani))

            newer = sent.quote.revisions.filter(sent_at__isnull=False).count() == 2
            assert QuoteAnswer.objects.filter(revision=sent).exists() != newer
            assert outcomes in ({"done": 1, "quote_accepted": 1}, {"done": 1, "quote_replaced": 1})

    def test_an_acceptance_while_the_deal_is_won_by_hand_is_kept(self, rani):
        for _ in range(5):
            sent = sent_quote(rani)

            outcomes = race(
                lambda sent=sent: accept(sent, name="Anna"), lambda sent=sent: win(sent.quote.deal, by=rani)
            )

            assert outcomes["done"] >= 1
            assert QuoteAnswer.objects.filter(revision=sent).exists()
            assert StageChange.objects.filter(deal=sent.quote.deal_id, kind="won").count() == 1

    def test_no_letter_leaves_after_its_quote_was_withdrawn(self, rani):
        for _ in range(5):
            sent = sent_quote(rani, by_email=False)
            send_again(sent.quote, by=rani, to="anna@example.com")
            letter = Message.objects.first()
            Message.objects.filter(pk=letter.pk).update(
                state="waiting", sent_at=None, next_attempt_at=timezone.now(), claim="", claimed_until=None
            )
            mail.outbox.clear()

            race(
                lambda letter=letter: send_message(letter.pk, now=timezone.now()),
                lambda sent=sent: withdraw(sent.quote, by=rani, reason="x"),
            )

            letter.refresh_from_db()
            assert letter.state == ("sent" if mail.outbox else "cancelled")

    def test_quotes_sent_at_once_are_numbered_without_a_gap(self, rani):
        SellerFactory()
        quotes = [drafted_quote(rani) for _ in range(12)]

        assert at_once(lambda number: send(quotes[number], by=rani), 12) == {"done": 12}
        assert sorted(Quote.objects.values_list("sequence", flat=True)) == list(range(1, 13))

    def test_of_many_clicks_on_send_one_sends(self, rani):
        quote = drafted_quote(rani)

        assert at_once(lambda _: send(quote, by=rani), 8) == {"done": 1, "no_draft": 7}
        assert Message.objects.filter(kind="quote").count() == 1

    def test_pages_asked_for_at_once_are_kept_once(self, rani):
        sent = sent_quote(rani)

        at_once(lambda _: pages_of(sent), 8)

        assert StoredPdf.objects.count() == 1
