"""When models are run again: what changes the past asks for it; and which old versions are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.attribution import sharing
from campaigns.attribution.thinning import thin_runs
from campaigns.capture.joining import join_visitor
from campaigns.capture.recording import NewTouch, record_touch, record_touches
from campaigns.models import AttributionModel, AttributionRun, Share, Visitor
from contacts.consent.recording import record_consent
from contacts.consent.shipping import VISITS
from contacts.models import ConsentPurpose, User
from deals.models import ExchangeRate
from deals.pipeline.editing import add_person
from tests.factories.campaigns import CampaignFactory, TouchFactory, channel
from tests.factories.campaigns_attribution import model_of, touched, won_deal
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db


def _is_due() -> bool:
    return AttributionModel.objects.filter(due_at__isnull=False).exists()


@pytest.mark.parametrize(("ago", "is_due"), [(timedelta(0), False), (timedelta(days=3), True)])
def test_a_touch_that_is_told_of_later_asks_for_a_run(
    ago: timedelta, is_due: bool, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        record_touch(
            campaign=CampaignFactory(),
            channel=channel("email"),
            kind="click",
            at=timezone.now() - ago,
            source="api",
            contact=ContactFactory(),
        )

    assert _is_due() == is_due


def test_a_list_of_earlier_touches_asks_for_a_run(django_capture_on_commit_callbacks: Any) -> None:
    earlier = timezone.now() - timedelta(days=3)
    new = NewTouch(CampaignFactory(), channel("email"), "click", earlier, contact=ContactFactory())
    with django_capture_on_commit_callbacks(execute=True):
        record_touches([new], source="import")

    assert _is_due()


def test_a_visitor_who_becomes_known_with_earlier_touches_asks_for_a_run(
    django_capture_on_commit_callbacks: Any,
) -> None:
    visitor, anna = Visitor.objects.create(key="stranger", first_seen_at=timezone.now()), ContactFactory()
    TouchFactory(contact=None, visitor=visitor)
    visits = ConsentPurpose.objects.get(code=VISITS)
    record_consent(anna, visits, is_given=True, source="person", evidence="Said so at the fair")
    with django_capture_on_commit_callbacks(execute=True):
        join_visitor(visitor, anna, now=timezone.now())

    assert _is_due()


def test_who_is_added_to_a_won_deal_brings_touches_along(rani: User, django_capture_on_commit_callbacks: Any) -> None:
    deal = won_deal(100, ContactFactory(), owner=rani)
    AttributionModel.objects.update(due_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        add_person(deal, ContactFactory(), by=rani)

    assert _is_due()


def test_a_new_rate_asks_for_a_run(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ExchangeRate.objects.create(currency_id="EUR", valid_from=timezone.localdate(), rate=2)

    assert _is_due()


def test_a_model_that_takes_long_is_run_more_rarely() -> None:
    model = model_of("linear")
    sharing.run(model)
    AttributionRun.objects.current().filter(model=model).update(milliseconds=60_000)
    now = timezone.now()

    sharing.mark_due()

    assert model.pk not in sharing.due_models(now + timedelta(minutes=19))
    assert model.pk in sharing.due_models(now + timedelta(minutes=21))


def _runs(model: AttributionModel, *moments: datetime, by: User | None = None) -> list[AttributionRun]:
    """A version of a model at each moment."""
    found = []
    for moment in moments:
        made = sharing.run(model, by=by)
        AttributionRun.objects.filter(pk=made.pk).update(started_at=moment)
        found.append(made)
    return found


def test_of_the_houses_old_versions_the_last_of_each_day_stays_and_later_of_each_month() -> None:
    anna = ContactFactory()
    touched(anna, 1)
    won_deal(100, anna)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    yesterday, week = [now - timedelta(hours=30)] * 2, [now - timedelta(days=7, hours=hour) for hour in (2, 1)]
    long_ago = [datetime(2026, 8, day, 3, tzinfo=UTC) for day in (3, 4, 20)]
    made = _runs(model_of("linear"), *long_ago, *week, *yesterday, now)

    assert thin_runs(now) == 3

    left = [made[place].pk for place in (2, 4, 5, 6, 7)]
    assert list(AttributionRun.objects.order_by("pk").values_list("pk", flat=True)) == left
    assert set(Share.objects.values_list("run", flat=True)) == set(left)


def test_a_version_that_somebody_asked_for_is_kept_for_ever(ana: User) -> None:
    now = timezone.now()
    _runs(model_of("linear"), *[now - timedelta(days=400)] * 3, by=ana)

    assert thin_runs(now) == 0
