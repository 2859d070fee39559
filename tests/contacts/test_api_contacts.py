"""``/api/v1/contacts/`` and ``/companies/``: create, change, versions, references, archive."""

import pytest

from contacts.models import Company, Contact, Employment
from contacts.people.archiving import archive
from tests.factories.contacts import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/contacts/"


def post(api, body, path=URL):
    return api.post(path, body, format="json")


def patch(api, row, body, **headers):
    name = "contacts" if isinstance(row, Contact) else "companies"
    return api.patch(f"/api/v1/{name}/{row.pk}/", body, format="json", **headers)


# --- Create ---


def test_a_contact_is_created_with_addresses_numbers_and_employer(rani, api_as):
    company = CompanyFactory(name="PT Maju", owner=rani)
    body = {
        "full_name": "Sri Rahayu",
        "country": "ID",
        "emails": ["sri@maju.example", "Sri.Rahayu@Example.COM"],
        "phones": ["0812 3456 789", {"number": "+62 21 5790 1234", "kind": "work"}],
        "company": company.pk,
        "role": "Buyer",
    }

    answer = post(api_as(rani), body)

    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert row["emails"] == ["sri@maju.example", "Sri.Rahayu@example.com"]
    assert row["phones"] == [
        {"number": "+628123456789", "kind": "mobile"},
        {"number": "+622157901234", "kind": "work"},
    ]
    assert (row["company"], row["company_name"], row["role"]) == (company.pk, "PT Maju", "Buyer")
    assert (row["lifecycle_stage"], row["owner"], row["source"]) == ("lead", rani.pk, "sales")


def test_what_an_integration_creates_belongs_to_nobody_yet(iris, api_as):
    row = post(api_as(iris), {"full_name": "Sri"}).json()

    assert (row["owner"], row["source"]) == (None, "api")


def test_an_owner_can_be_given_or_left_out_on_purpose(ana, rani, api_as):
    assert post(api_as(ana), {"full_name": "Sri", "owner": rani.pk}).json()["owner"] == rani.pk
    assert post(api_as(ana), {"full_name": "Ani", "owner": None}).json()["owner"] is None


def test_a_first_lifecycle_stage_goes_through_the_ledger(iris, api_as):
    row = post(api_as(iris), {"full_name": "Sri", "lifecycle_stage": "subscriber"}).json()

    changes = api_as(iris).get(f"/api/v1/lifecycle-changes/?contact={row['id']}").json()["results"]
    assert [(change["from_stage"], change["to_stage"], change["by"]) for change in changes] == [
        ("", "subscriber", iris.pk)
    ]


def test_a_mistake_in_a_part_saves_nothing(rani, api_as):
    answer = post(api_as(rani), {"full_name": "Sri", "emails": ["sri@example.com", "no address"]})

    assert answer.status_code == 400
    assert "emails" in answer.json()["fields"]
    assert not Contact.objects.exists()


def test_an_address_that_another_contact_has_is_refused_whatever_its_capitals(rani, api_as):
    ContactFactory(emails=["sri@example.com"])

    answer = post(api_as(rani), {"full_name": "Sri", "emails": ["SRI@example.com"]})

    assert answer.status_code == 400
    assert "Another contact has this e-mail address" in answer.json()["fields"]["emails"][0]


def test_the_change_is_recorded_in_the_callers_name(rani, api_as):
    row = post(api_as(rani), {"full_name": "Sri"}).json()
    patch(api_as(rani), Contact.objects.get(pk=row["id"]), {"full_name": "Sri Rahayu"})

    assert [(step.full_name, step.history_user) for step in Contact.objects.get().history.all()] == [
        ("Sri Rahayu", rani),
        ("Sri", rani),
    ]


# --- Change ---


def test_only_what_is_given_changes(rani, api_as):
    contact = ContactFactory(owner=rani, full_name="Sri", emails=["sri@example.com"])

    row = patch(api_as(rani), contact, {"preferred_name": "Bu Sri"}).json()

    assert (row["full_name"], row["preferred_name"], row["emails"]) == ("Sri", "Bu Sri", ["sri@example.com"])


def test_what_was_read_can_be_written_back_and_changes_nothing(rani, bima, api_as):
    contact = ContactFactory(
        owner=rani,
        company=CompanyFactory(owner=rani),
        emails=["a@example.com", "b@example.com"],
        phones=["+628123456789"],
    )
    api = api_as(rani)
    before = api.get(f"{URL}{contact.pk}/").json()

    answer = api.put(f"{URL}{contact.pk}/", before, format="json")

    assert answer.status_code == 200, answer.content
    assert {**answer.json(), "updated_at": ""} == {**before, "updated_at": ""}


def test_addresses_are_replaced_as_a_whole_and_the_first_is_primary(rani, api_as):
    contact = ContactFactory(owner=rani, emails=["a@example.com", "b@example.com"])

    row = patch(api_as(rani), contact, {"emails": ["b@example.com", "c@example.com"]}).json()

    assert row["emails"] == ["b@example.com", "c@example.com"]
    assert contact.emails.get(is_primary=True).address == "b@example.com"


def test_a_change_of_addresses_is_a_new_version(rani, api_as):
    contact = ContactFactory(owner=rani, emails=["a@example.com"])
    api = api_as(rani)
    before = api.get(f"{URL}{contact.pk}/")["ETag"]

    assert patch(api, contact, {"emails": []})["ETag"] != before


def test_a_new_employer_ends_the_old_employment(rani, api_as):
    old, new = CompanyFactory(owner=rani), CompanyFactory(owner=rani)
    contact = ContactFactory(owner=rani, company=old)

    row = patch(api_as(rani), contact, {"company": new.pk, "role": "Director"}).json()

    assert (row["company"], row["role"]) == (new.pk, "Director")
    assert [(job["company"], job["is_primary"], job["until"] is None) for job in row["employments"]] == [
        (new.pk, True, True),
        (old.pk, False, False),
    ]


def test_the_lifecycle_stage_can_not_be_written_and_the_verb_is_named(rani, api_as):
    contact = ContactFactory(owner=rani)

    answer = patch(api_as(rani), contact, {"lifecycle_stage": "customer"})

    assert answer.status_code == 400
    assert "/advance/" in answer.json()["fields"]["lifecycle_stage"][0]
    contact.refresh_from_db()
    assert contact.lifecycle_stage == "lead"


@pytest.mark.parametrize("field", ["lifecycle_highest", "lifecycle_since", "archived_at"])
def test_what_follows_from_verbs_can_not_be_written(rani, api_as, field):
    answer = patch(api_as(rani), ContactFactory(owner=rani), {field: "2026-01-01T00:00:00Z"})

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


# --- Two people editing ---


def test_two_people_editing_do_not_overwrite_each_other(rani, ana, api_as):
    contact = ContactFactory(owner=rani, full_name="Sri")
    hers, his = api_as(rani), api_as(ana)
    seen = hers.get(f"{URL}{contact.pk}/")["ETag"]
    assert patch(his, contact, {"full_name": "Sri Rahayu"}, HTTP_IF_MATCH=seen).status_code == 200

    answer = patch(hers, contact, {"full_name": "Sri R."}, HTTP_IF_MATCH=seen)

    assert answer.status_code == 412
    body = answer.json()
    assert (body["type"], body["code"]) == ("changed_meanwhile", "changed_meanwhile")
    assert body["present"]["record"]["full_name"] == "Sri Rahayu"
    assert body["present"]["version"] == answer["ETag"] != seen
    assert patch(hers, contact, {"full_name": "Sri R."}, HTTP_IF_MATCH=body["present"]["version"]).status_code == 200


def test_a_verb_knows_versions_too(rani, ana, api_as):
    contact = ContactFactory(owner=rani)
    seen = api_as(rani).get(f"{URL}{contact.pk}/")["ETag"]
    patch(api_as(ana), contact, {"full_name": "Sri"})

    answer = api_as(rani).post(f"{URL}{contact.pk}/advance/", {"to": "mql"}, format="json", HTTP_IF_MATCH=seen)

    assert answer.status_code == 412
    contact.refresh_from_db()
    assert contact.lifecycle_stage == "lead"


@pytest.mark.parametrize("header", ['"1-1"', "x", 'W/"x"', '"a", "b"'])
def test_a_version_that_never_was_is_refused(rani, api_as, header):
    assert (
        patch(api_as(rani), ContactFactory(owner=rani), {"full_name": "Sri"}, HTTP_IF_MATCH=header).status_code == 412
    )


def test_any_version_will_do_for_a_star_and_one_of_several_for_a_list(rani, api_as):
    contact = ContactFactory(owner=rani)
    api = api_as(rani)
    assert patch(api, contact, {"full_name": "Sri"}, HTTP_IF_MATCH="*").status_code == 200
    seen = api.get(f"{URL}{contact.pk}/")["ETag"]

    assert patch(api, contact, {"full_name": "Ani"}, HTTP_IF_MATCH=f'"other", {seen}').status_code == 200


def test_the_version_of_a_new_row_can_be_used_at_once(rani, api_as):
    answer = post(api_as(rani), {"full_name": "Sri"})
    contact = Contact.objects.get(pk=answer.json()["id"])

    assert patch(api_as(rani), contact, {"full_name": "Ani"}, HTTP_IF_MATCH=answer["ETag"]).status_code == 200


# --- References ---


@pytest.mark.parametrize("field", ["company", "owner"])
def test_a_reference_to_what_one_may_not_see_reads_like_one_to_nothing(rani, bima, api_as, field):
    hidden = CompanyFactory(owner=bima).pk if field == "company" else bima.pk
    nothing = 987654

    refused, absent = (post(api_as(rani), {"full_name": "Sri", field: key}) for key in (hidden, nothing))

    assert refused.status_code == absent.status_code == 400
    sentences = [answer.json()["fields"][field][0] for answer in (refused, absent)]
    assert sentences[0].replace(str(hidden), "?") == sentences[1].replace(str(nothing), "?")


def test_a_colleagues_company_that_is_written_back_unchanged_is_accepted(rani, bima, api_as):
    company = CompanyFactory(name="Shared", parent=CompanyFactory(owner=bima), owner=None)
    api = api_as(rani)
    before = api.get(f"/api/v1/companies/{company.pk}/").json()

    answer = api.put(f"/api/v1/companies/{company.pk}/", {**before, "city": "Solo"}, format="json")

    assert answer.status_code == 200, answer.content
    assert Company.objects.get(pk=company.pk).parent_id == company.parent_id


def test_an_employer_that_one_may_not_see_is_not_shown_and_not_lost(rani, bima, api_as):
    contact = ContactFactory(owner=rani, company=CompanyFactory(owner=bima, name="Secret"))
    api = api_as(rani)
    before = api.get(f"{URL}{contact.pk}/").json()
    assert (before["company"], before["company_name"], before["employments"]) == (None, None, [])

    assert api.put(f"{URL}{contact.pk}/", before, format="json").status_code == 200

    assert Employment.objects.get(contact=contact).is_primary


# --- Lists ---


def test_filters_find_by_owner_stage_company_and_address(ana, rani, api_as):
    company = CompanyFactory()
    sri = ContactFactory(owner=rani, company=company, emails=["sri@example.com"], stage="mql")
    ContactFactory(owner=ana)
    api = api_as(ana)

    for query in (
        f"owner={rani.pk}",
        "lifecycle_stage=mql,sql",
        f"company={company.pk}",
        "email=SRI@example.com",
        f"team={rani.team_id}",
        "unowned=0&lifecycle_stage=mql",
    ):
        assert [row["id"] for row in api.get(f"{URL}?{query}").json()["results"]] == [sri.pk], query


def test_the_list_shows_primary_address_number_and_company(rani, api_as):
    company = CompanyFactory(owner=rani, name="PT Maju")
    ContactFactory(owner=rani, company=company, emails=["a@example.com", "b@example.com"], phones=["+628123456789"])

    row = api_as(rani).get(URL).json()["results"][0]

    assert (row["email"], row["phone"], row["company"], row["company_name"]) == (
        "a@example.com",
        "+628123456789",
        company.pk,
        "PT Maju",
    )


def test_search_finds_without_accents(rani, api_as):
    ContactFactory(owner=rani, full_name="Nguyễn Văn Đức")

    assert len(api_as(rani).get(f"{URL}?search=nguyen van duc").json()["results"]) == 1


def test_archived_contacts_are_left_out_unless_asked_for(rani, api_as):
    gone, here = ContactFactory(owner=rani), ContactFactory(owner=rani)
    archive(gone, by=rani)
    api = api_as(rani)

    assert [row["id"] for row in api.get(URL).json()["results"]] == [here.pk]
    assert [row["id"] for row in api.get(f"{URL}?archived=1").json()["results"]] == [gone.pk]
    assert api.get(f"{URL}{gone.pk}/").json()["archived_at"]


def test_archive_and_restore_by_verb(rani, api_as):
    contact = ContactFactory(owner=rani)
    api = api_as(rani)

    archived = api.post(f"{URL}{contact.pk}/archive/", {"reason": "Left"}, format="json")
    again = api.post(f"{URL}{contact.pk}/archive/")
    restored = api.post(f"{URL}{contact.pk}/restore/")

    assert archived.json()["archived_reason"] == "Left"
    assert (again.status_code, again.json()["code"]) == (409, "already_archived")
    assert restored.json()["archived_at"] is None


# --- Companies ---


def test_a_company_is_created_and_changed(rani, api_as):
    api = api_as(rani)
    parent = CompanyFactory(owner=rani)
    body = {
        "name": "PT Maju",
        "domain": "maju.example",
        "industry": "Trade",
        "country": "ID",
        "parent": parent.pk,
        "annual_revenue": "1500000",
        "annual_revenue_currency": "USD",
    }

    row = post(api, body, "/api/v1/companies/").json()
    changed = patch(api, Company.objects.get(pk=row["id"]), {"city": "Solo", "annual_revenue": "1600000.50"}).json()

    assert (row["owner"], row["lifecycle_stage"], row["annual_revenue"]) == (rani.pk, "lead", "1500000")
    assert (changed["city"], changed["annual_revenue"]) == ("Solo", "1600000.5")


def test_a_company_can_not_be_its_own_ancestor(rani, api_as):
    top = CompanyFactory(owner=rani)
    below = CompanyFactory(owner=rani, parent=top)

    answer = patch(api_as(rani), top, {"parent": below.pk})

    assert answer.status_code == 400
    assert "own parent" in answer.json()["fields"]["parent"][0]


def test_revenue_without_a_currency_is_refused(rani, api_as):
    answer = post(api_as(rani), {"name": "PT Maju", "annual_revenue": "5"}, "/api/v1/companies/")

    assert answer.status_code == 400
    assert "currency" in answer.json()["message"]


def test_companies_filter_by_industry_country_and_parent(ana, api_as):
    parent = CompanyFactory()
    child = CompanyFactory(parent=parent, industry="Trade", country="VN")
    api = api_as(ana)

    for query in ("industry=Trade", "country=VN", f"parent={parent.pk}", "search=" + child.name.replace(" ", "+")):
        assert child.pk in [row["id"] for row in api.get(f"/api/v1/companies/?{query}").json()["results"]]
