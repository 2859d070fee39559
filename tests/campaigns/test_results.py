"""What came of campaigns: a small world worked by hand, whose every figure equals the rows behind it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from campaigns.attribution.models import AttributionModel, AttributionRun, RunDeal, Share
from campaigns.budgets.models import CostState
from campaigns.models import SegmentMember
from campaigns.results.asking import Question, read_question
from campaigns.results.figures import UNITS, results_by, results_of
from campaigns.results.rows import codes, rows_of
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance
from contacts.models import Contact
from deals.models import Currency, DealLine, ExchangeRate
from tests.factories.campaigns import CampaignFactory, CostFactory, PlanFactory, SegmentFactory, TouchFactory
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 7, 15, 10, tzinfo=JAKARTA)
RULE = Cause(CauseKind.RULE, "A rule")


@pytest.fixture(autouse=True)
def _summer():
    with time_machine.travel(NOW, tick=False), timezone.override(JAKARTA):
        yield


def days_ago(days):
    return NOW - timedelta(days=days)


def model_run(basis="paid", method="last", *, is_default=False):
    """A finished run of a model of last touch."""
    model = AttributionModel.objects.create(name=f"{method} {basis}", method=method, basis=basis, is_default=is_default)
    made_with = {"responses_only": True, "include_colleagues": False, "chain_order": 1, "minor_units": 2}
    made_with |= {"method": method, "basis": basis, "window_days": 180, "half_life_days": "7", "currency": "USD"}
    return AttributionRun.objects.create(
        model=model, number=1, started_at=NOW, finished_at=NOW, is_current=True, made_with=made_with
    )


def owe(run, deal, touch, amount):
    """Let a run owe money of a deal to a touch."""
    RunDeal.objects.create(
        run=run, deal=deal, amount=amount, window_from=days_ago(180), window_until=NOW, is_touched=True
    )
    return Share.objects.create(run=run, deal=deal, touch=touch, weight=1, amount=Decimal(amount))


@pytest.fixture
def world(rani):
    """Spring costs 300: it brings two people, of whom Anna buys for 900. Summer costs 50 and brings nobody yet."""
    AttributionModel.objects.all().delete()
    spring, summer = CampaignFactory(name="Spring"), CampaignFactory(name="Summer")
    anna = ContactFactory(full_name="Anna", at=days_ago(20), owner=rani)
    budi = ContactFactory(full_name="Budi", at=days_ago(100), owner=rani)
    TouchFactory(campaign=spring, contact=anna, at=days_ago(20), kind="view")
    click = TouchFactory(campaign=spring, contact=anna, at=days_ago(19))
    TouchFactory(campaign=spring, contact=budi, at=days_ago(10))
    TouchFactory(campaign=summer, contact=budi, at=days_ago(3), kind="sent")
    euro = Currency.objects.get(code="EUR")
    ExchangeRate.objects.create(currency=euro, valid_from=date(2026, 7, 1), rate=Decimal(2))
    CostFactory(campaign=spring, amount=Decimal(100), day=date(2026, 6, 1))
    CostFactory(campaign=spring, amount=Decimal(100), currency="EUR", day=date(2026, 7, 2))
    CostFactory(campaign=spring, amount=Decimal(40), currency="EUR", day=date(2026, 6, 2))
    CostFactory(campaign=spring, amount=Decimal(7000), state=CostState.WAITING)
    CostFactory(campaign=summer, amount=Decimal(50))
    deal = DealFactory(owner=rani, contacts=[anna], amount=Decimal(900), won=True)
    product = ProductFactory(price=Decimal(9), cost=Decimal(3))
    DealLine.objects.create(deal=deal, product=product, quantity=100, unit_price=Decimal(9))
    stranger_deal = DealFactory(owner=rani, amount=Decimal(500), won=True)
    paid, won = model_run("paid", is_default=True), model_run("won")
    # Anna paid 900 and got 90 back by a credit note.
    owe(paid, deal, click, 810)
    owe(won, deal, click, 900)
    RunDeal.objects.create(run=paid, deal=stranger_deal, amount=500, window_from=days_ago(180), window_until=NOW)
    return spring, summer


def test_what_a_campaign_brought_is_told_to_the_last_unit(world, mira):
    spring, _summer = world
    found = results_of(Question(mira, campaign=spring.pk))

    assert {code: found[code].plain for code in UNITS} == {
        "reach": 2, "touches": 3, "responses": 2, "leads": 1, "mqls": 1, "sqls": 1, "opportunities": 1,
        "customers": 1, "deals": 1, "won_deals": 1, "cost": "300.00", "cost_per_lead": "300.00",
        "acquisition_cost": "300.00", "won": "900.00", "invoiced": None, "paid": "810.00", "margin": "540.00",
        "return": "0.800000",
    }  # fmt: skip
    assert found.return_by == "margin"
    assert "540" in found["return"].formula
    assert "300" in found["return"].formula


def test_a_campaign_without_revenue_is_not_yet_a_loss(world, mira):
    _spring, summer = world
    found = results_of(Question(mira, campaign=summer.pk))

    assert found["cost"].plain == "50.00"
    assert (found["return"].value, found["return"].text) == (None, "not yet")
    assert (found["paid"].value, found["paid"].text) == (None, "not yet")
    assert found["cost_per_lead"].text == "no lead yet"


def test_without_costs_there_is_no_return(world, mira):
    spring, _summer = world
    found = results_of(Question(mira, campaign=spring.pk, first=date(2026, 6, 20), last=date(2026, 6, 27)))

    assert found["paid"].plain == "810.00"
    assert (found["return"].value, found["return"].text) == (None, "no cost recorded")


def test_what_is_left_out_is_said(world, mira):
    found = results_of(Question(mira, campaign=world[0].pk))

    assert [each.code for each in found["cost"].left_out] == ["costs_without_rate", "costs_waiting"]
    assert [(each.code, each.count) for each in found.left_out] == [("untouched", 1)]
    assert "1 won deal has no touch in the window" in found.left_out[0].sentence


def test_each_figure_counts_exactly_the_rows_behind_it(world, mira, rani):
    for user in (mira, rani):
        for question in (Question(user), Question(user, campaign=world[0].pk), Question(user, campaign=world[1].pk)):
            found = results_of(question)
            for code, figure in found.figures.items():
                for behind in figure.behind[:1]:
                    listed = rows_of(question, behind)
                    assert listed is not None
                    assert listed.rows.count() == figure.rows, code
            for left_out in (*found.left_out, *found["cost"].left_out, *found["margin"].left_out):
                assert rows_of(question, left_out.rows).rows.count() == left_out.count


def test_groups_tell_the_same_as_each_alone(world, mira):
    plan = PlanFactory()
    segment = SegmentFactory()
    spring, summer = world
    spring.plan = plan
    spring.save()
    spring.segments.add(segment)
    segment.members.create(contact=spring.touches.last().contact, entered_at=NOW)
    channel = spring.touches.first().channel_id
    for by, keys in (
        ("campaign", [spring.pk, summer.pk]), ("plan", [plan.pk]), ("segment", [segment.pk]), ("channel", [channel])
    ):  # fmt: skip
        for key, found in zip(keys, results_by(Question(mira), by, keys), strict=True):
            alone = results_of(Question(mira).of(by, key))
            assert {c: f.plain for c, f in found.figures.items()} == {c: f.plain for c, f in alone.figures.items()}, by


def test_ten_campaigns_cost_no_more_queries_than_one(world, mira, django_assert_num_queries):
    keys = [world[0].pk, *(CampaignFactory().pk for _ in range(9))]
    with django_assert_num_queries(12):
        results_by(Question(mira), "campaign", keys)


def test_who_was_a_customer_before_is_nobodys_new_customer(world, mira):
    old = ContactFactory(at=days_ago(50))
    with time_machine.travel(days_ago(40), tick=False):
        advance(old, to="customer", cause=RULE)
    TouchFactory(campaign=world[1], contact=old, at=days_ago(1))

    assert results_of(Question(mira, campaign=world[1].pk))["customers"].plain == 0


def test_a_reader_counts_whom_they_may_see(world, bima):
    found = results_of(Question(bima, campaign=world[0].pk))

    assert (found["customers"].plain, found["reach"].plain, found["paid"].value) == (0, 0, None)
    assert found["cost"].plain == "300.00"


def test_unknown_product_costs_make_it_a_return_on_revenue(world, mira):
    DealLine.objects.update(unit_price=Decimal(9))
    ProductFactory._meta.model.objects.update(cost=None)
    found = results_of(Question(mira, campaign=world[0].pk))

    assert (found["margin"].value, found["margin"].text) == (None, "costs not known")
    assert (found.return_by, found["return"].plain) == ("paid", "1.700000")
    assert [each.code for each in found["margin"].left_out] == ["margin_unknown"]


def test_what_can_not_be_read_is_refused_by_name(world, mira):
    with pytest.raises(Exception, match="There is no such filter") as refused:
        read_question(mira, {"deal__owner__password": "x", "campaign": "0", "from": "soon"})

    assert set(refused.value.message_dict) == {"deal__owner__password", "campaign", "from"}


def test_every_list_can_be_asked_for(world, mira):
    for code in codes():
        listed = rows_of(Question(mira), code)
        assert listed is None or list(listed.rows[:3]) is not None


def left_out(found, code):
    return {each.code: each.count for each in found[code].left_out}


def test_who_sees_some_people_is_told_what_is_not_counted(world, bima):
    found = results_of(Question(bima, campaign=world[0].pk))

    assert left_out(found, "reach")["touches_hidden"] == 3
    assert left_out(found, "return")["touches_hidden"] == 3
    assert "touches_hidden" not in left_out(found, "cost")


def test_a_segments_figures_say_whose_touches_they_leave_out(world, mira):
    spring, _summer = world
    segment = SegmentFactory(kind="fixed", rule=None, owner=mira)
    spring.segments.add(segment)
    anna = Contact.objects.get(full_name="Anna")
    SegmentMember.objects.create(segment=segment, contact=anna, entered_at=NOW)

    found = results_of(Question(mira, segment=segment.pk))
    by_segment = results_by(Question(mira), "segment", [segment.pk])[0]

    assert (found["touches"].plain, left_out(found, "reach")["touches_outside"]) == (2, 1)
    assert (by_segment["touches"].plain, left_out(by_segment, "reach")["touches_outside"]) == (2, 1)


def test_who_sees_all_is_told_of_nothing_hidden(world, mira):
    found = results_of(Question(mira, campaign=world[0].pk))

    assert not {"touches_hidden", "touches_outside"} & set(left_out(found, "reach"))
