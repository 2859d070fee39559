"""Lifecycle, timeline and notes in the API."""

import pytest

from contacts.models import Contact, LifecycleChange, Note
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def verb(api, row, name, body=None):
    kind = "contacts" if isinstance(row, Contact) else "companies"
    return api.post(f"/api/v1/{kind}/{row.pk}/{name}/", body or {}, format="json")


@pytest.mark.parametrize("factory", [ContactFactory, CompanyFactory])
def test_advancing_moves_the_record_and_writes_the_ledger(rani, api_as, factory):
    row = factory(owner=rani)

    answer = verb(api_as(rani), row, "advance", {"to": "mql", "reason": "Asked for a price"})

    assert answer.status_code == 200
    assert answer.json()["lifecycle_stage"] == "mql"
    change = LifecycleChange.objects.of(row).last()
    assert (change.cause, change.cause_kind, change.by) == ("Asked for a price", "person", rani)


def test_advancing_without_a_reason_says_who_did_it(rani, api_as):
    contact = ContactFactory(owner=rani)

    verb(api_as(rani), contact, "advance", {"to": "mql"})

    assert LifecycleChange.objects.of(contact).last().cause == "Moved by Rani"


def test_a_refusal_is_409_with_code_sentence_and_facts(rani, api_as):
    answer = verb(
        api_as(rani), ContactFactory(owner=rani, full_name="Sri", stage="customer"), "advance", {"to": "lead"}
    )

    assert answer.status_code == 409
    body = answer.json()
    assert (body["type"], body["code"]) == ("refusal", "lifecycle_only_forward")
    assert "Sri is Customer" in body["message"]
    assert body["facts"] == {"present": "customer", "to": "lead"}


def test_a_stage_that_does_not_exist_is_refused(rani, api_as):
    answer = verb(api_as(rani), ContactFactory(owner=rani), "advance", {"to": "client"})

    assert (answer.status_code, answer.json()["code"]) == (409, "lifecycle_unknown_stage")


def test_stepping_back_is_for_those_who_may(rani, mira, api_as):
    contact = ContactFactory(owner=rani, stage="sql")

    assert verb(api_as(rani), contact, "step-back", {"to": "lead", "reason": "Not now"}).status_code == 403
    answer = verb(api_as(mira), contact, "step-back", {"to": "lead", "reason": "Not now"})

    assert (answer.status_code, answer.json()["lifecycle_stage"], answer.json()["lifecycle_highest"]) == (
        200,
        "lead",
        "sql",
    )


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_stepping_back_needs_a_reason(mira, api_as, reason):
    answer = verb(api_as(mira), ContactFactory(stage="sql"), "step-back", {"to": "lead", "reason": reason})

    assert answer.status_code == 400
    assert "reason" in answer.json()["fields"]


def test_a_preview_explains_and_changes_nothing(rani, api_as):
    contact = ContactFactory(owner=rani, stage="customer")
    api = api_as(rani)

    forward = api.get(f"/api/v1/contacts/{contact.pk}/lifecycle-preview/?to=evangelist").json()
    back = api.get(f"/api/v1/contacts/{contact.pk}/lifecycle-preview/?to=lead").json()

    assert (forward["allowed"], forward["code"]) == (True, "lifecycle_forward")
    assert (back["allowed"], back["code"]) == (False, "lifecycle_only_forward")
    assert "Step back" in back["sentence"]
    assert LifecycleChange.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?to=", "?to=client", "?to=lead&from=mql"])
def test_a_preview_of_nothing_is_refused(rani, api_as, query):
    contact = ContactFactory(owner=rani)

    assert api_as(rani).get(f"/api/v1/contacts/{contact.pk}/lifecycle-preview/{query}").status_code == 400


def test_the_ledger_can_be_read_and_not_written(ana, api_as):
    change = LifecycleChange.objects.of(ContactFactory()).get()
    api = api_as(ana)

    assert api.get(f"/api/v1/lifecycle-changes/{change.pk}/").json()["to_stage"] == "lead"
    for call in (api.patch, api.put, api.delete):
        assert (
            call(f"/api/v1/lifecycle-changes/{change.pk}/", {"to_stage": "customer"}, format="json").status_code == 405
        )
    assert api.post("/api/v1/lifecycle-changes/", {}, format="json").status_code == 405


def test_the_ledger_filters_by_subject_and_stage(ana, api_as):
    sri, maju = ContactFactory(stage="mql"), CompanyFactory()
    api = api_as(ana)

    def subjects(query):
        return [
            (row["contact"], row["company"]) for row in api.get(f"/api/v1/lifecycle-changes/?{query}").json()["results"]
        ]

    assert subjects(f"contact={sri.pk}") == [(sri.pk, None)]
    assert subjects(f"company={maju.pk}") == [(None, maju.pk)]
    assert subjects("to_stage=mql") == [(sri.pk, None)]
    assert subjects("at_to=2001-01-01T00:00:00Z") == []


def test_a_timeline_pages_backwards_in_time(ana, api_as):
    contact = ContactFactory()
    api = api_as(ana)
    verb(api, contact, "advance", {"to": "mql"})
    verb(api, contact, "advance", {"to": "sql"})

    first = api.get(f"/api/v1/contacts/{contact.pk}/timeline/?page_size=2").json()
    moments = [entry["at"] for entry in first["results"]]

    assert moments == sorted(moments, reverse=True)
    older = api.get(first["next"]).json()["results"]
    assert older
    assert all(entry["at"] < moments[-1] for entry in older)


def test_a_timeline_before_everything_is_empty(ana, api_as):
    contact = ContactFactory()

    answer = api_as(ana).get(f"/api/v1/contacts/{contact.pk}/timeline/?before=2000-01-01T00:00:00Z")

    assert answer.json() == {"next": None, "results": []}


@pytest.mark.parametrize("query", ["before=x", "before=0001-01-01T00:00:00Z", "page_size=0", "after=1", "before=%00"])
def test_a_timeline_refuses_what_it_does_not_understand(ana, api_as, query):
    assert api_as(ana).get(f"/api/v1/contacts/{ContactFactory().pk}/timeline/?{query}").status_code == 400


# --- Notes ---


def test_a_note_is_written_in_the_callers_name(rani, api_as):
    contact = ContactFactory(owner=rani)

    answer = api_as(rani).post("/api/v1/notes/", {"contact": contact.pk, "body": "Likes blue"}, format="json")

    assert answer.status_code == 201
    assert (answer.json()["author"], Note.objects.get().contact) == (rani.pk, contact)


@pytest.mark.parametrize("both", [True, False])
def test_a_note_is_about_one_record(rani, api_as, both):
    body = {"body": "x"}
    if both:
        body |= {"contact": ContactFactory(owner=rani).pk, "company": CompanyFactory(owner=rani).pk}

    answer = api_as(rani).post("/api/v1/notes/", body, format="json")

    assert answer.status_code == 400


def test_only_its_author_rewrites_a_note(rani, ana, api_as):
    note = Note.objects.create(contact=ContactFactory(owner=rani), body="x", author=rani)

    theirs = api_as(ana).patch(f"/api/v1/notes/{note.pk}/", {"body": "y"}, format="json")
    own = api_as(rani).patch(f"/api/v1/notes/{note.pk}/", {"body": "z"}, format="json")

    assert (theirs.status_code, theirs.json()["code"]) == (409, "note_of_somebody_else")
    assert own.json()["body"] == "z"


def test_a_note_stays_with_its_record(rani, api_as):
    note = Note.objects.create(contact=ContactFactory(owner=rani), body="x", author=rani)
    other = ContactFactory(owner=rani)

    answer = api_as(rani).patch(f"/api/v1/notes/{note.pk}/", {"contact": other.pk}, format="json")

    assert answer.status_code == 400
    assert "contact" in answer.json()["fields"]
