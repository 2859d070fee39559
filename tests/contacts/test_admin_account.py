"""Signing in with one step or two, being locked out, and what everybody sets for themselves."""

import re
from html import unescape

import pytest
import time_machine
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from contacts.models import User

pytestmark = pytest.mark.django_db


def sign_in(browser, user, password="password"):
    return browser.post(
        "/admin/login/?next=/admin/contacts/contact/", {"username": user.email.upper(), "password": password}
    )


def code_of(device, *, step=0):
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift + step):06d}"


def text_of(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def device(rani):
    return TOTPDevice.objects.create(user=rani, name="phone", confirmed=True)


def test_the_front_door_leads_to_signing_in_and_then_home(rani):
    browser = Client()

    assert browser.get("/", follow=True).redirect_chain[-1][0].startswith("/admin/login/")
    assert sign_in(browser, rani).url == "/admin/contacts/contact/"
    assert browser.get("/", follow=True).redirect_chain[-1][0] == "/admin/"


def test_a_wrong_password_gets_a_sentence_that_does_not_say_which_was_wrong(rani):
    browser = Client()

    wrong, unknown = (
        sign_in(browser, rani, "no"),
        browser.post("/admin/login/", {"username": "x@y.example", "password": "no"}),
    )

    assert "This address and password don't belong together" in text_of(wrong)
    assert "This address and password don't belong together" in text_of(unknown)


def test_service_users_have_no_door(iris):
    browser = Client()

    assert sign_in(browser, iris).status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_nobody_is_sent_to_another_house_after_signing_in(rani):
    answer = Client().post("/admin/login/?next=//evil.example/", {"username": rani.email, "password": "password"})

    assert answer.url == "/admin/"


def test_too_many_wrong_passwords_lock_the_door_with_a_page_that_says_for_how_long(rani, settings):
    settings.AXES_ENABLED = True
    browser = Client()

    for _attempt in range(5):
        answer = sign_in(browser, rani, "no")

    assert answer.status_code == 429
    assert "quarter of an hour" in text_of(answer)
    assert sign_in(browser, rani).status_code == 429


def test_whoever_has_a_device_is_asked_for_its_code(rani, device):
    browser = Client()

    assert sign_in(browser, rani).url == "/admin/login/code/"
    assert browser.get("/admin/").status_code == 302
    assert "This code is not right" in text_of(browser.post("/admin/login/code/", {"code": "000000"}))

    with time_machine.travel("2030-01-01"):
        sign_in(browser, rani)
        answer = browser.post("/admin/login/code/", {"code": code_of(device)})
    assert answer.url == "/admin/contacts/contact/"


def test_a_code_works_once(rani, device):
    first, second = Client(), Client()
    code = code_of(device)

    for browser in (first, second):
        sign_in(browser, rani)
        browser.post("/admin/login/code/", {"code": code})

    assert first.get("/admin/").status_code == 200
    assert second.get("/admin/").status_code == 302


def test_a_session_without_the_code_is_not_let_in(rani, device, admin_as):
    assert admin_as(rani).get("/admin/").status_code == 302


def test_the_code_must_come_soon_after_the_password(rani, device):
    browser = Client()
    sign_in(browser, rani)

    with time_machine.travel("2100-01-01"):
        assert browser.post("/admin/login/code/", {"code": code_of(device)}).url == "/admin/login/"


def test_the_code_page_without_a_password_leads_back(rani, device):
    assert Client().post("/admin/login/code/", {"code": code_of(device)}).url == "/admin/login/"


def test_switching_two_steps_on_needs_a_code_and_ends_other_sessions(rani, admin_as):
    here, elsewhere = admin_as(rani), admin_as(rani)
    assert "<svg" in here.get("/admin/account/two-step/").content.decode()
    device = TOTPDevice.objects.get()

    assert "This code is not right" in text_of(here.post("/admin/account/two-step/", {"code": "abc"}))
    with time_machine.travel("2030-01-01", tick=False):
        here = admin_as(rani)
        here.get("/admin/account/two-step/")
        here.post("/admin/account/two-step/", {"code": code_of(device)})
        assert here.get("/admin/").status_code == 200
    assert TOTPDevice.objects.get().confirmed
    assert elsewhere.get("/admin/").status_code == 302


def test_switching_two_steps_off_needs_a_code_too(rani, device):
    browser = Client()
    sign_in(browser, rani)
    browser.post("/admin/login/code/", {"code": code_of(device)})

    browser.post("/admin/account/two-step/", {"code": "123"})
    assert TOTPDevice.objects.exists()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    browser.post("/admin/account/two-step/", {"code": code_of(device, step=1)})
    assert not TOTPDevice.objects.exists()
    assert browser.get("/admin/").status_code == 200


def test_everybody_sets_their_name_language_and_zone_and_nothing_else(rani, ana, admin_as):
    browser = admin_as(rani)

    answer = browser.post(
        "/admin/account/",
        {
            "name": "Rani W",
            "language": "vi",
            "time_zone": "Asia/Ho_Chi_Minh",
            "role": ana.role_id,
            "is_superuser": "on",
            "email": "x@example.com",
        },
    )

    changed = User.objects.get(pk=rani.pk)
    assert answer.status_code == 302
    assert (changed.name, changed.language, changed.time_zone) == ("Rani W", "vi", "Asia/Ho_Chi_Minh")
    assert (changed.role, changed.is_superuser, changed.email) == (rani.role, False, rani.email)
    assert browser.get("/admin/account/")["Content-Language"] == "vi"


def test_a_zone_that_is_none_is_refused(rani, admin_as):
    answer = admin_as(rani).post("/admin/account/", {"name": "R", "language": "en", "time_zone": "Mars"})

    assert "is no time zone" in text_of(answer)


def test_changing_ones_password_ends_the_other_sessions(rani, admin_as):
    here, elsewhere = admin_as(rani), admin_as(rani)

    here.post(
        "/admin/password_change/",
        {"old_password": "password", "new_password1": "correct horse", "new_password2": "correct horse"},
    )

    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302


def test_leaving_ends_the_session(rani, admin_as):
    browser = admin_as(rani)

    assert browser.post("/admin/logout/").url == "/admin/login/"
    assert browser.get("/admin/").status_code == 302
