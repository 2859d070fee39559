"""The smallest valid rows of plans and research."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory

from campaigns.models import Finding, MarketingPlan, Persona, PlanGoal, PlanItem, Segment, Strategy, Study
from campaigns.plans.moving import approve, draft_plan, start
from contacts.models import User
from tests.factories.contacts import UserFactory


class ListSegmentFactory(factory.django.DjangoModelFactory[Segment]):
    """A fixed list without anybody in it."""

    name = factory.Sequence("Segment {}".format)
    kind = "fixed"
    owner = factory.SubFactory(UserFactory)

    class Meta:
        model = Segment


class StudyFactory(factory.django.DjangoModelFactory[Study]):
    """A survey of this spring."""

    title = factory.Sequence("Study {}".format)
    method = "survey"
    started_on = date(2026, 3, 1)
    owner = factory.SubFactory(UserFactory)

    class Meta:
        model = Study


class FindingFactory(factory.django.DjangoModelFactory[Finding]):
    """Something the survey found."""

    study = factory.SubFactory(StudyFactory)
    text = factory.Sequence("Finding {}".format)
    found_on = date(2026, 3, 10)

    class Meta:
        model = Finding


class PersonaFactory(factory.django.DjangoModelFactory[Persona]):
    """A typical customer."""

    name = factory.Sequence("Persona {}".format)

    class Meta:
        model = Persona


class StrategyFactory(factory.django.DjangoModelFactory[Strategy]):
    """A strategy for a segment of its own."""

    segment = factory.SubFactory(ListSegmentFactory)

    class Meta:
        model = Strategy


class ItemFactory(factory.django.DjangoModelFactory[PlanItem]):
    """A promise to a segment."""

    topic = "promise"
    text = factory.Sequence("Promise {}".format)

    class Meta:
        model = PlanItem


class GoalFactory(factory.django.DjangoModelFactory[PlanGoal]):
    """A hundred leads within a hundred days."""

    measure = "leads"
    target = Decimal(100)
    starts_on = date(2026, 1, 1)
    due_on = date(2026, 4, 10)

    class Meta:
        model = PlanGoal


class PlanFactory(factory.django.DjangoModelFactory[MarketingPlan]):
    """A draft for this and next year; ``approved=True`` or ``running=True`` moves it on with a goal in it."""

    name = factory.Sequence("Plan {}".format)
    starts_on = date(2026, 1, 1)
    ends_on = date(2027, 12, 31)
    owner = factory.SubFactory(UserFactory)

    class Meta:
        model = MarketingPlan

    @classmethod
    def _create(
        cls, model_class: Any, *args: Any, approved: bool = False, running: bool = False, **kwargs: Any
    ) -> MarketingPlan:
        plan = draft_plan(by=kwargs["owner"], **kwargs)
        if approved or running:
            GoalFactory(plan=plan)
            plan = approve(plan, by=kwargs["owner"])
        return start(plan, by=kwargs["owner"]) if running else plan


def full_plan(owner: User, **columns: Any) -> MarketingPlan:
    """Return a running plan with a goal, a strategy, and an item that says something about it."""
    plan = PlanFactory(owner=owner, **columns)
    GoalFactory(plan=plan)
    strategy = StrategyFactory(plan=plan)
    ItemFactory(plan=plan, strategy=strategy, text="Delivered in two days")
    return start(approve(plan, by=owner), by=owner)
