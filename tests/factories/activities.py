"""The smallest valid activities."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import factory
from django.utils import timezone

from contacts.models import User
from deals.activities.moments import local_day, zone_of
from deals.activities.planning import plan
from deals.models import Activity, ActivityChange, Reminder
from tests.factories.contacts import UserFactory


class ActivityFactory(factory.django.DjangoModelFactory[Activity]):
    """A call that its owner promised for tomorrow at this hour; with ``due_on`` for that whole day."""

    kind = "call"
    subject = factory.Sequence("Call {}".format)
    owner = factory.SubFactory(UserFactory)

    class Meta:
        model = Activity

    @classmethod
    def _create(cls, model_class: type[Activity], *args: Any, **kwargs: Any) -> Activity:
        if not {"starts_at", "due_on"} & kwargs.keys():
            kwargs["starts_at"] = timezone.now() + timedelta(days=1)
        kwargs.setdefault("by", kwargs["owner"])
        return plan(**kwargs)


def write_promises(count: int, *, owners: Sequence[User], remind_at: datetime) -> list[Activity]:
    """Write many planned calls at once, as ``plan`` would have: a quarter of an hour before each its owner is told."""
    starts_at = remind_at + timedelta(minutes=15)
    rows = Activity.objects.bulk_create(
        Activity(
            kind="call",
            subject=f"Call {number}",
            owner=owners[number % len(owners)],
            starts_at=starts_at,
            due_on=local_day(starts_at, zone_of(owners[number % len(owners)])),
            due_at=starts_at,
        )
        for number in range(count)
    )
    ActivityChange.objects.bulk_create(
        ActivityChange(
            activity=row, kind="planned", at=remind_at, to_state="planned", due_at=row.due_at, owner=row.owner
        )
        for row in rows
    )
    late = starts_at + timedelta(days=2)
    reminders = [(row, "remind", 15, remind_at) for row in rows] + [(row, "escalate", None, late) for row in rows]
    Reminder.objects.bulk_create(
        Reminder(activity=row, user=row.owner, purpose=purpose, minutes_before=minutes, due_at=due, next_attempt_at=due)
        for row, purpose, minutes, due in reminders
    )
    return rows
