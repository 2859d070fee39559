"""Taking back the last step of a deal: a move goes back, a win or a loss is opened again. Histories keep both steps.

The deal is then in its stage since it first came there, so that a step taken back doesn't make it look fresh.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import User
from deals.pipeline.deal import Deal
from deals.pipeline.history import ChangeKind, StageChange
from deals.pipeline.moving import DealRefused, move, reopen


@transaction.atomic
def undo(deal: Deal, change_id: int, *, by: User) -> Deal:
    """Take back the change ``change_id`` if it is still the deal's newest; refused once something came after it."""
    Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
    newest = StageChange.objects.filter(deal=deal).select_related("from_stage").order_by("-id").first()
    if newest is None or newest.pk != change_id:
        sentence = _("“%(deal)s” was changed since, so that step can't be taken back any more.")
        raise DealRefused(sentence % {"deal": deal}, code="undo_too_late")
    if newest.kind == ChangeKind.MOVED and newest.from_stage is not None:
        deal = move(deal, newest.from_stage, by=by, seen_stage=newest.to_stage_id, reason=_("Taken back"))
    elif newest.kind in (ChangeKind.WON, ChangeKind.LOST):
        deal = reopen(deal, by=by, reason=_("Taken back"))
    else:
        raise DealRefused(_("Only a move, a win or a loss can be taken back."), code="undo_impossible")
    if deal.stage_id == newest.from_stage_id:
        deal.stage_since = newest.at - newest.time_in_stage
        deal.save(update_fields=["stage_since", "updated_at"])
    return deal
