"""Proofs of contacts: silent on good rows; each finds the fault planted for it, and names the row."""

from typing import Any

import pytest

from config.common.integrity import prove
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import Cause, advance, step_back
from contacts.models import Contact, User
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.planting import plant

pytestmark = pytest.mark.django_db


def found(name: str) -> list[tuple[str, str]]:
    return [(each.subject, each.sentence) for verdict in prove([name]) for each in verdict.findings]


@pytest.fixture
def sri(ana: User) -> Contact:
    """A contact with a history: forward, back, out of the order and in again."""
    contact = ContactFactory(emails=["sri@example.com", "wulandari@example.com"], phones=["+628123456789"])
    advance(contact, to="customer", cause=Cause(CauseKind.PERSON, "Bought"), by=ana)
    step_back(contact, to="mql", reason="By mistake", by=ana)
    step_back(contact, to="other", reason="Competitor", by=ana)
    step_back(contact, to="lead", reason="Not any more", by=ana)
    contact.refresh_from_db()
    return contact


@pytest.mark.parametrize("name", ["lifecycle_stages", "lifecycle_ledger", "primary_addresses"])
def test_good_rows_hold(sri: Contact, name: str) -> None:
    CompanyFactory()

    assert found(f"contacts.{name}") == []


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("lifecycle_stage", "sql", "It shows sql (highest customer)"),
        ("lifecycle_stage", None, "It shows – (highest customer)"),
        ("lifecycle_highest", "evangelist", "(highest evangelist)"),
        ("lifecycle_since", "2020-01-01 00:00:00+00:00", "since 2020-01-01"),
    ],
)
def test_a_contact_in_another_stage_than_its_ledger_says_is_found(
    sri: Contact, column: str, value: Any, words: str
) -> None:
    plant(f"UPDATE contacts_contact SET {column} = %s WHERE id = %s", [value, sri.pk])

    [(subject, sentence)] = found("contacts.lifecycle_stages")
    assert subject == f"contacts.contact {sri.pk}"
    assert words in sentence
    assert "newest ledger row says lead (highest customer)" in sentence


def test_a_company_in_another_stage_than_its_ledger_says_is_found() -> None:
    company = CompanyFactory()
    plant("UPDATE contacts_company SET lifecycle_stage = 'customer' WHERE id = %s", [company.pk])

    assert [subject for subject, _sentence in found("contacts.lifecycle_stages")] == [f"contacts.company {company.pk}"]


def test_a_contact_without_a_ledger_row_is_found(sri: Contact) -> None:
    plant("DELETE FROM contacts_lifecyclechange WHERE contact_id = %s", [sri.pk])

    assert found("contacts.lifecycle_stages") == [
        (f"contacts.contact {sri.pk}", "The lifecycle ledger has no row for it.")
    ]


def test_a_row_taken_out_of_the_ledger_is_found(sri: Contact) -> None:
    gone, after = LifecycleChange.objects.of(sri)[1:3]
    plant("DELETE FROM contacts_lifecyclechange WHERE id = %s", [gone.pk])

    broken = dict(found("contacts.lifecycle_ledger"))
    assert f"contacts.lifecyclechange {after.pk}" in broken


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("from_stage", "sql", "It begins at sql, and the row before ended at customer."),
        ("from_stage", "", "It begins at –, and the row before ended at customer."),
        ("highest", "evangelist", "It says that evangelist is the highest stage ever reached"),
        ("at", "2020-01-01 00:00:00+00:00", "which is later"),
    ],
)
def test_a_ledger_row_that_was_changed_is_found(sri: Contact, column: str, value: str, words: str) -> None:
    changed = LifecycleChange.objects.of(sri)[2]
    plant(f"UPDATE contacts_lifecyclechange SET {column} = %s WHERE id = %s", [value, changed.pk])

    [(subject, sentence)] = found("contacts.lifecycle_ledger")
    assert subject == f"contacts.lifecyclechange {changed.pk}"
    assert words in sentence


def test_two_contacts_ledgers_are_two_chains(sri: Contact, ana: User) -> None:
    other = ContactFactory()
    advance(sri, to="mql", cause=Cause(CauseKind.PERSON, "x"), by=ana)
    advance(other, to="sql", cause=Cause(CauseKind.PERSON, "x"), by=ana)

    assert found("contacts.lifecycle_ledger") == []


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("contactemail", "It has 2 e-mail addresses, and 0 of them are primary, not one."),
        ("contactphone", "It has 1 phone numbers, and 0 of them are primary, not one."),
    ],
)
def test_addresses_without_a_primary_one_are_found(sri: Contact, table: str, sentence: str) -> None:
    plant(f"UPDATE contacts_{table} SET is_primary = %s WHERE contact_id = %s", [False, sri.pk])

    assert found("contacts.primary_addresses") == [(f"contacts.contact {sri.pk}", sentence)]
