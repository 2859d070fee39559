"""Locks an activity, and writes into its history what was done to it."""

from collections.abc import Iterable
from datetime import datetime

from contacts.models import User
from deals.activities.activity import Activity, ActivityChange
from deals.pipeline.deal import Deal


def lock_deal(deal_id: int | None) -> Deal | None:
    """Lock the deal behind an activity and return it. Deals before activities before reminders before messages."""
    return Deal.objects.select_for_update(of=("self",)).filter(pk=deal_id).first() if deal_id else None


def lock(activity: Activity) -> Activity:
    """Lock an activity and return it as it is now: the caller's copy may be stale."""
    # Locked without joins: see deals.pipeline.moving.
    Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    locked: Activity = Activity.objects.select_related("owner", "deal", "contact", "company").get(pk=activity.pk)
    return locked


def save(activity: Activity, *fields: str) -> None:
    """Check the changed columns and write them. Raises ValidationError with the fields at fault."""
    activity.clean_fields(exclude={field.name for field in Activity._meta.fields} - set(fields))
    columns: Iterable[str] = {*fields, "updated_at"} | ({"folded"} if {"subject", "note"} & set(fields) else set())
    activity.save(update_fields=columns)


def record(activity: Activity, kind: str, *, by: User | None, at: datetime, reason: str = "") -> ActivityChange:
    """Write a row of history: what was done, when, by whom and why, and how the activity stands after it."""
    return ActivityChange.objects.create(
        activity=activity,
        kind=kind,
        at=at,
        by=by,
        reason=reason.strip()[:500],
        to_state=activity.state,
        due_at=activity.due_at,
        owner=activity.owner,
    )
