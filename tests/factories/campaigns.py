"""The smallest valid rows of campaigns. Values that matter are written in the test."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from campaigns.capture.touch import TouchKind, TouchSource
from campaigns.models import Campaign, Channel, Cost, MarketingPlan, Segment, Touch, TrackedLink, WebForm
from campaigns.segments.models import SegmentKind
from deals.models import Currency
from tests.factories.contacts import ContactFactory, UserFactory


def channel(code: str = "email") -> Channel:
    """A shipped channel."""
    return Channel.objects.get(code=code)


class PlanFactory(factory.django.DjangoModelFactory[MarketingPlan]):
    """A draft of a plan for 2026."""

    name = factory.Sequence("Plan {}".format)
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    owner = factory.SubFactory(UserFactory, role="marketer")

    class Meta:
        model = MarketingPlan


class SegmentFactory(factory.django.DjangoModelFactory[Segment]):
    """A fixed list; give ``kind`` and ``rule`` for a live segment."""

    name = factory.Sequence("Segment {}".format)
    kind = SegmentKind.FIXED
    owner = factory.SubFactory(UserFactory, role="marketer")

    class Meta:
        model = Segment


class CampaignFactory(factory.django.DjangoModelFactory[Campaign]):
    """A planned campaign of the year 2026."""

    name = factory.Sequence("Campaign {}".format)
    code = factory.Sequence("campaign-{}".format)
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    owner = factory.SubFactory(UserFactory, role="marketer")

    class Meta:
        model = Campaign


class TouchFactory(factory.django.DjangoModelFactory[Touch]):
    """A click by e-mail of a new contact, now. ``channel`` may be a shipped channel's code."""

    campaign = factory.SubFactory(CampaignFactory)
    contact = factory.SubFactory(ContactFactory)
    channel = "email"
    kind = TouchKind.CLICK
    source = TouchSource.HAND
    at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Touch

    @classmethod
    def _create(cls, model_class: type[Touch], *args: Any, **kwargs: Any) -> Touch:
        return Touch.objects.create(**_with_channel(kwargs))


class LinkFactory(factory.django.DjangoModelFactory[TrackedLink]):
    """A tracked link to a page of ours."""

    code = factory.Sequence("link{}".format)
    name = factory.Sequence("Link {}".format)
    destination = "https://shop.example/offer"
    campaign = factory.SubFactory(CampaignFactory)
    channel = "email"

    class Meta:
        model = TrackedLink

    @classmethod
    def _create(cls, model_class: type[TrackedLink], *args: Any, **kwargs: Any) -> TrackedLink:
        return TrackedLink.objects.create(**_with_channel(kwargs))


class FormFactory(factory.django.DjangoModelFactory[WebForm]):
    """An open form without double opt-in."""

    name = factory.Sequence("Form {}".format)
    slug = factory.Sequence("form-{}".format)
    title = "Get the catalogue"
    campaign = factory.SubFactory(CampaignFactory)
    channel = "internet"
    double_opt_in = False

    class Meta:
        model = WebForm

    @classmethod
    def _create(cls, model_class: type[WebForm], *args: Any, **kwargs: Any) -> WebForm:
        return WebForm.objects.create(**_with_channel(kwargs))


class CostFactory(factory.django.DjangoModelFactory[Cost]):
    """A cost of 100 that counts, in the company's currency, today."""

    campaign = factory.SubFactory(CampaignFactory)
    channel = "email"
    amount = Decimal(100)
    day = factory.LazyFunction(timezone.localdate)

    class Meta:
        model = Cost

    @classmethod
    def _create(cls, model_class: type[Cost], *args: Any, **kwargs: Any) -> Cost:
        given = _with_channel(kwargs)
        given.setdefault("currency", Currency.objects.get(is_company_currency=True))
        if isinstance(given["currency"], str):
            given["currency"] = Currency.objects.get(code=given["currency"])
        return Cost.objects.create(**given)


def _with_channel(given: dict[str, Any]) -> dict[str, Any]:
    if isinstance(given["channel"], str):
        given["channel"] = channel(given["channel"])
    return given
