"""Who can approve a discount that somebody may not give: the nearest manager up the tree of teams."""

from contacts.models import Team, User

APPROVE = "deals.approve_quote"


def approvers_of(user: User) -> list[User]:
    """Return the nearest manager above a person who may approve, else everybody who may; never the person."""
    teams = {team.pk: team for team in Team.objects.select_related("manager__role").order_by("pk")}
    team, passed = teams.get(user.team_id or 0), set[int]()
    while team is not None and team.pk not in passed:
        passed.add(team.pk)
        manager = team.manager
        if manager is not None and manager.pk != user.pk and manager.is_staff and manager.has_perm(APPROVE):
            return [manager]
        team = teams.get(team.parent_id or 0)
    return list(User.objects.active().may(APPROVE).exclude(pk=user.pk).order_by("name", "pk"))
