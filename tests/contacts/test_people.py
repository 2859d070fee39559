"""People and companies as they are: names in any order, addresses that exist once, an archive instead of a bin."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.lifecycle.adding import Job, add_company, add_contact, add_emails
from contacts.models import Company, Contact, ContactEmail, Employment, User
from contacts.people.archiving import ArchiveRefused, archive, restore
from contacts.people.contact import normalise_phone
from contacts.people.countries import country_code
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["Suharto", "Nguyễn Thị Lan", "I Wayan Sudirga", "Sơn", "María José del Río"])
def test_names_are_kept_as_people_write_them(name: str) -> None:
    assert Contact.objects.get(pk=ContactFactory(full_name=name).pk).full_name == name


def test_the_first_address_and_number_are_primary() -> None:
    contact = add_contact(
        by=None, full_name="Sri", emails=["sri@tandem.example", "s@tandem.example"], phones=["+6281255500001"]
    )

    assert [(row.address, row.is_primary) for row in contact.emails.all()] == [
        ("sri@tandem.example", True),
        ("s@tandem.example", False),
    ]
    assert contact.phones.get().is_primary


def test_another_address_leaves_the_primary_one() -> None:
    contact = ContactFactory(emails=["sri@tandem.example"])

    add_emails(contact, ["other@tandem.example"])

    assert contact.emails.get(is_primary=True).address == "sri@tandem.example"


def test_two_live_contacts_never_share_an_address_whatever_its_capitals() -> None:
    ContactFactory(emails=["Sri@Tandem.example"])

    with pytest.raises(ValidationError, match="Another contact has this e-mail address"):
        ContactFactory(emails=["SRI@tandem.example"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactEmail.objects.create(contact=ContactFactory(), address="sri@tandem.EXAMPLE")


@pytest.mark.parametrize("address", ["sri", "sri@", "@tandem.example", "sri@@tandem.example", "sri @tandem.example"])
def test_what_can_not_be_an_address_is_refused_at_its_field(address: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        add_contact(by=None, full_name="Sri", emails=[address])

    assert list(refusal.value.message_dict) == ["emails"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("given", "country", "kept"),
    [
        ("+62 812-5550-0001", "", "+6281255500001"),
        ("0812 5550 0001", "ID", "+6281255500001"),
        ("090 5550 001", "VN", "+84905550001"),
        ("+84 (90) 5550001", "ID", "+84905550001"),
    ],
)
def test_numbers_are_kept_in_their_international_form(given: str, country: str, kept: str) -> None:
    assert normalise_phone(given, country) == kept


@pytest.mark.parametrize(("given", "country"), [("0812 5550 0001", ""), ("12", "ID"), ("+62 1", ""), ("phone", "VN")])
def test_what_can_not_be_a_number_is_refused(given: str, country: str) -> None:
    with pytest.raises(ValidationError, match="Write it with its country"):
        normalise_phone(given, country)


@pytest.mark.parametrize("search", ["nguyen", "NGUYỄN", "lan tandem", "dức", "lan@", "5550 0001"])
def test_contacts_are_found_without_regard_to_case_and_accents(search: str) -> None:
    contact = ContactFactory(full_name="Nguyễn Đức Lan Tandem", emails=["lan@mai.example"], phones=["+6281255500001"])
    ContactFactory(full_name="Somebody else", emails=["else@mai.example"], phones=["+6281255509999"])

    assert list(Contact.objects.search(search)) == [contact]


def test_companies_are_found_by_name_domain_and_tax_number() -> None:
    company = CompanyFactory(name="Cà Phê Sương Mai", domain="suong-mai.example", tax_number="01.234.567")

    for text in ("ca phe", "SUONG-MAI", "234.567"):
        assert list(Company.objects.search(text)) == [company]


def test_a_new_contact_can_bring_a_new_company() -> None:
    contact = add_contact(by=None, full_name="Sri", job=Job("Kopi Baru", "Owner"))

    job = contact.employments.get()
    assert (job.company.name, job.role, job.is_primary) == ("Kopi Baru", "Owner", True)
    assert job.company.lifecycle_stage == "lead"


def test_nothing_is_saved_of_a_contact_that_can_not_be() -> None:
    with pytest.raises(ValidationError):
        add_contact(by=None, full_name="Sri", phones=["none"], job=Job("Kopi Baru"))

    assert not Contact.objects.exists()
    assert not Company.objects.exists()


def test_an_employment_ends_after_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(
            contact=ContactFactory(), company=CompanyFactory(), since=date(2026, 5, 1), until=date(2026, 4, 30)
        )


def test_present_employments_are_those_that_have_not_ended() -> None:
    contact = ContactFactory(company=CompanyFactory())
    Employment.objects.create(contact=contact, company=CompanyFactory(), until=date(2020, 1, 1))

    assert contact.employments.present().count() == 1


def test_a_company_is_not_its_own_parent_not_even_through_others() -> None:
    top = CompanyFactory()
    below = CompanyFactory(parent=CompanyFactory(parent=top))
    top.parent = below

    with pytest.raises(ValidationError, match="not even through others"):
        top.full_clean()


def test_an_annual_revenue_says_its_currency() -> None:
    with pytest.raises(ValidationError, match="Say which currency"):
        add_company(by=None, name="Kopi", annual_revenue=1000)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"country": "id"}, "country"),
        ({"domain": "https://kopi.example/"}, "domain"),
        ({"name": ""}, "name"),
    ],
)
def test_what_a_company_can_not_have_is_refused_at_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        add_company(by=None, **{"name": "Kopi", **fields})

    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("text", "code"), [("Indonesia", "ID"), ("vn", "VN"), ("Việt Nam", "VN"), ("Jerman", "DE"), ("Atlantis", None)]
)
def test_countries_are_read_by_code_or_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_an_archived_contact_frees_its_addresses(ana: User) -> None:
    archive(ContactFactory(emails=["sri@tandem.example"]), by=ana, reason="Left")

    assert ContactFactory(emails=["sri@tandem.example"]).emails.exists()


def test_archived_records_leave_the_live_ones_and_come_back(ana: User) -> None:
    contact = archive(ContactFactory(), by=ana, reason="Left")
    while_archived = (Contact.objects.live().exists(), contact.archived_by, contact.archived_reason)

    restore(contact, by=ana)

    assert while_archived == (False, ana, "Left")
    assert list(Contact.objects.live()) == [contact]


def test_a_contact_whose_address_was_taken_meanwhile_is_not_restored(ana: User) -> None:
    contact = archive(ContactFactory(emails=["sri@tandem.example"]), by=ana)
    ContactFactory(emails=["sri@tandem.example"])

    with pytest.raises(ArchiveRefused, match="Change or archive that contact first"):
        restore(contact, by=ana)

    contact.refresh_from_db()
    assert contact.is_archived


def test_archiving_twice_is_refused(ana: User) -> None:
    company = archive(CompanyFactory(), by=ana)

    with pytest.raises(ArchiveRefused) as refusal:
        archive(company, by=ana)

    assert refusal.value.code == "already_archived"
