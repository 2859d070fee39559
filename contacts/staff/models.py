"""Users, the tree of teams, and roles with their permissions and their reach."""

import zoneinfo
from functools import cache, cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel


@cache
def _time_zones() -> frozenset[str]:
    # The list is read from many files, which takes milliseconds.
    return frozenset(zoneinfo.available_timezones())


def check_time_zone(name: str) -> None:
    """Refuse a name that is no time zone."""
    if name not in _time_zones():
        raise ValidationError(_("%(name)s is no time zone. Write one like Asia/Jakarta."), params={"name": name})


class Scope(models.TextChoices):
    """How far a role sees."""

    OWN = "own", _("Own records")
    TEAM = "team", _("Records of the team and the teams below")
    ALL = "all", _("All records")


class Home(models.TextChoices):
    """Which page a role lands on after signing in."""

    REP = "rep", _("My day (sales rep)")
    MARKETER = "marketer", _("Marketing")
    MANAGER = "manager", _("Sales management")
    FINANCE = "finance", _("Finance")


class TeamQuerySet(models.QuerySet["Team"]):
    """Questions about teams."""

    def visible_to(self, user: "User") -> Self:
        """Own team and those below; all for those who see everything."""
        if user.scope == Scope.ALL:
            return self.all()
        return self.filter(pk__in=user.team_ids)

    def search(self, text: str) -> Self:
        """Teams whose name contains the text."""
        return self.filter(name__icontains=text)

    def ids_below(self, *team_ids: int, managed_by: "User | None" = None) -> list[int]:
        """The ids of the teams, those of a manager's, and of all teams below them; in one query however many."""
        children: dict[int | None, list[int]] = {}
        waiting = list(team_ids)
        for pk, parent_id, manager_id in Team.objects.order_by("pk").values_list("pk", "parent_id", "manager_id"):
            children.setdefault(parent_id, []).append(pk)
            if managed_by is not None and manager_id == managed_by.pk:
                waiting.append(pk)
        found: set[int] = set()
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(children.get(current, []))
        return sorted(found)


class Team(TimeStampedModel):
    """A group of people who work together, under a manager, perhaps inside a larger team such as a region."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    manager = models.ForeignKey(
        "contacts.User",
        verbose_name=_("manager"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="contacts_team_name_unique",
                violation_error_message=_("There is a team of this name already."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="contacts_team_not_its_own_parent"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a tree that bites its own tail."""
        if self.pk and self.parent_id and self.parent_id in Team.objects.ids_below(self.pk):
            raise ValidationError({"parent": _("A team can't be part of itself or of a team below it.")})


class Role(TimeStampedModel):
    """What a user may do (permissions) and how far they see (scope). Shipped roles can be edited; more can be made."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    scope = models.CharField(_("sees"), max_length=4, choices=Scope, default=Scope.OWN)
    sees_unowned = models.BooleanField(
        _("sees records without an owner"), default=True, help_text=_("Contacts and companies that nobody owns yet.")
    )
    every_permission = models.BooleanField(_("may do everything"), default=False)
    # With a context: without one the word is also the framework's short name of a month.
    permissions = models.ManyToManyField(
        Permission, verbose_name=pgettext_lazy("what a role allows", "may"), blank=True, related_name="roles"
    )
    home = models.CharField(_("home page"), max_length=10, choices=Home, default=Home.REP)
    # Permission codes a release has offered to this role: what an administrator took away stays away.
    offered = models.JSONField(default=list, editable=False)

    objects: ClassVar[models.Manager["Role"]] = models.Manager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="contacts_role_scope_known"),
            models.CheckConstraint(condition=Q(home__in=Home.values), name="contacts_role_home_known"),
        )

    def __str__(self) -> str:
        # Shipped names are in the catalogs; a company's own read as they were written.
        return gettext(self.name)


class UserQuerySet(models.QuerySet["User"]):
    """Questions about users."""

    def visible_to(self, user: "User") -> Self:
        """Oneself; the people of one's teams; or everybody."""
        if user.scope == Scope.ALL:
            return self.all()
        if user.scope == Scope.TEAM:
            return self.filter(Q(pk=user.pk) | Q(team__in=user.team_ids))
        return self.filter(pk=user.pk)

    def search(self, text: str) -> Self:
        """Users whose name or address contains the text."""
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text))

    def active(self) -> Self:
        """Users who can sign in."""
        return self.filter(is_active=True)

    def may(self, permission: str) -> Self:
        """People, not services, whose role has a permission ("app.codename")."""
        app, codename = permission.split(".")
        named = Q(role__permissions__codename=codename, role__permissions__content_type__app_label=app)
        may = Q(is_superuser=True) | Q(role__every_permission=True) | named
        return self.filter(may, is_service=False).distinct()


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are compared without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail address."""
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password nobody can sign in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user who may do and see everything (``manage.py createsuperuser``)."""
        return self.create_user(email, password, is_superuser=True, **fields)


Users = UserManager.from_queryset(UserQuerySet)


class User(AbstractBaseUser, TimeStampedModel):
    """A person of ours who signs in, or a service user: an integration that calls the API with a token."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Jakarta", validators=[check_time_zone])
    language = models.CharField(
        _("language"),
        max_length=5,
        default="en",
        choices=[("en", _("English")), ("id", _("Indonesian")), ("vi", _("Vietnamese"))],
    )
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), on_delete=models.SET_NULL, null=True, blank=True, related_name="members"
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_service = models.BooleanField(
        _("service user"),
        default=False,
        help_text=_("An integration: it calls the API with tokens and can't sign in here."),
    )
    is_superuser = models.BooleanField(default=False, editable=False)
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    # Part of the session's hash: a new value ends all sessions.
    sessions_valid_from = models.DateTimeField(null=True, blank=True, editable=False)

    objects = Users()
    history = HistoricalRecords(excluded_fields=["password", "last_login", "sessions_valid_from"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="contacts_user_email_in_lower_case"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="contacts_user_external_id_unique"
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Keep addresses in lower case, so that one person has one account."""
        self.email = self.email.strip().lower()

    @property
    def is_staff(self) -> bool:
        """Whether this user can sign in to the back office."""
        return self.is_active and not self.is_service

    @property
    def scope(self) -> Scope:
        """How far this user sees; without a role, only their own records."""
        if self.is_superuser:
            return Scope.ALL
        return Scope(self.role.scope) if self.role else Scope.OWN

    @cached_property
    def team_ids(self) -> list[int]:
        """The user's team, those they manage, and all teams below; a user without one has none."""
        own = (self.team_id,) if self.team_id else ()
        return Team.objects.ids_below(*own, managed_by=self)

    @cached_property
    def permission_codes(self) -> frozenset[str]:
        """Every permission of the role, as ``app.verb_model``."""
        if self.role is None:
            return frozenset()
        pairs = self.role.permissions.order_by().values_list("content_type__app_label", "codename")
        return frozenset(f"{app}.{codename}" for app, codename in pairs)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Say whether the role allows it. Rows are no concern of permissions: querysets decide on rows."""
        if not self.is_active:
            return False
        return self.is_superuser or bool(self.role and self.role.every_permission) or perm in self.permission_codes

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        """Say whether the role allows all of them."""
        return all(self.has_perm(perm) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Say whether the role allows anything in an app (the admin's index asks)."""
        if not self.is_active:
            return False
        if self.is_superuser or (self.role and self.role.every_permission):
            return True
        return any(code.startswith(f"{app_label}.") for code in self.permission_codes)

    def get_session_auth_hash(self) -> str:
        """Tie sessions to the password and to the moment from which they are valid."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Any:
        """Accept sessions made before the secret key was rotated."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        since = self.sessions_valid_from.isoformat() if self.sessions_valid_from else ""
        key_salt = "contacts.staff.User.get_session_auth_hash"
        return salted_hmac(key_salt, self.password + since, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """The name (Django's admin asks)."""
        return self.name

    def get_short_name(self) -> str:
        """The name (Django's admin asks)."""
        return self.name
