"""How a campaign goes from one state to another: planned, running and paused, then finished or cancelled for good."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.execution.campaign import Campaign, CampaignChange, CampaignState
from campaigns.execution.locking import lock_campaign
from campaigns.execution.refusing import CampaignRefused
from campaigns.execution.tasks import cancel_open_tasks
from config.integrations.announcing import announce
from contacts.models import User

PLANNED, RUNNING, PAUSED = CampaignState.PLANNED, CampaignState.RUNNING, CampaignState.PAUSED
FINISHED, CANCELLED = CampaignState.FINISHED, CampaignState.CANCELLED
# From which states each state can be reached.
REACHED_FROM: dict[CampaignState, tuple[CampaignState, ...]] = {
    RUNNING: (PLANNED, PAUSED),
    PAUSED: (RUNNING,),
    FINISHED: (RUNNING, PAUSED),
    CANCELLED: (PLANNED, RUNNING, PAUSED),
}


@transaction.atomic
def start(campaign: Campaign, *, by: User | None, reason: str = "") -> Campaign:
    """Let a planned or paused campaign run.

    Refuses ``campaign_running``, ``campaign_finished``, ``campaign_cancelled``, and ``campaign_past``: its last day is
    over.
    """
    locked = _lock_for(campaign, RUNNING)
    if locked.ends_on < timezone.localdate():
        sentence = _("“%(campaign)s” ended on %(day)s. Give it a later last day first.")
        labels = {"campaign": locked, "day": locked.ends_on.isoformat()}
        raise CampaignRefused(sentence % labels, code="campaign_past")
    return _move(locked, RUNNING, by=by, reason=reason)


@transaction.atomic
def pause(campaign: Campaign, *, by: User | None, reason: str = "") -> Campaign:
    """Let a running campaign rest. Refuses every other."""
    return _move(_lock_for(campaign, PAUSED), PAUSED, by=by, reason=reason)


@transaction.atomic
def finish(campaign: Campaign, *, by: User | None, lesson: str = "") -> Campaign:
    """Close a campaign and keep what was learned.

    Refuses ``lesson_missing`` where nothing was written down yet, and what is not running or paused.
    """
    locked = _lock_for(campaign, FINISHED)
    lesson = lesson.replace("\x00", "").strip()[:2000] or locked.lesson
    if not lesson:
        sentence = _("Say in a sentence what you learned from “%(campaign)s”: the next one begins with it.")
        raise CampaignRefused(sentence % {"campaign": locked}, code="lesson_missing")
    locked.lesson = lesson
    return _move(locked, FINISHED, by=by, reason="", also=("lesson",))


@transaction.atomic
def cancel(campaign: Campaign, *, by: User | None, reason: str) -> Campaign:
    """Call a campaign off, with its open tasks. Refuses ``reason_missing``, and what is over already."""
    locked = _lock_for(campaign, CANCELLED)
    if not reason.strip():
        raise CampaignRefused(_("Say in a few words why it is called off."), code="reason_missing")
    cancel_open_tasks(locked, by=by, reason=reason.strip())
    return _move(locked, CANCELLED, by=by, reason=reason)


def states_after(state: str) -> list[CampaignState]:
    """Return the states that can be reached from a state."""
    return [target for target, sources in REACHED_FROM.items() if state in sources]


def _lock_for(campaign: Campaign, target: CampaignState) -> Campaign:
    locked = lock_campaign(campaign.pk)
    if locked.state in REACHED_FROM[target]:
        return locked
    ways = ", ".join(str(each.label) for each in states_after(locked.state))
    labels = {"campaign": locked, "state": locked.get_state_display(), "ways": ways}
    if ways:
        sentence = _("“%(campaign)s” is: %(state)s. From there it can become: %(ways)s.")
    else:
        sentence = _("“%(campaign)s” is: %(state)s, for good. Clone it to run it again.")
    raise CampaignRefused(sentence % labels, code=f"campaign_{locked.state}", facts={"state": locked.state})


def _move(
    campaign: Campaign, target: CampaignState, *, by: User | None, reason: str, also: tuple[str, ...] = ()
) -> Campaign:
    before, campaign.state = campaign.state, target
    campaign.save(update_fields=["state", *also, "updated_at"])
    CampaignChange.objects.create(
        campaign=campaign,
        from_state=before,
        to_state=target,
        at=timezone.now(),
        by=by,
        reason=reason.replace("\x00", "").strip()[:500],
    )
    announce(signals.campaign_moved, subject=campaign, by=by, from_state=before, to_state=target)
    return campaign
