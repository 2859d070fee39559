"""Tasks of campaigns: activities like any other, so that they have reminders and stand on My day and the calendar."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.execution.campaign import Campaign
from campaigns.execution.refusing import check_not_over
from campaigns.execution.work import CampaignTask
from contacts.models import User
from deals.activities.doing import cancel as cancel_activity
from deals.activities.doing import complete
from deals.activities.kinds import ActivityKind, ActivityState
from deals.activities.planning import plan
from deals.activities.rules import Rule


@transaction.atomic
def plan_task(
    campaign: Campaign,
    *,
    subject: str,
    owner: User,
    by: User | None,
    due_on: date | None = None,
    starts_at: datetime | None = None,
    note: str = "",
    kind: str = ActivityKind.TASK,
    reminders: Iterable[Rule] | None = None,
) -> CampaignTask:
    """Plan something that is to be done for a campaign, on a day or at a moment; its owner is reminded as they wish.

    Refuses ``campaign_over``, and what planning an activity refuses.
    """
    check_not_over(campaign)
    activity = plan(
        kind=kind,
        subject=subject,
        owner=owner,
        by=by,
        due_on=due_on,
        starts_at=starts_at,
        note=note,
        reminders=reminders,
    )
    return CampaignTask.objects.create(campaign=campaign, activity=activity)


@transaction.atomic
def complete_task(task: CampaignTask, *, by: User, note: str = "") -> CampaignTask:
    """Mark a task as done. Refuses what is done or cancelled."""
    task.activity = complete(task.activity, by=by, note=note)
    return task


def cancel_open_tasks(campaign: Campaign, *, by: User | None, reason: str) -> int:
    """Take back what was still to be done for a campaign; return how much."""
    open_tasks = campaign.tasks.filter(activity__state=ActivityState.PLANNED).select_related("activity")
    why = _("The campaign was cancelled: %(reason)s") % {"reason": reason}
    for task in open_tasks.order_by("activity_id"):
        cancel_activity(task.activity, by=by, reason=why[:500])
    return len(open_tasks)
