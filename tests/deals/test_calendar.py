"""Calendars: the private feed, and the invitations that attendees get."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import icalendar
import pytest
import time_machine
from django.core import mail
from django.test import Client

from contacts.messages.sending import due_messages, send_message
from contacts.models import Contact, Message, User
from contacts.staff.accounts import disable_user
from deals.activities.calendar import feed, make_feed, revoke_feed, user_of
from deals.activities.doing import cancel, complete, reopen
from deals.activities.shifting import change_activity, reschedule, set_attendees
from deals.models import Activity, CalendarFeed
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 5, 15, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def entries(user: User) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(feed(user))
    return {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}


class TestFeed:
    def test_what_has_an_hour_is_an_appointment_in_utc(self, rani: User) -> None:
        promise = ActivityFactory(
            owner=rani, kind="visit", subject="Visit; Dewi", starts_at=FRIDAY, minutes=90, place="Jl. Sudirman 1, Bogor"
        )

        entry = entries(rani)["Visit; Dewi"]

        assert (entry["dtstart"].dt, entry["dtend"].dt) == (FRIDAY, FRIDAY + timedelta(minutes=90))
        assert (str(entry["uid"]), entry["sequence"], str(entry["status"])) == (str(promise.uid), 0, "CONFIRMED")
        assert str(entry["location"]) == "Jl. Sudirman 1, Bogor"
        assert entry["dtstamp"].dt == NOW

    def test_what_is_for_a_day_stands_at_the_top_of_it_and_blocks_no_time(self, rani: User) -> None:
        ActivityFactory(owner=rani, subject="Send it", due_on=date(2026, 5, 15))

        entry = entries(rani)["Send it"]

        assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2026, 5, 15), date(2026, 5, 16))
        assert str(entry["transp"]) == "TRANSPARENT"

    def test_it_holds_what_one_promised_or_takes_part_in_and_nothing_else(self, rani: User, bima: User) -> None:
        ActivityFactory(owner=bima, subject="Theirs")
        ActivityFactory(owner=bima, subject="Together", attendees=[rani])
        ActivityFactory(owner=rani, subject="Mine")
        ActivityFactory(owner=rani, subject="Long ago", due_on=date(2026, 3, 1))
        ActivityFactory(owner=rani, subject="Far away", due_on=date(2028, 3, 1))

        assert entries(rani).keys() == {"Together", "Mine"}

    def test_what_took_place_stays_what_was_ticked_off_or_cancelled_goes(self, rani: User) -> None:
        complete(ActivityFactory(owner=rani, subject="Met", starts_at=NOW - timedelta(hours=1)), by=rani)
        complete(ActivityFactory(owner=rani, subject="Sent", due_on=date(2026, 5, 13)), by=rani)
        cancel(ActivityFactory(owner=rani, subject="Off"), by=rani)

        assert entries(rani).keys() == {"Met"}

    def test_it_names_nothing_that_the_person_may_not_see(self, rani: User, bima: User) -> None:
        deal = DealFactory(name="Secret racks", owner=bima)
        ActivityFactory(owner=bima, subject="Together", deal=deal, attendees=[rani], note="Bring the plan.")

        described = str(entries(rani)["Together"]["description"])

        assert "Bring the plan." in described
        assert "Secret racks" not in described
        assert "Secret racks" in str(entries(bima)["Together"]["description"])

    def test_a_moved_promise_is_the_same_entry(self, rani: User) -> None:
        promise = ActivityFactory(owner=rani, subject="Call", starts_at=FRIDAY)
        before = entries(rani)["Call"]

        reschedule(promise, by=rani, starts_at=FRIDAY + timedelta(days=1))

        after = entries(rani)["Call"]
        assert before["uid"] == after["uid"]
        assert after["dtstart"].dt == FRIDAY + timedelta(days=1)

    def test_it_costs_as_much_for_many_as_for_one(self, rani: User, django_assert_max_num_queries: Any) -> None:
        for number in range(30):
            ActivityFactory(owner=rani, deal=DealFactory(), due_on=date(2026, 5, 13) + timedelta(days=number))

        with django_assert_max_num_queries(8):
            feed(User.objects.select_related("role").get(pk=rani.pk))


class TestAddress:
    def test_a_program_reads_the_feed_without_signing_in(self, rani: User, client: Client) -> None:
        ActivityFactory(owner=rani, subject="Call Dewi")
        token = make_feed(rani)

        answer = client.get(f"/calendar/{token}.ics")

        assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert b"Call Dewi" in answer.content
        assert "private" in answer["Cache-Control"]

    def test_what_has_not_changed_is_not_sent_again(self, rani: User, client: Client) -> None:
        promise = ActivityFactory(owner=rani, subject="Call Dewi")
        address = f"/calendar/{make_feed(rani)}.ics"
        etag = client.get(address)["ETag"]

        same = client.get(address, headers={"If-None-Match": etag})
        change_activity(promise, by=rani, subject="Call Sri")
        changed = client.get(address, headers={"If-None-Match": etag})

        assert (same.status_code, same.content) == (304, b"")
        assert changed.status_code == 200

    def test_a_revoked_address_is_dead(self, rani: User, client: Client) -> None:
        address = f"/calendar/{make_feed(rani)}.ics"

        assert revoke_feed(rani)
        assert not revoke_feed(rani)
        assert client.get(address).status_code == 404

    def test_a_new_address_ends_the_old_one(self, rani: User, client: Client) -> None:
        old, new = make_feed(rani), make_feed(rani)

        assert [client.get(f"/calendar/{token}.ics").status_code for token in (old, new)] == [404, 200]

    def test_that_of_a_disabled_person_is_dead(self, rani: User, ana: User, client: Client) -> None:
        token = make_feed(rani)
        disable_user(rani, by=ana)

        assert client.get(f"/calendar/{token}.ics").status_code == 404
        assert user_of(token) is None

    def test_one_that_never_was_is_not_found(self, client: Client) -> None:
        assert client.get("/calendar/nothing.ics").status_code == 404

    def test_it_is_only_read(self, rani: User, client: Client) -> None:
        assert client.post(f"/calendar/{make_feed(rani)}.ics").status_code == 405

    def test_the_token_is_not_stored(self, rani: User) -> None:
        token = make_feed(rani)

        stored = CalendarFeed.objects.get(user=rani)
        assert token not in (stored.token_sha256, str(stored))
        assert user_of(token) == rani
        stored.refresh_from_db()
        assert stored.last_read_at == NOW


@pytest.fixture
def dewi(rani: User) -> Contact:
    contact: Contact = ContactFactory(full_name="Dewi Lestari", emails=["dewi@example.com"], owner=rani)
    return contact


def letters(person: User | Contact, *, state: str = "") -> list[Message]:
    whose = {"user": person} if isinstance(person, User) else {"contact": person}
    rows = Message.objects.filter(kind__in=["invitation", "withdrawal"], **whose).order_by("id")
    return list(rows.filter(state=state) if state else rows)


def appointment(message: Message) -> Any:
    """Return the calendar that goes with a letter; its entry is what was told."""
    return icalendar.Calendar.from_ical(bytes(message.attachments.get().content))


def told(person: User | Contact) -> list[tuple[str, int]]:
    """Return method and sequence of each letter that was not replaced before it left."""
    calendars = [appointment(letter) for letter in letters(person) if letter.state != "cancelled"]
    return [(str(each["method"]), each.walk("VEVENT")[0]["sequence"]) for each in calendars]


def send_all() -> None:
    for pk in due_messages(datetime.now(UTC)):
        assert send_message(pk, now=datetime.now(UTC))


class TestInvitations:
    @pytest.fixture
    def visit(self, rani: User, dewi: Contact) -> Activity:
        visit: Activity = ActivityFactory(
            owner=rani, kind="visit", subject="Visit", starts_at=FRIDAY, place="Bogor", attendees=[dewi], note="Ours."
        )
        return visit

    def test_who_takes_part_is_invited_by_the_owner(self, visit: Activity, rani: User, dewi: Contact) -> None:
        (letter,) = letters(dewi)

        calendar = appointment(letter)
        entry = calendar.walk("VEVENT")[0]
        assert str(calendar["method"]) == "REQUEST"
        assert (str(entry["uid"]), entry["dtstart"].dt, entry["sequence"]) == (str(visit.uid), FRIDAY, 0)
        assert str(entry["organizer"]) == f"mailto:{rani.email}"
        assert (str(entry["attendee"]), entry["attendee"].params["RSVP"]) == ("mailto:dewi@example.com", "TRUE")
        assert letter.subject == "Invitation: Visit, 15 May 2026, 10:00 (Asia/Jakarta)"
        assert letter.key == f"invitation:{visit.pk}:0:contact{dewi.pk}"

    def test_what_is_noted_for_us_is_not_told_to_them(self, visit: Activity, dewi: Contact) -> None:
        (letter,) = letters(dewi)

        assert "Ours." not in letter.text
        assert b"Ours." not in bytes(letter.attachments.get().content)

    def test_the_mail_is_one_that_calendars_understand(self, visit: Activity) -> None:
        send_all()

        (sent,) = mail.outbox
        parsed = BytesParser(policy=default).parsebytes(sent.message().as_bytes())
        assert isinstance(parsed, EmailMessage)
        (part,) = [each for each in parsed.walk() if each.get_content_type() == "text/calendar"]
        assert part["Content-Type"].params["method"] == "REQUEST"
        assert icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")[0]["summary"] == "Visit"

    def test_each_change_that_matters_is_told_under_a_higher_number(
        self, visit: Activity, rani: User, dewi: Contact
    ) -> None:
        send_all()
        reschedule(visit, by=rani, starts_at=FRIDAY + timedelta(hours=2))
        send_all()
        change_activity(visit, by=rani, place="Depok")
        send_all()
        change_activity(visit, by=rani, note="Bring the plan", place="Depok")

        assert told(dewi) == [("REQUEST", 0), ("REQUEST", 1), ("REQUEST", 2)]
        assert letters(dewi)[1].subject.startswith("Changed: Visit")

    def test_what_has_not_left_is_replaced(self, visit: Activity, rani: User, dewi: Contact) -> None:
        reschedule(visit, by=rani, starts_at=FRIDAY + timedelta(hours=2))

        assert told(dewi) == [("REQUEST", 1)]
        assert letters(dewi, state="waiting")[0].subject.startswith("Invitation: Visit")

    def test_a_cancelled_one_is_called_off(self, visit: Activity, rani: User, dewi: Contact) -> None:
        send_all()

        cancel(visit, by=rani)

        assert told(dewi) == [("REQUEST", 0), ("CANCEL", 1)]
        entry = appointment(letters(dewi)[-1]).walk("VEVENT")[0]
        assert (str(entry["status"]), str(entry["uid"])) == ("CANCELLED", str(visit.uid))

    def test_whoever_was_never_told_hears_of_no_end(self, visit: Activity, rani: User, dewi: Contact) -> None:
        cancel(visit, by=rani)

        assert told(dewi) == []

    def test_one_that_lost_its_hour_is_called_off(self, visit: Activity, rani: User, dewi: Contact) -> None:
        send_all()

        reschedule(visit, by=rani, due_on=date(2026, 5, 20))

        assert told(dewi)[-1] == ("CANCEL", 1)

    def test_opened_again_they_are_invited_again(self, visit: Activity, rani: User, dewi: Contact) -> None:
        send_all()
        cancel(visit, by=rani)
        send_all()

        reopen(visit, by=rani)

        assert told(dewi) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]

    def test_new_ones_are_invited_others_called_off_and_who_stays_is_not_bothered(
        self, visit: Activity, rani: User, bima: User, dewi: Contact
    ) -> None:
        set_attendees(visit, [dewi, bima], by=rani)
        send_all()
        sri = ContactFactory(emails=["sri@example.com"])

        set_attendees(visit, [dewi, sri], by=rani)

        assert told(dewi) == [("REQUEST", 0)]
        assert told(bima) == [("REQUEST", 1), ("CANCEL", 2)]
        assert told(sri) == [("REQUEST", 2)]

    def test_the_owner_invites_nobody_to_what_is_their_own(self, rani: User) -> None:
        ActivityFactory(owner=rani, kind="meeting", starts_at=FRIDAY, attendees=[rani])

        assert letters(rani) == []

    @pytest.mark.parametrize(
        "what", [{"kind": "task"}, {"starts_at": None, "due_on": date(2026, 5, 15)}, {"starts_at": NOW}]
    )
    def test_to_tasks_whole_days_and_the_past_nobody_is_invited(
        self, rani: User, dewi: Contact, what: dict[str, Any]
    ) -> None:
        ActivityFactory(**{"owner": rani, "kind": "meeting", "starts_at": FRIDAY, "attendees": [dewi], **what})

        assert letters(dewi) == []

    def test_whoever_has_no_address_is_left_out(self, rani: User, dewi: Contact) -> None:
        ActivityFactory(owner=rani, kind="call", starts_at=FRIDAY, attendees=[ContactFactory(), dewi])

        assert len(letters(dewi)) == Message.objects.filter(kind="invitation").count() == 1

    def test_an_invitation_that_waited_too_long_does_not_leave(
        self, visit: Activity, dewi: Contact, clock: Any
    ) -> None:
        clock.move_to(FRIDAY + timedelta(minutes=1))
        (pk,) = due_messages(datetime.now(UTC))

        assert not send_message(pk, now=datetime.now(UTC))
        assert letters(dewi)[0].cancel_reason == "The appointment is over."

    def test_it_speaks_the_language_and_the_time_of_the_guest(self, rani: User) -> None:
        guest = ContactFactory(emails=["linh@example.com"], language="vi", time_zone="Australia/Lord_Howe")

        ActivityFactory(owner=rani, kind="call", subject="Call", starts_at=FRIDAY, attendees=[guest])

        (letter,) = letters(guest)
        assert letter.language == "vi"
        assert "13:30 (Australia/Lord_Howe)" in letter.text
