"""New campaigns: with a code made of the name, the statuses members usually have, and the first row of history."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from campaigns import signals
from campaigns.channels.models import Channel
from campaigns.execution.campaign import Campaign, CampaignChange
from campaigns.execution.membership import MemberStatus
from campaigns.plans.models import MarketingPlan
from campaigns.segments.models import Segment
from config.common.search import fold
from config.integrations.announcing import announce
from contacts.models import User

# The statuses that members of a new campaign can have, and whether one counts as a response.
USUAL_STATUSES = (
    (gettext_noop("Invited"), False),
    (gettext_noop("Responded"), True),
    (gettext_noop("Attended"), True),
    (gettext_noop("Not interested"), False),
)
LONGEST_CODE = 60
MOST_TRIES = 5


@transaction.atomic
def add_campaign(
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    owner: User,
    by: User | None,
    plan: MarketingPlan | None = None,
    segments: Iterable[Segment] = (),
    channels: Iterable[Channel] = (),
    message: str = "",
    cloned_from: Campaign | None = None,
    with_statuses: bool = True,
) -> Campaign:
    """Make a planned campaign. Its budget is set by ``campaigns.budgets.opening.open_campaign``, which calls this.

    The code follows from the name and is unique, since links say it. Raises ValidationError with the fields at fault.
    """
    campaign = Campaign(
        name=name.replace("\x00", "").strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        owner=owner,
        plan=plan,
        message=message.replace("\x00", "").strip(),
        cloned_from=cloned_from,
    )
    campaign.full_clean(exclude=["code"])
    _save_with_code(campaign)
    campaign.segments.set(segments)
    campaign.channels.set(channels)
    if with_statuses:
        add_statuses(campaign)
    CampaignChange.objects.create(campaign=campaign, to_state=campaign.state, at=timezone.now(), by=by)
    announce(signals.campaign_moved, subject=campaign, by=by, from_state="", to_state=campaign.state)
    return campaign


def add_statuses(campaign: Campaign) -> None:
    """Give a campaign the usual statuses, in its owner's language."""
    with translation.override(campaign.owner.language or translation.get_language()):
        MemberStatus.objects.bulk_create(
            MemberStatus(campaign=campaign, name=translation.gettext(name), is_response=counts, position=place)
            for place, (name, counts) in enumerate(USUAL_STATUSES)
        )


def free_code(name: str) -> str:
    """Return a code for links made of a name, with a number where another campaign has it."""
    wanted = slugify(fold(name))[: LONGEST_CODE - 5].strip("-") or "campaign"
    taken = set(Campaign.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    number, code = 1, wanted
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code


def _save_with_code(campaign: Campaign) -> None:
    """Save under a free code; where somebody takes it in the same moment, under the next."""
    for tries in range(MOST_TRIES):
        campaign.code = free_code(campaign.name)
        try:
            with transaction.atomic():
                campaign.save()
        except IntegrityError:
            if tries == MOST_TRIES - 1:
                raise
        else:
            return
