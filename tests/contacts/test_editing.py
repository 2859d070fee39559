"""Changing contacts and companies: what the slice promises to every edge."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import Contact
from contacts.people.archiving import archive
from contacts.people.editing import NewJob, PhoneInput, change_company, change_contact
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def test_a_stale_copy_does_not_put_old_values_back():
    stale = ContactFactory(full_name="Sri")
    change_contact(Contact.objects.get(pk=stale.pk), {"preferred_name": "Bu Sri"})

    change_contact(stale, {"full_name": "Sri Rahayu"})

    fresh = Contact.objects.get(pk=stale.pk)
    assert (fresh.full_name, fresh.preferred_name) == ("Sri Rahayu", "Bu Sri")


def test_a_renamed_contact_is_found_by_its_new_name():
    contact = ContactFactory(full_name="Sri")

    change_contact(contact, {"full_name": "Ani Yudhoyono"})

    assert list(Contact.objects.search("yudhoyono")) == [contact]


def test_a_mistake_changes_nothing():
    contact = ContactFactory(full_name="Sri", emails=["sri@example.com"])

    with pytest.raises(ValidationError):
        change_contact(contact, {"full_name": "Ani"}, emails=["ani@example.com", "nonsense"])

    contact.refresh_from_db()
    assert (contact.full_name, contact.emails.get().address) == ("Sri", "sri@example.com")


def test_the_same_address_twice_is_refused():
    with pytest.raises(ValidationError, match="twice"):
        change_contact(ContactFactory(), {}, emails=["a@example.com", "A@example.com"])


def test_numbers_without_a_plus_are_read_in_the_contacts_new_country():
    contact = ContactFactory(country="ID")

    change_contact(contact, {"country": "VN"}, phones=[PhoneInput("0912 345 678")])

    assert contact.phones.get().number == "+84912345678"


def test_addresses_of_an_archived_contact_stay_free_for_others(ana):
    gone = ContactFactory(full_name="Gone")
    archive(gone, by=ana)
    change_contact(Contact.objects.get(pk=gone.pk), {}, emails=["sri@example.com"])

    assert ContactFactory(emails=["sri@example.com"]).emails.get().is_live


def test_a_change_of_addresses_is_part_of_the_history():
    contact = ContactFactory(emails=["a@example.com"])

    change_contact(contact, {}, emails=["b@example.com"])

    assert contact.history.first().history_change_reason == "emails|a@example.com|b@example.com"


def test_leaving_an_employer_ends_the_employment_today():
    contact = ContactFactory(company=CompanyFactory())

    change_contact(contact, {}, job=NewJob(None))

    job = contact.employments.get()
    assert (job.is_primary, job.until) == (False, timezone.localdate())


def test_a_job_that_was_to_begin_later_ends_when_it_begins():
    contact = ContactFactory(company=CompanyFactory())
    later = timezone.localdate() + timedelta(days=30)
    contact.employments.update(since=later)

    change_contact(contact, {}, job=NewJob(None))

    assert contact.employments.get().until == later


def test_another_role_at_the_same_company_is_the_same_employment():
    company = CompanyFactory()
    contact = ContactFactory(company=company)

    change_contact(contact, {}, job=NewJob(company, "Director"))

    assert contact.employments.get().role == "Director"


def test_a_company_keeps_the_models_rules():
    with pytest.raises(ValidationError):
        change_company(CompanyFactory(), {"domain": "https://maju.example/"})
