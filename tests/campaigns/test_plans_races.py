"""Several people move one plan at once: it is approved once, revised once, and says what was approved. PostgreSQL."""

from collections.abc import Callable
from threading import Barrier, Lock, Thread

import pytest
from django.db import connection

from campaigns.models import MarketingPlan, PlanChange
from campaigns.plans.editing import save_part
from campaigns.plans.moving import approve
from campaigns.plans.plan import PlanState
from campaigns.plans.refusing import PlanRefused
from campaigns.plans.revising import revise
from contacts.models import User
from tests.factories.campaigns_plans import GoalFactory, PlanFactory
from tests.factories.contacts import UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same time; return the codes of what was refused."""
    barrier, refused, lock = Barrier(len(acts)), [], Lock()

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            act()
        except PlanRefused as refusal:
            with lock:
                refused.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refused


@pytest.fixture
def owner(transactional_db: None) -> User:
    return UserFactory(role="marketer")


@pytest.fixture
def plan(owner: User) -> MarketingPlan:
    plan = PlanFactory(owner=owner)
    GoalFactory(plan=plan)
    return plan


def test_of_many_who_approve_one_does(plan: MarketingPlan, owner: User) -> None:
    refused = at_once(*[lambda: approve(plan, by=owner)] * AT_ONCE)

    assert refused == ["plan_cannot_move"] * (AT_ONCE - 1)
    assert PlanChange.objects.filter(plan=plan, to_state=PlanState.APPROVED).count() == 1


def test_without_the_lock_several_would(plan: MarketingPlan, owner: User) -> None:
    """The control: look first, then write, with nothing to make the others wait."""
    looked = Barrier(AT_ONCE)

    def look_then_write() -> None:
        seen = MarketingPlan.objects.get(pk=plan.pk)
        looked.wait(timeout=20)
        if seen.state == PlanState.DRAFT:
            PlanChange.objects.create(
                plan=seen, from_state="draft", to_state="approved", at=seen.created_at, by=owner, reason=""
            )

    at_once(*[look_then_write] * AT_ONCE)

    assert PlanChange.objects.filter(plan=plan, to_state=PlanState.APPROVED).count() == AT_ONCE


def test_of_many_who_revise_one_does(plan: MarketingPlan, owner: User) -> None:
    approve(plan, by=owner)

    refused = at_once(*[lambda: revise(plan, by=owner)] * AT_ONCE)

    assert refused == ["plan_revision_exists"] * (AT_ONCE - 1)
    assert list(MarketingPlan.objects.filter(replaces=plan).values_list("version_number", flat=True)) == [2]


def test_what_is_edited_while_it_is_approved_is_in_it_or_refused(plan: MarketingPlan, owner: User) -> None:
    goal = plan.goals.get()
    goal.target = 77

    refused = at_once(lambda: approve(plan, by=owner), lambda: save_part(goal, ["target"]))

    goal.refresh_from_db()
    assert (goal.target == 77) is (refused == [])
    plan.refresh_from_db()
    assert plan.state == PlanState.APPROVED
