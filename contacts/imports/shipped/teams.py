"""The tree of teams that follows from users, their managers and their regions."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.rows import Pending, Row
from contacts.staff.models import Team, User


def plan_team(row: Row, context: Context) -> bool:
    """Say whether the row's user is to be put into another team, or their team into another place."""
    name, region, manager = _team_name(row, context), row.values.get("region"), row.values.get("manager")
    if not name and not region:
        return False
    if isinstance(manager, Pending) or isinstance(row.values.get("team"), Pending):
        return True
    team = _teams(context).get(fold(name or region or ""))
    if team is None or row.record.team_id != team.pk:
        return True
    above = _teams(context).get(fold(region)) if region and name else None
    return bool(
        name
        and ((manager and team.manager_id != manager) or (region and (above is None or team.parent_id != above.pk)))
    )


def place_in_teams(rows: Sequence[Row], context: Context) -> None:
    """Make the teams that rows name, put them under their regions and managers, and the users into them."""
    moved: dict[int, User] = {}
    for row in rows:
        name, region, manager_id = _team_name(row, context), row.values.get("region"), row.values.get("manager")
        above = _team(region, context) if region else None
        team = _team(name, context) if name else above
        if team is None:
            continue
        if name:
            _arrange(team, parent=above, manager_id=manager_id)
        if row.record.team_id != team.pk:
            row.record.team = team
            moved[row.record.pk] = row.record
        if manager_id and name:
            _lead(manager_id, team, moved)
    for user in moved.values():
        user.updated_at = timezone.now()
    bulk_update_with_history(
        list(moved.values()),
        User,
        ["team", "updated_at"],
        default_user=context.user,
        default_change_reason=context.words,
    )


def _team_name(row: Row, context: Context) -> str:
    """Return the name of the user's team: as given, else made from the manager's name."""
    team, manager = row.values.get("team"), row.texts.get("manager")
    if isinstance(team, Pending):
        return team.name
    if team:
        return str(row.texts["team"])
    if not manager or not row.values.get("manager"):
        return ""
    # Known by its manager: what it is called may have changed, or be in another language.
    led = next((each for each in _teams(context).values() if each.manager_id == row.values["manager"]), None)
    return led.name if led else _("%(name)s's team") % {"name": manager}


def _teams(context: Context) -> dict[str, Team]:
    """Return all teams by folded name."""
    if "teams" not in context.memory:
        context.memory["teams"] = {fold(team.name): team for team in Team.objects.all()}
    teams: dict[str, Team] = context.memory["teams"]
    return teams


def _team(name: str, context: Context) -> Team:
    teams = _teams(context)
    if fold(name) not in teams:
        teams[fold(name)] = Team.objects.filter(name__iexact=name).first() or Team.objects.create(name=name)
    return teams[fold(name)]


def _arrange(team: Team, *, parent: Team | None, manager_id: int | None) -> None:
    changed = []
    if parent is not None and parent.pk != team.pk and team.parent_id != parent.pk:
        team.parent = parent
        changed.append("parent")
    if manager_id and team.manager_id != manager_id:
        team.manager_id = manager_id
        changed.append("manager")
    if changed:
        team.full_clean()
        team.save(update_fields=[*changed, "updated_at"])


def _lead(manager_id: int, team: Team, moved: dict[int, User]) -> None:
    """A manager without a team is a member of the one they lead."""
    manager = moved.get(manager_id) or User.objects.get(pk=manager_id)
    if manager.team_id is None:
        manager.team = team
        moved[manager_id] = manager
