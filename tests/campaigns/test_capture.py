"""Touches: recorded once, by list, file and integration alike; told on timelines; seen by who sees the person."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.capture.joining import join_visitor
from campaigns.capture.listing import People, people_of, read_people, record_list
from campaigns.capture.recording import record_touch
from campaigns.capture.refusing import CaptureRefused
from campaigns.execution.adding import add_campaign
from campaigns.execution.members import add_members, set_status
from campaigns.models import CampaignMember, SegmentMember, Touch, Visitor
from config.integrations.models import Event
from contacts.consent.recording import record_consent
from contacts.consent.shipping import VISITS
from contacts.models import ConsentPurpose, Contact, User
from contacts.people.timeline import timeline
from tests.factories.campaigns import CampaignFactory, SegmentFactory, TouchFactory, channel
from tests.factories.contacts import ContactFactory
from tests.factories.imports import imported, problems

pytestmark = pytest.mark.django_db


def touch(contact: Contact | None, **given: Any) -> Touch:
    usual = {"kind": "attended", "at": timezone.now(), "source": "hand", "channel": channel("event")}
    return record_touch(contact=contact, **{"campaign": CampaignFactory(), **usual, **given})


def test_the_same_external_id_twice_is_the_same_touch():
    anna, campaign = ContactFactory(), CampaignFactory()

    first = touch(anna, campaign=campaign, external_id="fair-7")

    assert touch(anna, campaign=campaign, external_id="fair-7") == first
    assert Event.objects.filter(name="campaigns.touch_recorded").count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "telepathy"}, "touch_unknown_kind"),
        ({"source": "gossip"}, "touch_unknown_source"),
        ({"contact": None}, "touch_of_nobody"),
        ({"at": timezone.now() + timedelta(days=400)}, "touch_in_the_future"),
    ],
)
def test_a_touch_that_can_not_have_been_is_refused(given, code):
    with pytest.raises(CaptureRefused) as refusal:
        touch(**{"contact": ContactFactory(), **given})

    assert refusal.value.code == code


# --- Members who respond ----------------------------------------------------------------------------------------------


@pytest.fixture
def invited(mira: User) -> CampaignMember:
    """A member of a campaign, with the usual list of statuses, who was invited."""
    campaign = add_campaign(name="Fair", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), owner=mira, by=mira)
    add_members(campaign, [ContactFactory()], by=mira)
    return CampaignMember.objects.get()


def status_after(member: CampaignMember, **given: Any) -> str:
    touch(**{"contact": member.contact, "campaign": member.campaign, **given})
    member.refresh_from_db()
    return member.status.name


def test_a_member_who_does_something_has_responded_and_the_history_says_by_what(invited):
    then = timezone.now()

    assert status_after(invited, kind="click", at=then) == "Responded"
    assert invited.responded_at == then
    assert invited.changes.order_by("id").last().reason == "Responded: Click"


def test_what_is_done_to_reach_a_member_is_no_response(invited):
    assert status_after(invited, kind="sent") == "Invited"


@pytest.mark.parametrize("name", ["Attended", "Not interested"])
def test_a_response_moves_nobody_back(invited, mira, name):
    set_status(invited, invited.campaign.statuses.get(name=name), by=mira)

    assert status_after(invited, kind="click") == name


def test_a_response_makes_nobody_a_member(invited):
    touch(ContactFactory(), campaign=invited.campaign, kind="click")

    assert CampaignMember.objects.count() == 1


def test_what_a_stranger_did_is_the_members_response_once_they_are_known(invited):
    visitor = Visitor.objects.create(key="stranger", first_seen_at=timezone.now())
    touch(None, visitor=visitor, campaign=invited.campaign, kind="click")
    visits = ConsentPurpose.objects.get(code=VISITS)
    record_consent(invited.contact, visits, is_given=True, source="person", evidence="Said so at the fair")

    join_visitor(visitor, invited.contact, now=timezone.now())

    assert CampaignMember.objects.get().status.name == "Responded"


def test_members_of_a_list_respond_together(invited, mira):
    given = {"campaign": invited.campaign, "channel": channel("event"), "kind": "attended", "day": date(2026, 3, 2)}

    record_list(People(known={1: invited.contact}), add_unknown=False, by=mira, **given)

    assert CampaignMember.objects.get().status.is_response


# --- By list ----------------------------------------------------------------------------------------------------------


def test_a_pasted_list_finds_people_by_address_and_name_and_tells_the_rest(mira):
    anna = ContactFactory(full_name="Anna Berg", emails=["anna@acme.example"])
    bo = ContactFactory(full_name="Bo Lê")
    ContactFactory.create_batch(2, full_name="Same Name")

    people = read_people("ANNA@acme.example\nbo lê\nCleo <cleo@new.example>\nSame Name\nNobody Here\n", mira)

    assert set(people.known.values()) == {anna, bo}
    assert people.unknown == {"cleo@new.example": "Cleo"}
    assert people.unclear == ["Same Name", "Nobody Here"]


def test_unknown_addresses_become_leads_if_wanted_and_the_same_list_counts_once(mira):
    ContactFactory(emails=["anna@acme.example"])
    given = {"campaign": CampaignFactory(), "channel": channel("event"), "kind": "attended", "day": date(2026, 3, 2)}
    text = "anna@acme.example\nCleo <cleo@new.example>"

    first = record_list(read_people(text, mira), add_unknown=True, by=mira, **given)
    again = record_list(read_people(text, mira), add_unknown=True, by=mira, **given)

    assert (first.touches, first.added) == (2, 1)
    assert (again.touches, again.there_already) == (0, 2)
    cleo = Contact.objects.get(full_name="Cleo")
    assert (cleo.lifecycle_stage, cleo.touches.get().recorded_by) == ("lead", mira)


def test_a_segment_is_a_list_too(mira):
    segment = SegmentFactory()
    SegmentMember.objects.create(segment=segment, contact=ContactFactory(), entered_at=timezone.now())
    SegmentMember.objects.create(
        segment=segment, contact=ContactFactory(), entered_at=timezone.now(), left_at=timezone.now()
    )

    assert len(people_of(segment, mira).known) == 1


def test_the_page_asks_before_it_adds_anybody(admin_as, mira):
    ContactFactory(emails=["anna@acme.example"])
    campaign, page = CampaignFactory(), admin_as(mira)
    address = "/admin/campaigns/touch/list/add/"
    given = {
        "campaign": campaign.pk, "channel": channel("event").pk, "kind": "attended", "day": "2026-03-02",
        "people": "anna@acme.example\ncleo@new.example",
    }  # fmt: skip

    asked = page.post(address, given)
    assert "cleo@new.example" in asked.content.decode()
    assert not Touch.objects.exists()
    page.post(address, {**given, "unknown": "skip"})

    assert Touch.objects.get().contact.emails.get().address == "anna@acme.example"
    assert Contact.objects.count() == 1


# --- From files and integrations --------------------------------------------------------------------------------------


def test_touches_come_from_a_file_each_external_id_once(mira):
    ContactFactory(emails=["anna@acme.example"])
    CampaignFactory(code="fair")
    rows = "contact,campaign,channel,kind,day,id\nAnna@acme.example,fair,event,attended,2026-03-02,7\n"

    imported("touches", rows, by=mira)
    imported("touches", rows, by=mira)
    wrong = imported("touches", rows.replace("2026-03-02,7", "2096-03-02,8"), by=mira)

    made = Touch.objects.get()
    assert (made.kind, made.source, made.external_id) == ("attended", "import", "7")
    assert problems(wrong)[0][3] == "touch_in_the_future"


def test_an_integration_records_one_touch_or_a_thousand_at_once(api_as, iris):
    anna, campaign = ContactFactory(), CampaignFactory()
    row = {
        "contact": anna.pk, "campaign": campaign.pk, "channel": channel("event").pk, "kind": "call",
        "at": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    api = api_as(iris)

    one = api.post("/api/v1/touches/", {**row, "external_id": "a1"}, format="json")
    many = api.post(
        "/api/v1/touches/bulk/",
        {"touches": [{**row, "external_id": f"a{number}"} for number in range(1, 1001)]}, format="json",
    )  # fmt: skip
    too_many = api.post("/api/v1/touches/bulk/", {"touches": [row] * 1001}, format="json")
    wrong = api.post("/api/v1/touches/bulk/", {"touches": [row, {**row, "contact": 999_999}]}, format="json")

    assert (one.status_code, many.status_code, too_many.status_code, wrong.status_code) == (201, 201, 400, 400)
    assert many.json()["touches"][0] == one.json()["id"]
    assert "touches.1.contact" in str(wrong.json()["fields"])
    assert Touch.objects.count() == 1000
    assert Event.objects.filter(name="campaigns.touch_recorded").count() == 1000


# --- Who sees them ----------------------------------------------------------------------------------------------------


def test_a_rep_sees_the_touches_of_their_contacts_only(api_as, admin_as, rani, bima):
    mine, other = TouchFactory(contact=ContactFactory(owner=rani)), TouchFactory(contact=ContactFactory(owner=bima))

    listed = api_as(rani).get("/api/v1/touches/").json()["results"]

    assert [row["id"] for row in listed] == [mine.pk]
    assert api_as(rani).get(f"/api/v1/touches/{other.pk}/").status_code == 404
    assert admin_as(rani).get(f"/admin/campaigns/touch/{other.pk}/change/").status_code == 404


def test_a_contacts_timeline_tells_campaign_and_channel(rani):
    anna = ContactFactory(owner=rani)
    TouchFactory(contact=anna, campaign=CampaignFactory(name="Spring fair"), channel="event", kind="attended")

    told = [entry.title for entry in timeline(anna, reader=rani, before=timezone.now()) if entry.kind == "campaign"]

    assert len(told) == 1
    assert "Spring fair" in str(told[0])
