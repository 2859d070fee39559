"""Reminders: when they come, to whom, how often, and when they must not; the manager, the digest, another zone."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.messages.sending import due_messages, send_message
from contacts.models import Contact, Message, Notification, Team, User
from contacts.staff.accounts import disable_user
from deals.activities.delivering import (
    MOST_ATTEMPTS,
    MOST_UNDER_WAY,
    claim_due_reminders,
    deliver_reminder,
    due_reminders,
)
from deals.activities.digest import deliver_digest, due_digests
from deals.activities.doing import cancel, complete, reopen
from deals.activities.refusing import ActivityRefused
from deals.activities.reminding import retry_reminder, set_reminders, snooze_reminder
from deals.activities.rules import Rule
from deals.activities.shifting import reassign, reschedule, snooze
from deals.activities.wishes import change_wishes, make_missing_wishes, wishes_of
from deals.models import Activity, FollowUpSettings, LossReason, Reminder, ReminderDelivery, SalesPolicy
from deals.pipeline.moving import lose
from deals.tasks import sweep_digests, sweep_reminders
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import ContactFactory, UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
AT_TEN = NOW + timedelta(hours=1)
TOMORROW = date(2026, 5, 14)
EIGHT_TOMORROW = datetime(2026, 5, 14, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def reminders_of(activity: Activity) -> list[Reminder]:
    return list(activity.reminders.filter(purpose="remind").order_by("due_at"))


def moments_of(activity: Activity) -> list[datetime]:
    return [reminder.due_at for reminder in reminders_of(activity)]


def escalation_of(activity: Activity) -> Reminder:
    return activity.reminders.get(purpose="escalate")


def deliver_all(clock: Any, at: datetime) -> int:
    """Move the clock and deliver what is due; return how many were delivered."""
    clock.move_to(at)
    return sum(deliver_reminder(pk, now=at) for pk in due_reminders(at))


def bells(user: User, kind: str = "reminder") -> list[str]:
    return list(Notification.objects.filter(user=user, kind=kind).order_by("id").values_list("title", flat=True))


def ledger(activity: Activity) -> list[tuple[int, str]]:
    rows = ReminderDelivery.objects.filter(reminder__activity=activity).order_by("id")
    return list(rows.values_list("round", "channel"))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActivityRefused) as refused:
        act()
    return refused.value.code


class TestWhen:
    def test_what_has_an_hour_is_reminded_of_so_long_before_as_its_owner_wants(self, rani: User) -> None:
        change_wishes(rani, minutes_before=30)

        assert moments_of(ActivityFactory(owner=rani, starts_at=AT_TEN)) == [AT_TEN - timedelta(minutes=30)]

    def test_what_is_for_a_day_is_reminded_of_at_the_owners_hour_of_that_day(self, rani: User) -> None:
        assert moments_of(ActivityFactory(owner=rani, due_on=TOMORROW)) == [EIGHT_TOMORROW]

    def test_there_may_be_several(self, rani: User) -> None:
        rules = [Rule(minutes_before=60 * 24), Rule(minutes_before=10), Rule(days_before=1, at_time=time(17))]
        start = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)

        promise = ActivityFactory(owner=rani, starts_at=start, reminders=rules)

        assert moments_of(promise) == [
            start - timedelta(days=1),
            datetime(2026, 5, 19, 10, 0, tzinfo=UTC),
            start - timedelta(minutes=10),
        ]

    def test_or_none(self, rani: User) -> None:
        assert moments_of(ActivityFactory(owner=rani, reminders=[])) == []

    def test_minutes_before_something_without_an_hour_are_refused(self, rani: User) -> None:
        rules = [Rule(minutes_before=10)]

        code = refusal(lambda: ActivityFactory(owner=rani, due_on=TOMORROW, reminders=rules))

        assert code == "reminder_needs_an_hour"
        assert not Activity.objects.exists()

    @pytest.mark.parametrize("rule", [Rule(minutes_before=10**15), Rule(minutes_before=-1), Rule(None, 61, time(8))])
    def test_a_rule_beyond_what_anybody_needs_is_named_as_the_fault(self, rani: User, rule: Rule) -> None:
        with pytest.raises(ValidationError):
            ActivityFactory(owner=rani, reminders=[rule])

    def test_a_moment_that_has_passed_comes_at_once_while_the_promise_is_not_late(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=5))

        assert deliver_all(clock, NOW) == 1

    def test_of_what_is_late_already_nobody_is_reminded(self, rani: User) -> None:
        assert moments_of(ActivityFactory(owner=rani, starts_at=NOW - timedelta(hours=1))) == []

    def test_an_hour_of_the_day_after_the_start_means_the_start(self, rani: User) -> None:
        early = datetime(2026, 5, 13, 23, 0, tzinfo=UTC)

        promise = ActivityFactory(owner=rani, starts_at=early, reminders=[Rule(at_time=time(8))])

        assert moments_of(promise) == [early]

    def test_people_choose_their_own_reminders_of_a_promise(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)

        set_reminders(promise, [Rule(days_before=1, at_time=time(17))], user=rani)

        assert moments_of(promise) == [datetime(2026, 5, 13, 10, 0, tzinfo=UTC)]


class TestDelivery:
    def test_it_rings_the_bell_writes_an_e_mail_and_keeps_the_ledger(self, rani: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN, subject="Call Dewi", reminders=[Rule(minutes_before=0)])

        assert deliver_all(clock, AT_TEN) == 1

        assert bells(rani) == ["Call Dewi (today, 10:00)"]
        letter = Message.objects.get(kind="reminder")
        assert (letter.user, letter.subject) == (rani, "Call Dewi (today, 10:00)")
        assert ledger(promise) == [(0, "bell"), (0, "email")]
        reminder = reminders_of(promise)[0]
        assert (reminder.state, reminder.delivered_at, reminder.claimed_until) == ("delivered", AT_TEN, None)

    def test_it_comes_once_however_often_it_is_asked_for(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=1))
        pk = reminders_of(promise)[0].pk

        assert [deliver_reminder(pk, now=NOW) for _ in range(3)] == [True, False, False]
        assert len(bells(rani)) == 1

    def test_it_does_not_come_before_its_moment(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)

        assert not deliver_reminder(reminders_of(promise)[0].pk, now=NOW)
        assert due_reminders(NOW) == []

    def test_whoever_wants_no_e_mail_hears_the_bell(self, rani: User, clock: Any) -> None:
        change_wishes(rani, by_email=False)
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN)

        deliver_all(clock, AT_TEN)

        assert ledger(promise) == [(0, "bell")]
        assert not Message.objects.exists()

    def test_it_speaks_the_language_and_the_time_of_who_gets_it(self, clock: Any) -> None:
        berliner = UserFactory(time_zone="Europe/Berlin", language="id")
        ActivityFactory(owner=berliner, starts_at=AT_TEN, subject="Anke anrufen")

        deliver_all(clock, AT_TEN)

        letter = Message.objects.get(kind="reminder")
        assert letter.language == "id"
        assert "5.00" in letter.subject

    @pytest.mark.parametrize("end", [complete, cancel])
    def test_what_was_ended_is_not_reminded_of(self, rani: User, clock: Any, end: Callable[..., Activity]) -> None:
        promise = end(ActivityFactory(owner=rani, starts_at=AT_TEN), by=rani)

        assert deliver_all(clock, AT_TEN + timedelta(days=9)) == 0
        assert {reminder.state for reminder in promise.reminders.all()} == {"cancelled"}
        assert all(reminder.cancel_reason for reminder in promise.reminders.all())

    def test_an_e_mail_that_has_not_left_is_stopped_with_it(self, rani: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN)
        deliver_all(clock, AT_TEN)

        complete(promise, by=rani)

        assert Message.objects.get(kind="reminder").state == "cancelled"

    def test_nothing_moot_is_delivered_before_the_news_of_the_deal_arrived(self, rani: User, clock: Any) -> None:
        deal = DealFactory(owner=rani)
        promise = ActivityFactory(owner=rani, deal=deal, starts_at=AT_TEN)
        lose(deal, reason=LossReason.objects.get(code="price"), by=rani)

        assert promise.changes.count() == 1
        assert deliver_all(clock, AT_TEN) == 0
        assert reminders_of(promise)[0].cancel_reason == "The deal was lost."

    def test_nor_is_the_e_mail_that_was_queued_before(self, rani: User, clock: Any) -> None:
        deal = DealFactory(owner=rani)
        ActivityFactory(owner=rani, deal=deal, starts_at=AT_TEN)
        deliver_all(clock, AT_TEN)
        lose(deal, reason=LossReason.objects.get(code="price"), by=rani)

        sent = [send_message(pk, now=AT_TEN) for pk in due_messages(AT_TEN)]

        assert sent == [False]
        assert (Message.objects.get(kind="reminder").cancel_reason, mail.outbox) == ("The deal was lost.", [])

    def test_what_is_planned_on_a_closed_deal_is_reminded_of(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, deal=DealFactory(owner=rani, lost=True), starts_at=AT_TEN)

        assert deliver_all(clock, AT_TEN) == 1

    def test_whoever_can_not_sign_in_any_more_is_not_told(self, rani: User, ana: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN)
        disable_user(rani, by=ana)

        assert deliver_all(clock, AT_TEN) == 0
        assert reminders_of(promise)[0].cancel_reason == "The recipient can't sign in any more."

    def test_whoever_may_not_see_it_any_more_is_not_told(self, rani: User, bima: User, clock: Any) -> None:
        contact: Contact = ContactFactory(owner=bima)
        promise = ActivityFactory(owner=rani, contact=contact, starts_at=AT_TEN)
        set_reminders(promise, [Rule(minutes_before=0)], user=bima)
        Contact.objects.filter(pk=contact.pk).update(owner=rani)

        deliver_all(clock, AT_TEN)

        assert (len(bells(rani)), len(bells(bima))) == (1, 0)


class TestFailure:
    @pytest.fixture
    def faulty(self, rani: User) -> Reminder:
        promise = ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=1))
        User.objects.filter(pk=rani.pk).update(time_zone="Mars/Olympus")
        return reminders_of(promise)[0]

    def test_it_is_tried_again_with_growing_pauses_then_given_up_with_its_error(self, faulty: Reminder) -> None:
        now, pauses = NOW, []
        for _ in range(MOST_ATTEMPTS):
            assert not deliver_reminder(faulty.pk, now=now)
            faulty.refresh_from_db()
            pauses.append(faulty.next_attempt_at - now)
            now = max(now, faulty.next_attempt_at)

        assert (faulty.state, faulty.attempts) == ("failed", MOST_ATTEMPTS)
        assert "Mars/Olympus" in faulty.last_error
        assert pauses[-3] > 4 * pauses[0]
        assert max(pauses) <= timedelta(hours=1)
        assert faulty.pk not in due_reminders(now + timedelta(days=1))

    def test_others_are_not_held_up(self, faulty: Reminder, bima: User, clock: Any) -> None:
        ActivityFactory(owner=bima, starts_at=NOW + timedelta(minutes=1))

        assert deliver_all(clock, NOW) == 1

    def test_half_of_a_delivery_is_none(self, faulty: Reminder) -> None:
        deliver_reminder(faulty.pk, now=NOW)

        assert not Notification.objects.filter(kind="reminder").exists()
        assert not ReminderDelivery.objects.exists()

    def test_a_person_has_it_tried_again_once_the_cause_is_gone(self, faulty: Reminder, rani: User) -> None:
        Reminder.objects.filter(pk=faulty.pk).update(state="failed", attempts=MOST_ATTEMPTS, last_error="Mars")
        User.objects.filter(pk=rani.pk).update(time_zone="Asia/Jakarta")

        retry_reminder(faulty, by=rani)

        assert deliver_reminder(faulty.pk, now=NOW)

    def test_only_what_failed_can_be_tried_again(self, rani: User) -> None:
        reminder = reminders_of(ActivityFactory(owner=rani))[0]

        assert refusal(lambda: retry_reminder(reminder, by=rani)) == "reminder_not_failed"


class TestSweeping:
    def test_a_sweep_delivers_what_is_due(self, rani: User) -> None:
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=1))
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(days=1))

        sweep_reminders()
        sweep_reminders()

        assert len(bells(rani)) == 1

    def test_what_one_sweep_claimed_another_leaves_alone_until_the_worker_counts_as_dead(self, rani: User) -> None:
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=1))

        assert [len(claim_due_reminders(NOW)), len(claim_due_reminders(NOW))] == [1, 0]
        assert len(claim_due_reminders(NOW + timedelta(minutes=1))) == 1

    def test_no_more_than_so_many_are_under_way_at_a_time(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, starts_at=NOW + timedelta(minutes=1), reminders=[])
        Reminder.objects.bulk_create(
            Reminder(activity=promise, user=rani, due_at=NOW, next_attempt_at=NOW, minutes_before=number)
            for number in range(MOST_UNDER_WAY + 5)
        )

        assert [len(claim_due_reminders(NOW)), len(claim_due_reminders(NOW))] == [MOST_UNDER_WAY, 0]


class TestSnoozing:
    def test_a_reminder_that_was_put_off_comes_again(self, rani: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN, reminders=[Rule(minutes_before=15)])
        deliver_all(clock, AT_TEN - timedelta(minutes=15))

        snooze_reminder(reminders_of(promise)[0], until=AT_TEN - timedelta(minutes=5), by=rani)

        assert deliver_all(clock, AT_TEN - timedelta(minutes=6)) == 0
        assert deliver_all(clock, AT_TEN - timedelta(minutes=5)) == 1
        assert ledger(promise) == [(0, "bell"), (0, "email"), (1, "bell"), (1, "email")]

    def test_it_is_not_put_off_into_the_past(self, rani: User) -> None:
        reminder = reminders_of(ActivityFactory(owner=rani))[0]

        assert refusal(lambda: snooze_reminder(reminder, until=NOW, by=rani)) == "snooze_in_past"

    def test_of_what_is_done_nothing_is_put_off(self, rani: User) -> None:
        promise = complete(ActivityFactory(owner=rani), by=rani)

        code = refusal(lambda: snooze_reminder(reminders_of(promise)[0], until=AT_TEN, by=rani))

        assert code == "activity_done"


class TestMovedPromises:
    def test_waiting_reminders_move_with_the_promise(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN, reminders=[Rule(minutes_before=15)])

        reschedule(promise, by=rani, starts_at=AT_TEN + timedelta(days=1))

        assert moments_of(promise) == [AT_TEN + timedelta(days=1, minutes=-15)]

    def test_one_that_was_delivered_comes_again_if_its_moment_is_to_come(self, rani: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN, reminders=[Rule(minutes_before=15)])
        deliver_all(clock, AT_TEN)

        snooze(promise, by=rani, days=1)

        assert deliver_all(clock, AT_TEN + timedelta(hours=23, minutes=44)) == 0
        assert deliver_all(clock, AT_TEN + timedelta(hours=23, minutes=45)) == 1
        assert ledger(promise) == [(0, "bell"), (0, "email"), (1, "bell"), (1, "email")]

    def test_a_promise_that_loses_its_hour_is_reminded_of_at_the_hour_of_the_day(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, starts_at=AT_TEN)

        reschedule(promise, by=rani, due_on=TOMORROW)

        assert moments_of(promise) == [EIGHT_TOMORROW]

    def test_a_promise_that_gets_an_hour_is_reminded_of_before_it(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)

        reschedule(promise, by=rani, starts_at=AT_TEN)

        assert moments_of(promise) == [AT_TEN - timedelta(minutes=15)]

    def test_reminders_of_who_gave_it_away_are_those_of_who_got_it(self, rani: User) -> None:
        berliner = UserFactory(time_zone="Europe/Berlin")
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)

        reassign(promise, to=berliner, by=rani)

        assert [(each.user, each.due_at) for each in reminders_of(promise)] == [
            (berliner, datetime(2026, 5, 14, 6, 0, tzinfo=UTC))
        ]

    def test_opened_again_it_is_reminded_of_again(self, rani: User, clock: Any) -> None:
        promise = complete(ActivityFactory(owner=rani, starts_at=AT_TEN), by=rani)

        reopen(promise, by=rani)

        assert deliver_all(clock, AT_TEN) == 1
        assert escalation_of(promise).state == "waiting"


class TestEscalation:
    @pytest.fixture
    def late(self, rani: User) -> Activity:
        promise: Activity = ActivityFactory(owner=rani, starts_at=AT_TEN, subject="Call Dewi", reminders=[])
        return promise

    def test_the_manager_is_told_once_of_what_nobody_did(self, late: Activity, maya: User, clock: Any) -> None:
        assert deliver_all(clock, AT_TEN + timedelta(hours=23, minutes=59)) == 0
        assert deliver_all(clock, AT_TEN + timedelta(hours=24)) == 1
        assert deliver_all(clock, AT_TEN + timedelta(days=30)) == 0

        assert bells(maya, "escalation") == ["Rani has not done: Call Dewi"]
        assert ReminderDelivery.objects.filter(user=maya, channel="bell").count() == 1

    def test_not_of_what_was_done_in_time(self, late: Activity, rani: User, clock: Any) -> None:
        complete(late, by=rani)

        assert deliver_all(clock, AT_TEN + timedelta(days=2)) == 0

    def test_a_new_day_is_a_new_chance(self, late: Activity, rani: User, maya: User, clock: Any) -> None:
        reschedule(late, by=rani, starts_at=AT_TEN + timedelta(days=3))

        assert deliver_all(clock, AT_TEN + timedelta(days=3)) == 0
        assert deliver_all(clock, AT_TEN + timedelta(days=4)) == 1

    def test_a_managers_own_goes_to_the_one_above(self, maya: User, java: Team, clock: Any) -> None:
        boss = UserFactory(name="Boss", role="sales-manager")
        java.parent = Team.objects.create(name="Indonesia", manager=boss)
        java.save()
        maya.team = java
        maya.save()
        ActivityFactory(owner=maya, starts_at=AT_TEN, subject="Plan", reminders=[])

        deliver_all(clock, AT_TEN + timedelta(days=1))

        assert bells(boss, "escalation") == ["Maya has not done: Plan"]

    def test_with_nobody_to_tell_nobody_is_told(self, bima: User, clock: Any) -> None:
        promise = ActivityFactory(owner=bima, starts_at=AT_TEN, reminders=[])

        assert deliver_all(clock, AT_TEN + timedelta(days=1)) == 0
        assert "nobody to tell" in escalation_of(promise).cancel_reason

    def test_the_policy_says_after_how_many_hours(self, late: Activity, clock: Any) -> None:
        policy = SalesPolicy.objects.current()
        policy.escalate_after_hours = 2
        policy.save()

        assert escalation_of(late).due_at == AT_TEN + timedelta(hours=2)
        assert deliver_all(clock, AT_TEN + timedelta(hours=2)) == 1

    def test_it_is_the_manager_of_the_day_who_is_told(self, late: Activity, java: Team, clock: Any) -> None:
        java.manager = UserFactory(name="Nia", role="sales-manager")
        java.save()

        deliver_all(clock, AT_TEN + timedelta(days=1))

        assert len(bells(java.manager, "escalation")) == 1


class TestDigest:
    def digest_at(self, clock: Any, at: datetime, user: User) -> str:
        clock.move_to(at)
        sweep_digests()
        return "\n".join(message.text for message in Message.objects.filter(kind="digest", user=user))

    def test_it_tells_what_is_late_and_what_is_for_today(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, subject="Call Dewi", due_on=date(2026, 5, 13), reminders=[])
        ActivityFactory(owner=rani, subject="Call Sri", starts_at=datetime(2026, 5, 14, 7, 30, tzinfo=UTC))
        ActivityFactory(owner=rani, subject="Call Adi", due_on=date(2026, 5, 15))
        sweep_digests()

        text = self.digest_at(clock, datetime(2026, 5, 14, 0, 0, tzinfo=UTC), rani)

        assert "Late (1)\n– yesterday · Call Dewi" in text
        assert "Today (1)\n– 14:30 · Call Sri" in text
        assert "Call Adi" not in text

    def test_on_mondays_it_tells_of_the_week(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, subject="Call Adi", due_on=date(2026, 5, 22))
        ActivityFactory(owner=rani, subject="Call Sri", due_on=date(2026, 5, 25))
        sweep_digests()

        text = self.digest_at(clock, datetime(2026, 5, 18, 0, 0, tzinfo=UTC), rani)

        assert "This week (1)\n– 22 May 2026 · Call Adi" in text

    def test_with_nothing_to_tell_none_is_sent(self, rani: User, clock: Any) -> None:
        sweep_digests()

        assert self.digest_at(clock, datetime(2026, 5, 14, 0, 0, tzinfo=UTC), rani) == ""

    def test_after_days_of_silence_there_is_one(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, due_on=date(2026, 5, 13), reminders=[])
        sweep_digests()

        self.digest_at(clock, datetime(2026, 5, 20, 5, 0, tzinfo=UTC), rani)
        self.digest_at(clock, datetime(2026, 5, 20, 6, 0, tzinfo=UTC), rani)

        message = Message.objects.get(kind="digest")
        assert message.key == f"digest:{rani.pk}:2026-05-20"
        assert wishes_of(rani).next_digest_at == datetime(2026, 5, 21, 0, 0, tzinfo=UTC)

    def test_it_comes_at_the_hour_that_the_person_chose_where_they_are(self) -> None:
        berliner = UserFactory(time_zone="Europe/Berlin")

        change_wishes(berliner, digest_time=time(6, 30))

        assert wishes_of(berliner).next_digest_at == datetime(2026, 5, 13, 4, 30, tzinfo=UTC)

    def test_whoever_wants_none_gets_none(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, due_on=date(2026, 5, 13))
        change_wishes(rani, digest_time=None)

        assert self.digest_at(clock, datetime(2026, 5, 20, 5, 0, tzinfo=UTC), rani) == ""

    def test_who_was_disabled_gets_none_and_gets_them_again_later(self, rani: User, ana: User, clock: Any) -> None:
        ActivityFactory(owner=rani, due_on=date(2026, 5, 13), reminders=[])
        sweep_digests()
        disable_user(rani, by=ana)

        assert self.digest_at(clock, datetime(2026, 5, 14, 0, 0, tzinfo=UTC), rani) == ""
        User.objects.filter(pk=rani.pk).update(is_active=True)
        make_missing_wishes(datetime(2026, 5, 14, 3, 0, tzinfo=UTC))
        assert "Late (1)" in self.digest_at(clock, datetime(2026, 5, 15, 0, 0, tzinfo=UTC), rani)

    def test_two_workers_write_one(self, rani: User, clock: Any) -> None:
        ActivityFactory(owner=rani, due_on=date(2026, 5, 13), reminders=[])
        sweep_digests()
        at = datetime(2026, 5, 14, 0, 0, tzinfo=UTC)
        ids = due_digests(at)

        assert [deliver_digest(pk, now=at) for pk in ids * 2].count(True) == 1

    def test_one_that_fails_holds_up_no_other(self, rani: User, bima: User, clock: Any) -> None:
        for user in (rani, bima):
            ActivityFactory(owner=user, due_on=date(2026, 5, 13), reminders=[])
        sweep_digests()
        FollowUpSettings.objects.filter(user=rani).update(zone="Mars/Olympus")
        User.objects.filter(pk=rani.pk).update(time_zone="Mars/Olympus")

        assert "Late (1)" in self.digest_at(clock, datetime(2026, 5, 14, 0, 0, tzinfo=UTC), bima)


class TestMovingToAnotherZone:
    def test_days_hours_and_the_digest_are_those_of_the_new_place(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)
        sweep_digests()

        rani.time_zone = "Europe/Berlin"
        rani.save()

        promise.refresh_from_db()
        assert promise.due_at == datetime(2026, 5, 14, 22, 0, tzinfo=UTC)
        assert moments_of(promise) == [datetime(2026, 5, 14, 6, 0, tzinfo=UTC)]
        assert escalation_of(promise).due_at == promise.due_at + timedelta(hours=24)
        assert wishes_of(rani).next_digest_at == datetime(2026, 5, 13, 5, 0, tzinfo=UTC)

    def test_what_was_set_for_a_moment_stays_at_it(self, rani: User) -> None:
        start = datetime(2026, 5, 14, 20, 0, tzinfo=UTC)
        promise = ActivityFactory(owner=rani, starts_at=start)

        rani.time_zone = "Europe/Berlin"
        rani.save()

        promise.refresh_from_db()
        assert (promise.starts_at, promise.due_at, promise.due_on) == (start, start, TOMORROW)
        assert moments_of(promise) == [start - timedelta(minutes=15)]

    def test_what_was_put_off_until_a_moment_stays_at_it(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)
        snooze_reminder(reminders_of(promise)[0], until=AT_TEN, by=rani)

        rani.time_zone = "Europe/Berlin"
        rani.save()

        assert moments_of(promise) == [AT_TEN]

    def test_what_was_delivered_is_not_delivered_again(self, rani: User, clock: Any) -> None:
        promise = ActivityFactory(owner=rani, due_on=TOMORROW)
        deliver_all(clock, EIGHT_TOMORROW)

        rani.time_zone = "America/New_York"
        rani.save()

        assert reminders_of(promise)[0].state == "delivered"

    def test_a_change_that_nobody_was_told_of_is_found_by_the_sweep(self, rani: User, bima: User) -> None:
        for user in (bima, rani):
            promise = ActivityFactory(owner=user, due_on=TOMORROW)
        User.objects.filter(pk=bima.pk).update(time_zone="Mars/Olympus")
        User.objects.filter(pk=rani.pk).update(time_zone="Europe/Berlin")

        sweep_digests()

        assert moments_of(promise) == [datetime(2026, 5, 14, 6, 0, tzinfo=UTC)]


def test_the_ledger_takes_a_delivery_once(rani: User, clock: Any) -> None:
    promise = ActivityFactory(owner=rani, starts_at=AT_TEN)
    deliver_all(clock, AT_TEN)
    row = ReminderDelivery.objects.filter(reminder__activity=promise).first()
    assert row is not None

    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderDelivery.objects.create(
            reminder=row.reminder, round=row.round, channel=row.channel, user=rani, due_at=NOW, delivered_at=NOW
        )
