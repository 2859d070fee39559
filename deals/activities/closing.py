"""What follows when a deal was won, lost or opened again: moot promises are cancelled or come back, care begins."""

from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import User
from deals.activities.activity import Activity, ActivityChange, ActivityChangeKind
from deals.activities.caring import start_care
from deals.activities.doing import cancel, reopen
from deals.activities.kinds import ActivityState
from deals.activities.mootness import why_moot
from deals.activities.recording import lock_deal
from deals.pipeline.deal import Deal

# Whoever takes a closing back so soon had not meant it: even what became late meanwhile is wanted again.
_A_SLIP = timedelta(days=1)


@transaction.atomic
def follow_deal(deal_id: int, *, by: User | None) -> None:
    """Bring a deal's promises in line with how it stands now; harmless any number of times.

    Decides on the deal as it is, not on the news: a deal that was won and opened again meanwhile gets no care plan.
    Until this has run, deliveries look at the deal themselves, so nothing moot reaches anybody in between.
    """
    deal = lock_deal(deal_id)
    if deal is not None:
        cancel_moot(deal, by=by)
        bring_back(deal, by=by)
        start_care(deal)


@transaction.atomic
def cancel_moot(deal: Deal, *, by: User | None) -> list[Activity]:
    """Cancel the promises that the closing of a deal made moot, with that as the reason; return them.

    Which ones that are, and why appointments are among them, says ``why_moot``.
    """
    planned = Activity.objects.planned().filter(deal=deal).order_by("pk")
    reasons = {activity: why_moot(activity, deal) for activity in planned}
    return [cancel(activity, by=by, reason=why, is_moot=True) for activity, why in reasons.items() if why]


@transaction.atomic
def bring_back(deal: Deal, *, by: User | None) -> list[Activity]:
    """Plan again what an open deal's closing had made moot, if it is still to come or the closing was a slip.

    What somebody cancelled themselves stays cancelled, and so does care: a second win begins it anew.
    """
    if not deal.is_open:
        return []
    now = timezone.now()
    newest = ActivityChange.objects.filter(activity=OuterRef("pk")).order_by("-pk")
    moot = Activity.objects.filter(deal=deal, state=ActivityState.CANCELLED, care_step=None).annotate(
        newest=Subquery(newest.values("kind")[:1])
    )
    return [
        reopen(activity, by=by, reason=_("The deal was opened again."))
        for activity in moot.filter(newest=ActivityChangeKind.MOOT).order_by("pk")
        if (activity.due_at and activity.due_at > now)
        or (activity.cancelled_at and activity.cancelled_at > now - _A_SLIP)
    ]
