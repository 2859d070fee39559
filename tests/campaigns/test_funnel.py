"""The funnel by cohort: people per stage, conversion and days, by the ledger to the person."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from campaigns.results.funnel import BY, FUNNEL, FunnelQuestion, funnel, people_of
from campaigns.results.proportions import quartiles_of, share_of
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import Cause, advance
from contacts.people.stages import ORDER
from tests.factories.campaigns import CampaignFactory, SegmentFactory, TouchFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 7, 15, 10, tzinfo=JAKARTA)
RULE = Cause(CauseKind.RULE, "A rule")


@pytest.fixture(autouse=True)
def _summer():
    with time_machine.travel(NOW, tick=False), timezone.override(JAKARTA):
        yield


def came(days, *stages, **fields):
    """A contact who came as a lead so many days ago, and to further stages so many days after that."""
    contact = ContactFactory(at=NOW - timedelta(days=days), **fields)
    for stage, after in stages:
        with time_machine.travel(NOW - timedelta(days=days - after), tick=False):
            advance(contact, to=stage, cause=RULE)
    return contact


@pytest.fixture
def people(rani):
    """Five leads of the web, four of whom became MQL after 1, 2, 3 and 10 days, and one of a referral."""
    spring = CampaignFactory(name="Spring")
    segment = SegmentFactory(name="Buyers")
    for days in (1, 2, 3, 10):
        TouchFactory(contact=came(60, ("mql", days), source="web"), campaign=spring)
    came(10, source="web")
    jumped = came(40, ("customer", 4), source="referral", owner=rani)
    segment.members.create(contact=jumped, entered_at=NOW)
    ContactFactory(stage="other", source="web")
    return segment


def by_label(question):
    return {cohort.label: cohort for cohort in funnel(question)}


def test_people_per_stage_with_interval_and_days(people, mira):
    web = next(cohort for cohort in funnel(FunnelQuestion(mira)) if cohort.key == "web")
    lead, mql = web.steps[1], web.steps[2]

    assert (lead.people, mql.people) == (5, 4)
    # Wilson's interval of 4 of 5, as published calculators give it: 37.6 % to 96.4 %.
    assert (mql.conversion.rate, mql.conversion.low, mql.conversion.high) == (
        Decimal("0.8"), Decimal("0.3755"), Decimal("0.9638")
    )  # fmt: skip
    assert (mql.days.first, mql.days.median, mql.days.third) == (Decimal("1.75"), Decimal("2.5"), Decimal("4.75"))


def test_who_skips_stages_reached_them_with_the_later_one(people, mira):
    referral = next(cohort for cohort in funnel(FunnelQuestion(mira)) if cohort.key == "referral")

    assert [step.people for step in referral.steps] == [1, 1, 1, 1, 1, 1, 0]
    assert referral.steps[2].days.median == 4
    assert referral.steps[5].days.median == 0


@pytest.mark.parametrize("by", BY)
def test_every_cohort_agrees_with_the_ledger_and_its_lists(people, mira, by):
    question = FunnelQuestion(mira, by)
    for cohort in funnel(question):
        for step in cohort.steps:
            assert people_of(question, cohort.key, step.stage).count() == step.people
    if by != "segment":
        highest = Counter()
        for contact in set(LifecycleChange.objects.filter(contact__isnull=False).values_list("contact", flat=True)):
            stages = LifecycleChange.objects.filter(contact=contact).values_list("to_stage", flat=True)
            places = max(ORDER.get(stage, 0) for stage in stages)
            highest.update(stage for stage in FUNNEL if ORDER[stage] <= places)
        totals = Counter()
        for cohort in funnel(question):
            totals.update({step.stage.value: step.people for step in cohort.steps})
        assert +totals == +highest


def test_cohorts_by_campaign_month_and_segment(people, mira):
    assert set(by_label(FunnelQuestion(mira, "campaign"))) == {"Spring", "No campaign touched them"}
    assert list(by_label(FunnelQuestion(mira, "month"))) == ["May 2026", "June 2026", "July 2026"]
    assert by_label(FunnelQuestion(mira, "segment"))["Buyers"].steps[5].people == 1


def test_a_period_keeps_those_whose_ledger_begins_in_it(people, mira):
    july = FunnelQuestion(mira, "source", first=date(2026, 7, 1), last=NOW.date())

    assert [cohort.steps[0].people for cohort in funnel(july)] == [1]


def test_a_reader_sees_the_funnel_of_their_contacts(people, rani):
    assert sum(cohort.steps[0].people for cohort in funnel(FunnelQuestion(rani))) >= 1


def test_a_thousand_people_cost_no_more_queries_than_one(people, mira, django_assert_num_queries):
    with django_assert_num_queries(2):
        funnel(FunnelQuestion(mira))


def test_of_nothing_there_is_no_share_and_no_median():
    assert share_of(0, 0) is None
    assert quartiles_of({}) is None
    assert (share_of(0, 10).low, share_of(10, 10).high) == (Decimal(0), Decimal(1))
