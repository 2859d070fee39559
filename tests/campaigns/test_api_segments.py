"""Segments by the API: the same tree, checked with the path of its fault; members, reasons and previews."""

from typing import Any

import pytest

from campaigns.models import Segment, SegmentMember
from campaigns.segments.picking import pick
from campaigns.segments.previewing import preview
from campaigns.segments.refreshing import refresh
from campaigns.segments.saving import save_segment
from campaigns.segments.tree import read_tree
from contacts.models import Contact, User
from tests.factories.campaigns import SegmentFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/segments/"
INDONESIA: dict[str, Any] = {
    "match": "all",
    "rules": [{"field": "contact.country", "operator": "is", "value": "ID"}],
}


@pytest.fixture
def sri() -> Contact:
    return ContactFactory(full_name="Sri", country="ID")


@pytest.fixture
def indonesia(sri: Contact, mira: User) -> Segment:
    segment = save_segment(by=mira, name="Indonesia", kind="live", rule=INDONESIA)
    refresh(segment.pk)
    return segment


def test_a_segment_is_made_with_its_rule(mira, api_as):
    answer = api_as(mira).post(URL, {"name": "Indonesia", "rule": INDONESIA}, format="json")

    assert answer.status_code == 201
    assert (answer.json()["rule"], answer.json()["owner"], answer.json()["size"]) == (INDONESIA, mira.pk, 0)


def test_a_faulty_rule_is_refused_with_the_path_of_the_fault(mira, api_as):
    rule = {"match": "any", "rules": [*INDONESIA["rules"], {"match": "all", "rules": []}]}

    answer = api_as(mira).post(URL, {"name": "Wrong", "rule": rule}, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["rule.rules.1"]


def test_a_circle_is_refused_at_the_condition_that_closes_it(indonesia, mira, api_as):
    rule = {"match": "all", "rules": [{"field": "segment", "operator": "is", "value": indonesia.pk}]}

    answer = api_as(mira).patch(f"{URL}{indonesia.pk}/", {"rule": rule}, format="json")

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["rule.rules.0"]


def test_a_changed_rule_is_a_new_version(indonesia, mira, api_as):
    rule = {"match": "none", "rules": INDONESIA["rules"]}

    answer = api_as(mira).patch(f"{URL}{indonesia.pk}/", {"rule": rule}, format="json")

    assert answer.json()["rule_version"] == 2


def test_members_have_the_day_on_which_they_entered(indonesia, sri, mira, api_as):
    [member] = api_as(mira).get(f"{URL}{indonesia.pk}/members/").json()["results"]

    assert (member["contact"], member["contact_name"], member["left_at"]) == (sri.pk, "Sri", None)


def test_why_gives_each_conditions_verdict(indonesia, mira, api_as):
    budi = ContactFactory(country="VN")

    told = api_as(mira).get(f"{URL}{indonesia.pk}/why/?contact={budi.pk}").json()

    assert (told["is_member"], told["should_be"]) == (False, False)
    assert [(each["path"], each["verdict"]) for each in told["rule"]["children"]] == [("rules.0", False)]


def test_a_rule_is_previewed_without_being_saved(sri, mira, api_as):
    found = api_as(mira).post(f"{URL}preview/", {"rule": INDONESIA}, format="json").json()

    assert (found["count"], [each["id"] for each in found["sample"]]) == (1, [sri.pk])
    assert {each["purpose_code"]: each["people"] for each in found["lacking"]}["newsletter"] == 1
    assert not Segment.objects.exists()


def test_a_preview_of_a_faulty_rule_says_where(mira, api_as):
    rule = {"match": "all", "rules": [{"field": "contact.password", "operator": "is", "value": "x"}]}

    answer = api_as(mira).post(f"{URL}preview/", {"rule": rule}, format="json")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["rule.rules.0"])


def test_a_saved_segment_is_previewed_with_its_picks(indonesia, sri, mira, api_as):
    client = api_as(mira)
    client.post(f"{URL}{indonesia.pk}/picks/", {"contact": sri.pk, "is_in": False, "reason": "No"}, format="json")

    assert client.get(f"{URL}{indonesia.pk}/preview/").json()["count"] == 0


def test_a_pick_is_taken_back(indonesia, sri, mira, api_as):
    client = api_as(mira)
    client.post(f"{URL}{indonesia.pk}/picks/", {"contact": sri.pk, "is_in": False}, format="json")
    assert client.get(f"{URL}{indonesia.pk}/picks/").json()["results"][0]["is_in"] is False

    client.post(f"{URL}{indonesia.pk}/unpick/", {"contact": sri.pk}, format="json")
    done = client.post(f"{URL}{indonesia.pk}/refresh/").json()

    assert (done["entered"], done["size"]) == (1, 1)


def test_refreshes_are_listed_with_time_and_counts(indonesia, mira, api_as):
    [row] = api_as(mira).get(f"{URL}{indonesia.pk}/refreshes/").json()["results"]

    assert (row["entered"], row["left"], row["size"], row["refusal"]) == (1, 0, 1, "")


def test_people_are_put_on_a_fixed_list_and_taken_off(sri, mira, api_as):
    fixed = SegmentFactory(owner=mira)
    client = api_as(mira)

    assert client.post(f"{URL}{fixed.pk}/people/", {"add": [sri.pk]}, format="json").json()["size"] == 1
    assert client.post(f"{URL}{fixed.pk}/people/", {"remove": [sri.pk]}, format="json").json()["size"] == 0


def test_an_archived_segment_is_read_but_not_changed(indonesia, mira, api_as):
    client = api_as(mira)

    assert client.post(f"{URL}{indonesia.pk}/archive/").json()["archived_at"]
    answer = client.patch(f"{URL}{indonesia.pk}/", {"name": "Other"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "segment_archived")


def test_the_vocabulary_names_fields_operators_and_choices(mira, api_as):
    fields = {each["code"]: each for each in api_as(mira).get("/api/v1/segment-fields/").json()}

    assert ["ID", "Indonesia"] in fields["contact.country"]["choices"]
    assert "outcome" in [each["code"] for each in fields["deals"]["fields"]]
    assert {"code": "any", "label": "any", "takes": "nothing"} in fields["deals"]["operators"]


def test_members_and_numbers_hold_only_whom_one_may_see(mira, maya, rani, bima, api_as):
    ContactFactory(country="ID", owner=bima)
    mine = ContactFactory(country="ID", owner=rani)
    segment = save_segment(by=mira, name="Indonesia", kind="live", rule=INDONESIA, owner=maya)
    refresh(segment.pk)
    client = api_as(maya)

    assert client.get(f"{URL}{segment.pk}/").json()["size"] == 1
    rows = client.get(f"{URL}{segment.pk}/members/?with_count=1").json()
    assert ([row["contact"] for row in rows["results"]], rows["count"]) == ([mine.pk], 1)
    assert client.post(f"{URL}preview/", {"rule": INDONESIA}, format="json").json()["count"] == 1


def test_a_segment_of_somebody_else_is_not_there(indonesia, maya, rani, api_as):
    assert api_as(maya).get(f"{URL}{indonesia.pk}/").status_code == 404
    assert api_as(rani).get(URL).status_code == 403


def test_lists_cost_the_same_however_many(indonesia, mira, api_as, django_assert_num_queries):
    client = api_as(mira)
    client.get(URL)
    for _each in range(5):
        SegmentFactory()
        contact = ContactFactory(country="ID")
        SegmentMember.objects.create(segment=indonesia, contact=contact, entered_at=contact.created_at)

    with django_assert_num_queries(3):
        assert len(client.get(URL).json()["results"]) == 6
    with django_assert_num_queries(5):
        client.get(f"{URL}{indonesia.pk}/members/")


def test_a_rule_as_deep_as_rules_may_be_can_be_sent(mira, api_as):
    rule = INDONESIA
    for _group in range(5):
        rule = {"match": "all", "rules": [rule]}

    assert api_as(mira).post(URL, {"name": "Deep", "rule": rule}, format="json").status_code == 201


@pytest.mark.parametrize(("operator", "people"), [("sum_at_least", 0), ("sum_at_most", 1)])
def test_a_sum_of_purchases_can_be_previewed(sri, mira, api_as, operator, people):
    rule = {"match": "all", "rules": [{"field": "purchases", "operator": operator, "value": "5"}]}

    answer = api_as(mira).post(f"{URL}preview/", {"rule": rule}, format="json")

    assert (answer.status_code, answer.json()["count"]) == (200, people)


def test_an_id_that_no_row_can_have_is_refused(mira, api_as):
    fixed = SegmentFactory(kind="fixed", rule=None, owner=mira)

    answer = api_as(mira).post(f"{URL}{fixed.pk}/people/", {"add": [2**63]}, format="json")

    assert answer.status_code == 400


def test_a_list_takes_no_rule_later_either(mira, api_as):
    fixed = SegmentFactory(kind="fixed", rule=None, owner=mira)

    answer = api_as(mira).patch(f"{URL}{fixed.pk}/", {"rule": INDONESIA}, format="json")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["rule"])


def test_whoever_sees_some_people_counts_picks_among_them(indonesia, sri, rani, mira, api_as):
    mine = ContactFactory(full_name="Duc", country="VN", owner=rani)
    sri.owner = rani
    sri.save()
    pick(indonesia, mine, is_in=True, by=mira)
    pick(indonesia, sri, is_in=False, by=mira)

    found = preview(read_tree(indonesia.rule), owner=mira, reader=rani, segment=indonesia)

    assert (found.count, [each.full_name for each in found.sample]) == (1, ["Duc"])
