"""Messages leave through one door: each once by its key, checked again at the last moment, put off when they fail."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from contacts import tasks
from contacts.messages import sending
from contacts.messages.models import Message, Notification
from contacts.messages.queueing import (
    Attachment,
    MessageRefused,
    cancel_messages,
    notify,
    queue_message,
    retry_message,
)
from contacts.messages.sending import claim_due_messages, due_messages, release_messages, send_message
from contacts.models import Contact, User
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RECORD = ("deals.activity", 7)


class Server(EmailBackend):
    """A mail server that answers each recipient as the test says."""

    refusals: dict[str, Exception] = {}
    tried: list[str] = []

    def send_messages(self, messages: Any) -> int:
        for each in messages:
            [address] = each.to
            type(self).tried.append(each.extra_headers["Message-ID"])
            for part, refusal in self.refusals.items():
                if part in address:
                    raise refusal
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "refusals", {})
    monkeypatch.setattr(Server, "tried", [])
    return Server


@pytest.fixture
def guards() -> Iterator[dict[str, Any]]:
    kept = dict(sending._guards)
    yield sending._guards
    sending._guards.clear()
    sending._guards.update(kept)


def queued(key: str = "reminder:1", **options: Any) -> Message:
    # A kind of these tests: those of the house have guards that look at their records.
    options.setdefault("kind", "greeting")
    options.setdefault("to", "dewi@example.com")
    options.setdefault("due_at", NOON)
    return queue_message(key=key, subject="Call Dewi", text="At two.", **options)


def again(message: Message) -> Message:
    message.refresh_from_db()
    return message


def refused(code: int, address: str = "dewi@example.com") -> Exception:
    return smtplib.SMTPRecipientsRefused({address: (code, b"no such user")})


def test_a_message_leaves_once_however_often_it_is_sent() -> None:
    message = queued()

    assert [send_message(message.pk, now=NOON) for _ in range(3)] == [True, False, False]

    assert [each.subject for each in mail.outbox] == ["Call Dewi"]
    assert (again(message).state, message.sent_at, message.attempts) == ("sent", NOON, 1)


def test_the_same_key_is_queued_once_and_the_first_text_stays() -> None:
    first, second = queued(), queue_message(key="reminder:1", kind="greeting", to="b@example.com", subject="B", text="")

    assert second == first
    assert Message.objects.get().subject == "Call Dewi"


def test_a_message_does_not_leave_before_it_is_due() -> None:
    message = queued(due_at=NOON + timedelta(seconds=1))

    assert due_messages(NOON) == []
    assert not send_message(message.pk, now=NOON)
    assert due_messages(NOON + timedelta(seconds=1)) == [message.pk]


def test_a_message_that_is_due_leaves_right_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queued(due_at=None)
        assert mail.outbox == []

    assert len(mail.outbox) == 1


def test_a_user_gets_mail_in_their_name_and_a_contact_at_the_primary_address(rani: User) -> None:
    dewi: Contact = ContactFactory(full_name="Dewi", emails=["dewi@example.com", "d@example.org"], language="id")

    to_user, to_contact = queued("a", to=rani), queued("b", to=dewi)

    assert (to_user.to_address, to_user.to_name, to_user.user) == (rani.email, "Rani", rani)
    assert (to_contact.to_address, to_contact.contact, to_contact.language) == ("dewi@example.com", dewi, "id")


def test_a_contact_without_an_address_is_refused_with_what_to_do() -> None:
    with pytest.raises(MessageRefused, match=r"has no e-mail address\. Add one first") as refusal:
        queued(to=ContactFactory(full_name="Dewi"))

    assert refusal.value.code == "message_no_address"


def test_a_customers_answer_goes_to_the_colleague_who_wrote(rani: User) -> None:
    send_message(queued(sender=rani).pk, now=NOON)

    assert mail.outbox[0].from_email == "Rani <tandem@localhost>"
    assert mail.outbox[0].reply_to == [f"Rani <{rani.email}>"]


def test_a_subject_of_two_lines_becomes_one() -> None:
    message = queue_message(key="a", kind="quote", to="a@example.com", subject="Quote\r\nBcc: b@example.com", text="")

    assert message.subject == "Quote Bcc: b@example.com"


def test_attachments_go_along_and_an_invitation_stands_in_the_body() -> None:
    pdf = Attachment("Q-1.pdf", "application/pdf", b"%PDF-1")
    invitation = Attachment("invite.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")

    send_message(queued(html="<p>At two.</p>", attachments=[pdf, invitation]).pk, now=NOON)

    types = [part["Content-Type"] for part in mail.outbox[0].message().walk() if not part.is_multipart()]
    assert [each.replace('"', "").replace("; charset=utf-8", "") for each in types] == [
        "text/plain", "text/html", "text/calendar; method=REQUEST", "application/pdf", "application/ics",
    ]  # fmt: skip


def test_a_guard_that_objects_stops_the_message_for_ever(guards: dict[str, Any]) -> None:
    guards["greeting"] = lambda message: "The call was made already."
    message = queued()

    assert not send_message(message.pk, now=NOON)

    assert (again(message).state, message.cancel_reason) == ("cancelled", "The call was made already.")
    assert mail.outbox == []


def test_a_guard_is_asked_for_its_own_kind_only(guards: dict[str, Any]) -> None:
    guards["greeting"] = lambda message: "No."

    assert send_message(queued(kind="farewell").pk, now=NOON)


def test_a_guard_that_breaks_puts_its_message_off(guards: dict[str, Any]) -> None:
    guards["greeting"] = lambda message: str(1 / 0)
    message = queued()

    assert not send_message(message.pk, now=NOON)
    assert (again(message).state, message.attempts) == ("waiting", 1)


def test_a_recipient_who_was_disabled_meanwhile_gets_nothing(rani: User) -> None:
    message = queued(to=rani)
    User.objects.filter(pk=rani.pk).update(is_active=False)

    assert not send_message(message.pk, now=NOON)
    assert (again(message).state, mail.outbox) == ("cancelled", [])


def test_a_failure_is_kept_and_tried_again_with_growing_pauses(server: type[Server]) -> None:
    server.refusals = {"dewi": ConnectionResetError("gone")}
    message, now, pauses = queued(), NOON, []

    while again(message).state == "waiting":
        send_message(message.pk, now=now)
        pauses.append(again(message).next_attempt_at - now)
        now = message.next_attempt_at

    assert (message.state, message.attempts) == ("failed", sending.MOST_ATTEMPTS)
    assert message.last_error == "ConnectionResetError: gone"
    assert pauses[:-1] == sorted(pauses[:-1])
    assert timedelta(seconds=22) < pauses[0] < timedelta(seconds=38)
    assert max(pauses) <= timedelta(hours=1)


def test_those_that_failed_together_do_not_come_back_together(server: type[Server]) -> None:
    server.refusals = {"dewi": OSError("away")}
    messages = [queued(str(number)) for number in range(10)]
    for message in messages:
        send_message(message.pk, now=NOON)

    assert len({again(message).next_attempt_at for message in messages}) == 10


def test_every_attempt_carries_the_same_message_id(server: type[Server]) -> None:
    message = queued()
    server.refusals = {"dewi": OSError("away")}
    send_message(message.pk, now=NOON)
    server.refusals = {}
    send_message(message.pk, now=again(message).next_attempt_at)

    assert server.tried == [message.message_id] * 2
    assert mail.outbox[0].message()["Message-ID"] == message.message_id


@pytest.mark.parametrize(
    "refusal",
    [refused(550), smtplib.SMTPDataError(552, b"too big"), smtplib.SMTPNotSupportedError("no SMTPUTF8")],
)
def test_what_the_server_refuses_for_good_is_given_up_at_once(server: type[Server], refusal: Exception) -> None:
    server.refusals = {"dewi": refusal}
    message = queued()

    send_message(message.pk, now=NOON)

    assert (again(message).state, message.attempts) == ("failed", 1)


@pytest.mark.parametrize("address", ["nobody", "@example.com", "dewi@", "a@b.com\nc@d.com"])
def test_an_address_that_is_none_is_given_up_at_once(address: str) -> None:
    message = queued(to=address)

    send_message(message.pk, now=NOON)

    assert (again(message).state, message.attempts, mail.outbox) == ("failed", 1, [])


@pytest.mark.parametrize("refusal", [refused(450), smtplib.SMTPSenderRefused(550, b"who are you", "tandem@localhost")])
def test_what_may_pass_is_tried_again(server: type[Server], refusal: Exception) -> None:
    server.refusals = {"dewi": refusal}
    message = queued()

    send_message(message.pk, now=NOON)

    assert again(message).state == "waiting"


def test_one_failing_address_does_not_hold_up_the_others(server: type[Server]) -> None:
    server.refusals = {"dewi": OSError("away")}
    queued("a")
    queued("b", to="budi@example.com")

    for message_id in due_messages(NOON):
        send_message(message_id, now=NOON)

    assert [each.to for each in mail.outbox] == [["budi@example.com"]]


def test_a_message_that_failed_can_be_tried_again(server: type[Server], maya: User) -> None:
    server.refusals = {"dewi": refused(550)}
    message = queued()
    send_message(message.pk, now=NOON)
    server.refusals = {}

    message = retry_message(message, by=maya)

    assert (message.state, message.attempts, message.retried_by) == ("waiting", 0, maya)
    assert send_message(message.pk, now=message.next_attempt_at)


def test_a_message_that_did_not_fail_is_not_tried_again(maya: User) -> None:
    with pytest.raises(MessageRefused) as refusal:
        retry_message(queued(), by=maya)

    assert refusal.value.code == "message_not_failed"


def test_a_message_that_was_cancelled_never_leaves() -> None:
    message = queued(about=RECORD)

    assert cancel_messages(about=RECORD, reason="The deal was closed.") == 1

    assert not send_message(message.pk, now=NOON)
    assert (again(message).cancel_reason, mail.outbox) == ("The deal was closed.", [])


def test_cancelling_stops_what_waits_about_that_record_of_that_kind_only() -> None:
    sent = queued("sent", about=RECORD)
    send_message(sent.pk, now=NOON)
    other_kind = queued("kind", kind="farewell", about=RECORD)
    other_record = queued("record", about=("deals.activity", 8))
    stopped = queued("stopped", about=RECORD)

    assert cancel_messages(about=RECORD, kind="greeting", reason="Done.") == 1
    assert [again(each).state for each in (sent, other_kind, other_record, stopped)] == [
        "sent", "waiting", "waiting", "cancelled",
    ]  # fmt: skip


def test_one_message_is_cancelled_by_its_key() -> None:
    stopped, other = queued("a", about=RECORD), queued("b", about=RECORD)

    assert cancel_messages(key="a", reason="Snoozed.") == 1
    assert [again(stopped).state, again(other).state] == ["cancelled", "waiting"]


def test_everything_can_not_be_cancelled_by_mistake() -> None:
    with pytest.raises(TypeError):
        cancel_messages(kind="reminder", reason="All of them?")


def test_a_sweep_hands_a_message_to_one_worker_and_not_again_until_the_lease_ends() -> None:
    message = queued()

    claim, ids = claim_due_messages(NOON)

    assert ids == [message.pk]
    assert claim_due_messages(NOON + timedelta(minutes=1)) == ("", [])
    assert not send_message(message.pk, now=NOON)
    assert send_message(message.pk, now=NOON, claim=claim)


def test_a_worker_that_died_frees_its_message_when_the_lease_ends() -> None:
    message = queued()
    old, _ids = claim_due_messages(NOON)

    new, ids = claim_due_messages(NOON + timedelta(minutes=3))

    assert ids == [message.pk]
    assert not send_message(message.pk, now=NOON, claim=old)
    assert send_message(message.pk, now=NOON, claim=new)


def test_what_could_not_be_handed_to_a_worker_is_free_for_the_next_sweep() -> None:
    message = queued()
    claim, ids = claim_due_messages(NOON)

    release_messages(claim, ids)

    assert due_messages(NOON) == [message.pk]


def test_no_more_are_under_way_than_workers_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_UNDER_WAY", 3)
    for number in range(5):
        queued(str(number))

    assert [len(claim_due_messages(NOON, most=2)[1]) for _ in range(3)] == [2, 1, 0]


def test_the_sweep_sends_everything_that_is_due() -> None:
    for number in range(3):
        queued(str(number), to=f"dewi{number}@example.com")

    tasks.sweep_messages()

    assert len(mail.outbox) == 3


def test_with_the_broker_away_a_sweep_leaves_its_messages_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    message = queued()

    def away(*args: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as outage:
        outage.setattr(tasks.send_message, "delay", away)
        tasks.sweep_messages()

    assert (again(message).claim, mail.outbox) == ("", [])
    tasks.sweep_messages()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": "sent"},
        {"state": "cancelled"},
        {"state": "failed"},
        {"state": "lost"},
        {"sent_at": NOON},
        {"claim": "a"},
        {"about_type": "deals.activity"},
        {"retried_at": NOON},
        {"to_address": ""},
        {"state": "sent", "sent_at": NOON, "claim": "a", "claimed_until": NOON},
    ],
)
def test_the_database_refuses_a_message_that_can_not_be(impossible: dict[str, Any]) -> None:
    message = queued()

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**impossible)


def test_one_sees_mail_to_oneself_mail_one_caused_and_mail_to_contacts_one_may_see(
    rani: User, bima: User, mira: User
) -> None:
    own = queued("own", to=rani)
    caused = queued("caused", sender=rani)
    to_own_contact = queued("contact", to=ContactFactory(owner=rani, emails=["dewi@example.com"]))
    queued("other", to=ContactFactory(owner=bima, emails=["budi@example.com"]))

    assert set(Message.objects.visible_to(rani)) == {own, caused, to_own_contact}
    assert Message.objects.visible_to(mira).count() == 4


def test_a_bell_rings_once_for_one_thing(rani: User) -> None:
    first = notify(rani, key="reminder:1", kind="reminder", title="Call Dewi", about=RECORD)
    second = notify(rani, key="reminder:1", kind="reminder", title="Call Dewi", about=RECORD)

    assert first is not None
    assert second is None
    assert (first.about_type, first.about_id) == RECORD


def test_the_bell_of_somebody_who_can_not_sign_in_stays_silent(rani: User, iris: User) -> None:
    rani.is_active = False

    assert notify(rani, key="a", kind="reminder", title="A") is None
    assert notify(iris, key="a", kind="reminder", title="A") is None


def test_nobody_hears_the_bell_of_another_whatever_their_role(rani: User, ana: User) -> None:
    notify(rani, key="a", kind="reminder", title="A")

    assert Notification.objects.visible_to(rani).count() == 1
    assert Notification.objects.visible_to(ana).count() == 0
