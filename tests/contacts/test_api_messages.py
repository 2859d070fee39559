"""Notifications and messages in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.messages.queueing import Attachment, notify, queue_message
from contacts.models import Message, Notification

pytestmark = pytest.mark.django_db


def rung(user, key="a"):
    return notify(user, key=key, kind="reminder", title=f"Call {key}", about=("deals.activity", 7))


def queued(key="a", **options):
    later = timezone.now() + timedelta(hours=1)
    return queue_message(
        key=key, kind="quote", to="dewi@example.com", subject=f"Quote {key}", text="The secret link", due_at=later,
        **options,
    )  # fmt: skip


def failed(message):
    Message.objects.filter(pk=message.pk).update(state="failed", attempts=8, last_error="451 Greylisted")
    return message


def test_one_reads_ones_own_notifications_only(rani, maya, api_as):
    rung(rani)
    rung(maya)

    [row] = api_as(rani).get("/api/v1/notifications/").json()["results"]

    assert (row["title"], row["about_type"], row["about_id"], row["read_at"]) == ("Call a", "deals.activity", 7, None)


def test_the_unread_are_asked_for_by_a_filter(rani, api_as):
    old, new = rung(rani, "old"), rung(rani, "new")
    Notification.objects.filter(pk=old.pk).update(read_at=timezone.now())
    api = api_as(rani)

    assert [row["id"] for row in api.get("/api/v1/notifications/?unread=1").json()["results"]] == [new.pk]
    assert [row["id"] for row in api.get("/api/v1/notifications/?unread=0").json()["results"]] == [old.pk]


def test_a_notification_is_read_once(rani, api_as):
    notification, api = rung(rani), api_as(rani)

    first = api.post(f"/api/v1/notifications/{notification.pk}/read/").json()["read_at"]
    second = api.post(f"/api/v1/notifications/{notification.pk}/read/").json()["read_at"]

    assert first == second is not None


def test_everything_of_ones_own_is_read_at_once(rani, maya, api_as):
    for user in (rani, maya):
        rung(user, "a")
        rung(user, "b")

    assert api_as(rani).post("/api/v1/notifications/read-all/").json() == {"read": 2}
    assert Notification.objects.unread().count() == 2


def test_the_notification_of_another_is_not_found(rani, ana, api_as):
    assert api_as(ana).post(f"/api/v1/notifications/{rung(rani).pk}/read/").status_code == 404


def test_a_list_of_messages_holds_no_texts_and_a_message_its_own(maya, api_as):
    file = Attachment("quote.pdf", "application/pdf", b"%PDF-1.7")
    message, api = queued(sender=maya, attachments=[file]), api_as(maya)

    assert "secret" not in api.get("/api/v1/messages/").content.decode()
    row = api.get(f"/api/v1/messages/{message.pk}/").json()
    assert (row["text"], row["message_id"]) == ("The secret link", message.message_id)
    assert row["attachments"] == [{"name": "quote.pdf", "media_type": "application/pdf"}]


def test_a_failed_message_is_tried_again(maya, api_as):
    message = failed(queued(sender=maya))

    answer = api_as(maya).post(f"/api/v1/messages/{message.pk}/retry/")

    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "waiting", 0)


def test_a_message_that_waits_is_not_tried_again(maya, api_as):
    answer = api_as(maya).post(f"/api/v1/messages/{queued(sender=maya).pk}/retry/")

    assert (answer.status_code, answer.json()["code"]) == (409, "message_not_failed")


def test_nobody_writes_or_changes_messages_by_the_api(maya, api_as):
    message, api = queued(sender=maya), api_as(maya)

    assert api.post("/api/v1/messages/", {}, format="json").status_code == 405
    assert api.patch(f"/api/v1/messages/{message.pk}/", {"text": "x"}, format="json").status_code == 405


def test_what_one_may_not_see_is_not_found(rani, maya, api_as):
    message = failed(queued(sender=rani))

    assert api_as(maya).get(f"/api/v1/messages/{message.pk}/").status_code == 404
    assert api_as(maya).post(f"/api/v1/messages/{message.pk}/retry/").status_code == 404
    assert api_as(rani).get("/api/v1/messages/").status_code == 403


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", ["messages", "notifications"])
def test_a_list_costs_the_same_however_many(maya, api_as, name, rows, django_assert_max_num_queries):
    for number in range(rows):
        queued(str(number), sender=maya)
        rung(maya, str(number))
    api = api_as(maya)

    with django_assert_max_num_queries(6):
        assert len(api.get(f"/api/v1/{name}/").json()["results"]) == rows
