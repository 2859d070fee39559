"""Plans move through their states, keep what was approved, and hand on what they learned."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.models import MarketingPlan, PlanAnswer, PlanItem
from campaigns.plans import goals, revising
from campaigns.plans.comparing import Kind, compare
from campaigns.plans.editing import change_plan, remove_part, save_part
from campaigns.plans.gaps import gaps_of, missing_in
from campaigns.plans.goals import PaceState, pace
from campaigns.plans.learning import copy_what_worked
from campaigns.plans.moving import approve, close, start
from campaigns.plans.plan import PlanState
from campaigns.plans.pricing import Unknown, price_items
from campaigns.plans.questions import questions_of
from campaigns.plans.refusing import PlanRefused
from campaigns.plans.revising import revise, versions_of
from campaigns.plans.strategy import Topic
from config.integrations.models import Event
from deals.models import Currency
from tests.factories.campaigns_plans import (
    FindingFactory,
    GoalFactory,
    ItemFactory,
    PlanFactory,
    StrategyFactory,
    full_plan,
)
from tests.factories.deals import ProductFactory

pytestmark = pytest.mark.django_db


def refusal_of(act, *args, **kwargs):
    with pytest.raises(PlanRefused) as refused:
        act(*args, **kwargs)
    return refused.value.code


# --- Moving ------------------------------------------------------------------------------


def test_a_plan_is_approved_by_somebody_at_a_moment_then_runs_and_is_closed_with_what_was_learned(mira, maya):
    plan = PlanFactory(owner=mira)
    GoalFactory(plan=plan)

    plan = approve(plan, by=maya)
    assert (plan.approved_by, plan.approved_at is None) == (maya, False)
    plan = close(start(plan, by=mira), by=mira, lesson="Fairs bring more than print.")

    assert plan.lesson == "Fairs bring more than print."
    assert [each.to_state for each in plan.changes.order_by("id")] == ["draft", "approved", "running", "closed"]
    assert Event.objects.filter(name="campaigns.plan_moved", subject_id=plan.pk).count() == 4


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda plan, user: start(plan, by=user), "plan_cannot_move"),
        (lambda plan, user: approve(plan, by=user), "plan_empty"),
        (lambda plan, user: close(plan, by=user, lesson="  "), "plan_lesson_missing"),
        (lambda plan, user: revise(plan, by=user), "plan_is_draft"),
    ],
)
def test_an_empty_draft_goes_nowhere(mira, act, code):
    assert refusal_of(act, PlanFactory(owner=mira), mira) == code


def test_what_is_over_does_not_start(mira):
    plan = PlanFactory(owner=mira, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31), approved=True)

    assert refusal_of(start, plan, by=mira) == "plan_is_over"


def test_a_closed_plan_moves_no_more(mira):
    plan = close(PlanFactory(owner=mira, running=True), by=mira, lesson="Learned")

    assert refusal_of(start, plan, by=mira) == "plan_cannot_move"
    assert refusal_of(revise, plan, by=mira) == "plan_is_over"


def test_an_approved_plan_keeps_what_it_says_but_takes_down_what_became_of_it(mira):
    plan = full_plan(mira)
    item, goal = plan.items.get(), plan.goals.get()

    item.text = "Delivered tomorrow"
    assert refusal_of(save_part, item, ["text"]) == "plan_not_draft"
    assert refusal_of(remove_part, goal) == "plan_not_draft"
    assert refusal_of(save_part, PlanItem(plan=plan, topic="training", text="New")) == "plan_not_draft"
    plan.name = "Another"
    assert refusal_of(change_plan, plan, ["name"]) == "plan_not_draft"

    item = PlanItem.objects.get(pk=item.pk)
    item.state, item.result, item.worked = "done", "40 leads", True
    save_part(item, ["state", "result", "worked"])
    assert PlanItem.objects.get(pk=item.pk).result == "40 leads"


def test_changing_a_draft_gives_it_a_new_version_so_that_nobody_approves_what_they_have_not_read(mira):
    plan = PlanFactory(owner=mira)
    seen = plan.version

    save_part(GoalFactory.build(plan=plan))

    assert MarketingPlan.objects.get(pk=plan.pk).version != seen


def test_an_item_stays_with_the_strategies_of_its_own_plan(mira):
    plan, other = PlanFactory(owner=mira), PlanFactory(owner=mira)
    item = PlanItem(plan=plan, strategy=StrategyFactory(plan=other), topic="promise", text="x")

    assert refusal_of(save_part, item) == "strategy_of_other"


def test_measures_inside_the_company_are_for_no_segment(mira):
    plan = PlanFactory(owner=mira)

    with pytest.raises(ValidationError, match="belong to no segment"):
        save_part(PlanItem(plan=plan, strategy=StrategyFactory(plan=plan), topic="training", text="x"))


# --- Versions ------------------------------------------------------------------------------


def test_a_new_version_holds_everything_and_takes_over_when_it_starts(mira, maya):
    plan = full_plan(mira)
    item = plan.items.get()
    item.findings.add(FindingFactory())
    answer = PlanAnswer.objects.create(plan=plan, question="needed", answer="yes")
    answer.findings.add(FindingFactory())

    version = revise(plan, by=mira)

    copy = version.items.get()
    assert (version.version_number, version.state, str(version)) == (2, "draft", f"{plan.name} v2")
    assert (copy.text, copy.strategy.plan, copy.copied_from, copy.findings.count()) == (item.text, version, item, 1)
    assert (version.goals.count(), version.answers.get().findings.count()) == (1, 1)
    assert refusal_of(revise, plan, by=mira) == "plan_revision_exists"

    start(approve(version, by=maya), by=mira)
    plan.refresh_from_db()
    assert plan.state == PlanState.REPLACED
    assert [each.pk for each in versions_of(plan)] == [version.pk, plan.pk]


def test_what_happened_while_the_next_version_was_written_goes_along(mira):
    plan = full_plan(mira)
    version = revise(plan, by=mira)
    item, goal = plan.items.get(), plan.goals.get()
    item.state, item.result = "done", "Sold out"
    save_part(item, ["state", "result"])
    goal.counted, goal.counted_on = Decimal(7), date(2026, 2, 1)
    save_part(goal, ["counted", "counted_on"])

    start(approve(version, by=mira), by=mira)

    assert (version.items.get().state, version.items.get().result) == ("done", "Sold out")
    assert version.goals.get().counted == 7


def test_other_areas_copy_their_part_and_go_along(mira):
    copied = []
    revising.register_part_to_copy(lambda old, new: copied.append((old.pk, new.pk)))
    try:
        plan = full_plan(mira)
        version = revise(plan, by=mira)
    finally:
        revising._copiers.pop()

    assert copied == [(plan.pk, version.pk)]


def test_two_versions_are_compared_field_by_field(mira, maya):
    plan = full_plan(mira)
    version = revise(plan, by=mira)
    item = version.items.get()
    item.text, item.owner = "Delivered in a day", maya
    save_part(item, ["text", "owner"])
    save_part(ItemFactory.build(plan=version, strategy=version.strategies.get(), topic="proof", text="A test report"))
    remove_part(version.goals.get())

    found = compare(plan, version)

    assert {(each.kind, each.of, each.name) for each in found} == {
        (Kind.CHANGED, "planitem", "text"),
        (Kind.CHANGED, "planitem", "owner"),
        (Kind.ADDED, "planitem", ""),
        (Kind.REMOVED, "plangoal", ""),
    }
    text = next(each for each in found if each.name == "text")
    assert (text.before, text.after) == ("Delivered in two days", "Delivered in a day")
    assert compare(plan, plan) == []


def test_comparing_costs_the_same_however_much_there_is(mira, django_assert_num_queries):
    plan = full_plan(mira)
    version = revise(plan, by=mira)
    for place in range(8):
        save_part(ItemFactory.build(plan=version, strategy=version.strategies.get(), text=f"Promise {place}"))
    few, many = MarketingPlan.objects.get(pk=plan.pk), MarketingPlan.objects.get(pk=version.pk)

    with django_assert_num_queries(14):
        compare(few, many)


# --- Learning ------------------------------------------------------------------------------


def test_what_worked_is_copied_into_the_next_plan_with_its_result_beside_it(mira):
    plan, next_plan = full_plan(mira), PlanFactory(owner=mira, starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31))
    item = plan.items.get()
    item.worked, item.result, item.state = True, "40 leads", "done"
    save_part(item, ["worked", "result", "state"])
    PlanItem.objects.filter(pk=item.pk).update(due_on=date(2026, 3, 1))
    item.refresh_from_db()

    [copy] = copy_what_worked(plan, [item], next_plan)
    again = copy_what_worked(plan, [item], next_plan)

    assert (copy.state, copy.result, copy.worked, copy.due_on) == ("open", "", None, date(2027, 3, 1))
    assert (copy.copied_from.result, copy.strategy.segment) == ("40 leads", item.strategy.segment)
    assert (again, next_plan.items.count()) == ([], 1)
    assert MarketingPlan.objects.get(pk=next_plan.pk).learned_from == plan


def test_only_what_somebody_said_worked_is_copied(mira):
    plan = full_plan(mira)

    assert refusal_of(copy_what_worked, plan, [plan.items.get()], PlanFactory(owner=mira)) == "item_did_not_work"
    assert refusal_of(copy_what_worked, plan, [plan.items.get()], plan) == "plan_not_draft"


# --- Gaps, prices, questions, goals ------------------------------------------------------------------------------


def test_what_is_not_filled_in_is_a_gap_and_what_was_dropped_fills_nothing(mira):
    plan = PlanFactory(owner=mira)
    strategy = StrategyFactory(plan=plan)
    ItemFactory(plan=plan, strategy=strategy, topic="need", text="Dust")
    ItemFactory(plan=plan, strategy=strategy, topic="promise", state="dropped")

    found = {(each.strategy, each.topic) for each in gaps_of([strategy], list(plan.items.all()))}

    assert (strategy, Topic.NEED) not in found
    assert {(strategy, Topic.PROMISE), (strategy, Topic.PRICE), (None, Topic.TRAINING)} <= found
    assert len(found) == 11


def test_a_message_without_channel_days_or_cost_is_incomplete(mira):
    plan = PlanFactory(owner=mira)
    item = ItemFactory(plan=plan, strategy=StrategyFactory(plan=plan), topic="message", text="Buy two")

    assert missing_in(item) == ["channel", "starts_on", "ends_on", "cost", "owner"]


def test_the_margin_is_what_the_discount_leaves_above_the_cost(mira):
    company = Currency.objects.of_company()
    plan = PlanFactory(owner=mira)
    product = ProductFactory(cost=Decimal(60), currency=company)
    item = ItemFactory(
        plan=plan, strategy=StrategyFactory(plan=plan), topic="price", product=product, list_price=Decimal(100),
        discount=Decimal(20), floor=Decimal(90),
    )  # fmt: skip

    [price] = price_items([item], timezone.localdate(), company)

    assert (price.net, price.margin, price.margin_percent, price.floor_margin) == (80, 20, 25, 30)
    assert price.is_below_floor


def test_without_cost_or_rate_the_margin_is_unknown_and_not_zero(mira):
    plan = PlanFactory(owner=mira)
    strategy = StrategyFactory(plan=plan)
    other = Currency.objects.exclude(is_company_currency=True).exclude(rates__isnull=False).first()
    for cost, currency in ((None, Currency.objects.of_company()), (Decimal(5), other)):
        product = ProductFactory(cost=cost, currency=currency)
        ItemFactory(plan=plan, strategy=strategy, topic="price", product=product, list_price=Decimal(100))

    prices = price_items(list(plan.items.all()), timezone.localdate(), Currency.objects.of_company())

    assert [(each.margin, each.unknown) for each in prices] == [(None, Unknown.NO_COST), (None, Unknown.NO_RATE)]


def test_an_answer_rests_on_findings_that_still_hold(mira):
    plan = PlanFactory(owner=mira)
    old = FindingFactory(valid_until=date(2026, 4, 1))
    answer = PlanAnswer.objects.create(plan=plan, question="needed", answer="yes")
    answer.findings.add(old)

    needed, affordable = questions_of([answer], date(2026, 5, 1))

    assert (needed.evidence[0].holds, needed.holding) == (False, 0)
    assert "expired" in needed.doubt
    assert "Nobody has answered" in affordable.doubt
    assert questions_of([answer], date(2026, 4, 1))[0].doubt == ""


@pytest.mark.parametrize(
    ("actual", "day", "state"),
    [
        (None, date(2026, 2, 1), PaceState.UNKNOWN),
        (Decimal(0), date(2025, 12, 31), PaceState.NOT_BEGUN),
        (Decimal(50), date(2026, 2, 19), PaceState.ON_PACE),
        (Decimal(49), date(2026, 2, 19), PaceState.BEHIND),
        (Decimal(100), date(2026, 2, 1), PaceState.REACHED),
        (Decimal(99), date(2026, 4, 11), PaceState.MISSED),
    ],
)
def test_a_goal_is_on_pace_if_it_is_above_the_straight_line(actual, day, state):
    assert pace(GoalFactory.build(), actual, day).state == state


def test_half_way_with_forty_of_a_hundred_leads_to_eighty():
    found = pace(GoalFactory.build(), Decimal(40), date(2026, 2, 19))

    assert (found.expected, found.projection, found.percent) == (50, 80, 40)


def test_goals_are_counted_by_whoever_registered_or_by_hand(mira):
    plan = PlanFactory(owner=mira)
    before = dict(goals._counters)
    goals.register_counter("leads", lambda goals, whole, day: [Decimal(12) for _goal in goals])
    try:
        counted = goals.paces([GoalFactory.build(plan=plan)], plan, date(2026, 2, 1))
    finally:
        goals._counters.clear()
        goals._counters.update(before)

    by_hand = GoalFactory.build(plan=plan, measure="hand", counted=Decimal(3))
    assert (counted[0].actual, goals.actuals_of([by_hand], plan, timezone.localdate() + timedelta(1))) == (12, [3])
