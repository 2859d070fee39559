"""Campaigns: made, moved, cloned; their members, tasks and content."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.execution.adding import add_campaign
from campaigns.execution.calendar import agenda
from campaigns.execution.cloning import clone_campaign
from campaigns.execution.content import add_content, move_content
from campaigns.execution.members import add_from_segments, add_members, set_status
from campaigns.execution.moving import cancel, finish, pause, start
from campaigns.execution.refusing import CampaignRefused
from campaigns.execution.tasks import complete_task, plan_task
from campaigns.models import Campaign, CampaignMember, MemberChange, SegmentMember
from config.integrations.models import Event
from contacts.models import User
from deals.models import Reminder
from tests.factories.campaigns import SegmentFactory, channel
from tests.factories.campaigns_budgets import campaign_with_budget, spend
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db


def campaign_of(owner: User, **given: object) -> Campaign:
    today = timezone.localdate()
    values = {"name": "Spring promo", "starts_on": today, "ends_on": today + timedelta(days=30), **given}
    return add_campaign(owner=owner, by=owner, **values)  # type: ignore[arg-type]


def test_a_campaign_begins_with_a_code_statuses_and_history(mira: User) -> None:
    campaign = campaign_of(mira, name="Đợt ưu đãi mùa xuân!")
    assert campaign.code == "dot-uu-dai-mua-xuan"
    assert [(each.name, each.is_response) for each in campaign.statuses.all()][:2] == [
        ("Invited", False),
        ("Responded", True),
    ]
    assert [str(change) for change in campaign.changes.all()] == ["– → planned"]


def test_two_campaigns_of_one_name_have_two_codes(mira: User) -> None:
    assert [campaign_of(mira).code, campaign_of(mira).code] == ["spring-promo", "spring-promo-2"]


def test_a_campaign_runs_rests_and_is_finished_with_its_lesson(mira: User) -> None:
    campaign = campaign_of(mira)
    start(campaign, by=mira)
    pause(campaign, by=mira, reason="Out of stock")
    start(campaign, by=mira)
    finish(campaign, by=mira, lesson="Mail on Tuesdays")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.lesson) == ("finished", "Mail on Tuesdays")
    assert campaign.changes.count() == 5
    moves = Event.objects.filter(name="campaigns.campaign_moved").order_by("id")
    assert [event.payload["to_state"] for event in moves] == ["planned", "running", "paused", "running", "finished"]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda campaign, by: pause(campaign, by=by), "campaign_planned"),
        (lambda campaign, by: finish(campaign, by=by, lesson="x"), "campaign_planned"),
        (lambda campaign, by: cancel(campaign, by=by, reason=" "), "reason_missing"),
        (lambda campaign, by: finish(start(campaign, by=by), by=by), "lesson_missing"),
        (lambda campaign, by: start(cancel(campaign, by=by, reason="No money"), by=by), "campaign_cancelled"),
    ],
)
def test_what_can_not_be_done_is_refused(mira: User, act: object, code: str) -> None:
    with pytest.raises(CampaignRefused) as refused:
        act(campaign_of(mira), mira)  # type: ignore[operator]
    assert refused.value.code == code


def test_a_campaign_whose_days_are_over_does_not_start(mira: User) -> None:
    campaign = campaign_of(mira, starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    with pytest.raises(CampaignRefused) as refused:
        start(campaign, by=mira)
    assert refused.value.code == "campaign_past"


def test_a_campaign_called_off_takes_its_open_tasks_along(mira: User) -> None:
    campaign = campaign_of(mira)
    task = plan_task(campaign, subject="Print", owner=mira, by=mira, due_on=timezone.localdate() + timedelta(days=3))
    cancel(campaign, by=mira, reason="No money")
    task.activity.refresh_from_db()
    assert task.activity.state == "cancelled"


def test_a_task_reminds_its_owner_like_any_other(mira: User) -> None:
    campaign = campaign_of(mira)
    task = plan_task(campaign, subject="Print", owner=mira, by=mira, due_on=timezone.localdate() + timedelta(days=3))
    assert Reminder.objects.filter(activity=task.activity, user=mira).exists()
    assert complete_task(task, by=mira).activity.state == "done"


def test_segments_bring_their_present_members_once(mira: User) -> None:
    segment, now = SegmentFactory(owner=mira), timezone.now()
    inside, left = ContactFactory.create_batch(3), ContactFactory()
    for person in inside:
        SegmentMember.objects.create(segment=segment, contact=person, entered_at=now)
    SegmentMember.objects.create(segment=segment, contact=left, entered_at=now, left_at=now)
    campaign = campaign_of(mira, segments=[segment])
    assert add_members(campaign, inside[:1], by=mira) == 1
    assert add_from_segments(campaign, by=mira) == 2
    assert add_from_segments(campaign, by=mira) == 0
    assert set(campaign.members.values_list("contact", flat=True)) == {person.pk for person in inside}
    assert MemberChange.objects.count() == 3


def test_a_campaign_without_segments_says_what_to_do(mira: User) -> None:
    with pytest.raises(CampaignRefused) as refused:
        add_from_segments(campaign_of(mira), by=mira)
    assert refused.value.code == "no_segments"


def test_the_first_response_is_kept_whatever_comes_after(mira: User) -> None:
    campaign = campaign_of(mira)
    add_members(campaign, [ContactFactory()], by=mira)
    responded, lost = campaign.statuses.get(name="Responded"), campaign.statuses.get(name="Not interested")
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    member = set_status(campaign.members.get(), responded, by=mira, at=at)
    member = set_status(member, lost, by=mira, reason="Bought elsewhere")
    assert (member.status, member.responded_at) == (lost, at)
    assert member.changes.first().reason == "Bought elsewhere"  # type: ignore[union-attr]


def test_the_same_status_again_is_no_change(mira: User) -> None:
    campaign = campaign_of(mira)
    add_members(campaign, [ContactFactory()], by=mira)
    set_status(campaign.members.get(), campaign.statuses.first(), by=mira)  # type: ignore[arg-type]
    assert MemberChange.objects.count() == 1


def test_a_status_of_another_campaign_is_refused(mira: User) -> None:
    campaign, other = campaign_of(mira), campaign_of(mira)
    add_members(campaign, [ContactFactory()], by=mira)
    with pytest.raises(CampaignRefused) as refused:
        set_status(campaign.members.get(), other.statuses.first(), by=mira)  # type: ignore[arg-type]
    assert refused.value.code == "status_elsewhere"


def test_members_are_seen_by_who_sees_the_contact(mira: User, rani: User, bima: User) -> None:
    campaign = campaign_of(mira)
    add_members(campaign, [ContactFactory(owner=rani), ContactFactory(owner=bima)], by=mira)
    assert CampaignMember.objects.visible_to(rani).count() == 1
    assert CampaignMember.objects.visible_to(mira).count() == 2


def test_content_goes_from_idea_to_published_and_not_back(mira: User) -> None:
    item = add_content(campaign_of(mira), title="Five ways", by=mira)
    for state in ("writing", "review", "approved", "published"):
        item = move_content(item, state, by=mira)
    assert item.publish_on == timezone.localdate()
    with pytest.raises(CampaignRefused) as refused:
        move_content(item, "idea", by=mira)
    assert refused.value.code == "content_move_impossible"


def test_a_clone_has_the_plan_moved_in_time_and_none_of_the_past(mira: User) -> None:
    campaign = campaign_with_budget(mira, 900)
    add_members(campaign, [ContactFactory()], by=mira)
    spend(campaign, 10)
    add_content(campaign, title="Five ways", by=mira, publish_on=date(2026, 10, 11), channel=channel("blog"))
    plan_task(campaign, subject="Print", owner=mira, by=mira, due_on=date(2026, 10, 21))
    clone = clone_campaign(campaign, by=mira, starts_on=date(2027, 1, 1), name="Winter")
    assert (clone.code, clone.state, clone.ends_on) == ("winter", "planned", date(2027, 4, 2))
    assert clone.content.get().publish_on == date(2027, 1, 11)
    assert clone.tasks.get().activity.due_on == date(2027, 1, 21)
    assert {line.month for line in clone.budget_lines.all()} == {date(2027, month, 1) for month in (1, 2, 3)}
    assert sum(line.amount for line in clone.budget_lines.all()) == 900
    assert not clone.members.exists()
    assert not clone.costs.exists()


def test_the_calendar_has_campaigns_content_and_tasks_of_a_month(mira: User) -> None:
    campaign = campaign_with_budget(mira)
    add_content(campaign, title="Five ways", by=mira, publish_on=date(2026, 11, 11))
    plan_task(campaign, subject="Print", owner=mira, by=mira, due_on=date(2026, 12, 1))
    found = agenda(mira, date(2026, 11, 1), date(2026, 11, 30))
    assert ([str(each) for each in found.campaigns], len(found.content), found.tasks) == (["Autumn"], 1, [])
