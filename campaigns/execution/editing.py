"""Correcting what a campaign says of itself."""

from typing import Any

from django.db import transaction

from campaigns.execution.campaign import Campaign
from campaigns.execution.locking import lock_campaign
from config.common.saving import save_changed
from contacts.models import User

EDITABLE = frozenset({"name", "starts_on", "ends_on", "owner", "plan", "message", "lesson"})
_SEVERAL = ("segments", "channels")


@transaction.atomic
def edit_campaign(campaign: Campaign, *, by: User | None, **changes: Any) -> Campaign:
    """Write what changed; raises ValidationError with the fields at fault."""
    locked = lock_campaign(campaign.pk)
    several = {name: changes.pop(name) for name in _SEVERAL if name in changes}
    if unknown := changes.keys() - EDITABLE:
        raise TypeError(f"Nobody edits {sorted(unknown)} of a campaign.")
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, changes[name])
    if changed:
        locked.full_clean()
        locked._history_user = by
        save_changed(locked, changed)
    for name, rows in several.items():
        getattr(locked, name).set(rows)
    return locked
