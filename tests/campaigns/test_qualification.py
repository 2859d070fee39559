"""Whoever enters the segment of a running plan becomes a marketing qualified lead; sales accepts them."""

from typing import Any

import pytest
from django.utils import timezone

from campaigns import signals
from campaigns.models import HandPick, MarketingPlan, Segment, SegmentMember
from campaigns.plans.plan import PlanState
from campaigns.qualification.accepting import accept_lead, waiting_leads
from campaigns.qualification.qualifying import qualify_entered, qualify_plan
from campaigns.qualification.refusing import QualificationRefused
from config.integrations.announcing import announce
from config.integrations.delivering import deliver_event
from config.integrations.models import Event
from contacts.models import Contact, LifecycleChange
from contacts.staff.models import User
from tests.factories.campaigns import PlanFactory, SegmentFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
RULE = {
    "match": "all",
    "rules": [
        {"field": "country", "operator": "is", "value": ["ID"]},
        {"match": "any", "rules": [{"field": "stage", "operator": "is", "value": ["lead"]}]},
    ],
}


def running_plan(segment: Segment, **given: Any) -> MarketingPlan:
    """A plan under way, approved by its owner."""
    plan: MarketingPlan = PlanFactory(name="Plan 2026", mql_segment=segment, **given)
    MarketingPlan.objects.filter(pk=plan.pk).update(
        state=PlanState.RUNNING, approved_by=plan.owner, approved_at=timezone.now()
    )
    plan.refresh_from_db()
    return plan


def entered(segment: Segment, *contacts: Contact) -> None:
    now = timezone.now()
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=contact, entered_at=now) for contact in contacts
    )


def lead(**given: Any) -> Contact:
    contact: Contact = ContactFactory(**given)
    return contact


def newest(contact: Contact) -> LifecycleChange:
    return LifecycleChange.objects.of(contact).order_by("-pk")[0]


# --- Becoming a marketing qualified lead ------------------------------------------------------------------------------


def test_who_enters_the_segment_of_a_running_plan_becomes_an_mql_and_the_ledger_says_by_which_condition():
    segment, anna = SegmentFactory(name="Hot", kind="live", rule=RULE), lead(country="ID", stage="lead")
    plan = running_plan(segment)

    event = announce(signals.segment_entered, subject=segment, contacts=[anna.pk], rule_version=1)
    deliver_event(event.pk, now=timezone.now())

    anna.refresh_from_db()
    change = newest(anna)
    assert anna.lifecycle_stage == "mql"
    assert (change.cause_type, change.cause_id, change.cause_kind) == ("campaigns.marketingplan", plan.pk, "rule")
    assert "Plan 2026" in change.cause
    assert "Hot" in change.cause
    assert "ountry" in change.cause
    assert Event.objects.filter(name="campaigns.mql_made", subject_id=anna.pk).count() == 1


def test_what_put_them_in_by_hand_or_on_a_list_is_said_too(mira):
    segment, anna, bo = SegmentFactory(), lead(stage="lead"), lead(stage="lead")
    HandPick.objects.create(segment=segment, contact=anna, is_in=True, by=mira)
    running_plan(segment)

    qualify_entered(segment.pk, [anna.pk, bo.pk], now=timezone.now())

    assert "put in by hand" in newest(anna).cause
    assert "on the list" in newest(bo).cause


def test_a_plan_that_begins_takes_those_who_are_in_already():
    segment, anna, gone = SegmentFactory(), lead(stage="lead"), lead(stage="lead")
    entered(segment, anna)
    SegmentMember.objects.create(segment=segment, contact=gone, entered_at=timezone.now(), left_at=timezone.now())

    assert qualify_plan(running_plan(segment).pk, now=timezone.now()) == 1

    anna.refresh_from_db()
    assert anna.lifecycle_stage == "mql"


def test_nobody_moves_back_twice_or_without_a_running_plan():
    segment = SegmentFactory()
    anna, customer = lead(stage="lead"), lead(stage="customer")

    assert qualify_entered(segment.pk, [anna.pk], now=timezone.now()) == 0
    running_plan(segment)
    assert qualify_entered(segment.pk, [anna.pk, customer.pk], now=timezone.now()) == 1
    assert qualify_entered(segment.pk, [anna.pk, customer.pk], now=timezone.now()) == 0

    customer.refresh_from_db()
    assert customer.lifecycle_stage == "customer"


# --- Accepting --------------------------------------------------------------------------------------------------------


def test_a_rep_accepts_a_lead_and_owns_it_if_nobody_did(rani):
    anna = lead(owner=None, stage="mql")

    accepted = accept_lead(anna, by=rani)

    change = newest(anna)
    assert (accepted.owner, accepted.lifecycle_stage) == (rani, "sql")
    assert (change.by, "Rani" in change.cause) == (rani, True)
    assert Event.objects.get(name="campaigns.lead_accepted").payload == {"owner": rani.pk}


def test_a_lead_that_is_somebodys_stays_theirs(maya, rani):
    assert accept_lead(lead(owner=rani, stage="mql"), by=maya).owner == rani


@pytest.mark.parametrize(
    ("stage", "who", "code"),
    [
        ("customer", "rani", "lead_not_waiting"),
        ("sql", "rani", "lead_not_waiting"),
        ("mql", "mira", "lead_accepted_by_sales"),
    ],
)
def test_what_is_no_lead_or_not_for_sales_is_refused(request, stage, who, code):
    by: User = request.getfixturevalue(who)

    with pytest.raises(QualificationRefused) as refusal:
        accept_lead(lead(stage=stage), by=by)

    assert refusal.value.code == code


def test_the_list_shows_a_rep_who_waits_and_why(rani, bima):
    segment, mine, other = SegmentFactory(name="Hot"), lead(owner=rani, stage="lead"), lead(owner=bima, stage="lead")
    running_plan(segment)
    qualify_entered(segment.pk, [mine.pk, other.pk], now=timezone.now())

    waiting = list(waiting_leads(rani))

    assert waiting == [mine]
    assert "Hot" in waiting[0].reason


def test_an_integration_reads_who_waits_and_a_rep_accepts_by_api(api_as, rani):
    anna = lead(owner=rani, stage="mql")
    api = api_as(rani)

    listed = api.get("/api/v1/leads/").json()["results"]
    accepted = api.post(f"/api/v1/leads/{anna.pk}/accept/")
    again = api.post(f"/api/v1/leads/{anna.pk}/accept/")

    assert [row["id"] for row in listed] == [anna.pk]
    assert (accepted.status_code, accepted.json()["lifecycle_stage"]) == (200, "sql")
    assert (again.status_code, again.json()["code"]) == (409, "lead_not_waiting")


def test_a_rep_accepts_on_the_contacts_page_after_being_asked(admin_as, rani, bima):
    anna, page = lead(owner=rani, stage="mql"), admin_as(rani)
    address = f"/admin/campaigns/leads/{anna.pk}/accept/"

    assert address in page.get(f"/admin/contacts/contact/{anna.pk}/change/").content.decode()
    assert anna.full_name in page.get("/admin/campaigns/leads/").content.decode()
    assert page.get(address).status_code == 200
    anna.refresh_from_db()
    assert anna.lifecycle_stage == "mql"
    page.post(address)

    anna.refresh_from_db()
    assert anna.lifecycle_stage == "sql"
    assert admin_as(bima).get(address).status_code == 404
    assert page.post(address).status_code == 409
