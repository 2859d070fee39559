"""Users, teams and roles: who may be made, changed, shut out; tokens shown once; nobody lifts themselves."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from contacts.models import Role, Team, User
from tests.factories.contacts import UserFactory

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"


def page_of(row):
    return f"/admin/contacts/{row._meta.model_name}/{row.pk}/change/"


def text_of(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def given(user, **changes):
    values = {
        "name": user.name,
        "email": user.email,
        "role": user.role_id or "",
        "team": user.team_id or "",
        "language": user.language,
        "time_zone": user.time_zone,
        "external_id": user.external_id,
    }
    return values | changes


def role(code):
    return Role.objects.get(code=code)


def test_a_user_is_made_with_a_first_password_and_can_sign_in(ana, admin_as):
    new = {
        "name": "Sri",
        "email": "SRI@example.com",
        "role": role("sales-rep").pk,
        "password": GOOD,
        "language": "id",
        "time_zone": "Asia/Makassar",
    }

    admin_as(ana).post("/admin/contacts/user/add/", new)

    sri = User.objects.get(email="sri@example.com")
    assert Client().login(username="sri@example.com", password=GOOD)
    assert (sri.language, sri.time_zone) == ("id", "Asia/Makassar")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": ""}, "Give a first password"),
        ({"password": "123"}, "This password is too short"),
        ({"email": "no"}, "Enter a valid email address"),
        ({"email": "ANA@taken.example.com"}, "already exists"),
        ({"role": ""}, "This field is required"),
        ({"time_zone": "Mars/North"}, "is no time zone"),
    ],
)
def test_a_user_that_can_not_be_made_gets_a_sentence(changes, sentence, ana, admin_as):
    UserFactory(email="ana@taken.example.com")
    new = {
        "name": "Sri",
        "email": "sri@example.com",
        "role": role("sales-rep").pk,
        "password": GOOD,
        "language": "id",
        "time_zone": "Asia/Makassar",
    }

    assert sentence in text_of(admin_as(ana).post("/admin/contacts/user/add/", new | changes))


def test_disabling_signs_out_at_once_and_kills_tokens(ana, rani, iris, api_as, admin_as):
    person, token = admin_as(rani), api_as(iris)

    for user in (rani, iris):
        admin_as(ana).post(f"/admin/contacts/user/{user.pk}/disable/")

    assert person.get("/admin/").status_code == 302
    assert token.get("/api/v1/contacts/").status_code == 401
    admin_as(ana).post(f"/admin/contacts/user/{rani.pk}/enable/")
    assert person.get("/admin/").status_code == 302


def test_nobody_disables_themselves_or_changes_their_own_role(ana, admin_as):
    browser = admin_as(ana)

    assert "You can't disable yourself" in text_of(browser.post(f"/admin/contacts/user/{ana.pk}/disable/", follow=True))
    changed = browser.post(page_of(ana), given(ana, role=role("sales-rep").pk))
    assert "You can't change your own role" in text_of(changed)


@pytest.fixture
def hana(db):
    """May administer users, and no more."""
    office = Role.objects.create(code="office", name="Office", scope="all", home="manager")
    office.permissions.set(
        Permission.objects.filter(codename__in=["view_user", "change_user", "add_user", "view_role"])
    )
    return UserFactory(name="Hana", role=office)


def test_nobody_gives_a_role_that_may_do_more_than_their_own(hana, rani, admin_as):
    browser = admin_as(hana)

    for code in ("administrator", "sales-manager"):
        answer = browser.post(page_of(rani), given(rani, role=role(code).pk))
        assert "may do more than you" in text_of(answer)
        new = {
            "name": "X",
            "email": "x@example.com",
            "role": role(code).pk,
            "password": GOOD,
            "language": "en",
            "time_zone": "UTC",
        }
        assert "may do more than you" in text_of(browser.post("/admin/contacts/user/add/", new))


@pytest.mark.parametrize("name", ["disable", "enable", "password", "reset-two-step", "make-token"])
def test_an_administrator_is_changed_only_by_another(name, hana, ana, admin_as):
    browser = admin_as(hana)

    assert browser.post(f"/admin/contacts/user/{ana.pk}/{name}/", {"password": GOOD}).status_code == 403
    assert browser.post(page_of(ana), given(ana, email="mine@example.com")).status_code == 403
    assert User.objects.get(pk=ana.pk).email == ana.email


def test_a_rep_sees_themselves_and_can_change_nobody(rani, maya, admin_as):
    browser = admin_as(rani)

    assert browser.get(page_of(maya)).status_code == 404
    assert browser.post(page_of(rani), given(rani, name="Boss")).status_code == 403
    assert browser.get("/admin/contacts/role/").status_code == 403


def test_a_new_password_ends_all_sessions(ana, rani, admin_as):
    person = admin_as(rani)

    admin_as(ana).post(f"/admin/contacts/user/{rani.pk}/password/", {"password": GOOD})

    assert person.get("/admin/").status_code == 302
    assert Client().login(username=rani.email, password=GOOD)


def test_a_token_is_shown_once_with_a_call_that_works(ana, iris, admin_as):
    browser = admin_as(ana)

    shown = browser.post(f"/admin/contacts/user/{iris.pk}/make-token/", {"days": "30"})

    token = re.search(r"data-token[^>]*>(tdm_[^<]+)<", shown.content.decode())[1]
    call = re.search(
        r"curl -H &#x27;Authorization: Token ([^&]+)&#x27; &#x27;http://testserver([^&]+)", shown.content.decode()
    )
    assert call[1] == token
    assert "no-store" in shown["Cache-Control"]
    assert APIClient(HTTP_AUTHORIZATION=f"Token {token}").get(unescape(call[2])).status_code == 200
    listed = browser.get(page_of(iris)).content.decode()
    assert token[:15] in listed
    assert token not in listed


def test_a_revoked_token_is_refused(ana, iris, admin_as, api_as):
    api = api_as(iris)
    key = iris.auth_token_set.get().token_key

    admin_as(ana).post(f"/admin/contacts/user/{iris.pk}/revoke-token/", {"token_key": key})

    assert api.get("/api/v1/contacts/").status_code == 401
    again = admin_as(ana).post(f"/admin/contacts/user/{iris.pk}/revoke-token/", {"token_key": key}, follow=True)
    assert "This token is gone already" in text_of(again)


def test_people_have_no_tokens(ana, rani, admin_as):
    answer = admin_as(ana).post(f"/admin/contacts/user/{rani.pk}/make-token/", follow=True)

    assert "Only service users have tokens" in text_of(answer)


def test_an_administrator_resets_the_second_step_of_somebody_who_lost_their_phone(ana, rani, admin_as):
    TOTPDevice.objects.create(user=rani, name="phone", confirmed=True)

    admin_as(ana).post(f"/admin/contacts/user/{rani.pk}/reset-two-step/")

    assert not TOTPDevice.objects.exists()


# --- Teams and roles ------------------------------------------------------------------------------------------------


def test_teams_are_listed_as_their_tree(ana, admin_as):
    java = Team.objects.create(name="Zeta")
    Team.objects.create(name="Alpha", parent=java)
    Team.objects.create(name="Mid")

    html = admin_as(ana).get("/admin/contacts/team/").content.decode()

    assert re.findall(r'td-tree td-tree-(\d)">(\w+)<', html) == [("0", "Mid"), ("0", "Zeta"), ("1", "Alpha")]


def test_a_tree_that_bites_its_tail_is_refused(ana, admin_as):
    top = Team.objects.create(name="Top")
    low = Team.objects.create(name="Low", parent=top)

    answer = admin_as(ana).post(page_of(top), {"name": "Top", "parent": low.pk, "manager": ""})

    assert "A team can't be part of itself or of a team below it" in " ".join(text_of(answer).split())


def test_a_role_is_changed_by_ticking_verbs_and_keeps_what_the_table_does_not_show(ana, admin_as):
    rep = role("sales-rep")
    hidden = Permission.objects.get(codename="view_logentry")
    rep.permissions.add(hidden)
    note = Permission.objects.get(codename="view_note")

    admin_as(ana).post(
        page_of(rep), {"name": rep.name, "scope": "own", "home": "rep", "sees_unowned": "on", "permissions": [note.pk]}
    )

    assert set(rep.permissions.all()) == {hidden, note}


def test_a_changed_role_counts_from_the_next_click(ana, rani, admin_as):
    browser = admin_as(rani)
    assert browser.get("/admin/contacts/contact/").status_code == 200
    rep = role("sales-rep")

    admin_as(ana).post(page_of(rep), {"name": rep.name, "scope": "own", "home": "rep", "permissions": []})

    assert browser.get("/admin/contacts/contact/").status_code == 403


def test_nobody_takes_everything_from_their_own_role(ana, admin_as):
    changed = {"name": "Administrator", "scope": "all", "home": "manager", "permissions": []}

    answer = admin_as(ana).post(page_of(ana.role), changed)

    assert "This is your own role" in text_of(answer)
    assert role("administrator").every_permission


def test_a_new_role_gets_a_code_from_its_name(ana, admin_as):
    admin_as(ana).post(
        "/admin/contacts/role/add/", {"name": "Sales rep", "scope": "team", "home": "rep", "permissions": []}
    )

    assert Role.objects.get(name="Sales rep", scope="team").code == "sales-rep-2"


def test_the_table_of_permissions_speaks_of_people_things_not_of_machinery(ana, admin_as):
    html = admin_as(ana).get(page_of(role("sales-rep"))).content.decode()

    assert "Contacts: Can add contact" in html
    assert "istorical" not in html
    assert "session" not in html.split("<tbody>")[1].lower()
