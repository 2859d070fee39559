"""What becomes of a content item: from an idea to what stands out there on a day, or dropped."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.channels.models import Channel
from campaigns.execution.campaign import Campaign
from campaigns.execution.refusing import CampaignRefused, check_not_over
from campaigns.execution.work import ContentItem, ContentKind, ContentState
from contacts.models import User

IDEA, WRITING, REVIEW = ContentState.IDEA, ContentState.WRITING, ContentState.REVIEW
APPROVED, PUBLISHED, DROPPED = ContentState.APPROVED, ContentState.PUBLISHED, ContentState.DROPPED
# What each state can become; one step back is allowed everywhere but from what is out there.
NEXT: dict[str, tuple[ContentState, ...]] = {
    IDEA: (WRITING, DROPPED),
    WRITING: (REVIEW, APPROVED, IDEA, DROPPED),
    REVIEW: (APPROVED, WRITING, DROPPED),
    APPROVED: (PUBLISHED, WRITING, DROPPED),
    PUBLISHED: (),
    DROPPED: (IDEA,),
}


@transaction.atomic
def add_content(
    campaign: Campaign,
    *,
    title: str,
    by: User,
    kind: str = ContentKind.POST,
    channel: Channel | None = None,
    owner: User | None = None,
    publish_on: date | None = None,
    body: str = "",
) -> ContentItem:
    """Add an idea. Refuses ``campaign_over``; raises ValidationError with the fields at fault."""
    check_not_over(campaign)
    item = ContentItem(
        campaign=campaign,
        title=title.replace("\x00", "").strip(),
        kind=kind,
        channel=channel,
        owner=owner or by,
        publish_on=publish_on,
        body=body,
    )
    item.full_clean()
    item.save()
    return item


@transaction.atomic
def move_content(item: ContentItem, state: str, *, by: User | None = None) -> ContentItem:
    """Let an item become what it can become now; what is published without a day has today's.

    Refuses ``content_move_impossible``.
    """
    locked: ContentItem = ContentItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if state not in NEXT[locked.state]:
        ways = ", ".join(str(each.label) for each in NEXT[locked.state])
        labels = {"item": locked, "state": locked.get_state_display(), "ways": ways}
        sentence = _("“%(item)s” is: %(state)s. From there it can become: %(ways)s.")
        if not ways:
            sentence = _("“%(item)s” is published, for good. Add another item for what follows.")
        raise CampaignRefused(sentence % labels, code="content_move_impossible", facts={"state": locked.state})
    locked.state = state
    if state == PUBLISHED and locked.publish_on is None:
        locked.publish_on = timezone.localdate()
    locked._history_user = by
    locked.save(update_fields=["state", "publish_on", "updated_at"])
    return locked
