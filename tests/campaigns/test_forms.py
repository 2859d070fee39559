"""Public forms: what a stranger sees, what counts of what they post, and what it makes of them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from campaigns.capture.confirming import expire_submissions
from campaigns.models import MarketingPolicy, Submission, Touch
from config.integrations.models import Event
from contacts.consent.recording import allows, new_text
from contacts.lifecycle.adding import add_contact
from contacts.models import ConsentChange, ConsentPurpose, Contact, LifecycleChange, Message, Notification
from tests.factories.campaigns import CampaignFactory
from tests.factories.campaigns_capture import fill_in, form_asking, key_of, link_to, page_of, stranger

pytestmark = pytest.mark.django_db
ANNA = "anna@acme.example"


@pytest.fixture(autouse=True)
def forgetful_cache() -> None:
    """The posts of one test are not counted in the next."""
    cache.clear()


def link_in(message: Message) -> str:
    """The path of the link in a mail."""
    return next(line for line in message.text.splitlines() if "/f/confirm/" in line).split("8000", 1)[-1]


# --- The page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "id", "vi"])
def test_the_page_is_in_the_forms_language_and_sets_no_cookie(language):
    answer = stranger().get(page_of(form_asking("name", language=language)))

    assert f'<html lang="{language}">' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert not answer.cookies


def test_only_the_sites_of_a_form_may_embed_it():
    closed = stranger().get(page_of(form_asking()))
    embedded = stranger().get(page_of(form_asking(embedding_sites="https://acme.example")))

    assert "frame-ancestors 'none'" in closed["Content-Security-Policy"]
    assert closed["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self' https://acme.example" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded


def test_a_closed_form_says_so_and_takes_nothing():
    form = form_asking(is_active=False)

    assert stranger().get(page_of(form)).status_code == 410
    assert stranger().post(page_of(form), {"email": ANNA}).status_code == 410
    assert stranger().get("/f/no-such-form/").status_code == 404


def test_what_is_wrong_is_shown_again_and_can_be_put_right_on_the_same_page():
    form, client = form_asking("name", "phone"), stranger()
    key = key_of(client.get(page_of(form)))

    wrong = fill_in(form, "no-address", client=client, key=key, name="Anna", phone="12")
    right = fill_in(form, ANNA, client=client, key=key, name="Anna", phone="+62 812 3456 7890")

    assert wrong.status_code == 422
    assert 'value="Anna"' in wrong.content.decode()
    assert key_of(wrong) == key
    assert right.status_code == 303


# --- What counts ------------------------------------------------------------------------------------------------------


def test_a_post_makes_a_lead_of_the_forms_owner_with_a_touch_and_says_why(rani):
    form = form_asking("name", "phone", "company", "job", "country", "message", "choice", owner=rani, language="id")

    answer = fill_in(
        form, "Anna@ACME.example", name="Anna Berg", phone="0812 3456 7890", company="PT Acme", job="Buyer",
        country="ID", message="Please call", choice="Large",
    )  # fmt: skip

    contact = Contact.objects.get()
    change = LifecycleChange.objects.get(contact=contact)
    assert answer.status_code == 303
    assert (contact.full_name, contact.owner, contact.source, contact.language) == ("Anna Berg", rani, "form", "id")
    assert contact.emails.get().address == "Anna@acme.example"
    assert contact.phones.get().number == "+6281234567890"
    assert (contact.employments.get().company.name, contact.employments.get().role) == ("PT Acme", "Buyer")
    assert (contact.lifecycle_stage, change.cause_type) == ("lead", "campaigns.submission")
    assert form.name in change.cause
    assert form.campaign.name in change.cause
    touch = Touch.objects.get()
    assert (touch.contact, touch.kind, touch.source, touch.campaign) == (contact, "form", "form", form.campaign)
    assert "Anna Berg" in Notification.objects.get(user=rani).title
    assert Event.objects.filter(name="campaigns.form_accepted").count() == 1


def test_a_known_person_keeps_what_we_know_and_gains_what_was_empty(rani, bima):
    known = add_contact(by=rani, full_name="Anna B.", emails=[ANNA], country="DE", owner=rani, stage="subscriber")
    form = form_asking("name", "phone", "country", owner=bima)

    fill_in(form, "ANNA@acme.example", name="Other Name", phone="+62 812 3456 7890", country="ID")

    known.refresh_from_db()
    assert Contact.objects.count() == 1
    assert (known.full_name, known.country, known.owner) == ("Anna B.", "DE", rani)
    assert known.phones.get().number == "+6281234567890"
    assert known.lifecycle_stage == "lead"


def test_a_customer_stays_a_customer(rani):
    known = add_contact(by=rani, full_name="Anna", emails=[ANNA], stage="customer")

    fill_in(form_asking(), ANNA)

    known.refresh_from_db()
    assert known.lifecycle_stage == "customer"
    assert known.touches.count() == 1


def test_the_answer_never_tells_whether_the_address_was_known(rani):
    add_contact(by=rani, full_name="Anna", emails=[ANNA])
    form = form_asking()

    known, unknown = fill_in(form, ANNA), fill_in(form, "new@acme.example")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_the_same_page_posted_twice_is_one_post():
    form, client = form_asking(), stranger()
    key = key_of(client.get(page_of(form)))

    fill_in(form, ANNA, client=client, key=key)
    fill_in(form, ANNA, client=client, key=key)

    assert Submission.objects.count() == Touch.objects.count() == 1


@pytest.mark.parametrize("sign", [{"website": "https://spam.example"}, {"after": 0.2}])
def test_a_program_is_thanked_counted_and_forgotten(sign):
    form = form_asking()

    answer = fill_in(form, ANNA, **sign)

    form.refresh_from_db()
    assert (answer.status_code, form.turned_away) == (303, 1)
    assert not Submission.objects.exists()
    assert not Contact.objects.exists()


def test_a_page_that_we_did_not_make_or_made_for_another_form_is_not_taken():
    form, other = form_asking(), form_asking()
    key = key_of(stranger().get(page_of(other)))

    assert fill_in(form, ANNA, key="made-up").status_code == 422
    assert fill_in(form, ANNA, key=key).status_code == 422
    assert fill_in(form, ANNA, after=60 * 60 * 25).status_code == 422
    assert not Submission.objects.exists()


def test_one_address_posts_only_so_often_in_a_minute():
    policy = MarketingPolicy.objects.current()
    policy.form_posts_a_minute = 2
    policy.save()
    form = form_asking()

    with time_machine.travel(timezone.now().replace(second=1) + timedelta(minutes=5), tick=False):
        answers = [fill_in(form, f"a{number}@acme.example", after=10) for number in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[-1]["Retry-After"] == "60"


def test_the_touch_is_of_the_channel_by_which_somebody_came_if_the_address_says_so():
    form, client = form_asking(), stranger()

    fill_in(form, ANNA, client=client, key=key_of(client.get(f"{page_of(form)}?utm_medium=E-Mail")))

    assert Touch.objects.get().channel.code == "email"


# --- Consent ----------------------------------------------------------------------------------------------------------


def test_a_consent_is_recorded_with_the_version_of_its_text():
    purpose = ConsentPurpose.objects.get(code="newsletter")
    text = new_text(purpose, "vi", "Gửi cho tôi bản tin mới.")
    form = form_asking(consents=("newsletter", "phone"), language="vi")

    assert text.text in stranger().get(page_of(form)).content.decode()
    fill_in(form, ANNA, agree="newsletter")

    change = ConsentChange.objects.get()
    assert (change.purpose, change.text, change.source, change.is_given) == (purpose, text, "form", True)
    assert not allows(Contact.objects.get(), "phone")


def test_a_required_consent_must_be_given():
    form = form_asking(consents=("newsletter",))
    form.consents.update(is_required=True)

    assert fill_in(form, ANNA).status_code == 422
    assert fill_in(form, ANNA, agree="newsletter").status_code == 303


# --- Double opt-in ----------------------------------------------------------------------------------------------------


def test_nothing_is_recorded_until_the_button_behind_the_link_is_pressed():
    form = form_asking("name", consents=("newsletter",), double_opt_in=True)
    fill_in(form, ANNA, name="Anna", agree="newsletter")
    message, client = Message.objects.get(), stranger()

    seen = client.get(link_in(message))
    assert seen.status_code == 200
    assert (Contact.objects.count(), Touch.objects.count(), ConsentChange.objects.count()) == (0, 0, 0)
    client.post(link_in(message))

    assert (message.to_address, message.kind) == (ANNA, "form_confirmation")
    assert Contact.objects.get().full_name == "Anna"
    assert (Touch.objects.count(), ConsentChange.objects.count()) == (1, 1)
    assert Submission.objects.get().confirmed_at is not None


def test_a_link_that_was_used_has_expired_or_is_made_up_says_so():
    form = form_asking(double_opt_in=True)
    fill_in(form, ANNA)
    fill_in(form, "bo@acme.example")
    used, late = (link_in(message) for message in Message.objects.order_by("pk"))

    stranger().post(used)
    assert stranger().post(used).status_code == 409
    assert stranger().get("/f/confirm/made.up/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert stranger().get(late).status_code == 410
        assert stranger().post(late).status_code == 409

    assert Contact.objects.count() == 1


def test_what_was_never_confirmed_is_forgotten():
    form = form_asking("name", double_opt_in=True, consents=("newsletter",))
    fill_in(form, ANNA, name="Anna", agree="newsletter")

    assert expire_submissions(timezone.now() + timedelta(days=4)) == 1

    post = Submission.objects.get()
    assert (post.state, post.answers, post.email, post.texts.count()) == ("expired", {}, "", 0)


def test_nobody_can_fill_a_strangers_mailbox_through_a_form():
    form = form_asking(double_opt_in=True)

    for _time in range(6):
        assert fill_in(form, ANNA).status_code == 303

    assert Message.objects.count() == 3


# --- Visitors ---------------------------------------------------------------------------------------------------------


def test_earlier_visits_join_the_person_if_they_allow_it():
    client = stranger()
    client.get(f"/t/{link_to().code}")

    fill_in(form_asking(consents=("visits",)), ANNA, client=client, agree="visits")

    contact = Contact.objects.get()
    assert set(contact.touches.values_list("kind", flat=True)) == {"click", "form"}
    assert contact.touches.get(kind="click").joined_at is not None


def test_without_their_consent_visits_stay_of_nobody():
    client = stranger()
    client.get(f"/t/{link_to().code}")

    fill_in(form_asking(consents=("visits",)), ANNA, client=client)

    click, post = Touch.objects.get(kind="click"), Touch.objects.get(kind="form")
    assert (click.contact, click.visitor.contact) == (None, None)
    assert post.visitor is None
    assert post.submission.visitor is None


def test_another_person_at_the_same_browser_gets_nothing_of_the_first():
    client, form = stranger(), form_asking(consents=("visits",))
    client.get(f"/t/{link_to().code}")
    fill_in(form, ANNA, client=client, agree="visits")
    first = client.cookies["tandem_visitor"].value

    fill_in(form, "bo@acme.example", client=client, agree="visits")
    client.get(f"/t/{link_to().code}")

    anna, bo = (Contact.objects.get(emails__address=address) for address in (ANNA, "bo@acme.example"))
    assert client.cookies["tandem_visitor"].value != first
    assert anna.touches.count() == 2
    assert sorted(bo.touches.values_list("kind", flat=True)) == ["click", "form"]


# --- Many at once -----------------------------------------------------------------------------------------------------


def test_of_many_posts_with_duplicates_each_address_is_one_contact_and_every_touch_is_kept():
    policy = MarketingPolicy.objects.current()
    policy.form_posts_a_minute = 10_000
    policy.save()
    form = form_asking("name", campaign=CampaignFactory())

    for number in range(60):
        fill_in(form, f"{'A' if number % 2 else 'a'}{number % 20}@acme.example", name=f"Person {number}")

    assert Contact.objects.count() == 20
    assert Touch.objects.count() == Submission.objects.count() == 60


def test_another_person_at_the_same_page_is_another_post():
    form, client = form_asking("name"), stranger()
    key = key_of(client.get(page_of(form)))

    fill_in(form, ANNA, client=client, key=key, name="Anna")
    fill_in(form, "bo@acme.example", client=client, key=key, name="Bo")

    assert set(Contact.objects.values_list("full_name", flat=True)) == {"Anna", "Bo"}


def test_a_form_may_be_called_confirm():
    form = form_asking("name", slug="confirm")

    answer = fill_in(form, ANNA, name="Anna")

    assert stranger().get(answer["Location"]).status_code == 200
