"""The money of won deals, shared over the touches before them: exact, by version, and the same on every way."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.attribution import sharing, stepwise
from campaigns.attribution.methods import Method
from campaigns.attribution.proving import shares_are_the_money_they_were_made_of
from campaigns.attribution.reading import credit
from campaigns.models import AttributionModel, AttributionRun, Share
from contacts.models import User
from deals.billing.allocating import take_back
from deals.billing.crediting import credit as credit_note
from deals.billing.paying import pay
from deals.models import Currency, ExchangeRate
from deals.pipeline.moving import reopen
from tests.factories.billing import issued, line
from tests.factories.campaigns import TouchFactory
from tests.factories.campaigns_attribution import model_of, parts, touched, won_deal
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def test_a_new_house_has_the_seven_models_and_shows_last_touch_on_paid_first() -> None:
    first = AttributionModel.objects.all()[0]

    assert set(AttributionModel.objects.values_list("method", flat=True)) == set(Method.values)
    assert (first.method, first.basis, first.is_default) == ("last", "paid", True)


def test_linear_gives_the_units_left_over_to_the_earliest_touches() -> None:
    anna = ContactFactory()
    clicks = touched(anna, 9, 5, 1)
    won_deal(100, anna)

    made = sharing.run(model_of("linear"))

    assert parts(made.shares) == [
        (clicks[0].pk, Decimal("33.34")),
        (clicks[1].pk, Decimal("33.33")),
        (clicks[2].pk, Decimal("33.33")),
    ]
    assert (made.deals, made.untouched, made.shared_amount) == (1, 0, 100)


def test_only_touches_of_the_deals_people_in_the_window_count() -> None:
    anna, stranger = ContactFactory(), ContactFactory()
    _early, counted = touched(anna, 31, 29)
    touched(anna, -2)
    touched(stranger, 3)
    TouchFactory(contact=anna, kind="opened")
    won_deal(100, anna)

    made = sharing.run(model_of("linear", window_days=30))

    assert parts(made.shares) == [(counted.pk, Decimal(100))]


def test_colleagues_count_where_the_model_says_so_and_are_marked() -> None:
    company = CompanyFactory()
    anna, colleague = ContactFactory(company=company), ContactFactory(company=company)
    (own,), (other,) = touched(anna, 4), touched(colleague, 2)
    won_deal(100, anna, company=company)

    without = sharing.run(model_of("linear"))
    made = sharing.run(model_of("linear", include_colleagues=True))

    assert parts(without.shares) == [(own.pk, Decimal(100))]
    assert sorted(made.shares.values_list("touch", "via_company")) == sorted([(own.pk, False), (other.pk, True)])


def test_deals_without_a_touch_or_a_rate_are_counted_and_listed() -> None:
    anna = ContactFactory()
    touched(anna, 1)
    lonely = won_deal(70)
    foreign = won_deal(1000, anna, currency=Currency.objects.get(code="IDR"))

    made = sharing.run(model_of("linear"))

    assert (made.deals, made.untouched, made.without_rate, made.unshared_amount) == (2, 1, 1, 70)
    assert [each.deal for each in made.won_deals.untouched()] == [lonely]
    assert [each.deal for each in made.won_deals.without_rate()] == [foreign]
    assert not made.shares.exists()


def test_other_currencies_are_converted_by_the_rate_of_their_day() -> None:
    ExchangeRate.objects.create(
        currency=Currency.objects.get(code="IDR"), rate=Decimal("0.0001"), valid_from=timezone.localdate()
    )
    anna = ContactFactory()
    touched(anna, 1)
    won_deal(150_000, anna, currency=Currency.objects.get(code="IDR"))

    assert sharing.run(model_of("first")).shared_amount == 15


def test_a_rerun_makes_a_new_version_and_keeps_the_old() -> None:
    anna, model = ContactFactory(), model_of("last")
    touched(anna, 3)
    won_deal(100, anna)
    first = sharing.run(model)
    newer = touched(anna, 1)[0]

    second = sharing.run(model)

    first.refresh_from_db()
    assert (first.number, first.is_current, second.number, second.is_current) == (1, False, 2, True)
    assert parts(second.shares) == [(newer.pk, Decimal(100))]
    assert parts(first.shares) != parts(second.shares)


def test_a_credit_note_takes_back_in_proportion(fina: User) -> None:
    anna = ContactFactory()
    clicks = touched(anna, 9, 1)
    deal = won_deal(100, anna)
    invoice = issued([line(60)], deal=deal, contact=anna)
    model = model_of("linear", "invoiced")
    assert parts(sharing.run(model).shares) == [(clicks[0].pk, Decimal(30)), (clicks[1].pk, Decimal(30))]

    credit_note(invoice, by=fina, reason="Broken", lines={invoice.lines.get().pk: Decimal("0.5")})

    assert parts(sharing.run(model).shares) == [(clicks[0].pk, Decimal(15)), (clicks[1].pk, Decimal(15))]


def test_paid_is_what_is_on_the_invoices_now(fina: User) -> None:
    anna = ContactFactory()
    touched(anna, 1)
    invoice = issued([line(60)], deal=won_deal(100, anna), contact=anna)
    model = model_of("linear", "paid")
    assert sharing.run(model).shared_amount == 0

    payment = pay(invoice, amount=Decimal(40), by=fina)
    assert sharing.run(model).shared_amount == 40

    take_back(payment.allocations.get(), by=fina, reason="Wrong invoice")
    assert sharing.run(model).shared_amount == 0


def test_w_shaped_finds_what_made_the_lead_and_the_opportunity_in_the_ledger() -> None:
    anna = ContactFactory()  # a lead from now on; the deal makes her an opportunity, and a customer
    before = touched(anna, 20, 10, 2)
    after = touched(anna, -0.01)
    won_deal(1000, anna)

    made = sharing.run(model_of("w"))

    assert parts(made.shares) == [
        (before[0].pk, Decimal(300)),
        (before[1].pk, Decimal(50)),
        (before[2].pk, Decimal(600)),
        (after[0].pk, Decimal(50)),
    ]


def test_news_of_money_ask_for_a_run_and_the_sweep_makes_it(django_capture_on_commit_callbacks: Any) -> None:
    now = timezone.now()
    sharing.mark_due(("paid",))
    later = now + 2 * sharing.PAUSE
    assert not sharing.due_models(now)
    model = AttributionModel.objects.get(method="last")
    assert model.pk in sharing.due_models(later)

    AttributionModel.objects.filter(pk=model.pk).update(due_at=now - timedelta(minutes=1))
    assert sharing.run_if_due(model.pk, now) is not None

    assert model.pk not in sharing.due_models(later)
    assert sharing.run_if_due(model.pk, now) is None


def test_a_reopened_deal_is_shared_no_more() -> None:
    anna = ContactFactory()
    touched(anna, 1)
    deal = won_deal(100, anna)
    model = model_of("linear")
    sharing.run(model)

    reopen(deal, by=deal.owner, reason="Not signed")

    assert sharing.run(model).deals == 0


def test_credit_adds_up_by_campaign_and_by_channel(rani: User, bima: User) -> None:
    anna = ContactFactory()
    (mail,), (fair,) = touched(anna, 3), touched(anna, 1, channel="event")
    won_deal(100, anna, owner=rani)
    made = sharing.run(model_of("position"))

    by_campaign = credit("campaign", run=made)

    assert {pk: each.amount for pk, each in by_campaign.items()} == {mail.campaign_id: 50, fair.campaign_id: 50}
    assert credit("channel", run=made)[fair.channel_id].deals == 1
    assert credit("campaign", run=made, user=rani) == by_campaign
    assert credit("campaign", run=made, user=bima) == {}


def in_order(made: AttributionRun) -> list[Any]:
    """Deal, touch, amount and weight of each share."""
    rows = made.shares.order_by("deal", "touch__at", "touch")
    return list(rows.values_list("deal", "touch", "amount", "weight"))


@given(st.integers(0, 10**6))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_the_pure_function_come_to_the_same_shares(seed: int) -> None:
    chance = random.Random(seed)
    people = [ContactFactory() for _ in range(3)]
    for person in people:
        ages = [chance.choice([chance.uniform(0, 40), 7]) for _ in range(chance.randrange(5))]
        touched(person, *ages, channel=chance.choice(["email", "event", "print"]))
    for _ in range(3):
        won_deal(
            chance.choice([0, "0.01", "99.99", chance.randrange(10**9)]), *chance.sample(people, chance.randint(1, 3))
        )

    for method in Method:
        made = sharing.run(model_of(method, window_days=30))
        found = list(
            made.shares.order_by("deal", "touch__at", "touch").values_list("deal", "touch", "amount", "weight")
        )
        made.shares.all().delete()
        stepwise.write_shares(made, made.model, 2)
        again = in_order(made)

        assert [row[:3] for row in found] == [row[:3] for row in again]
        assert all(abs(one[3] - two[3]) < Decimal("1e-14") for one, two in zip(found, again, strict=True))
    assert not list(shares_are_the_money_they_were_made_of())


def test_a_share_that_was_changed_is_found() -> None:
    anna = ContactFactory()
    touched(anna, 3, 1)
    won_deal(100, anna)
    made = sharing.run(model_of("linear"))
    assert not list(shares_are_the_money_they_were_made_of())

    Share.objects.filter(pk=made.shares.all()[0].pk).update(amount=Decimal("50.01"))

    (finding,) = shares_are_the_money_they_were_made_of()
    assert "100.01" in str(finding)
