"""Tests with their variants, and people who take part."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from campaigns.capture.touch import TouchKind
from campaigns.models import Assignment, Campaign, Experiment, Variant, Visitor
from tests.factories.campaigns import CampaignFactory, LinkFactory, TouchFactory
from tests.factories.contacts import UserFactory


class ExperimentFactory(factory.django.DjangoModelFactory[Experiment]):
    """A draft about links: 20 % expected, 5 points worth finding."""

    name = factory.Sequence("Test {}".format)
    code = factory.Sequence("test-{}".format)
    campaign = factory.SubFactory(CampaignFactory)
    hypothesis = "A short page makes more people answer."
    base_rate = Decimal("0.2")
    smallest_effect = Decimal("0.05")
    owner = factory.SubFactory(UserFactory, role="marketer")

    class Meta:
        model = Experiment


def add_variant(experiment: Experiment, name: str, **given: Any) -> Variant:
    """Add a variant with a link of the test's campaign; the first is the control."""
    first = not experiment.variants.exists()
    given.setdefault("link", LinkFactory(campaign=experiment.campaign))
    given.setdefault("is_control", first)
    return Variant.objects.create(experiment=experiment, name=name, **given)


def ready_test(**given: Any) -> Experiment:
    """A draft that may begin: A and B."""
    experiment = ExperimentFactory(**given)
    for name in ("A", "B"):
        add_variant(experiment, name)
    return experiment


def take_part(variant: Variant, people: int, conversions: int = 0, at: datetime | None = None) -> list[Visitor]:
    """Let visitors come to a variant, and the first of them answer the campaign a minute later."""
    at = at or timezone.now() - timedelta(hours=1)
    number = Visitor.objects.count()
    keys = [f"visitor-{number + place}" for place in range(people)]
    visitors = Visitor.objects.bulk_create([Visitor(key=key, first_seen_at=at) for key in keys])
    experiment, campaign = variant.experiment, _campaign(variant)
    rows = [Assignment(experiment=experiment, variant=variant, visitor=visitor, at=at) for visitor in visitors]
    Assignment.objects.bulk_create(rows)
    for visitor in visitors[:conversions]:
        answer(visitor, campaign, at=at + timedelta(minutes=1))
    return visitors


def answer(visitor: Visitor, campaign: Campaign, **given: Any) -> None:
    """Let a visitor answer a campaign."""
    given.setdefault("kind", TouchKind.FORM)
    TouchFactory(visitor=visitor, contact=None, campaign=campaign, **given)


def _campaign(variant: Variant) -> Campaign:
    campaign: Campaign = variant.experiment.campaign
    return campaign
