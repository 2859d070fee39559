"""Users with teams, companies with parents, contacts with addresses: how each is found again, what hangs on it."""

from typing import Any

import pytest

from contacts.models import Company, Contact, ContactEmail, Employment, LifecycleChange, Team, User
from contacts.people.archiving import archive
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.imports import checked, imported, problems

pytestmark = pytest.mark.django_db

TEAMS = "agent,manager,office\nAnna,Dustin,Central\nCecily,Dustin,Central\nMarty,Melvin,Central\nVicki,Celia,West\n"
TEAMS_MAPPING = {
    "fields": {
        "name": "agent",
        "email": {"pattern": "{name|slug}@maven.example"},
        "manager": {"column": "manager", "unknown": "create"},
        "region": "office",
    }
}


def test_users_come_in_teams_under_their_managers_and_regions() -> None:
    imported("users", TEAMS, mapping=TEAMS_MAPPING)

    anna = User.objects.get(name="Anna")
    assert (anna.email, str(anna.role), str(anna.team)) == ("anna@maven.example", "Sales rep", "Dustin's team")
    assert (str(anna.team.manager), str(anna.team.parent)) == ("Dustin", "Central")
    assert Team.objects.count() == 5


def test_managers_become_users_who_manage_and_belong_to_their_team() -> None:
    imported("users", TEAMS, mapping=TEAMS_MAPPING)

    dustin = User.objects.get(name="Dustin")
    assert (dustin.email, str(dustin.role), dustin.team) == (
        "dustin@maven.example",
        "Sales manager",
        dustin.managed_teams.get(),
    )


def test_imported_users_can_not_sign_in_until_they_get_a_password() -> None:
    imported("users", TEAMS, mapping=TEAMS_MAPPING)

    assert not any(user.has_usable_password() for user in User.objects.all())


def test_a_second_run_makes_no_user_and_no_team_twice() -> None:
    imported("users", TEAMS, mapping=TEAMS_MAPPING)
    people, teams, told = User.objects.count(), Team.objects.count(), User.history.count()

    again = imported("users", TEAMS, mapping=TEAMS_MAPPING)

    assert again.counts == {"new": 0, "changed": 0, "unchanged": 4, "failed": 0}
    assert (User.objects.count(), Team.objects.count(), User.history.count()) == (people, teams, told)


def test_a_user_who_changed_teams_is_moved() -> None:
    imported("users", TEAMS, mapping=TEAMS_MAPPING)

    run = imported("users", "agent,manager,office\nAnna,Melvin,Central\n", mapping=TEAMS_MAPPING)

    assert (run.rows_changed, str(User.objects.get(name="Anna").team)) == (1, "Melvin's team")


def test_a_manager_further_down_in_the_file_is_no_unknown_name() -> None:
    run = imported("users", "name,email,manager\nAnna,a@x.example,Dustin\nDustin,d@x.example,\n")

    assert run.rows_failed == 0
    assert User.objects.get(name="Anna").team.manager.name == "Dustin"
    assert User.objects.get(name="Dustin").role.code == "sales-manager"


def test_a_manager_nobody_knows_is_a_problem_unless_the_mapping_makes_them() -> None:
    run = imported("users", "name,email,manager\nAnna,a@x.example,Dustin\n")

    assert problems(run) == [(2, "manager", "Dustin", "name_unknown")]


def test_roles_are_found_by_code_or_name_in_any_language() -> None:
    imported("users", "name,email,role\nA,a@x.example,sales-manager\nB,b@x.example,Marketer\n")

    assert list(User.objects.order_by("name").values_list("role__code", flat=True)) == ["sales-manager", "marketer"]


def test_an_address_in_capitals_is_the_same_user() -> None:
    UserFactory(email="anna@x.example", name="Anna")

    run = imported("users", "name,email\nAnna,ANNA@X.example\n")

    assert run.rows_unchanged == 1


def test_parents_may_stand_anywhere_in_the_file() -> None:
    text = "account,subsidiary_of\nC,B\nB,A\nA,\nD,A\n"

    imported("companies", text, mapping={"fields": {"name": "account", "parent": "subsidiary_of"}})

    parents = dict(Company.objects.values_list("name", "parent__name"))
    assert parents == {"A": None, "B": "A", "C": "B", "D": "A"}


def test_companies_that_are_each_others_parents_are_refused_with_the_chain() -> None:
    run = imported("companies", "name,parent company\nA,B\nB,A\nC,\n")

    assert [problem[3] for problem in problems(run)] == ["circle", "circle"]
    assert "A → B → A" in run.problems.first().sentence
    assert Company.objects.get().name == "C"


def test_a_circle_through_companies_that_are_there_is_refused_too() -> None:
    parent = CompanyFactory(name="A")
    CompanyFactory(name="B", parent=parent)

    run = imported("companies", "name,parent company\nA,B\n")

    assert problems(run)[0][:2] == (2, "parent company")


def test_a_company_is_found_by_external_id_then_domain_then_name() -> None:
    CompanyFactory(name="One", external_id="1")
    CompanyFactory(name="Two", domain="two.example")
    CompanyFactory(name="Three")

    run = imported("companies", "name,id,website\nUno,1,\nDue,,https://www.two.example/x\nTHREE,3,\n")

    assert run.counts == {"new": 0, "changed": 3, "unchanged": 0, "failed": 0}
    assert set(Company.objects.values_list("name", "external_id")) == {("Uno", "1"), ("Due", ""), ("THREE", "3")}


def test_a_company_with_another_id_is_another_company_of_the_same_name() -> None:
    CompanyFactory(name="Acme", external_id="1")

    run = imported("companies", "name,id\nAcme,2\n")

    assert run.rows_new == 1


def test_a_company_enters_its_lifecycle_on_the_day_from_which_it_is_known() -> None:
    run = imported("companies", "name,known since,lifecycle stage\nA,2020-01-31,customer\n")

    change = LifecycleChange.objects.get()
    assert (change.to_stage, change.at.date().isoformat(), change.cause_kind) == ("customer", "2020-01-31", "import")
    assert (change.cause_type, change.cause_id) == ("contacts.import", run.pk)


def test_a_stage_in_the_file_moves_forward_only() -> None:
    CompanyFactory(name="A", stage="lead")
    CompanyFactory(name="B", stage="customer")

    run = imported("companies", "name,lifecycle stage\nA,sql\nB,lead\n")

    assert problems(run) == [(3, "lifecycle stage", "lead", "lifecycle_only_forward")]
    assert Company.objects.get(name="A").lifecycle_stage == "sql"


def test_money_needs_a_currency_and_can_be_in_millions() -> None:
    mapping = {"fields": {"name": "name", "annual_revenue": {"column": "revenue", "factor": 1000000}}}
    assert problems(checked("companies", "name,revenue\nA,12.5\n", mapping=mapping))[0][3] == "currency_missing"

    mapping["fields"]["annual_revenue_currency"] = {"constant": "usd"}
    imported("companies", "name,revenue\nA,12.5\n", mapping=mapping)

    company = Company.objects.get()
    assert (company.annual_revenue, company.annual_revenue_currency) == (12_500_000, "USD")


CONTACTS = "name,email,phone,company,title,country\nSri,sri@x.example; s@x.example,0812 3456 789,Acme,Buyer,Indonesia\n"


def test_a_contact_comes_with_addresses_numbers_and_employment() -> None:
    CompanyFactory(name="Acme")

    imported("contacts", CONTACTS)

    sri = Contact.objects.get()
    assert [(email.address, email.is_primary) for email in sri.emails.all()] == [
        ("sri@x.example", True),
        ("s@x.example", False),
    ]
    assert (sri.phones.get().number, sri.country, sri.source) == ("+628123456789", "ID", "import")
    employment = sri.employments.get()
    assert (str(employment.company), employment.role, employment.is_primary) == ("Acme", "Buyer", True)
    assert sri.lifecycle_stage == "lead"


def test_a_second_run_adds_no_address_number_or_employment_twice() -> None:
    CompanyFactory(name="Acme")
    imported("contacts", CONTACTS)

    again = imported("contacts", CONTACTS)

    assert again.counts["unchanged"] == 1
    assert (ContactEmail.objects.count(), Employment.objects.count(), Contact.history.count()) == (2, 1, 1)


def test_what_is_new_about_a_contact_is_added_and_nothing_taken_away() -> None:
    ContactFactory(full_name="Sri", emails=["sri@x.example"])

    run = imported("contacts", "name,email,phone\nSri,SRI@X.example;new@x.example,+628123456789\n")

    sri = Contact.objects.get()
    assert run.rows_changed == 1
    assert [(email.address, email.is_primary) for email in sri.emails.all()] == [
        ("sri@x.example", True),
        ("new@x.example", False),
    ]
    assert sri.phones.get().is_primary


def test_given_and_family_name_make_a_name() -> None:
    imported("contacts", "first name,last name,email\nDewi,Lestari,dewi@x.example\n")

    assert Contact.objects.get().full_name == "Dewi Lestari"


def test_companies_of_contacts_are_made_where_the_mapping_says_so() -> None:
    mapping = {"fields": {"full_name": "name", "email": "email", "company": {"column": "company", "unknown": "create"}}}

    run = imported("contacts", "name,email,company\nA,a@x.example,Acme\nB,b@x.example,ACME\n", mapping=mapping)

    assert run.findings["unknown"][0]["what"] == "create"
    assert (Company.objects.get().name, Company.objects.get().employments.count()) == ("Acme", 2)
    assert Company.objects.get().lifecycle_stage == "lead"


def test_a_contact_that_nothing_identifies_is_refused() -> None:
    assert problems(checked("contacts", "name,email\nSri,\n"))[0][3] == "no_key"


def test_a_contact_with_a_phone_number_only_is_found_again_by_number_and_name() -> None:
    imported("contacts", "name,phone\nSri,+628123456789\n")

    run = imported("contacts", "name,phone\nSRI,+62 812 3456 789\nBudi,+628123456789\n")

    assert run.counts == {"new": 1, "changed": 1, "unchanged": 0, "failed": 0}


def test_an_address_of_somebody_else_is_a_problem() -> None:
    ContactFactory(full_name="Sri", external_id="1", emails=["sri@x.example"])
    ContactFactory(full_name="Budi", external_id="2", emails=["budi@x.example"])

    run = imported("contacts", "name,id,email\nSri,1,budi@x.example\n")

    assert problems(run)[0][3] == "email_taken"


def test_an_archived_contact_does_not_take_its_address_with_it(ana: Any) -> None:
    archive(ContactFactory(full_name="Sri", emails=["sri@x.example"]), by=ana)

    assert imported("contacts", "name,email\nSri,sri@x.example\n").rows_new == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [("Sri,no-address,", "email_invalid"), ("Sri,s@x.example,12", "phone_invalid"), (",s@x.example,", "value_missing")],
)
def test_bad_addresses_numbers_and_missing_names_are_told(row: str, code: str) -> None:
    assert problems(checked("contacts", f"name,email,phone\n{row}\n"))[0][3] == code


def test_headers_in_indonesian_and_vietnamese_are_understood() -> None:
    imported("contacts", "Nama Lengkap;Alamat Email;No HP;Negara\nSri;sri@x.example;0812 3456 789;Indonesia\n")
    imported("contacts", "Họ và tên;Địa chỉ email;Quốc gia\nNguyễn Đức;duc@x.example;Việt Nam\n")

    assert list(Contact.objects.order_by("pk").values_list("full_name", "country")) == [
        ("Sri", "ID"),
        ("Nguyễn Đức", "VN"),
    ]


def test_of_two_companies_with_a_name_the_one_that_is_not_archived_is_meant(ana: Any) -> None:
    archive(CompanyFactory(name="Acme"), by=ana)
    live = CompanyFactory(name="Acme")

    imported("contacts", "name,email,company\nSri,sri@x.example,Acme\n")

    assert Employment.objects.get().company == live
