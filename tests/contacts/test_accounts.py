"""Accounts: one person has one, what is disabled is shut out at once, and a token is shown once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from contacts.models import Role, Team, User
from contacts.staff.accounts import AccountRefused, disable_user, enable_user, make_token
from contacts.staff.roles import SHIPPED, ship_roles
from tests.factories.contacts import UserFactory

pytestmark = pytest.mark.django_db


def test_addresses_are_compared_without_regard_to_case() -> None:
    User.objects.create_user(" Sri@Tandem.Test ", "secret", name="Sri")

    assert User.objects.get_by_natural_key("SRI@tandem.test").email == "sri@tandem.test"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("SRI@tandem.test", "secret", name="Sri again")


def test_the_database_refuses_an_address_in_capitals(rani: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=rani.pk).update(email="Rani@Tandem.Test")


def test_a_disabled_user_is_signed_out_at_once(admin_as: Callable[[User], Client], rani: User, ana: User) -> None:
    browser = admin_as(rani)
    assert browser.get("/admin/").status_code == 200

    disable_user(rani, by=ana)

    answer = browser.get("/admin/")
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/admin/login/")


def test_a_disabled_users_tokens_die_at_once(api_as: Callable[[User], APIClient], iris: User, ana: User) -> None:
    api = api_as(iris)
    assert api.get("/api/v1/events/").status_code == 200

    disable_user(iris, by=ana)

    assert api.get("/api/v1/events/").status_code == 401
    assert not AuthToken.objects.exists()


def test_an_enabled_users_old_sessions_and_tokens_stay_dead(
    admin_as: Callable[[User], Client], api_as: Callable[[User], APIClient], rani: User, iris: User, ana: User
) -> None:
    browser, api = admin_as(rani), api_as(iris)

    for user in (rani, iris):
        enable_user(disable_user(user, by=ana), by=ana)

    assert browser.get("/admin/").status_code == 302
    assert api.get("/api/v1/events/").status_code == 401


def test_nobody_disables_themselves(ana: User) -> None:
    with pytest.raises(AccountRefused, match="Ask another administrator"):
        disable_user(ana, by=ana)


def test_what_a_disabled_user_owns_stays_theirs(rani: User, ana: User) -> None:
    disable_user(rani, by=ana)

    rani.refresh_from_db()
    assert (rani.is_active, rani.team is not None) == (False, True)


def test_a_new_password_ends_other_sessions(admin_as: Callable[[User], Client], rani: User) -> None:
    browser = admin_as(rani)
    rani.set_password("another")
    rani.save()

    assert browser.get("/admin/").status_code == 302


def test_only_service_users_have_tokens(rani: User) -> None:
    with pytest.raises(AccountRefused) as refusal:
        make_token(rani)

    assert refusal.value.code == "token_needs_service_user"


def test_a_disabled_service_user_gets_no_token(iris: User, ana: User) -> None:
    with pytest.raises(AccountRefused) as refusal:
        make_token(disable_user(iris, by=ana))

    assert refusal.value.code == "token_needs_active_user"


def test_a_token_is_kept_as_a_hash_only(iris: User) -> None:
    token = make_token(iris)

    stored = AuthToken.objects.get()
    assert token.startswith("tdm_")
    assert token not in {str(value) for value in stored.__dict__.values()}


def test_a_token_expires(iris: User) -> None:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {make_token(iris, days=30)}")
    assert api.get("/api/v1/events/").status_code == 200

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert api.get("/api/v1/events/").status_code == 401


def test_a_service_user_does_not_sign_in_to_the_back_office(admin_as: Callable[[User], Client], iris: User) -> None:
    assert admin_as(iris).get("/admin/").status_code == 302


def test_every_role_is_shipped() -> None:
    assert set(Role.objects.values_list("code", flat=True)) == set(SHIPPED)


def test_shipping_again_leaves_an_administrators_edits(rani: User) -> None:
    role = rani.role
    assert role is not None
    taken_away = role.permissions.get(codename="add_deal")
    role.permissions.remove(taken_away)
    Role.objects.filter(pk=role.pk).update(name="Our reps")

    ship_roles()

    role.refresh_from_db()
    assert role.name == "Our reps"
    assert taken_away not in role.permissions.all()


@pytest.mark.parametrize(
    ("code", "may", "may_not"),
    [
        ("sales-rep", "deals.add_deal", "contacts.step_back_lifecycle"),
        ("sales-manager", "contacts.step_back_lifecycle", "contacts.change_user"),
        ("marketer", "contacts.step_back_lifecycle", "deals.add_deal"),
        ("finance", "deals.change_product", "contacts.change_contact"),
        ("read-only", "deals.view_deal", "deals.change_deal"),
        ("integration", "contacts.add_contact", "contacts.change_role"),
        ("administrator", "contacts.change_role", None),
    ],
)
def test_a_shipped_role_may_what_its_work_needs(code: str, may: str, may_not: str | None) -> None:
    user = UserFactory(role=code)

    assert user.has_perm(may)
    assert may_not is None or not user.has_perm(may_not)


def test_teams_are_a_tree(java: Team) -> None:
    west = Team.objects.create(name="West Java", parent=java)
    java.parent = west

    with pytest.raises(ValidationError, match="part of itself"):
        java.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.filter(pk=west.pk).update(parent=west)


def test_a_time_zone_that_does_not_exist_is_refused(rani: User) -> None:
    rani.time_zone = "Asia/Nowhere"

    with pytest.raises(ValidationError, match="Write one like Asia/Jakarta"):
        rani.full_clean()


def test_a_page_is_in_the_readers_own_language_and_zone(admin_as: Callable[[User], Client], rani: User) -> None:
    rani.language, rani.time_zone = "vi", "Asia/Ho_Chi_Minh"
    rani.save()

    answer: Any = admin_as(rani).get("/admin/")

    assert answer.headers["Content-Language"] == "vi"
