"""Who is told of a missed promise, and when, if the company changes how long it waits."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import Team, User
from deals.activities.activity import Activity
from deals.activities.reminder import Reminder, ReminderPurpose
from deals.policy.models import SalesPolicy


def manager_of(user: User, activity: Activity | None = None) -> User | None:
    """Return the nearest manager up the tree of teams who is not the user and can sign in, or None.

    With an activity: the nearest who may see it.
    """
    teams = {team.pk: team for team in Team.objects.select_related("manager__role", "manager__team")}
    team = teams.get(user.team_id or 0)
    passed: set[int] = set()
    while team is not None and team.pk not in passed:
        passed.add(team.pk)
        manager = team.manager
        if manager is not None and manager.pk != user.pk and manager.is_staff and _sees(manager, activity):
            return manager
        team = teams.get(team.parent_id or 0)
    return None


def follow_policy() -> int:
    """Give the waiting tellings their new moment after the policy's hours were changed; return how many there are."""
    hours = timedelta(hours=SalesPolicy.objects.current().escalate_after_hours)
    waiting = Reminder.objects.waiting().filter(purpose=ReminderPurpose.ESCALATE)
    moved = 0
    for reminder in waiting.select_related("activity").iterator():
        due_at = max(reminder.activity.due_at or reminder.created_at, reminder.created_at) + hours
        rows = Reminder.objects.waiting().filter(pk=reminder.pk).exclude(due_at=due_at)
        moved += rows.update(due_at=due_at, next_attempt_at=due_at, updated_at=timezone.now())
    return moved


def _sees(user: User, activity: Activity | None) -> bool:
    return activity is None or Activity.objects.visible_to(user).filter(pk=activity.pk).exists()
