"""``users``, ``teams`` and ``roles``: our own people, as far as the caller sees them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import SharedField, VisibleField
from config.common.api.filters import Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import ReadOnlyResource, Resource
from contacts.models import Role, Team, User
from contacts.staff.accounts import check_may_grant, disable_user, enable_user


class UserSerializer(RowSerializer):
    """A person of ours, or a service user. Passwords and tokens are given in the back office."""

    state: ClassVar = {"is_active": _("Use POST /users/{id}/disable/ or /enable/.")}
    fixed: ClassVar = {
        "is_service": _("A person can't become a service user, nor the other way round. Add another user.")
    }

    role = SharedField(queryset=Role.objects.all(), required=False, allow_null=True)
    role_code = serializers.CharField(source="role.code", read_only=True, allow_null=True)
    team = VisibleField(queryset=Team.objects.all(), required=False, allow_null=True)

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "name",
            "role",
            "role_code",
            "team",
            "language",
            "time_zone",
            "is_active",
            "is_service",
            "external_id",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("is_active",)

    def at_creation(self, name: str) -> Any:
        """Return the value that a new user has anyway."""
        return True

    def validate_email(self, address: str) -> str:
        """Keep addresses in lower case."""
        return address.strip().lower()

    def validate_role(self, role: Role | None) -> Role | None:
        """Let nobody give a role that may do more than they may themselves."""
        if role is not None and role.pk != getattr(self.instance, "role_id", None):
            check_may_grant(role, by=self.context["request"].user)
        return role

    def create(self, validated_data: dict[str, Any]) -> User:
        """Add a user who can't sign in until a password is set in the back office."""
        user = User(**validated_data)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        return user


class UserFilters(Filters):
    """What users can be filtered by."""

    team = IdsFilter()
    role = IdsFilter()
    is_active = YesFilter()
    is_service = YesFilter()
    external_id = WordsFilter()


class UserViewSet(Resource):
    """Our own people and service users. A rep sees themselves, a manager their teams, others everybody."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilters
    ordering_fields: ClassVar = {"name": "name", "email": "email", "created_at": "created_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the role, whose code is shown."""
        return rows.select_related("role")

    @verb()
    def disable(self, request: Request, pk: str) -> Response:
        """Shut the user out at once: sessions end, tokens are deleted."""
        return self.perform_verb(request, lambda user: disable_user(user, by=self.caller))

    @verb()
    def enable(self, request: Request, pk: str) -> Response:
        """Let a disabled user sign in again; old sessions and tokens stay dead."""
        return self.perform_verb(request, lambda user: enable_user(user, by=self.caller))


class TeamSerializer(RowSerializer):
    """A team in the tree of teams."""

    parent: Any = VisibleField(queryset=Team.objects.all(), required=False, allow_null=True)
    manager = VisibleField(queryset=User.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Team
        fields = ("id", "name", "parent", "manager", "created_at", "updated_at")


class TeamFilters(Filters):
    """What teams can be filtered by."""

    parent = IdsFilter()
    manager = IdsFilter()


class TeamViewSet(Resource):
    """Teams: one's own and those below, or all."""

    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    filterset_class = TeamFilters
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}


class RoleSerializer(RowSerializer):
    """What a user may do and how far they see."""

    class Meta:
        model = Role
        fields = ("id", "code", "name", "scope", "sees_unowned", "every_permission", "home", "created_at", "updated_at")


class RoleFilters(Filters):
    """What roles can be filtered by."""

    code = WordsFilter()


class RoleViewSet(ReadOnlyResource):
    """Roles, shipped and own. They are made in the back office."""

    queryset = Role.objects.all()
    serializer_class = RoleSerializer
    filterset_class = RoleFilters
    ordering_fields: ClassVar = {"name": "name", "code": "code"}
    required_permission = None

    def visible(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Show all: the names of roles are no secret."""
        return rows
