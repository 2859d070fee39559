"""Who sees which rows: own, team and below, or all; asked in one place, the QuerySet."""

from typing import Any

import pytest

from contacts.models import (
    Company,
    Contact,
    ContactEmail,
    ContactPhone,
    Employment,
    LifecycleChange,
    Note,
    Role,
    Team,
    User,
)
from contacts.staff.accounts import disable_user
from deals.models import Deal, DealContact, DealNote, StageChange
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    """The user as the next request has it: what was remembered about them is asked again."""
    return User.objects.get(pk=user.pk)


def names(rows: Any) -> set[str]:
    return {str(row) for row in rows}


@pytest.fixture
def contacts(rani: User, bima: User, maya: User) -> None:
    ContactFactory(full_name="Rani's", owner=rani)
    ContactFactory(full_name="Bima's", owner=bima)
    ContactFactory(full_name="Maya's", owner=maya)
    ContactFactory(full_name="Nobody's")


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("rani", {"Rani's", "Nobody's"}),
        ("bima", {"Bima's", "Nobody's"}),
        ("maya", {"Rani's", "Maya's", "Nobody's"}),
        ("mira", {"Rani's", "Bima's", "Maya's", "Nobody's"}),
        ("fina", {"Rani's", "Bima's", "Maya's", "Nobody's"}),
        ("ana", {"Rani's", "Bima's", "Maya's", "Nobody's"}),
    ],
)
def test_each_role_sees_as_far_as_it_reaches(
    contacts: None, request: pytest.FixtureRequest, reader: str, seen: set[str]
) -> None:
    user = request.getfixturevalue(reader)

    assert names(Contact.objects.visible_to(user)) == seen


def test_a_manager_sees_the_teams_below_however_deep(maya: User, java: Team) -> None:
    west = Team.objects.create(name="West Java", parent=java)
    bandung = Team.objects.create(name="Bandung", parent=west)
    contact = ContactFactory(owner=UserFactory(team=bandung))

    assert contact in Contact.objects.visible_to(maya)


def test_a_manager_of_a_lower_team_does_not_see_the_one_above(java: Team, rani: User) -> None:
    lead = UserFactory(role="sales-manager")
    Team.objects.create(name="West Java", parent=java, manager=lead)
    contact = ContactFactory(owner=rani)

    assert contact not in Contact.objects.visible_to(lead)


def test_a_role_may_hide_what_nobody_owns_yet(contacts: None, rani: User) -> None:
    Role.objects.filter(code="sales-rep").update(sees_unowned=False)

    assert names(Contact.objects.visible_to(again(rani))) == {"Rani's"}


def test_whoever_was_disabled_sees_nothing(contacts: None, rani: User, mira: User, ana: User) -> None:
    for user in (rani, mira):
        disable_user(user, by=ana)

        assert not Contact.objects.visible_to(again(user)).exists()
        assert not Company.objects.visible_to(again(user)).exists()
        assert not Deal.objects.visible_to(again(user)).exists()


def test_without_a_role_one_sees_ones_own_only(contacts: None, rani: User) -> None:
    User.objects.filter(pk=rani.pk).update(role=None)

    assert names(Contact.objects.visible_to(again(rani))) == {"Rani's"}


def test_who_sees_a_deal_sees_its_people_and_its_company(rani: User, bima: User, maya: User) -> None:
    contact, company = ContactFactory(owner=bima), CompanyFactory(owner=bima)
    DealFactory(owner=rani, contacts=[contact], company=company)

    for reader in (rani, maya):
        assert contact in Contact.objects.visible_to(reader)
        assert company in Company.objects.visible_to(reader)


def test_who_owns_a_contact_does_not_see_anothers_deal_with_them(rani: User, bima: User) -> None:
    contact = ContactFactory(owner=bima)
    deal = DealFactory(owner=rani, contacts=[contact])

    assert deal not in Deal.objects.visible_to(bima)


@pytest.mark.parametrize("reader", ["rani", "maya"])
def test_parts_are_seen_with_the_whole_and_not_without(
    request: pytest.FixtureRequest, rani: User, bima: User, reader: str
) -> None:
    for owner in (rani, bima):
        company = CompanyFactory(owner=owner)
        contact = ContactFactory(
            owner=owner, company=company, emails=[f"{owner.pk}@tandem.example"], phones=[f"+62812555{owner.pk:05}"]
        )
        deal = DealFactory(owner=owner, contacts=[contact])
        Note.objects.create(contact=contact, author=owner, body="Hidden")
        DealNote.objects.create(deal=deal, author=owner, body="Hidden")
    user = request.getfixturevalue(reader)

    for model, path in (
        (ContactEmail, "contact__owner"), (ContactPhone, "contact__owner"), (Note, "contact__owner"),
        (Employment, "contact__owner"), (DealContact, "deal__owner"), (DealNote, "deal__owner"),
        (StageChange, "deal__owner"),
    ):  # fmt: skip
        assert set(model.objects.visible_to(user).values_list(path, flat=True)) == {rani.pk}, model


def test_the_ledger_is_seen_with_its_subject(rani: User, bima: User) -> None:
    mine, theirs = ContactFactory(owner=rani), CompanyFactory(owner=bima)

    seen = LifecycleChange.objects.visible_to(rani)

    assert {change.subject for change in seen} == {mine}
    assert {change.subject for change in LifecycleChange.objects.visible_to(bima)} == {theirs}


def test_an_employment_is_seen_by_who_sees_both_sides(rani: User, bima: User) -> None:
    ContactFactory(owner=rani, company=CompanyFactory(owner=bima))

    assert not Employment.objects.visible_to(rani).exists()


@pytest.mark.parametrize(
    ("reader", "seen"), [("rani", {"Rani"}), ("maya", {"Maya", "Rani"}), ("ana", {"Ana", "Maya", "Rani", "Bima"})]
)
def test_colleagues_are_seen_as_far_as_the_role_reaches(
    request: pytest.FixtureRequest, ana: User, rani: User, bima: User, reader: str, seen: set[str]
) -> None:
    assert names(User.objects.visible_to(request.getfixturevalue(reader))) == seen


def test_searching_finds_nothing_that_one_does_not_see(contacts: None, rani: User) -> None:
    assert names(Contact.objects.visible_to(rani).search("s")) == {"Rani's", "Nobody's"}


def test_a_row_seen_for_two_reasons_is_seen_once(rani: User) -> None:
    contact = ContactFactory(owner=rani)
    for _ in range(2):
        DealFactory(owner=rani, contacts=[contact])

    assert list(Contact.objects.visible_to(rani)) == [contact]


@pytest.mark.parametrize("reader", ["rani", "maya", "ana"])
def test_looking_costs_a_fixed_number_of_queries(
    request: pytest.FixtureRequest, django_assert_max_num_queries: Any, reader: str
) -> None:
    user = request.getfixturevalue(reader)
    ContactFactory.create_batch(5, owner=user)

    with django_assert_max_num_queries(3):
        assert len(Contact.objects.visible_to(user)) == 5
