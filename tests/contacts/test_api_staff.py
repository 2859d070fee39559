"""Users, teams and roles in the API, and the tokens by which integrations call."""

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Role, Team, User
from contacts.staff.accounts import AccountRefused, check_may_grant
from tests.factories.contacts import UserFactory

pytestmark = pytest.mark.django_db


def names(api, path):
    return {row["name"] for row in api.get(path).json()["results"]}


def test_a_rep_sees_themselves_a_manager_their_teams_and_others_everybody(ana, maya, rani, bima, api_as):
    assert names(api_as(rani), "/api/v1/users/") == {"Rani"}
    assert names(api_as(maya), "/api/v1/users/") == {"Maya", "Rani"}
    assert names(api_as(ana), "/api/v1/users/") == {"Ana", "Maya", "Rani", "Bima"}
    assert names(api_as(rani), "/api/v1/teams/") == {"Java"}


def test_an_administrator_adds_and_changes_users_without_a_password(ana, api_as):
    role = Role.objects.get(code="sales-rep")
    body = {"email": "Wati@Tandem.test", "name": "Wati", "role": role.pk}

    row = api_as(ana).post("/api/v1/users/", body, format="json").json()
    changed = api_as(ana).patch(f"/api/v1/users/{row['id']}/", {"language": "id"}, format="json").json()

    assert (row["email"], row["role_code"], changed["language"]) == ("wati@tandem.test", "sales-rep", "id")
    assert not User.objects.get(pk=row["id"]).has_usable_password()


def test_an_address_that_is_taken_is_refused_whatever_its_capitals(ana, api_as):
    UserFactory(email="wati@tandem.test")

    answer = api_as(ana).post("/api/v1/users/", {"email": "WATI@tandem.test", "name": "Wati"}, format="json")

    assert answer.status_code == 400
    assert "email" in answer.json()["fields"]


def test_no_answer_ever_holds_a_password(ana, rani, api_as):
    for path in ("/api/v1/users/", f"/api/v1/users/{rani.pk}/"):
        assert rani.password not in api_as(ana).get(path).content.decode()
        assert "password" not in api_as(ana).get(path).content.decode()


def test_disable_and_enable_by_verb(ana, rani, api_as):
    api, hers = api_as(ana), api_as(rani)

    assert api.post(f"/api/v1/users/{rani.pk}/disable/").json()["is_active"] is False
    assert hers.get("/api/v1/users/").status_code == 401
    assert api.post(f"/api/v1/users/{rani.pk}/enable/").json()["is_active"] is True
    assert hers.get("/api/v1/users/").status_code == 401


def test_whoever_is_active_can_not_be_written(ana, rani, api_as):
    answer = api_as(ana).patch(f"/api/v1/users/{rani.pk}/", {"is_active": False}, format="json")

    assert answer.status_code == 400
    assert "/disable/" in answer.json()["fields"]["is_active"][0]


def test_nobody_disables_themselves(ana, api_as):
    answer = api_as(ana).post(f"/api/v1/users/{ana.pk}/disable/")

    assert (answer.status_code, answer.json()["code"]) == (409, "account_own")


def test_nobody_gives_a_role_that_may_do_more_than_they_may(maya, rani, api_as):
    role = Role.objects.create(code="hr", name="People", scope="all")
    role.permissions.set(Role.objects.get(code="sales-manager").permissions.all())
    from django.contrib.auth.models import Permission

    role.permissions.add(*Permission.objects.filter(codename__in=["add_user", "change_user", "view_user"]))
    User.objects.filter(pk=maya.pk).update(role=role)
    maya = User.objects.get(pk=maya.pk)

    answer = api_as(maya).patch(
        f"/api/v1/users/{rani.pk}/", {"role": Role.objects.get(code="administrator").pk}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "role_beyond_own")
    check_may_grant(Role.objects.get(code="sales-rep"), by=maya)


def test_nobody_gives_a_role_that_sees_further_than_they_do(maya):
    further = Role.objects.create(code="auditor", name="Auditor", scope="all")

    with pytest.raises(AccountRefused):
        check_may_grant(further, by=maya)


def test_teams_are_a_tree_without_circles(ana, api_as):
    api = api_as(ana)
    region = api.post("/api/v1/teams/", {"name": "West", "manager": ana.pk}, format="json").json()
    team = api.post("/api/v1/teams/", {"name": "Java", "parent": region["id"]}, format="json").json()

    answer = api.patch(f"/api/v1/teams/{region['id']}/", {"parent": team["id"]}, format="json")

    assert answer.status_code == 400
    assert "parent" in answer.json()["fields"]


def test_a_team_name_that_is_taken_is_refused_in_words(ana, api_as):
    Team.objects.create(name="Java")

    answer = api_as(ana).post("/api/v1/teams/", {"name": "JAVA"}, format="json")

    assert answer.status_code == 400
    assert "There is a team of this name already." in answer.json()["message"]


def test_roles_are_readable_and_not_writable(rani, ana, api_as):
    assert {"administrator", "sales-rep"} <= {
        row["code"] for row in api_as(rani).get("/api/v1/roles/").json()["results"]
    }
    assert api_as(ana).post("/api/v1/roles/", {"code": "x", "name": "X"}, format="json").status_code == 405


# --- manage.py make_token ---


def test_an_operator_makes_a_service_user_and_a_token_by_command(capsys):
    from rest_framework.test import APIClient

    call_command("make_token", "shop@tandem.test", "--role", "integration")

    token = capsys.readouterr().out.strip()
    user = User.objects.get(email="shop@tandem.test")
    assert (user.is_service, user.role.code) == (True, "integration")
    assert APIClient().get("/api/v1/contacts/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 200


def test_a_person_gets_no_token(rani):
    with pytest.raises(CommandError, match="Only service users"):
        call_command("make_token", rani.email)


@pytest.mark.parametrize("options", [["nobody@tandem.test"], ["nobody@tandem.test", "--role", "boss"]])
def test_a_token_for_nobody_is_refused_in_words(options):
    with pytest.raises(CommandError, match="There is no"):
        call_command("make_token", *options)
    assert not User.objects.filter(email="nobody@tandem.test").exists()
