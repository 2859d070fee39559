"""Quotes: copied from a deal, approved where the discount is high, sent once and never changed, revised, withdrawn."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.integrations.models import Event
from contacts.messages.sending import send_message
from contacts.models import Message
from deals.models import NumberSeries, Quote, QuoteRevision, SalesPolicy, TaxRate
from deals.pipeline.editing import LineInput, set_lines
from deals.quotes.approving import approve
from deals.quotes.comparing import compare
from deals.quotes.drafting import change_revision, discard_revision, draft_quote, revise
from deals.quotes.linking import link_for
from deals.quotes.pages import pages_of, preview_of
from deals.quotes.sending import extend, send, send_again
from deals.quotes.standing import standing, standing_of_quote, with_standing
from deals.quotes.withdrawing import withdraw
from tests.factories.billing import SellerFactory, line
from tests.factories.contacts import CompanyFactory
from tests.factories.deals import ProductFactory
from tests.factories.quotes import anna, deal_of, draft, drafted_quote, refused, sent_quote

pytestmark = pytest.mark.django_db


# --- Drafting ---------------------------------------------------------------------------------------------------------


def test_a_quote_begins_with_the_lines_of_its_deal(rani):
    SellerFactory()
    deal = deal_of(rani)
    set_lines(deal, [LineInput(ProductFactory(name="Drill", unit="set"), Decimal(3), Decimal(90), Decimal(5))])

    quote = draft_quote(deal, by=rani)

    copied = draft(quote).lines.get()
    assert (copied.description, copied.unit, copied.quantity, copied.unit_price, copied.discount, copied.amount) == (
        "Drill",
        "set",
        3,
        90,
        5,
        Decimal("256.50"),
    )


def test_a_deal_without_lines_is_quoted_as_one_line(rani):
    SellerFactory()

    quote = draft_quote(deal_of(rani, name="Refit", amount=Decimal(500)), by=rani)

    assert draft(quote).lines.values_list("description", "unit_price").get() == ("Refit", 500)


def test_a_deal_without_lines_and_amount_is_quoted_empty(rani):
    SellerFactory()

    quote = draft_quote(deal_of(rani), by=rani)

    assert not draft(quote).lines.exists()


@pytest.mark.parametrize(
    ("spoken", "country", "language"), [("vi", "ID", "vi"), ("", "ID", "id"), ("", "VN", "vi"), ("", "DE", "en")]
)
def test_a_quote_is_in_the_customers_language(rani, spoken, country, language):
    SellerFactory()
    deal = deal_of(rani, contact=anna(language=spoken), company=CompanyFactory(country=country))

    assert draft(draft_quote(deal, by=rani)).language == language


def test_a_quote_is_valid_as_long_as_the_policy_says(rani):
    SellerFactory(time_zone="Asia/Jakarta")
    SalesPolicy.objects.current()
    SalesPolicy.objects.update(quote_valid_days=10)

    with time_machine.travel(datetime(2026, 3, 1, 20, tzinfo=UTC), tick=False):  # the 2nd in Jakarta
        quote = draft_quote(deal_of(rani), by=rani)

    assert draft(quote).valid_until == date(2026, 3, 12)


def test_the_terms_say_when_to_pay_as_the_policy_says(rani):
    SellerFactory()
    SalesPolicy.objects.current()
    SalesPolicy.objects.update(payment_days=14)

    assert draft(draft_quote(deal_of(rani), by=rani)).terms == "Payment within 14 days of the invoice."


def test_a_lost_deal_is_not_quoted(rani):
    SellerFactory()

    with refused("deal_lost"):
        draft_quote(deal_of(rani, lost=True), by=rani)


def test_without_a_seller_of_our_own_nothing_is_quoted(rani):
    with refused("seller_missing"):
        draft_quote(deal_of(rani), by=rani)


def test_a_draft_is_priced_anew_with_each_change(rani):
    quote = drafted_quote(rani, [line(100)])

    changed = change_revision(draft(quote), by=rani, lines=[line(100), line(50)], discount=Decimal(10))

    assert (changed.subtotal, changed.discount_amount, changed.total) == (150, 15, 135)


def test_a_day_that_is_past_is_no_day_until_which_a_quote_is_valid(rani):
    quote = drafted_quote(rani)

    with pytest.raises(ValidationError, match="past"):
        change_revision(draft(quote), by=rani, valid_until=timezone.localdate() - timedelta(days=2))


def test_only_what_an_author_decides_can_be_changed(rani):
    with pytest.raises(TypeError):
        change_revision(draft(drafted_quote(rani)), by=rani, total=Decimal(1))


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_a_quote_gets_its_number_when_it_is_sent_and_keeps_it(rani):
    first = sent_quote(rani)
    change_revision(revise(first.quote, by=rani), by=rani, terms="Cash")

    second = send(first.quote, by=rani)

    year = timezone.localdate().year
    assert (first.quote.number, second.quote.number) == (f"Q-{year}-00001",) * 2
    assert second.revision == 2


def test_what_can_not_be_sent_takes_no_number(rani):
    quote = drafted_quote(rani, deal=deal_of(rani, contact=anna(emails=())))

    with refused("no_address"):
        send(quote, by=rani)

    assert not NumberSeries.objects.exists()
    assert Quote.objects.get().number == ""


def test_a_sent_quote_carries_copies_of_both_sides(rani):
    sent = sent_quote(rani)
    sent.quote.deal.company.name = "Renamed"
    sent.quote.deal.company.save()

    kept = QuoteRevision.objects.get(pk=sent.pk)
    assert (kept.buyer_copy["name"], kept.buyer_copy["attention"]) == ("Kedai Senja", "Anna Berg")
    assert kept.seller_copy["name"].startswith("PT Nusantara")


def test_a_sent_quote_is_taxed_by_the_rates_of_its_day(rani):
    SellerFactory()
    quote = drafted_quote(rani, [line(1100, tax_category="standard")])
    TaxRate.objects.create(country="ID", category="standard", valid_from=timezone.localdate(), rate=Decimal(20))

    assert send(quote, by=rani).tax == 220


def test_the_letter_brings_the_pages_and_the_link(rani):
    sent = sent_quote(rani)

    letter = Message.objects.get()
    assert (letter.to_address, letter.sender, letter.language) == ("anna@example.com", rani, "en")
    assert link_for(sent) in letter.text
    assert link_for(sent) in letter.html
    assert bytes(letter.attachments.get().content) == bytes(pages_of(sent).content)


def test_the_letter_is_in_the_language_of_the_quote(rani):
    sent_quote(rani, language="id")

    assert Message.objects.get().language == "id"


def test_a_letter_goes_to_the_address_that_was_given(rani):
    sent = send(drafted_quote(rani), by=rani, to="buying@EXAMPLE.com")

    assert (Message.objects.get().to_address, sent.sent_to) == ("buying@example.com", "buying@example.com")


def test_a_letter_to_what_is_no_address_is_refused(rani):
    with pytest.raises(ValidationError) as fault:
        send(drafted_quote(rani), by=rani, to="nobody")

    assert "to" in fault.value.message_dict


def test_without_an_address_the_link_is_handed_over(rani):
    quote = drafted_quote(rani, deal=deal_of(rani, contact=anna(emails=())))

    sent = send(quote, by=rani, by_email=False)

    assert (sent.sent_to, Message.objects.count()) == ("", 0)
    assert link_for(sent).startswith("http")


def test_sending_is_announced(rani):
    sent = sent_quote(rani)

    event = Event.objects.get(name="deals.quote_sent")
    assert event.payload == {"revision": 1, "deal": sent.quote.deal_id}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"lines": []}, "quote_without_lines"), ({"contact": None}, "quote_without_buyer")],
)
def test_an_incomplete_quote_is_not_sent(rani, changes, code):
    deal = deal_of(rani, company=None)

    with refused(code):
        send(drafted_quote(rani, deal=deal, **changes), by=rani, to="anna@example.com")


def test_a_draft_whose_day_has_passed_is_not_sent(rani):
    quote = drafted_quote(rani)

    with time_machine.travel(timezone.now() + timedelta(days=40)), refused("valid_until_past"):
        send(quote, by=rani)


def test_what_was_sent_is_not_sent_twice(rani):
    sent = sent_quote(rani)

    with refused("no_draft"):
        send(sent.quote, by=rani)


def test_a_sent_revision_never_changes(rani):
    sent = sent_quote(rani)

    with refused("revision_sent"):
        change_revision(sent, by=rani, terms="Cash")
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteRevision.objects.filter(pk=sent.pk).update(terms="Cash")


def test_a_draft_can_be_looked_at_before_it_is_sent(rani):
    quote = drafted_quote(rani)

    assert preview_of(draft(quote)).startswith(b"%PDF")
    assert draft(quote).seller_copy == {}


def test_a_draft_has_no_pages_to_be_kept(rani):
    with refused("quote_not_sent"):
        pages_of(draft(drafted_quote(rani)))


def test_the_pages_stay_the_same_bytes_whatever_becomes_of_the_customer(rani):
    sent = sent_quote(rani)
    before = bytes(pages_of(sent).content)
    sent.quote.contact.full_name = "Somebody Else"
    sent.quote.contact.save()

    assert bytes(pages_of(QuoteRevision.objects.get(pk=sent.pk)).content) == before


def test_a_quote_can_be_mailed_again(rani):
    sent = sent_quote(rani)

    send_again(sent.quote, by=rani, message="Did you get it?")

    assert Message.objects.filter(kind="quote").count() == 2
    assert "Did you get it?" in Message.objects.first().text


def test_what_is_expired_is_not_mailed_again(rani):
    sent = sent_quote(rani)

    with time_machine.travel(timezone.now() + timedelta(days=40)), refused("quote_expired"):
        send_again(sent.quote, by=rani)


# --- The letter on its way --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_letter_leaves_while_its_quote_counts(rani, mailoutbox):
    sent_quote(rani)

    assert [email.to for email in mailoutbox] == [["Anna Berg <anna@example.com>"]]


def test_a_letter_that_waits_does_not_leave_once_the_quote_is_withdrawn(rani, mailoutbox):
    sent = sent_quote(rani)

    withdraw(sent.quote, by=rani, reason="Wrong price")

    assert (Message.objects.get().state, mailoutbox) == ("cancelled", [])


def test_a_letter_that_waits_does_not_leave_once_its_revision_is_replaced(rani):
    sent = sent_quote(rani)

    extend(sent.quote, until=sent.valid_until + timedelta(days=3), by=rani)

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "waiting"]


def test_a_letter_is_asked_about_once_more_just_before_it_leaves(rani):
    sent_quote(rani)
    letter = Message.objects.get()

    with time_machine.travel(timezone.now() + timedelta(days=40)):
        left = send_message(letter.pk, now=timezone.now())

    letter.refresh_from_db()
    assert (left, letter.state, letter.cancel_reason) == (False, "cancelled", "The quote is expired by now.")


# --- Revising, extending, withdrawing ---------------------------------------------------------------------------------


def test_the_next_revision_begins_as_what_was_sent(rani):
    sent = sent_quote(rani, [line(100), line(50)], discount=Decimal(5), terms="Cash")

    newer = revise(sent.quote, by=rani)

    assert (newer.revision, newer.total, newer.terms, newer.lines.count()) == (2, sent.total, "Cash", 2)


def test_until_the_next_revision_is_sent_the_last_one_counts(rani):
    sent = sent_quote(rani)
    revise(sent.quote, by=rani)
    before = standing(sent)

    send(sent.quote, by=rani)

    assert (before, standing(sent)) == ("sent", "replaced")


def test_a_quote_that_was_never_sent_has_nothing_to_revise(rani):
    with refused("quote_not_sent"):
        revise(drafted_quote(rani), by=rani)


def test_two_revisions_are_not_written_at_once(rani):
    sent = sent_quote(rani)
    revise(sent.quote, by=rani)

    with refused("revision_in_draft"):
        revise(sent.quote, by=rani)


def test_what_was_sent_at_a_discount_can_be_sent_again_at_it(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    approve(draft(quote), by=maya)
    send(quote, by=rani)

    newer = revise(quote, by=rani)

    assert (newer.approval, newer.approved_by) == ("given", maya)
    assert change_revision(newer, by=rani, discount=Decimal(16)).approval == "needed"


def test_a_revision_nobody_wants_is_discarded(rani):
    sent = sent_quote(rani)
    newer = revise(sent.quote, by=rani)

    discard_revision(newer, by=rani)

    assert sent.quote.revisions.get() == sent
    assert sent.quote.changes.first().kind == "discarded"


def test_the_first_draft_is_withdrawn_and_not_discarded(rani):
    with refused("first_revision"):
        discard_revision(draft(drafted_quote(rani)), by=rani)


def test_comparing_tells_what_changed_with_both_values(rani):
    sent = sent_quote(rani, [line(100, description="Drill"), line(50, description="Saw"), line(10, description="Bit")])
    newer = change_revision(
        revise(sent.quote, by=rani),
        by=rani,
        lines=[line(90, description="Drill"), line(10, description="Bit"), line(5, description="Glove")],
        terms="Cash",
    )

    found = {(each.line, each.name): (each.before, each.after) for each in compare(sent, newer)}

    assert found["Drill", "unit_price"] == (100, 90)
    assert found["Glove", "line"][0] is None
    assert found["Saw", "line"][1] is None
    assert found["", "terms"] == (sent.terms, "Cash")
    assert found["", "total"] == (160, 105)
    assert not [each for each in found if each[0] == "Bit"]


def test_revisions_that_are_alike_differ_in_nothing(rani):
    sent = sent_quote(rani, [line(100), line(50)])
    newer = change_revision(revise(sent.quote, by=rani), by=rani, valid_until=sent.valid_until)

    assert compare(sent, newer) == []


def test_more_time_is_a_new_revision_with_a_later_day(rani):
    sent = sent_quote(rani)
    later = sent.valid_until + timedelta(days=14)

    newer = extend(sent.quote, until=later, by=rani)

    assert (newer.revision, newer.valid_until, newer.total, newer.sent_to) == (2, later, sent.total, sent.sent_to)
    assert sent.quote.changes.first().kind == "extended"


def test_an_expired_quote_can_be_extended(rani):
    sent = sent_quote(rani)

    with time_machine.travel(timezone.now() + timedelta(days=40)):
        newer = extend(sent.quote, until=timezone.localdate() + timedelta(days=5), by=rani)

        assert standing(newer) == "sent"


def test_more_time_is_later_than_before(rani):
    sent = sent_quote(rani)

    with refused("not_later"):
        extend(sent.quote, until=sent.valid_until, by=rani)


def test_withdrawing_says_why(rani):
    sent = sent_quote(rani)
    with refused("withdrawal_needs_reason"):
        withdraw(sent.quote, by=rani, reason=" ")

    withdraw(sent.quote, by=rani, reason="Wrong price")

    change = sent.quote.changes.first()
    assert (change.kind, change.to_state, change.reason, change.by) == ("withdrawn", "withdrawn", "Wrong price", rani)


def test_a_withdrawn_quote_stays_withdrawn(rani):
    quote = drafted_quote(rani)
    revision = draft(quote)
    withdraw(quote, by=rani, reason="A mistake")

    for act in (
        lambda: send(quote, by=rani),
        lambda: change_revision(revision, by=rani, terms="Cash"),
        lambda: withdraw(quote, by=rani, reason="Again"),
        lambda: revise(quote, by=rani),
    ):
        with refused("quote_withdrawn"):
            act()


# --- Standing and visibility ------------------------------------------------------------------------------------------


def test_a_quote_expires_at_the_end_of_its_last_day_where_the_seller_is(rani):
    SellerFactory(time_zone="Asia/Jakarta")
    sent = sent_quote(rani)
    last = datetime(sent.valid_until.year, sent.valid_until.month, sent.valid_until.day, 16, 59, tzinfo=UTC)

    with time_machine.travel(last, tick=False):
        before = standing(sent)
    with time_machine.travel(last + timedelta(minutes=1), tick=False):
        after = standing(sent)

    assert (before, after) == ("sent", "expired")


def test_lists_reckon_the_standing_as_the_rules_do(rani):
    drafted_quote(rani)
    sent_quote(rani)
    withdraw(sent_quote(rani).quote, by=rani, reason="x")
    send(drafted_quote(rani, valid_until=timezone.localdate() + timedelta(days=2)), by=rani)
    replaced = sent_quote(rani)
    revise(replaced.quote, by=rani)

    for day in (timezone.localdate(), timezone.localdate() + timedelta(days=3), timezone.localdate() + timedelta(60)):
        listed = {row.pk: row.standing for row in with_standing(Quote.objects.all(), day)}
        reckoned = {quote.pk: standing_of_quote(quote, day).value for quote in Quote.objects.all()}
        assert listed == reckoned


def test_lists_know_what_day_it_is_where_each_seller_is(rani):
    early, late = SellerFactory(time_zone="Pacific/Kiritimati"), SellerFactory(time_zone="Pacific/Niue")
    deals = [deal_of(rani), deal_of(rani)]
    quotes = [draft_quote(deal, by=rani, seller=seller) for deal, seller in zip(deals, (early, late), strict=True)]
    day = timezone.localdate() + timedelta(days=5)
    for quote in quotes:
        change_revision(draft(quote), by=rani, lines=[line()], valid_until=day)
        send(quote, by=rani, to="anna@example.com")

    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
        listed = {row.pk: row.standing for row in with_standing(Quote.objects.all())}

    assert listed == {quotes[0].pk: "expired", quotes[1].pk: "sent"}


def test_lists_show_the_revision_that_counts(rani):
    sent = sent_quote(rani)
    change_revision(revise(sent.quote, by=rani), by=rani, discount=Decimal(5))

    row = with_standing(Quote.objects.all()).get()

    assert (row.current, row.total, row.revision_number) == (sent.pk, 100, 1)


def test_a_list_costs_the_same_for_one_quote_and_for_many(rani, django_assert_num_queries):
    for _ in range(3):
        sent_quote(rani)

    with django_assert_num_queries(2):
        list(with_standing(Quote.objects.all()))


def test_quotes_are_seen_with_their_deal(rani, bima, maya, fina):
    sent_quote(rani)

    seen = {user.name: Quote.objects.visible_to(user).count() for user in (rani, bima, maya, fina)}

    assert seen == {"Rani": 1, "Bima": 0, "Maya": 1, "Fina": 1}


def test_only_managers_may_approve(rani, maya, ana, fina, iris):
    may = {user.name: user.has_perm("deals.approve_quote") for user in (rani, maya, ana, fina, iris)}

    assert may == {"Rani": False, "Maya": True, "Ana": True, "Fina": False, "Iris": False}
