"""The lifecycle's rules: forward by rule, backwards by a person, and never apart from its ledger."""

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import Cause, LifecycleRefused, advance, advance_by_rule, preview, step_back
from contacts.models import Contact
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db
RULE = Cause(CauseKind.RULE, "Asked for a price")


def test_a_new_contact_has_one_ledger_row_that_says_where_it_began():
    contact = ContactFactory(stage="subscriber")

    assert [(row.from_stage, row.to_stage) for row in LifecycleChange.objects.of(contact)] == [("", "subscriber")]
    assert contact.lifecycle_stage == "subscriber"


def test_advancing_writes_the_ledger_and_the_stage_follows():
    contact = ContactFactory()

    change = advance(contact, to="mql", cause=RULE)

    contact.refresh_from_db()
    assert (contact.lifecycle_stage, contact.lifecycle_since) == ("mql", change.at)


def test_a_rule_never_moves_anybody_back():
    contact = ContactFactory(stage="customer")

    assert advance_by_rule(contact, to="opportunity", cause=RULE) is None


def test_a_refused_step_names_the_stage_and_the_way_round():
    contact = ContactFactory(full_name="Sri", stage="customer")

    with pytest.raises(LifecycleRefused) as refusal:
        advance(contact, to="lead", cause=RULE)

    assert refusal.value.code == "lifecycle_only_forward"
    assert "Sri is Customer" in refusal.value.sentence
    assert "Step back" in refusal.value.sentence


def test_stepping_back_keeps_the_highest_stage(ana):
    contact = ContactFactory(stage="customer")

    step_back(contact, to="lead", reason="Recycled to marketing", by=ana)

    contact.refresh_from_db()
    assert (contact.lifecycle_stage, contact.lifecycle_highest) == ("lead", "customer")


def test_stepping_back_needs_the_permission(rani):
    with pytest.raises(LifecycleRefused, match="Ask a sales manager"):
        step_back(ContactFactory(stage="sql"), to="lead", reason="Not now", by=rani)


def test_stepping_back_needs_a_reason(ana):
    with pytest.raises(LifecycleRefused) as refusal:
        step_back(ContactFactory(stage="sql"), to="lead", reason=" ", by=ana)

    assert refusal.value.code == "lifecycle_needs_reason"


def test_other_stays_other_for_a_rule_but_becomes_a_customer_when_it_buys():
    partner = ContactFactory(stage="other")

    assert not preview(partner, to="opportunity").allowed
    assert preview(partner, to="customer", won=True).allowed


def test_an_update_can_not_set_a_stage_that_the_ledger_does_not_have():
    contact = ContactFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(lifecycle_stage="customer")


def test_a_stale_copy_can_not_put_an_old_stage_back():
    stale = ContactFactory()
    advance(Contact.objects.get(pk=stale.pk), to="mql", cause=RULE)

    with pytest.raises(IntegrityError), transaction.atomic():
        stale.save()


def test_a_contact_can_not_be_born_into_a_stage_without_a_ledger_row():
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(full_name="Sri", lifecycle_stage="customer")


def test_the_ledger_can_not_be_rewritten():
    company = CompanyFactory()

    with pytest.raises(TypeError):
        LifecycleChange.objects.of(company).update(to_stage="customer")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_lifecyclechange SET to_stage = 'customer'")


def test_history_that_is_told_late_never_comes_before_what_is_known(ana):
    contact = ContactFactory()
    began = contact.lifecycle_since

    change = advance(contact, to="mql", cause=RULE, at=began.replace(year=2020))

    assert change.at == began
