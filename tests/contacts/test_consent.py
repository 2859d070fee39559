"""Consent: purposes are shipped, the ledger only grows, and what counts is what was said last."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from config.common.integrity import prove
from contacts.consent.recording import ConsentRefused, allows, new_text, record_consent
from contacts.consent.shipping import ship_purposes
from contacts.models import Consent, ConsentChange, ConsentPurpose, ConsentText, Contact
from contacts.people.timeline import timeline
from tests.factories.contacts import ContactFactory
from tests.planting import plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def sri() -> Contact:
    return ContactFactory(full_name="Sri", emails=["sri@example.com"])


@pytest.fixture
def mail() -> ConsentPurpose:
    return ConsentPurpose.objects.get(code="newsletter")


def say(contact: Contact, purpose: ConsentPurpose, is_given: bool, *, days_ago: int = 0, **more: Any) -> ConsentChange:
    at = timezone.now() - timedelta(days=days_ago)
    return record_consent(contact, purpose, is_given=is_given, source="person", at=at, **more)


def found() -> list[str]:
    return [each.subject for verdict in prove(["contacts.consents"]) for each in verdict.findings]


def test_an_empty_database_gets_three_purposes_with_texts_in_three_languages():
    assert set(ConsentPurpose.objects.values_list("code", flat=True)) == {"newsletter", "phone", "visits"}
    assert ConsentText.objects.filter(purpose__code="visits").count() == 3


def test_shipping_again_changes_nothing(mail):
    mail.name = "Our letter"
    mail.save()

    ship_purposes()

    assert ConsentPurpose.objects.count() == 3
    assert ConsentPurpose.objects.get(code="newsletter").name == "Our letter"


def test_silence_is_no_consent(sri):
    assert not allows(sri, "newsletter")


def test_what_was_said_later_counts_also_when_it_is_recorded_first(sri, mail):
    say(sri, mail, False, days_ago=1)
    say(sri, mail, True, days_ago=9)

    assert not allows(sri, "newsletter")


def test_saying_it_again_is_evidence_and_keeps_since_when(sri, mail):
    first = say(sri, mail, True, days_ago=9)
    again = say(sri, mail, True)

    present = Consent.objects.get(contact=sri, purpose=mail)
    assert (present.since, present.change) == (first.at, again)


def test_consent_in_the_future_is_refused(sri, mail):
    with pytest.raises(ConsentRefused, match="future"):
        say(sri, mail, True, days_ago=-1)


def test_the_text_of_another_purpose_is_refused(sri, mail):
    text = ConsentText.objects.filter(purpose__code="phone").first()

    with pytest.raises(ConsentRefused, match="another purpose"):
        say(sri, mail, True, text=text)


def test_the_ledger_is_never_rewritten(sri, mail):
    change = say(sri, mail, True)

    with pytest.raises(TypeError, match="never changed"):
        change.save()


def test_the_same_words_are_no_new_version(mail):
    text = new_text(mail, "en", "May we?")

    assert (text.version, new_text(mail, "en", "May we?").pk) == (2, text.pk)


# --- Proofs -----------------------------------------------------------------------------------------------------------


def test_good_rows_hold(sri, mail):
    say(sri, mail, True, days_ago=3)
    say(sri, mail, False)
    say(sri, mail, True, days_ago=9)

    assert found() == []


def test_a_consent_that_nobody_gave_is_found(sri, mail):
    say(sri, mail, False)
    consent = Consent.objects.get()
    plant("UPDATE contacts_consent SET is_given = %s WHERE id = %s", [True, consent.pk])

    assert found() == [f"contacts.consent {consent.pk}"]


def test_a_consent_that_follows_an_older_change_is_found(sri, mail):
    older = say(sri, mail, True, days_ago=3)
    say(sri, mail, False)
    consent = Consent.objects.get()
    plant("UPDATE contacts_consent SET is_given = %s, since = %s, change_id = %s", [True, older.at, older.pk])

    assert found() == [f"contacts.consent {consent.pk}"]


# --- The page of the contact ------------------------------------------------------------------------------------------


def test_the_contacts_page_says_what_is_allowed_and_why(sri, mail, mira, admin_as):
    say(sri, mail, True, evidence="Signed slip", by=mira)

    page = admin_as(mira).get(reverse("admin:contacts_contact_change", args=[sri.pk])).content.decode()

    assert "E-mail about offers" in page
    assert "Signed slip" in page
    assert reverse("admin:contact_consent", args=[sri.pk]) in page


def test_a_withdrawal_is_recorded_with_its_evidence(sri, mail, mira, admin_as):
    say(sri, mail, True, days_ago=2)
    given = {"purpose": mail.pk, "is_given": "no", "evidence": "Said so on the phone"}

    answer = admin_as(mira).post(reverse("admin:contact_consent", args=[sri.pk]), given)

    newest = ConsentChange.objects.first()
    assert answer.status_code == 302
    assert newest is not None
    assert (newest.is_given, newest.evidence, newest.by) == (False, "Said so on the phone", mira)
    assert not allows(sri, "newsletter")


def test_without_evidence_nothing_is_recorded(sri, mail, mira, admin_as):
    answer = admin_as(mira).post(
        reverse("admin:contact_consent", args=[sri.pk]), {"purpose": mail.pk, "is_given": "yes"}
    )

    assert answer.status_code == 422
    assert not ConsentChange.objects.exists()


def test_whoever_may_not_see_the_contact_finds_no_consent(mail, bima, rani, admin_as):
    contact = ContactFactory(owner=rani)

    answer = admin_as(bima).get(reverse("admin:contact_consent", args=[contact.pk]))

    assert answer.status_code == 404


def test_the_timeline_tells_what_was_allowed_by_which_text(sri, mail, mira):
    say(sri, mail, True, text=mail.texts.get(language="en"))

    entry = next(each for each in timeline(sri, reader=mira, before=timezone.now()) if each.kind == "consent")

    assert entry.title == "Consent given: E-mail about offers"
    assert "text en, version 1" in entry.body


def test_a_new_text_is_a_new_version_and_the_old_one_stays(mail, mira, admin_as):
    page = reverse("admin:contacts_consentpurpose_change", args=[mail.pk])
    empty = {"texts-TOTAL_FORMS": 0, "texts-INITIAL_FORMS": 0}

    answer = admin_as(mira).post(
        page, {"name": mail.name, "is_active": "on", "language": "en", "text": "May we write?", **empty}
    )

    assert answer.status_code == 302
    assert list(mail.texts.filter(language="en").values_list("version", flat=True)) == [2, 1]


# --- API --------------------------------------------------------------------------------------------------------------


def test_an_integration_records_consent(sri, mail, iris, api_as):
    body = {"contact": sri.pk, "purpose": mail.pk, "is_given": True, "evidence": "Checkout 88"}

    answer = api_as(iris).post("/api/v1/consent-changes/", body, format="json")

    assert answer.status_code == 201
    assert answer.json()["source"] == "api"
    assert allows(sri, "newsletter")


def test_consents_are_read_by_purpose_and_never_written(sri, mail, mira, api_as):
    say(sri, mail, True)
    client = api_as(mira)

    rows = client.get("/api/v1/consents/?purpose_code=newsletter&is_given=1").json()["results"]

    assert [(row["contact"], row["purpose_code"]) for row in rows] == [(sri.pk, "newsletter")]
    assert client.post("/api/v1/consents/", {}, format="json").status_code == 405


def test_consent_of_contacts_that_one_may_not_see_is_neither_read_nor_written(mail, bima, rani, api_as):
    contact = ContactFactory(owner=rani)
    say(contact, mail, True)
    client = api_as(bima)

    answer = client.post(
        "/api/v1/consent-changes/", {"contact": contact.pk, "purpose": mail.pk, "is_given": False}, format="json"
    )

    assert answer.status_code == 400
    assert client.get("/api/v1/consent-changes/").json()["results"] == []


def test_lists_cost_the_same_however_many(mail, mira, api_as, django_assert_num_queries):
    client = api_as(mira)
    say(ContactFactory(), mail, True)
    for name in ("consents", "consent-changes", "consent-texts"):
        client.get(f"/api/v1/{name}/")
    for _each in range(3):
        say(ContactFactory(), mail, True)

    for name in ("consents", "consent-changes", "consent-texts"):
        with django_assert_num_queries(3):
            assert client.get(f"/api/v1/{name}/").status_code == 200
