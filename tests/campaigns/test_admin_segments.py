"""Segments in the admin: the builder without a JSON box, the page of a segment, and the way from the contacts' list."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import QueryDict
from django.urls import reverse

from campaigns.admin.segments.drafting import draft_of_form, draft_of_tree, edit, raw_of
from campaigns.models import HandPick, Segment, SegmentMember
from campaigns.segments.refreshing import refresh
from campaigns.segments.saving import save_segment
from campaigns.segments.tree import read_tree, write_tree
from contacts.models import Contact, User
from tests.factories.campaigns import CampaignFactory, SegmentFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
ADD = "admin:campaigns_segment_add"


def rule(*rules: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"match": match, "rules": list(rules)}


def country(code: str) -> dict[str, Any]:
    return {"field": "contact.country", "operator": "is", "value": code}


def form_of(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The inputs that a browser sends for a tree."""
    inputs = {f"{prefix}~match": tree["match"]}
    for place, node in enumerate(tree["rules"]):
        path = f"{prefix}.rules.{place}".lstrip(".")
        if "rules" in node:
            inputs |= form_of(node, path)
            continue
        value = node.get("value", "")
        inputs |= {f"{path}~field": node["field"], f"{path}~was": node["field"], f"{path}~operator": node["operator"]}
        inputs[f"{path}~value"] = str(value).lower() if isinstance(value, bool) else value
        if "where" in node:
            inputs |= form_of(node["where"], f"{path}.where")
    return inputs


def posted(inputs: dict[str, Any]) -> QueryDict:
    form = QueryDict(mutable=True)
    for name, value in inputs.items():
        form.setlist(name, [str(each) for each in value] if isinstance(value, list) else [str(value)])
    return form


def live(by: User, tree: dict[str, Any], **fields: Any) -> Segment:
    segment = save_segment(by=by, rule=tree, **{"name": "Indonesia", "kind": "live", **fields})
    refresh(segment.pk)
    return Segment.objects.get(pk=segment.pk)


def page(name: str, segment: Segment) -> str:
    return reverse(f"admin:campaigns_segment_{name}", args=[segment.pk])


@pytest.fixture
def sri() -> Contact:
    return ContactFactory(full_name="Sri", country="ID")


@pytest.fixture
def indonesia(sri: Contact, mira: User) -> Segment:
    return live(mira, rule(country("ID")))


# --- Forms and trees --------------------------------------------------------------------------------------------------

TREE = rule(
    country("ID"),
    rule(
        {"field": "contact.country", "operator": "is_any_of", "value": ["VN", "SG"]},
        {"field": "contact.email", "operator": "is_set"},
        match="none",
    ),
    {
        "field": "deals",
        "operator": "count_at_least",
        "value": 2,
        "where": rule(
            {"field": "outcome", "operator": "is", "value": "won"}, {"field": "closed", "operator": "this_year"}
        ),
    },
    {"field": "lifecycle.since", "operator": "in_last_days", "value": 30},
)


def test_a_form_stands_for_the_tree_that_it_was_made_from():
    read = write_tree(read_tree(raw_of(draft_of_form(posted(form_of(TREE))))))

    assert read == write_tree(read_tree(TREE)) == write_tree(read_tree(raw_of(draft_of_tree(TREE))))


def test_a_removed_row_leaves_the_others_in_their_order():
    draft = edit(draft_of_tree(TREE), "remove~rules.1")

    assert [each["field"] for each in raw_of(draft)["rules"]] == ["contact.country", "deals", "lifecycle.since"]


def test_a_relation_can_be_narrowed_by_conditions_on_its_rows():
    draft = draft_of_tree(rule({"field": "deals", "operator": "any"}))

    raw = raw_of(edit(draft, "add-where~rules.0"))

    assert raw["rules"][0]["where"]["rules"] == [{"field": "", "operator": "", "value": ""}]


def test_another_field_drops_what_was_typed_for_the_one_before():
    inputs = form_of(rule(country("ID"))) | {"rules.0~field": "contact.name"}

    [row] = raw_of(draft_of_form(posted(inputs)))["rules"]

    assert row == {"field": "contact.name", "operator": "contains", "value": ""}


def test_inputs_that_no_builder_makes_become_no_rule():
    form = posted({"~match": "all", "rules.0~field__in": "x", "password~field": "x", "rules.0.owner~field": "x"})

    assert raw_of(draft_of_form(form)) == {"match": "all", "rules": []}


# --- Building ---------------------------------------------------------------------------------------------------------


def test_a_built_segment_has_its_members_at_once(sri, mira, admin_as):
    answer = admin_as(mira).post(reverse(ADD), {**form_of(rule(country("ID"))), "name": "Indonesia"})

    segment = Segment.objects.get()
    assert answer["Location"] == page("change", segment)
    assert (segment.size, segment.owner) == (1, mira)


def test_without_a_name_the_rule_names_the_segment(mira, admin_as):
    admin_as(mira).post(reverse(ADD), form_of(rule(country("ID"))))

    assert Segment.objects.get().name == "Country: is Indonesia"


def test_the_name_says_all_that_the_rule_says(mira, admin_as):
    either = rule(country("ID"), country("VN"), match="any")
    spanish = {"field": "contact.language", "operator": "is", "value": "es"}
    admin_as(mira).post(reverse(ADD), form_of(rule(spanish, either)))

    assert Segment.objects.get().name == "Language: is Spanish, Country: is Indonesia / Country: is Vietnam"


def test_a_fault_is_said_at_its_row_and_nothing_is_saved(mira, admin_as):
    tree = rule(country("ID"), {"field": "lifecycle.since", "operator": "in_last_days", "value": "soon"})

    text = admin_as(mira).post(reverse(ADD), form_of(tree)).content.decode()

    assert 'id="rules-1-fault"' in text
    assert 'id="rules-0-fault"' not in text
    assert not Segment.objects.exists()


def test_an_unfinished_row_asks_for_its_field(mira, admin_as):
    text = admin_as(mira).post(reverse(ADD), {"~match": "all", "rules.0~field": ""}).content.decode()

    assert "Choose what this condition asks for" in text


def test_a_button_adds_a_row_without_a_script(mira, admin_as):
    inputs = {**form_of(rule(country("ID"))), "do": "add-group~"}

    text = admin_as(mira).post(reverse(ADD), inputs).content.decode()

    assert 'name="rules.1.rules.0~field"' in text
    assert not Segment.objects.exists()


def test_the_preview_counts_and_names_people_who_lack_consent(sri, mira, admin_as):
    text = admin_as(mira).post(reverse("admin:campaigns_segment_preview"), form_of(rule(country("ID"))))

    shown = text.content.decode()
    assert 'data-count="1"' in shown
    assert "Sri" in shown
    assert "E-mail about offers" in shown


def test_the_preview_says_whom_another_segment_has_too(indonesia, mira, admin_as):
    shown = admin_as(mira).post(reverse("admin:campaigns_segment_preview"), form_of(rule(country("ID"))))

    assert "1 (100 %)" in shown.content.decode()


def test_a_manager_counts_only_whom_they_may_see(rani, bima, maya, admin_as):
    ContactFactory(full_name="Sri", country="ID", owner=bima)
    maya.role.permissions.add(*_permissions("add_segment"))
    ContactFactory(country="ID", owner=rani)

    shown = admin_as(maya).post(reverse("admin:campaigns_segment_preview"), form_of(rule(country("ID"))))

    assert 'data-count="1"' in shown.content.decode()
    assert "Sri" not in shown.content.decode()


def _permissions(*codes: str) -> Any:
    return Permission.objects.filter(codename__in=codes)


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_begins_with_the_numbers(indonesia, mira, admin_as):
    shown = admin_as(mira).get(page("change", indonesia)).content.decode()

    assert "1 contact, +1 −0 this week" in shown


def test_what_somebody_changed_meanwhile_is_not_overwritten_unseen(indonesia, mira, admin_as):
    seen = indonesia.version
    save_segment(by=mira, segment=indonesia, name="Jawa")

    shown = admin_as(mira).post(
        page("change", indonesia), {**form_of(rule(country("VN"))), "name": "Viet Nam", "version": seen}
    )

    assert "Somebody changed this segment meanwhile" in shown.content.decode()
    assert Segment.objects.get().name == "Jawa"


def test_an_archived_segment_is_not_saved(indonesia, mira, admin_as):
    browser = admin_as(mira)
    browser.post(page("archive", indonesia))

    answer = browser.post(page("change", indonesia), {**form_of(rule(country("VN"))), "name": "Viet Nam"})

    assert answer.status_code == 200
    assert Segment.objects.get().rule == rule(country("ID"))


def test_the_page_names_the_campaigns_that_use_it(indonesia, mira, admin_as):
    CampaignFactory(name="Spring").segments.add(indonesia)

    assert "Spring" in admin_as(mira).get(page("change", indonesia)).content.decode()


def test_somebody_is_put_in_by_hand_with_a_reason(indonesia, mira, admin_as):
    budi = ContactFactory(full_name="Budi", country="VN")

    admin_as(mira).post(page("pick", indonesia), {"contact": "Budi", "is_in": "yes", "reason": "Asked us"})

    assert HandPick.objects.get(contact=budi).reason == "Asked us"
    assert SegmentMember.objects.current().filter(segment=indonesia, contact=budi).exists()


def test_somebody_left_out_by_hand_stays_out_until_the_rule_decides_again(indonesia, sri, mira, admin_as):
    browser = admin_as(mira)

    browser.post(page("pick", indonesia), {"contact_id": sri.pk, "is_in": "no"})
    browser.post(page("refresh", indonesia))
    assert not SegmentMember.objects.current().exists()

    browser.post(page("unpick", indonesia), {"contact_id": sri.pk})
    browser.post(page("refresh", indonesia))
    assert SegmentMember.objects.current().filter(contact=sri).exists()


def test_why_says_each_conditions_value_and_verdict_in_words(indonesia, mira, admin_as):
    budi = ContactFactory(full_name="Budi", country="VN")

    shown = admin_as(mira).get(page("why", indonesia), {"contact": budi.pk}).content.decode()

    assert "Budi is not in “Indonesia”." in shown
    assert "✗ does not hold" in shown
    assert "Vietnam" in shown or "Viet Nam" in shown


def test_members_are_searched_and_those_who_left_are_kept(indonesia, sri, mira, admin_as):
    ContactFactory(full_name="Tuti", country="ID")
    sri.country = "VN"
    sri.save()
    refresh(indonesia.pk)
    browser = admin_as(mira)

    inside = browser.get(page("members", indonesia), {"q": "tuti"}).context_data["lines"]
    gone = browser.get(page("members", indonesia), {"show": "left"}).context_data["lines"]
    assert [str(member.contact) for member, _link in inside] == ["Tuti"]
    assert [str(member.contact) for member, _link in gone] == ["Sri"]


def test_members_whom_one_may_not_see_are_neither_listed_nor_counted(mira, maya, rani, bima, admin_as):
    ContactFactory(full_name="Sri", country="ID", owner=bima)
    mine = ContactFactory(full_name="Tuti", country="ID", owner=rani)
    segment = live(mira, rule(country("ID")))
    Segment.objects.filter(pk=segment.pk).update(owner=maya)

    answer = admin_as(maya).get(page("members", segment))

    assert [member.contact_id for member, _link in answer.context_data["lines"]] == [mine.pk]
    assert "1 contact that you may see" in admin_as(maya).get(page("change", segment)).content.decode()


def test_a_rep_finds_no_segments(indonesia, rani, admin_as):
    browser = admin_as(rani)

    assert browser.get(page("change", indonesia)).status_code == 403
    assert browser.get(reverse("admin:campaigns_segment_changelist")).status_code == 403


def test_the_contacts_page_names_its_segments_and_asks_why(indonesia, sri, mira, admin_as):
    shown = admin_as(mira).get(reverse("admin:contacts_contact_change", args=[sri.pk])).content.decode()

    assert f"{page('why', indonesia)}?contact={sri.pk}" in shown


def test_an_archived_segment_can_be_restored(indonesia, mira, admin_as):
    browser = admin_as(mira)
    browser.post(page("archive", indonesia))
    assert Segment.objects.get().archived_at is not None

    browser.post(page("restore", indonesia))

    assert Segment.objects.get().archived_at is None


def test_the_list_costs_the_same_however_many(mira, admin_as, django_assert_max_num_queries):
    for _each in range(12):
        SegmentFactory()
    browser = admin_as(mira)
    browser.get(reverse("admin:campaigns_segment_changelist"))

    with django_assert_max_num_queries(14):
        browser.get(reverse("admin:campaigns_segment_changelist"))


def test_the_page_costs_few_queries_however_many_members(mira, admin_as, django_assert_max_num_queries):
    for number in range(12):
        ContactFactory(full_name=f"Contact {number}", country="ID")
    segment = live(mira, rule(country("ID")))
    browser = admin_as(mira)

    with django_assert_max_num_queries(18):
        browser.get(page("change", segment))


# --- From the contacts' list ------------------------------------------------------------------------------------------


def test_the_lists_filters_become_a_segment_in_two_clicks(sri, mira, admin_as):
    ContactFactory(country="ID", owner=mira)
    browser = admin_as(mira)
    shown = browser.get(reverse("admin:contacts_contact_changelist"), {"country": "ID", "owner": "nobody"})
    [link] = shown.context_data["list_links"]

    built = browser.get(link.link).context_data
    browser.post(reverse(ADD), form_of(raw_of(built["build"].draft)))

    assert [member.contact for member in SegmentMember.objects.all()] == [sri]


def test_what_cannot_be_taken_over_is_said(mira, admin_as):
    shown = admin_as(mira).get(reverse(ADD), {"from": "contacts", "q": "sri", "archive": "all"}).content.decode()

    assert "the segment looks at names only" in shown
    assert "the choice about the archive is left out" in shown


def test_new_leads_of_the_month_are_the_same_people_as_in_the_list(mira, admin_as):
    ContactFactory(stage="subscriber")
    lead = ContactFactory()
    browser = admin_as(mira)

    built = browser.get(reverse(ADD), {"from": "contacts", "lead": "month"}).context_data["build"]
    browser.post(reverse(ADD), form_of(raw_of(built.draft)))

    assert [member.contact for member in SegmentMember.objects.all()] == [lead]


def test_an_unfiltered_list_offers_no_segment(mira, admin_as):
    shown = admin_as(mira).get(reverse("admin:contacts_contact_changelist"))

    assert shown.context_data["list_links"] == []
