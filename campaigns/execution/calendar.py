"""What a period holds for marketing: the campaigns that take place, what is published, what is to be done."""

from dataclasses import dataclass
from datetime import date

from campaigns.execution.campaign import Campaign, CampaignState
from campaigns.execution.work import CampaignTask, ContentItem, ContentState
from contacts.models import User
from deals.activities.kinds import ActivityState
from deals.models import Activity

# As many of each kind as a month can show.
MOST = 300


@dataclass(frozen=True, slots=True)
class Agenda:
    """The campaigns, content items and tasks of a period, each by its day."""

    campaigns: list[Campaign]
    content: list[ContentItem]
    tasks: list[CampaignTask]


def agenda(user: User, first: date, last: date) -> Agenda:
    """Return what takes place from the first to the last day, for a reader. Costs three queries."""
    campaigns = Campaign.objects.visible_to(user).between(first, last).exclude(state=CampaignState.CANCELLED)
    items = ContentItem.objects.visible_to(user).filter(publish_on__range=(first, last))
    tasks = CampaignTask.objects.visible_to(user).filter(
        activity__due_on__range=(first, last),
        activity__state__in=(ActivityState.PLANNED, ActivityState.DONE),
        activity__in=Activity.objects.visible_to(user).values("pk"),
    )
    return Agenda(
        list(campaigns.order_by("starts_on", "pk")[:MOST]),
        list(
            items.exclude(state=ContentState.DROPPED)
            .select_related("campaign", "channel")
            .defer("body")
            .order_by("publish_on", "pk")[:MOST]
        ),
        list(tasks.select_related("campaign", "activity__owner").order_by("activity__due_on", "pk")[:MOST]),
    )
