"""Promises: how they are made, kept, moved, given away and taken back, and what is refused in which words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from config.integrations.models import Event
from contacts.models import Notification, User
from deals.activities.doing import cancel, complete, log, reopen
from deals.activities.planning import plan
from deals.activities.refusing import ActivityRefused
from deals.activities.shifting import change_activity, reassign, reschedule, snooze
from deals.models import Activity, ActivityChange, Deal
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
TOMORROW_AT_TEN = datetime(2026, 5, 14, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActivityRefused) as refused:
        act()
    return refused.value.code


def history(activity: Activity) -> list[str]:
    return [str(kind) for kind in activity.changes.order_by("id").values_list("kind", flat=True)]


def again(activity: Activity) -> Activity:
    return Activity.objects.get(pk=activity.pk)


class TestPlanning:
    def test_a_promise_for_an_hour_is_late_from_that_hour(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, starts_at=TOMORROW_AT_TEN)

        assert (promise.due_on, promise.due_at) == (date(2026, 5, 14), TOMORROW_AT_TEN)
        assert (promise.state, history(promise)) == ("planned", ["planned"])

    def test_a_promise_for_a_day_is_late_when_the_day_of_its_owner_has_ended(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=date(2026, 5, 14))

        assert promise.due_at == datetime(2026, 5, 14, 17, 0, tzinfo=UTC)

    def test_the_day_of_a_start_is_that_of_the_owners_calendar(self, rani: User) -> None:
        late_in_utc = datetime(2026, 5, 14, 20, 0, tzinfo=UTC)

        assert ActivityFactory(owner=rani, starts_at=late_in_utc).due_on == date(2026, 5, 15)

    def test_about_a_deal_means_about_its_company_and_its_main_contact(self, rani: User) -> None:
        company, user, boss = CompanyFactory(), ContactFactory(), ContactFactory()
        deal: Deal = DealFactory(owner=rani, company=company, contacts=[user, boss])
        deal.people.filter(contact=boss).update(role="decides")

        promise = ActivityFactory(owner=rani, deal=deal)

        assert (promise.company, promise.contact) == (company, boss)

    def test_it_is_announced(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani)

        event = Event.objects.get(name="deals.activity_planned")
        assert (event.subject_id, event.actor, event.payload) == (promise.pk, rani, {"deal": None, "contact": None})

    def test_without_a_time_it_is_refused(self, rani: User) -> None:
        code = refusal(lambda: plan(kind="call", subject="Call", owner=rani, by=rani))

        assert code == "activity_needs_a_time"
        assert not Activity.objects.exists()

    @pytest.mark.parametrize(
        "when", [{"due_on": date.max}, {"due_on": date.min}, {"starts_at": datetime.max.replace(tzinfo=UTC)}]
    )
    def test_nothing_is_promised_for_the_end_of_time(self, rani: User, when: dict[str, Any]) -> None:
        assert refusal(lambda: ActivityFactory(owner=rani, **when)) == "activity_too_far"

    def test_nothing_is_promised_for_somebody_who_can_not_sign_in(self, rani: User, ana: User) -> None:
        rani.is_active = False
        rani.save()

        assert refusal(lambda: ActivityFactory(owner=rani, by=ana)) == "owner_inactive"

    def test_a_kind_that_is_not_known_is_named_as_the_fault(self, rani: User) -> None:
        with pytest.raises(ValidationError) as fault:
            ActivityFactory(owner=rani, kind="fax")

        assert "kind" in fault.value.message_dict

    def test_whoever_is_given_a_promise_finds_it_in_the_bell(self, rani: User, maya: User) -> None:
        ActivityFactory(owner=rani, by=maya, subject="Call Dewi")
        ActivityFactory(owner=rani, by=rani)

        assert [bell.title for bell in Notification.objects.filter(user=rani)] == ["Maya gave you: Call Dewi"]


class TestLogging:
    def test_what_happened_and_the_next_step_are_one_act(self, rani: User) -> None:
        deal = DealFactory(owner=rani)

        logged = log(
            kind="call",
            what_happened="They want to see it\nOn Friday, in Bogor.",
            outcome="reached",
            minutes=12,
            by=rani,
            deal=deal,
            next_step="Show the racks",
            next_kind="visit",
            next_on=date(2026, 5, 15),
        )

        done, following = logged.activity, logged.next_step
        assert (done.state, done.subject, done.outcome, done.done_at) == ("done", "They want to see it", "reached", NOW)
        assert done.note == "They want to see it\nOn Friday, in Bogor."
        assert following is not None
        assert (following.kind, following.due_on, following.deal, following.follows) == (
            "visit",
            date(2026, 5, 15),
            deal,
            done,
        )
        assert [history(done), history(following)] == [["done"], ["planned"]]

    def test_a_promise_is_kept_by_what_is_logged(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, subject="Call Dewi", note="Ask for the plan.")

        logged = log(kind="call", what_happened="She sends it.", by=rani, completes=promise, outcome="reached")

        assert (logged.activity.pk, logged.activity.state) == (promise.pk, "done")
        assert logged.activity.note == "Ask for the plan.\n\nShe sends it."
        assert logged.next_step is None

    def test_if_the_next_step_is_refused_nothing_was_logged(self, rani: User) -> None:
        code = refusal(lambda: log(kind="call", what_happened="Hm", by=rani, next_step="Call again"))

        assert code == "next_step_needs_a_day"
        assert not Activity.objects.exists()

    def test_a_next_step_without_words_is_called_what_it_is(self, rani: User) -> None:
        logged = log(kind="call", what_happened="Hm", by=rani, next_kind="call", next_on=date(2026, 5, 15))

        assert logged.next_step is not None
        assert logged.next_step.subject == "Call"

    def test_what_is_still_to_come_can_not_be_logged(self, rani: User) -> None:
        assert refusal(lambda: log(kind="call", what_happened="Hm", by=rani, at=TOMORROW_AT_TEN)) == "done_in_future"

    def test_nothing_is_not_logged(self, rani: User) -> None:
        with pytest.raises(ValidationError):
            log(kind="call", what_happened="  ", by=rani)


class TestDoing:
    def test_a_kept_promise_knows_who_when_and_what_came_of_it(self, rani: User, maya: User) -> None:
        promise = complete(ActivityFactory(owner=rani), by=maya, outcome="no_answer", minutes=2)

        assert (promise.state, promise.done_by, promise.done_at, promise.outcome, promise.minutes) == (
            "done",
            maya,
            NOW,
            "no_answer",
            2,
        )
        assert Event.objects.filter(name="deals.activity_done", subject_id=promise.pk).count() == 1

    def test_a_cancelled_promise_says_why(self, rani: User) -> None:
        promise = cancel(ActivityFactory(owner=rani), by=rani, reason="They went elsewhere")

        newest = promise.changes.first()
        assert newest is not None
        assert (promise.state, newest.kind, newest.reason, newest.to_state) == (
            "cancelled",
            "cancelled",
            "They went elsewhere",
            "cancelled",
        )

    @pytest.mark.parametrize("end", [complete, cancel])
    def test_what_was_ended_can_be_opened_again(self, rani: User, end: Callable[..., Activity]) -> None:
        promise = end(ActivityFactory(owner=rani), by=rani)

        promise = reopen(promise, by=rani, reason="A slip")

        assert (promise.state, promise.outcome, promise.done_at, promise.cancelled_at) == ("planned", "", None, None)
        assert history(promise)[-1] == "reopened"

    def test_what_was_logged_without_a_promise_can_not_be_opened_again(self, rani: User) -> None:
        logged = log(kind="call", what_happened="Hm", by=rani)

        assert refusal(lambda: reopen(logged.activity, by=rani)) == "activity_never_planned"


STEPS: dict[str, Callable[[Activity, User], object]] = {
    "complete": lambda activity, by: complete(activity, by=by),
    "cancel": lambda activity, by: cancel(activity, by=by),
    "reschedule": lambda activity, by: reschedule(activity, by=by, due_on=date(2026, 6, 1)),
    "snooze": lambda activity, by: snooze(activity, by=by, days=1),
    "reassign": lambda activity, by: reassign(activity, to=UserFactory(), by=by),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("end", "code"), [(complete, "activity_done"), (cancel, "activity_cancelled")])
def test_a_promise_that_was_ended_refuses_every_step_and_says_the_way_round(
    rani: User, step: str, end: Callable[..., Activity], code: str
) -> None:
    promise: Activity = ActivityFactory(owner=rani)
    stale = again(promise)
    end(promise, by=rani)
    rows = ActivityChange.objects.count()

    with pytest.raises(ActivityRefused, match=r"[Oo]pen it again") as refused:
        STEPS[step](stale, rani)

    assert refused.value.code == code
    assert ActivityChange.objects.count() == rows


def test_a_planned_promise_can_not_be_opened_again(rani: User) -> None:
    assert refusal(lambda: reopen(ActivityFactory(owner=rani), by=rani)) == "activity_planned"


class TestMoving:
    def test_a_promise_moves_to_another_day(self, rani: User) -> None:
        promise = reschedule(
            ActivityFactory(owner=rani), by=rani, due_on=date(2026, 5, 20), reason="They are on holiday"
        )

        assert (promise.starts_at, promise.due_on) == (None, date(2026, 5, 20))
        newest = promise.changes.first()
        assert newest is not None
        assert (newest.kind, newest.reason, newest.due_at) == ("rescheduled", "They are on holiday", promise.due_at)

    def test_put_off_by_days_it_keeps_its_hour(self, rani: User) -> None:
        promise = snooze(ActivityFactory(owner=rani, starts_at=TOMORROW_AT_TEN), by=rani, days=3)

        assert promise.starts_at == TOMORROW_AT_TEN + timedelta(days=3)

    def test_it_keeps_its_hour_over_a_change_of_the_clocks(self) -> None:
        berliner = UserFactory(time_zone="Europe/Berlin")
        friday_at_ten = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)

        promise = snooze(ActivityFactory(owner=berliner, starts_at=friday_at_ten), by=berliner, days=3)

        assert promise.starts_at == datetime(2026, 10, 26, 9, 0, tzinfo=UTC)

    def test_put_off_when_it_is_late_the_days_count_from_today(self, rani: User) -> None:
        late = ActivityFactory(owner=rani, due_on=date(2026, 5, 4))

        assert snooze(late, by=rani, days=1).due_on == date(2026, 5, 14)

    def test_put_off_until_a_day_it_keeps_its_hour(self, rani: User) -> None:
        promise = snooze(ActivityFactory(owner=rani, starts_at=TOMORROW_AT_TEN), by=rani, until=date(2026, 6, 1))

        assert promise.starts_at == datetime(2026, 6, 1, 3, 0, tzinfo=UTC)

    @pytest.mark.parametrize("when", [{}, {"days": 0}, {"days": -2}, {"until": date(2026, 5, 12)}])
    def test_it_is_not_put_off_into_the_past(self, rani: User, when: dict[str, Any]) -> None:
        assert refusal(lambda: snooze(ActivityFactory(owner=rani), by=rani, **when)) == "snooze_needs_a_day"

    @pytest.mark.parametrize("when", [{"days": 10**12}, {"until": date.max}])
    def test_it_is_not_put_off_until_the_end_of_time(self, rani: User, when: dict[str, Any]) -> None:
        assert refusal(lambda: snooze(ActivityFactory(owner=rani), by=rani, **when)) == "activity_too_far"

    def test_given_to_somebody_else_its_day_is_one_of_their_calendar(self, rani: User) -> None:
        berliner = UserFactory(name="Anke", time_zone="Europe/Berlin")
        promise = ActivityFactory(owner=rani, due_on=date(2026, 5, 14))

        promise = reassign(promise, to=berliner, by=rani, reason="She is there")

        assert (promise.owner, promise.due_on) == (berliner, date(2026, 5, 14))
        assert promise.due_at == datetime(2026, 5, 14, 22, 0, tzinfo=UTC)
        assert Notification.objects.filter(user=berliner, kind="given").count() == 1

    def test_it_is_not_given_to_whoever_has_it(self, rani: User) -> None:
        assert refusal(lambda: reassign(ActivityFactory(owner=rani), to=rani, by=rani)) == "activity_already_theirs"

    def test_its_words_can_be_corrected(self, rani: User) -> None:
        promise = change_activity(ActivityFactory(owner=rani), by=rani, subject="Call Sri", place="Bogor")

        assert (promise.subject, promise.place) == ("Call Sri", "Bogor")
        assert Activity.objects.search("sri").get() == promise


class TestTheDatabase:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"subject": ""},
            {"kind": "fax"},
            {"outcome": "great"},
            {"state": "done"},
            {"due_at": None},
            {"deal_outcome": "gone"},
        ],
    )
    def test_it_refuses_what_can_not_be(self, rani: User, wrong: dict[str, Any]) -> None:
        promise = ActivityFactory(owner=rani)

        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.filter(pk=promise.pk).update(**wrong)
