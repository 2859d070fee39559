"""Discounts of quotes: reckoned over the list prices, and above a person's limit approved by a manager."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.common.errors import DomainError
from contacts.models import Notification
from deals.documents.drafting import DraftLine
from deals.models import Currency, DiscountLimit, QuoteRevision
from deals.quotes.approving import approve, ask_approval, refuse_approval
from deals.quotes.discounting import discount_from_list, explain
from deals.quotes.drafting import change_revision
from deals.quotes.sending import send
from tests.factories.billing import line
from tests.factories.deals import ProductFactory
from tests.factories.quotes import draft, drafted_quote, refused, sent_quote

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lines", "discount", "comes_to"),
    [
        ([{"unit_price": "100"}], "0", "0"),
        ([{"unit_price": "100", "discount": "10"}], "0", "10.00"),
        # A price below the list is a discount too, and discounts multiply.
        ([{"unit_price": "80", "discount": "10"}], "0", "28.00"),
        ([{"unit_price": "80", "discount": "10"}], "50", "64.00"),
        # Over the whole quote: half of it at 20 % less.
        ([{"unit_price": "100"}, {"unit_price": "80"}], "0", "10.00"),
        # More than the list price in one line doesn't make up for less in another.
        ([{"unit_price": "120"}, {"unit_price": "80"}], "0", "9.09"),
        ([{"unit_price": "0"}], "0", "100.00"),
    ],
)
def test_the_discount_is_reckoned_over_the_list_prices(rani, lines, discount, comes_to):
    product = ProductFactory(price=Decimal(100))
    rows = [
        DraftLine(product, unit_price=Decimal(each["unit_price"]), discount=Decimal(each.get("discount", 0)))
        for each in lines
    ]

    quote = drafted_quote(rani, rows, discount=Decimal(discount))

    assert draft(quote).discount_from_list == Decimal(comes_to)


def test_what_has_no_list_price_in_the_quotes_currency_is_reckoned_from_its_own(rani):
    product = ProductFactory(price=Decimal(1_000_000), currency=Currency.objects.get(code="IDR"))
    rows = [DraftLine(product, unit_price=Decimal(60), discount=Decimal(5)), line(40, discount=Decimal(5))]

    assert draft(drafted_quote(rani, rows)).discount_from_list == 5


def test_up_to_the_limit_nobody_is_asked(rani):
    assert draft(drafted_quote(rani, discount=Decimal(10))).approval == "not_needed"


def test_above_the_limit_a_quote_is_not_sent_and_says_who_can_approve(rani, maya):
    quote = drafted_quote(rani, discount=Decimal("10.01"))

    with pytest.raises(DomainError, match="Maya can give it") as refusal:
        send(quote, by=rani)

    assert refusal.value.code == "approval_needed"
    assert refusal.value.facts == {"discount": "10.01", "limit": "10.00"}


def test_a_limit_of_ones_own_goes_before_the_policys(rani):
    DiscountLimit.objects.create(user=rani, percent=Decimal(30))

    assert draft(drafted_quote(rani, discount=Decimal(30))).approval == "not_needed"


def test_asking_for_approval_rings_the_managers_bell(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))

    ask_approval(draft(quote), by=rani, note="A large order follows")

    bell = Notification.objects.get(user=maya)
    assert ("15%" in bell.title, bell.body) == (True, "A large order follows")
    assert QuoteRevision.objects.waiting_for_approval().get() == draft(quote)


def test_without_a_manager_above_everybody_who_may_approve_is_asked(bima, maya, ana):
    quote = drafted_quote(bima, discount=Decimal(15))

    ask_approval(draft(quote), by=bima)

    assert set(Notification.objects.values_list("user", flat=True)) == {maya.pk, ana.pk}


def test_where_nobody_can_approve_the_asker_is_told(bima):
    quote = drafted_quote(bima, discount=Decimal(15))

    with refused("nobody_can_approve"):
        ask_approval(draft(quote), by=bima)


def test_approved_quotes_are_sent_and_the_asker_is_told(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    ask_approval(draft(quote), by=rani)

    approve(draft(quote), by=maya)
    sent = send(quote, by=rani)

    assert (sent.approval, sent.approved_by) == ("given", maya)
    assert Notification.objects.filter(user=rani, kind="quote_approval").count() == 1


def test_a_rep_does_not_approve(rani, bima):
    quote = drafted_quote(rani, discount=Decimal(15))

    with refused("approval_not_permitted"):
        approve(draft(quote), by=rani)


def test_a_manager_needs_nobody(maya):
    sent = sent_quote(maya, discount=Decimal(50))

    assert sent.approval == "not_needed"


def test_a_higher_discount_needs_approval_anew_and_a_lower_one_does_not(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    approve(draft(quote), by=maya)

    lower = change_revision(draft(quote), by=rani, discount=Decimal(12)).approval
    again = change_revision(draft(quote), by=rani, discount=Decimal(15)).approval
    higher = change_revision(draft(quote), by=rani, discount=Decimal("15.01")).approval

    assert (lower, again, higher) == ("given", "given", "needed")


def test_nothing_is_approved_that_rose_since_the_manager_looked(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    ask_approval(draft(quote), by=rani)
    seen = draft(quote)
    change_revision(draft(quote), by=rani, discount=Decimal(40))

    with refused("discount_changed"):
        approve(draft(quote), by=maya, seen=seen)


def test_a_question_is_asked_anew_when_the_discount_rises(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    ask_approval(draft(quote), by=rani)

    assert change_revision(draft(quote), by=rani, discount=Decimal(14)).approval == "asked"
    assert change_revision(draft(quote), by=rani, discount=Decimal(16)).approval == "needed"


def test_a_manager_who_mends_a_draft_leaves_the_question_open(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    ask_approval(draft(quote), by=rani)

    assert change_revision(draft(quote), by=maya, terms="Cash").approval == "asked"


def test_a_refusal_says_why_and_stands_until_the_discount_changes(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    with refused("refusal_needs_reason"):
        refuse_approval(draft(quote), by=maya, note=" ")

    refuse_approval(draft(quote), by=maya, note="Too much")

    with refused("approval_refused"):
        send(quote, by=rani)
    assert change_revision(draft(quote), by=rani, terms="Cash").approval == "refused"
    assert change_revision(draft(quote), by=rani, discount=Decimal(14)).approval == "needed"


def test_what_is_asked_already_is_not_asked_twice(rani, maya):
    quote = drafted_quote(rani, discount=Decimal(15))
    ask_approval(draft(quote), by=rani)

    with refused("approval_pending"):
        ask_approval(draft(quote), by=rani)


def test_what_needs_no_approval_is_not_asked(rani, maya):
    with refused("approval_not_needed"):
        ask_approval(draft(drafted_quote(rani)), by=rani)


def test_the_explanation_tells_everybody_their_own_side(rani, maya):
    revision = draft(drafted_quote(rani, discount=Decimal(15)))

    assert "you may give 10%" in explain(revision, by=rani)
    assert "You can approve or refuse" in explain(revision, by=maya)


@given(
    prices=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500), st.integers(0, 100)), min_size=1, max_size=4),
    discount=st.integers(0, 100),
)
def test_the_discount_never_leaves_zero_to_a_hundred(prices, discount):
    revision = _Priced(prices, discount)

    assert 0 <= discount_from_list(revision) <= 100


class _Priced:
    """A revision with lines in memory: (list price, unit price, discount)."""

    def __init__(self, prices, discount):
        self.discount, self.currency_id, self.lines = Decimal(discount), "USD", self
        self._rows = [_Line(*each) for each in prices]

    def select_related(self, *_names):
        return self._rows


class _Line:
    def __init__(self, listed, price, discount):
        self.quantity, self.unit_price, self.discount = Decimal(3), Decimal(price), Decimal(discount)
        self.product = type("Listed", (), {"price": Decimal(listed), "currency_id": "USD"})
