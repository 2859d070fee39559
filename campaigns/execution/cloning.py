"""A campaign again: what was planned is copied and moved in time; people, costs and touches stay with the first."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.execution.adding import add_campaign
from campaigns.execution.campaign import Campaign
from campaigns.execution.membership import MemberStatus
from campaigns.execution.tasks import plan_task
from campaigns.execution.work import CampaignTask, ContentItem, ContentState
from contacts.models import User
from deals.activities.kinds import ActivityState
from deals.activities.moments import local_moment, zone_of

# Given the campaign, its clone and who clones: copies what a slice above keeps of a campaign.
Copier = Callable[[Campaign, Campaign, User], None]
_copiers: list[Copier] = []


def register_copier(copier: Copier) -> None:
    """Let a slice above copy its part of a campaign that is cloned; called by ``ready``."""
    if copier not in _copiers:
        _copiers.append(copier)


@transaction.atomic
def clone_campaign(
    campaign: Campaign, *, by: User, starts_on: date | None = None, name: str = "", owner: User | None = None
) -> Campaign:
    """Plan a campaign again from a day on (today, if none is named), with all days moved by as much.

    Copied: message, segments, channels, statuses, content as ideas, tasks, and what other slices registered (the
    budget). Not copied: members, costs, commitments, touches, links, results.
    """
    first = starts_on or timezone.localdate()
    shift = first - campaign.starts_on
    clone = add_campaign(
        name=name.strip() or _("%(campaign)s (copy)") % {"campaign": campaign.name[:150]},
        starts_on=first,
        ends_on=campaign.ends_on + shift,
        owner=owner or by,
        by=by,
        plan=campaign.plan,
        segments=campaign.segments.all(),
        channels=campaign.channels.all(),
        message=campaign.message,
        cloned_from=campaign,
        with_statuses=False,
    )
    MemberStatus.objects.bulk_create(
        MemberStatus(campaign=clone, name=each.name, is_response=each.is_response, position=each.position)
        for each in campaign.statuses.all()
    )
    _copy_content(campaign, clone, shift)
    _copy_tasks(campaign, clone, shift, by)
    for copy in _copiers:
        copy(campaign, clone, by)
    return clone


def _copy_content(campaign: Campaign, clone: Campaign, shift: timedelta) -> None:
    for item in campaign.content.exclude(state=ContentState.DROPPED).select_related("channel", "owner"):
        ContentItem(
            campaign=clone,
            title=item.title,
            kind=item.kind,
            channel=item.channel,
            owner=item.owner,
            publish_on=item.publish_on + shift if item.publish_on else None,
            body=item.body,
        ).save()


def _copy_tasks(campaign: Campaign, clone: Campaign, shift: timedelta, by: User) -> None:
    tasks = campaign.tasks.exclude(activity__state=ActivityState.CANCELLED).select_related("activity__owner")
    for task in tasks.filter(activity__due_on__isnull=False):
        _copy_task(task, clone, shift, by)


def _copy_task(task: CampaignTask, clone: Campaign, shift: timedelta, by: User) -> None:
    activity: Any = task.activity
    owner = activity.owner if activity.owner.is_staff else by
    starts_at = None
    if activity.starts_at is not None:
        # The same hour of the owner's clock, whatever the clocks did meanwhile.
        local = activity.starts_at.astimezone(zone_of(owner))
        starts_at = local_moment(local.date() + shift, local.time(), zone_of(owner))
    plan_task(
        clone,
        subject=activity.subject,
        owner=owner,
        by=by,
        due_on=None if starts_at else activity.due_on + shift,
        starts_at=starts_at,
        note=activity.note,
        kind=activity.kind,
    )
