"""The bell and its page; the list of messages, where what failed is tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.messages.queueing import Attachment, cancel_messages, notify, queue_message
from contacts.models import Message, Notification
from tests.factories.contacts import ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
LIST, BELL = "/admin/contacts/message/", "/admin/contacts/notification/"


def rung(user, key="a", **options):
    return notify(user, key=key, kind="reminder", title=options.pop("title", f"Call {key}"), **options)


def queued(key="a", *, failed=False, **options):
    later = timezone.now() + timedelta(hours=1)
    options = {"kind": "quote", "to": f"{key}@example.com", "due_at": later, **options}
    message = queue_message(key=key, subject=f"Quote {key}", text=f"Text of {key}", **options)
    if failed:
        Message.objects.filter(pk=message.pk).update(state="failed", attempts=8, last_error="451 Greylisted")
        message.refresh_from_db()
    return message


def text(response):
    return response.content.decode()


def test_the_bell_says_on_every_page_how_much_is_unread(rani, admin_as):
    rung(rani, "a")
    rung(rani, "b")

    assert 'aria-label="2 unread notifications"' in text(admin_as(rani).get("/admin/"))


def test_with_nothing_unread_the_bell_shows_no_number(rani, admin_as):
    page = text(admin_as(rani).get("/admin/"))

    assert 'aria-label="Notifications: nothing unread"' in page
    assert "td-sign-number" not in page


def test_the_unread_stand_before_the_read(rani, admin_as):
    old, new = rung(rani, "old", at=timezone.now() - timedelta(days=3)), rung(rani, "new")
    Notification.objects.filter(pk=new.pk).update(read_at=timezone.now())

    page = text(admin_as(rani).get(BELL))

    assert "1 unread of 2." in page
    assert page.index(old.title) < page.index(new.title)


def test_opening_a_notification_goes_to_its_record_and_takes_it_as_read(rani, admin_as):
    deal = DealFactory(owner=rani)
    notification = rung(rani, about=deal)

    answer = admin_as(rani).get(f"{BELL}{notification.pk}/change/")

    notification.refresh_from_db()
    assert answer.url == f"/admin/deals/deal/{deal.pk}/change/"
    assert notification.read_at is not None


def test_a_notification_about_a_record_one_can_not_see_any_more_has_no_link(rani, bima, admin_as):
    notification = rung(rani, about=DealFactory(owner=bima))
    browser = admin_as(rani)

    assert f"{BELL}{notification.pk}/change/" not in text(browser.get(BELL))
    assert "is about a record that you can" in text(browser.get(f"{BELL}{notification.pk}/change/", follow=True))


def test_looking_ahead_reads_nothing(rani, admin_as):
    notification = rung(rani)

    admin_as(rani).head(f"{BELL}{notification.pk}/change/")

    notification.refresh_from_db()
    assert notification.read_at is None


def test_one_or_all_are_marked_as_read_by_a_button(rani, admin_as):
    first, _second, _third = (rung(rani, key) for key in "abc")
    browser = admin_as(rani)

    browser.post(f"{BELL}{first.pk}/read/")
    assert Notification.objects.unread().count() == 2
    assert "2 notifications are read now." in text(browser.post(f"{BELL}read/", follow=True))


@pytest.mark.parametrize("verb", ["change", "read"])
def test_the_notification_of_another_is_not_there(rani, ana, admin_as, verb):
    notification = rung(rani)

    answer = getattr(admin_as(ana), "get" if verb == "change" else "post")(f"{BELL}{notification.pk}/{verb}/")

    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_of_notifications_costs_the_same_however_many(rani, admin_as, rows, django_assert_max_num_queries):
    for number in range(rows):
        rung(rani, str(number), about=DealFactory(owner=rani))
    browser = admin_as(rani)

    with django_assert_max_num_queries(11):
        browser.get(BELL)


def test_the_list_says_how_many_failed_and_offers_to_try_each_again(maya, admin_as):
    failed, waiting = queued("a", failed=True, sender=maya), queued("b", sender=maya)

    page = text(admin_as(maya).get(LIST))

    assert "2 messages: 1 failed, 1 waiting." in page
    assert f"{LIST}{failed.pk}/retry/" in page
    assert f"{LIST}{waiting.pk}/retry/" not in page


def test_the_list_is_narrowed_by_state_and_kind(ana, admin_as):
    queued("quoted", failed=True)
    queued("reminded", kind="reminder")
    browser = admin_as(ana)

    assert "Quote reminded" not in text(browser.get(f"{LIST}?state=failed"))
    assert "Quote quoted" not in text(browser.get(f"{LIST}?kind=reminder"))


def test_a_failed_message_is_tried_again_by_its_button(maya, admin_as):
    message = queued(failed=True, sender=maya)

    answer = admin_as(maya).post(f"{LIST}{message.pk}/retry/?from=list", follow=True)

    message.refresh_from_db()
    assert (message.state, message.retried_by) == ("waiting", maya)
    assert "is tried again" in text(answer)


def test_chosen_messages_are_tried_again_and_those_that_did_not_fail_are_named(maya, admin_as):
    failed, cancelled = queued("a", failed=True, sender=maya), queued("b", sender=maya)
    cancel_messages(key="b", reason="Done.")

    answer = admin_as(maya).post(LIST, {"action": "retry", "_selected_action": [failed.pk, cancelled.pk]}, follow=True)

    failed.refresh_from_db()
    assert failed.state == "waiting"
    assert "1 message is tried again." in text(answer)
    assert "Only a message that failed can be tried again." in text(answer)


def test_the_page_of_a_message_shows_its_text_its_files_and_its_record(maya, admin_as):
    deal = DealFactory(owner=maya)
    file = Attachment("quote.pdf", "application/pdf", b"%PDF-1.7")
    message = queued(failed=True, sender=maya, about=deal, attachments=[file])

    page = text(admin_as(maya).get(f"{LIST}{message.pk}/change/"))

    for shown in ("Text of a", "quote.pdf", "451 Greylisted", f"/admin/deals/deal/{deal.pk}/change/", "Try again"):
        assert shown in page


def test_a_file_is_handed_out_and_never_shown_in_place(maya, bima, admin_as):
    file = Attachment("a.html", "text/html", b"<script>")
    message = queued(sender=maya, attachments=[file])
    address = f"{LIST}{message.attachments.get().pk}/file/"

    answer = admin_as(maya).get(address)

    assert (answer.content, answer["Content-Type"]) == (b"<script>", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert admin_as(bima).get(address).status_code == 403


def test_a_message_to_a_contact_of_others_is_not_there(maya, bima, admin_as):
    message = queued(to=ContactFactory(owner=bima, emails=["dewi@example.com"]), failed=True)
    browser = admin_as(maya)

    assert browser.get(f"{LIST}{message.pk}/change/").status_code == 404
    assert browser.post(f"{LIST}{message.pk}/retry/").status_code == 404


def test_whoever_may_not_try_again_has_no_button(rani, admin_as):
    message = queued(failed=True, sender=rani)
    browser = admin_as(rani)

    assert "Messages that failed" not in text(browser.get("/admin/"))
    assert browser.post(f"{LIST}{message.pk}/retry/").status_code == 403


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_of_messages_costs_the_same_however_many(ana, admin_as, rows, django_assert_max_num_queries):
    for number in range(rows):
        queued(str(number), failed=True)
    browser = admin_as(ana)

    with django_assert_max_num_queries(14):
        browser.get(LIST)
