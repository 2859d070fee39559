"""What follows when a deal is won, lost or opened again: promises end, care begins; and who sees which promise."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from config.integrations.delivering import deliver_event
from config.integrations.models import Event
from contacts.models import User
from contacts.staff.accounts import disable_user
from deals.activities.caring import start_care
from deals.activities.doing import cancel, complete, reopen
from deals.activities.refusing import ActivityRefused
from deals.activities.shipping import ship_care_plan
from deals.models import Activity, CarePlan, Deal, LossReason, Pipeline, Reminder
from deals.pipeline import moving
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def deal(rani: User) -> Deal:
    opened: Deal = DealFactory(owner=rani)
    return opened


def hear_the_news() -> None:
    """Deliver what was announced, as the worker does."""
    for event in Event.objects.filter(delivered_at=None):
        deliver_event(event.pk, now=timezone.now())


def win(deal: Deal) -> None:
    moving.win(deal, by=deal.owner)
    hear_the_news()


def lose(deal: Deal) -> None:
    moving.lose(deal, reason=LossReason.objects.get(code="price"), by=deal.owner)
    hear_the_news()


def open_again(deal: Deal) -> None:
    moving.reopen(deal, reason="They called", by=deal.owner)
    hear_the_news()


def care_of(deal: Deal) -> list[Activity]:
    return list(Activity.objects.planned().filter(deal=deal, care_step__isnull=False).order_by("due_on"))


class TestClosing:
    @pytest.mark.parametrize(("close", "reason"), [(win, "The deal was won."), (lose, "The deal was lost.")])
    def test_what_was_planned_is_moot_and_says_why(
        self, deal: Deal, close: Callable[[Deal], None], reason: str
    ) -> None:
        promise = ActivityFactory(owner=deal.owner, deal=deal)

        close(deal)

        newest = promise.changes.first()
        assert newest is not None
        assert (newest.kind, newest.reason, newest.by) == ("moot", reason, deal.owner)
        assert not Reminder.objects.waiting().filter(activity=promise).exists()

    def test_what_is_about_the_same_people_but_another_deal_stays(self, deal: Deal) -> None:
        company = CompanyFactory()
        promises = [
            ActivityFactory(owner=deal.owner, company=company),
            ActivityFactory(owner=deal.owner, deal=DealFactory(owner=deal.owner, company=company)),
        ]

        win(deal)

        assert {Activity.objects.get(pk=promise.pk).state for promise in promises} == {"planned"}

    def test_what_was_done_stays_done(self, deal: Deal) -> None:
        promise = complete(ActivityFactory(owner=deal.owner, deal=deal), by=deal.owner)

        lose(deal)

        assert Activity.objects.get(pk=promise.pk).state == "done"

    def test_what_is_planned_on_a_closed_deal_knows_how_it_stands(self, deal: Deal) -> None:
        lose(deal)
        in_a_year = ActivityFactory(owner=deal.owner, deal=deal, due_on=date(2027, 5, 13))
        Event.objects.update(delivered_at=None)
        hear_the_news()

        assert Activity.objects.get(pk=in_a_year.pk).state == "planned"

    def test_until_the_deal_is_closed_in_another_way(self, deal: Deal) -> None:
        lose(deal)
        in_a_year = ActivityFactory(owner=deal.owner, deal=deal, due_on=date(2027, 5, 13))
        open_again(deal)
        assert Activity.objects.get(pk=in_a_year.pk).state == "planned"

        win(deal)

        assert Activity.objects.get(pk=in_a_year.pk).state == "cancelled"

    def test_what_comes_back_with_the_deal_is_what_the_closing_took(self, deal: Deal, rani: User) -> None:
        wanted = ActivityFactory(owner=rani, deal=deal)
        unwanted = cancel(ActivityFactory(owner=rani, deal=deal), by=rani)
        win(deal)

        open_again(deal)

        assert [Activity.objects.get(pk=each.pk).state for each in (wanted, unwanted)] == ["planned", "cancelled"]
        assert Reminder.objects.waiting().filter(activity=wanted, purpose="remind").exists()

    def test_long_after_only_what_is_still_to_come_comes_back(self, deal: Deal, rani: User, clock: Any) -> None:
        passed = ActivityFactory(owner=rani, deal=deal, due_on=date(2026, 5, 15))
        to_come = ActivityFactory(owner=rani, deal=deal, due_on=date(2026, 7, 1))
        lose(deal)
        clock.move_to(datetime(2026, 6, 1, 2, 0, tzinfo=UTC))

        open_again(deal)

        assert [Activity.objects.get(pk=each.pk).state for each in (passed, to_come)] == ["cancelled", "planned"]

    def test_what_is_still_wanted_is_opened_again_and_stays(self, deal: Deal) -> None:
        promise = ActivityFactory(owner=deal.owner, deal=deal)
        win(deal)

        reopen(promise, by=deal.owner)
        Event.objects.update(delivered_at=None)
        hear_the_news()

        assert Activity.objects.get(pk=promise.pk).state == "planned"


class TestCare:
    def test_a_win_starts_the_care_plan_with_the_deals_owner(self, deal: Deal) -> None:
        win(deal)

        steps = care_of(deal)
        assert [step.due_on for step in steps] == [
            date(2026, 5, 15),
            date(2026, 5, 27),
            date(2026, 6, 12),
            date(2026, 8, 11),
            date(2026, 11, 9),
        ]
        assert steps[0].subject == "Call to say thank you"
        assert {step.owner for step in steps} == {deal.owner}
        assert Reminder.objects.waiting().filter(activity__in=steps, purpose="remind").count() == 5

    def test_a_step_on_a_weekend_waits_until_monday(self, deal: Deal, clock: Any) -> None:
        clock.move_to(datetime(2026, 5, 14, 2, 0, tzinfo=UTC))

        win(deal)

        # Two days after the Thursday is a Saturday.
        assert care_of(deal)[0].due_on == date(2026, 5, 18)

    def test_however_often_it_is_started_it_is_there_once(self, deal: Deal) -> None:
        win(deal)

        assert start_care(deal) == []
        assert len(care_of(deal)) == 5

    def test_opened_again_the_deal_needs_no_care_and_a_second_win_starts_anew(self, deal: Deal) -> None:
        win(deal)

        open_again(deal)
        assert care_of(deal) == []

        win(deal)
        assert len(care_of(deal)) == 5

    def test_an_old_step_is_not_opened_beside_the_new_one(self, deal: Deal, rani: User) -> None:
        win(deal)
        old = care_of(deal)[0]
        open_again(deal)
        win(deal)

        with pytest.raises(ActivityRefused) as refused:
            reopen(old, by=rani)

        assert refused.value.code == "care_step_planned"

    def test_a_deal_opened_again_before_the_news_arrived_gets_none(self, deal: Deal) -> None:
        moving.win(deal, by=deal.owner)
        moving.reopen(deal, reason="A slip", by=deal.owner)
        hear_the_news()

        assert care_of(deal) == []

    def test_a_lost_deal_gets_none(self, deal: Deal) -> None:
        lose(deal)

        assert care_of(deal) == []

    def test_care_is_in_the_words_of_who_gives_it(self, deal: Deal, rani: User) -> None:
        plan = CarePlan.objects.get()
        plan.steps.all().delete()
        plan.steps.create(days_after=1, subject="Bring cake")

        win(deal)

        assert [step.subject for step in care_of(deal)] == ["Bring cake"]

    def test_a_pipeline_with_a_plan_of_its_own_follows_that(self, deal: Deal) -> None:
        own = CarePlan.objects.create(name="Renewals", pipeline=deal.pipeline)
        own.steps.create(days_after=300, subject="Renew")

        win(deal)

        assert [step.subject for step in care_of(deal)] == ["Renew"]

    def test_a_plan_that_is_switched_off_promises_nothing(self, deal: Deal) -> None:
        CarePlan.objects.create(name="None", pipeline=deal.pipeline, is_active=False)

        win(deal)

        assert care_of(deal) == []

    def test_if_the_owner_has_gone_their_manager_takes_care(
        self, deal: Deal, rani: User, maya: User, ana: User
    ) -> None:
        moving.win(deal, by=ana)
        disable_user(rani, by=ana)

        hear_the_news()

        assert {step.owner for step in care_of(deal)} == {maya}

    def test_of_a_win_recorded_late_only_what_is_still_worthwhile_is_promised(self, deal: Deal) -> None:
        Deal.objects.filter(pk=deal.pk).update(opened_on=None)
        moving.win(deal, by=deal.owner, on=date(2026, 5, 7))
        Deal.objects.filter(pk=deal.pk).update(closed_on=date(2026, 4, 28))
        hear_the_news()

        # The thank-you of 30 April is too old; the question of 12 May is asked today.
        assert [step.due_on for step in care_of(deal)][:2] == [date(2026, 5, 13), date(2026, 5, 28)]

    def test_a_plan_is_shipped_once(self) -> None:
        CarePlan.objects.update(name="Ours")

        ship_care_plan()

        assert [plan.name for plan in CarePlan.objects.all()] == ["Ours"]
        assert Pipeline.objects.count() > 1


class TestWhoSees:
    def seen(self, activity: Activity, user: User) -> bool:
        return Activity.objects.visible_to(user).filter(pk=activity.pk).exists()

    def test_the_owner_and_their_manager_and_nobody_else(self, rani: User, maya: User, bima: User) -> None:
        promise = ActivityFactory(owner=rani)

        assert [self.seen(promise, user) for user in (rani, maya, bima)] == [True, True, False]

    def test_those_who_take_part(self, rani: User, bima: User) -> None:
        promise = ActivityFactory(owner=rani, kind="meeting", attendees=[bima])

        assert self.seen(promise, bima)

    def test_whoever_sees_the_deal(self, rani: User, bima: User) -> None:
        assert self.seen(ActivityFactory(owner=rani, deal=DealFactory(owner=bima)), bima)

    @pytest.mark.parametrize("about", ["contact", "company"])
    def test_whoever_sees_the_customer_if_there_is_no_deal(self, rani: User, bima: User, about: str) -> None:
        record = {"contact": ContactFactory, "company": CompanyFactory}[about](owner=bima)

        assert self.seen(ActivityFactory(owner=rani, **{about: record}), bima)
        assert not self.seen(ActivityFactory(owner=rani, deal=DealFactory(owner=rani), **{about: record}), bima)

    def test_nobody_who_was_disabled(self, rani: User, ana: User) -> None:
        promise = ActivityFactory(owner=rani)
        disable_user(rani, by=ana)
        rani.refresh_from_db()

        assert not self.seen(promise, rani)

    def test_events_about_it_are_seen_by_the_same(self, rani: User, bima: User) -> None:
        cancel(ActivityFactory(owner=rani), by=rani)

        events = Event.objects.filter(name="deals.activity_planned")
        assert [events.visible_to(user).count() for user in (rani, bima)] == [1, 0]
