"""What one does on a campaign's page: each act is one form, one function of a slice, one sentence."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.campaigns.forms import (
    CancelForm,
    CloneForm,
    ContentForm,
    CountForm,
    EditForm,
    FinishForm,
    GoalForm,
    SmallForm,
    TaskForm,
)
from campaigns.admin.campaigns.parts import Tab
from campaigns.admin.campaigns.showing import campaign_address
from campaigns.budgets.watching import follow_plan_change
from campaigns.execution.cloning import clone_campaign
from campaigns.execution.content import add_content, move_content
from campaigns.execution.editing import edit_campaign
from campaigns.execution.members import add_from_segments, add_members, set_status
from campaigns.execution.moving import cancel, finish, pause, start
from campaigns.execution.tasks import complete_task, plan_task
from campaigns.models import Campaign, CampaignGoal, CampaignMember, CampaignTask, ContentItem, MemberStatus
from campaigns.plans.plan import Measure
from config.common.admin.base import visible_or_404
from config.common.money import show_number
from contacts.models import Contact
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import as_id, reader_of, text_of

CHANGE = "campaigns.change_campaign"


def _campaigns() -> Any:
    return Campaign.objects.select_related("owner", "plan")


def _given(form: type[SmallForm], request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    return form(campaign, request.POST, reader=reader_of(request)).given()


def _part(request: HttpRequest, rows: Any, campaign: Campaign, name: str) -> Any:
    return visible_or_404(rows.filter(campaign=campaign.pk), request.user, as_id(request.POST.get(name)))


@act_on(_campaigns, CHANGE)
def start_(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Let it run."""
    start(campaign, by=reader_of(request))
    return Outcome(_("“%(campaign)s” runs.") % {"campaign": campaign})


@act_on(_campaigns, CHANGE)
def pause_(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Let it rest."""
    pause(campaign, by=reader_of(request), reason=text_of(request, "reason"))
    return Outcome(_("“%(campaign)s” is paused.") % {"campaign": campaign})


@act_on(_campaigns, CHANGE)
def finish_(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Close it and keep the lesson."""
    finish(campaign, by=reader_of(request), **_given(FinishForm, request, campaign))
    return Outcome(_("“%(campaign)s” is finished. What you learned is kept.") % {"campaign": campaign})


@act_on(_campaigns, CHANGE)
def cancel_(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Call it off."""
    cancel(campaign, by=reader_of(request), **_given(CancelForm, request, campaign))
    return Outcome(_("“%(campaign)s” is called off.") % {"campaign": campaign})


@act_on(_campaigns, "campaigns.add_campaign")
def clone(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Plan it again and go there."""
    made = clone_campaign(campaign, by=reader_of(request), **_given(CloneForm, request, campaign))
    sentence = _("Here is the copy of “%(campaign)s”, with its tasks, content and budget moved in time.")
    return Outcome(sentence % {"campaign": campaign}, campaign_address(made))


@act_on(_campaigns, CHANGE)
def edit(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Correct what it says of itself."""
    before = campaign.plan
    changed = edit_campaign(campaign, by=reader_of(request), **_given(EditForm, request, campaign))
    follow_plan_change(changed, before, by=reader_of(request))
    return Outcome(_("“%(campaign)s” is saved.") % {"campaign": changed})


@act_on(_campaigns, "campaigns.add_campaigngoal")
def add_goal(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Add a goal."""
    goal = CampaignGoal(campaign=campaign, starts_on=campaign.starts_on, **_given(GoalForm, request, campaign))
    goal.full_clean()
    goal.save()
    return Outcome(_("The goal is added."))


@act_on(_campaigns, "campaigns.change_campaigngoal")
def count_goal(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Write down how far a goal has come that is counted by hand."""
    goal = _part(request, CampaignGoal.objects.filter(measure=Measure.BY_HAND), campaign, "goal")
    goal.counted, goal.counted_on = _given(CountForm, request, campaign)["counted"], timezone.localdate()
    goal.full_clean()
    goal.save(update_fields=["counted", "counted_on", "updated_at"])
    return Outcome(_("Written down."))


@act_on(_campaigns, "campaigns.add_campaignmember")
def add_people(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Add everybody in the campaign's segments, or one person."""
    user = reader_of(request)
    if "contact" in request.POST:
        person = visible_or_404(Contact.objects.live(), user, as_id(request.POST["contact"]))
        number = add_members(campaign, [person], by=user)
    else:
        number = add_from_segments(campaign, by=user)
    sentence = ngettext("%(number)s person was added.", "%(number)s people were added.", number)
    return Outcome(sentence % {"number": show_number(number)}, campaign_address(campaign, Tab.PEOPLE))


@act_on(_campaigns, "campaigns.change_campaignmember")
def move_member(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Give a member another status."""
    member = _part(request, CampaignMember.objects.select_related("contact"), campaign, "member")
    status = _part(request, MemberStatus.objects.all(), campaign, "status")
    set_status(member, status, by=reader_of(request), reason=text_of(request, "reason", 300))
    labels = {"name": member.contact.full_name, "status": status}
    return Outcome(_("%(name)s: %(status)s") % labels)


@act_on(_campaigns, "campaigns.add_memberstatus")
def add_status(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Add a status to the campaign's list."""
    place = campaign.statuses.count()
    counts = request.POST.get("is_response") == "1"
    status = MemberStatus(campaign=campaign, name=text_of(request, "name", 60), is_response=counts, position=place)
    status.full_clean()
    status.save()
    return Outcome(_("The status “%(status)s” is added.") % {"status": status})


@act_on(_campaigns, "campaigns.add_campaigntask")
def add_task(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Plan a task."""
    task = plan_task(campaign, by=reader_of(request), **_given(TaskForm, request, campaign))
    return Outcome(_("“%(task)s” is planned.") % {"task": task.activity.subject})


@act_on(_campaigns, "campaigns.change_campaigntask")
def do_task(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Mark a task as done."""
    task = _part(request, CampaignTask.objects.select_related("activity"), campaign, "task")
    complete_task(task, by=reader_of(request))
    return Outcome(_("“%(task)s” is done.") % {"task": task.activity.subject})


@act_on(_campaigns, "campaigns.add_contentitem")
def add_item(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Add an idea for something to publish."""
    item = add_content(campaign, by=reader_of(request), **_given(ContentForm, request, campaign))
    return Outcome(_("“%(item)s” is added.") % {"item": item})


@act_on(_campaigns, "campaigns.change_contentitem")
def move_item(request: HttpRequest, campaign: Campaign) -> Outcome:
    """Let a content item become what was chosen."""
    item = _part(request, ContentItem.objects.all(), campaign, "item")
    state = request.POST.get("state", "")
    if not state:
        raise ValidationError(_("Choose what it becomes."))
    moved = move_content(item, state, by=reader_of(request))
    return Outcome(_("“%(item)s”: %(state)s") % {"item": moved, "state": moved.get_state_display()})


VERBS: dict[str, Callable[..., Any]] = {
    "start": start_,
    "pause": pause_,
    "finish": finish_,
    "cancel": cancel_,
    "clone": clone,
    "edit": edit,
    "add_goal": add_goal,
    "count_goal": count_goal,
    "add_people": add_people,
    "move_member": move_member,
    "add_status": add_status,
    "add_task": add_task,
    "do_task": do_task,
    "add_item": add_item,
    "move_item": move_item,
}
