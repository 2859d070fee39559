"""Announcing and delivering: written with the change, told to each subscriber once, read in order by whoever may."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from config.integrations.announcing import EventSignal, announce
from config.integrations.delivering import LONGEST_PAUSE, deliver_event, due_events, settle_unsubscribed, subscribe
from config.integrations.models import CLAIM_EXPIRES_AFTER, Delivery, Event
from config.integrations.tasks import sweep_events
from contacts.models import Contact, User
from deals.models import Deal
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
_numbers = count()


class Told:
    """A subscriber that remembers what it was told, and fails as long as it is told to."""

    def __init__(self) -> None:
        self.events: list[int] = []
        self.fails = False

    def __call__(self, event: Event) -> None:
        self.events.append(event.pk)
        if self.fails:
            raise RuntimeError("not now")


@pytest.fixture
def happened() -> EventSignal:
    """A signal of this test's own, so that no other test's subscribers hear it."""
    return EventSignal(f"test.happened_{next(_numbers)}", provides={"what": "anything"})


@pytest.fixture
def subscribed(happened: EventSignal) -> Callable[[str], Told]:
    def make(uid: str) -> Told:
        told = Told()
        subscribe(happened, uid, told)
        return told

    return make


@pytest.fixture
def subject() -> Contact:
    contact = ContactFactory()
    Event.objects.all().delete()
    return contact


def test_an_event_is_written_in_the_transaction_of_what_it_tells(happened: EventSignal, subject: Contact) -> None:
    with transaction.atomic():
        announce(happened, subject=subject)
        transaction.set_rollback(True)

    assert not Event.objects.exists()


def test_an_event_says_who_did_what_to_which_record(happened: EventSignal, subject: Contact, ana: User) -> None:
    event = announce(happened, subject=subject, by=ana, what="called")

    event.refresh_from_db()
    assert (event.name, event.subject_type, event.subject_id) == (happened.name, "contacts.contact", subject.pk)
    assert (event.actor, event.payload) == (ana, {"what": "called"})


def test_a_payload_that_the_signal_does_not_document_is_refused(happened: EventSignal, subject: Contact) -> None:
    with pytest.raises(TypeError, match="does not provide"):
        announce(happened, subject=subject, something_else=1)


def test_receivers_are_nudged_after_the_commit_and_not_before(
    happened: EventSignal, subject: Contact, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def hear(*, event_id: int, **kwargs: Any) -> None:
        heard.append(event_id)

    happened.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        event = announce(happened, subject=subject)
        assert heard == []

    assert heard == [event.pk]


def test_a_receiver_that_fails_undoes_nothing_and_silences_nobody(
    happened: EventSignal, subject: Contact, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def fail(**kwargs: Any) -> None:
        raise RuntimeError

    def hear(*, event_id: int, **kwargs: Any) -> None:
        heard.append(event_id)

    happened.connect(fail)
    happened.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        event = announce(happened, subject=subject)

    assert heard == [event.pk]
    assert Event.objects.filter(pk=event.pk).exists()


def test_every_subscriber_is_told_once(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    first, second = subscribed("first"), subscribed("second")
    event = announce(happened, subject=subject)

    assert deliver_event(event.pk, now=timezone.now())
    assert not deliver_event(event.pk, now=timezone.now())

    assert first.events == second.events == [event.pk]
    assert set(Delivery.objects.values_list("subscriber", flat=True)) == {"first", "second"}


def test_one_that_fails_keeps_nobody_waiting_and_is_tried_again(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    failing, fine = subscribed("failing"), subscribed("fine")
    failing.fails = True
    event = announce(happened, subject=subject)

    assert not deliver_event(event.pk, now=timezone.now())
    failing.fails = False
    assert deliver_event(event.pk, now=timezone.now() + LONGEST_PAUSE * 2)

    assert failing.events == [event.pk, event.pk]
    assert fine.events == [event.pk]


def test_a_failed_delivery_leaves_its_trace_and_waits_longer_each_time(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    subscribed("failing").fails = True
    event = announce(happened, subject=subject)
    pauses = []
    for _ in range(6):
        now = timezone.now() + LONGEST_PAUSE * 24
        deliver_event(event.pk, now=now)
        event.refresh_from_db()
        pauses.append(event.next_attempt_at - now)
        Event.objects.filter(pk=event.pk).update(next_attempt_at=now)

    assert event.last_error == "failing: RuntimeError"
    assert event.attempts == 6
    assert pauses[-1] > pauses[0] * 8
    assert pauses[-1] <= LONGEST_PAUSE * 1.5


def test_what_a_failing_subscriber_wrote_is_taken_back(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    def write_and_fail(event: Event) -> None:
        Contact.objects.filter(pk=event.subject_id).update(source_detail="half done")
        raise RuntimeError

    subscribe(happened, "half", write_and_fail)
    deliver_event(announce(happened, subject=subject).pk, now=timezone.now())

    subject.refresh_from_db()
    assert subject.source_detail == ""
    assert not Delivery.objects.exists()


def test_an_event_that_a_worker_has_claimed_is_left_to_it_until_the_claim_expires(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    told, now = subscribed("only"), timezone.now()
    event = announce(happened, subject=subject)
    Event.objects.filter(pk=event.pk).update(claimed_at=now, next_attempt_at=now)

    assert not deliver_event(event.pk, now=now + CLAIM_EXPIRES_AFTER)
    assert deliver_event(event.pk, now=now + CLAIM_EXPIRES_AFTER + timedelta(seconds=1))
    assert told.events == [event.pk]


def test_the_sweep_delivers_what_nobody_was_nudged_of(
    happened: EventSignal, subject: Contact, subscribed: Callable[[str], Told]
) -> None:
    told = subscribed("only")
    events = [announce(happened, subject=subject).pk for _ in range(3)]

    sweep_events.delay()

    assert told.events == events
    assert not Event.objects.filter(delivered_at=None).exists()


def test_events_that_nobody_subscribes_to_are_settled_at_once(happened: EventSignal, subject: Contact) -> None:
    event = announce(happened, subject=subject)

    assert settle_unsubscribed(timezone.now()) == 1
    assert due_events(timezone.now()) == []
    event.refresh_from_db()
    assert event.delivered_at is not None


def test_one_sees_events_about_what_one_sees(rani: User, bima: User, ana: User) -> None:
    mine, theirs = DealFactory(owner=rani), DealFactory(owner=bima)
    deals = Event.objects.filter(subject_type="deals.deal")

    assert set(deals.visible_to(rani).values_list("subject_id", flat=True)) == {mine.pk}
    assert set(deals.visible_to(ana).values_list("subject_id", flat=True)) == {mine.pk, theirs.pk}


def test_without_the_right_to_see_deals_one_sees_no_event_of_deals(rani: User) -> None:
    DealFactory(owner=rani)
    role = rani.role
    assert role is not None
    role.permissions.remove(role.permissions.get(codename="view_deal"))

    assert not Event.objects.visible_to(User.objects.get(pk=rani.pk)).filter(subject_type="deals.deal").exists()


def test_after_continues_where_one_has_read_to(subject: Contact, happened: EventSignal) -> None:
    events = [announce(happened, subject=subject).pk for _ in range(4)]

    assert list(Event.objects.after(events[1]).values_list("pk", flat=True)) == events[2:]


def test_opening_moving_and_winning_a_deal_are_told_in_order(rani: User) -> None:
    deal: Deal = DealFactory(owner=rani, won=True)

    names = list(Event.objects.filter(subject_type="deals.deal", subject_id=deal.pk).values_list("name", flat=True))
    assert names == ["deals.deal_opened", "deals.deal_won"]
