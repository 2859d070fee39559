"""Who may see which rows: own, team and below, or all, decided by the role and asked in one place, the QuerySet.

Apps above add *grounds*: reasons to see a row besides owning it (a rep sees the company of their own deal).
"""

from collections.abc import Callable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from contacts.staff.models import Scope, User

Ground = Callable[[User], Q]
_grounds: dict[str, list[Ground]] = {}


def register_ground(model_label: str, ground: Ground) -> None:
    """Let rows of ``model_label`` (``contacts.company``) be seen on a further ground; called by ``ready``."""
    _grounds.setdefault(model_label, []).append(ground)


def owner_in_scope(user: User, owner: str = "owner") -> Q:
    """Return the condition that ``owner`` is the user or, for team scope, somebody of the user's teams."""
    if user.scope == Scope.TEAM:
        people = User.objects.filter(Q(pk=user.pk) | Q(team__in=user.team_ids))
        return Q(**{f"{owner}__in": people.values("pk")})
    return Q(**{owner: user.pk})


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows with an owner. Everything that reaches a person goes through ``visible_to``."""

    def visible_to(self, user: User) -> Self:
        """Rows that the user's role lets them see; nothing for a user who was disabled."""
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        seen = owner_in_scope(user)
        if user.role and user.role.sees_unowned and self.model._meta.get_field("owner").null:
            seen |= Q(owner__isnull=True)
        for ground in _grounds.get(self.model._meta.label_lower, []):
            seen |= ground(user)
        return self.filter(seen)


class SharedQuerySet(models.QuerySet[Any]):
    """Rows that belong to the house: whoever may read them by role reads all of them."""

    def visible_to(self, user: User) -> Self:
        """Everything, for a user who was not disabled."""
        return self.all() if user.is_active else self.none()


def visible_through(rows: models.QuerySet[Any], user: User, path: str, parents: Any) -> Any:
    """Return those ``rows`` whose parent at ``path`` the user may see (lines, e-mails, history)."""
    if user.is_active and user.scope == Scope.ALL:
        return rows
    return rows.filter(**{f"{path}__in": parents.visible_to(user).values("pk")})
