"""Our own people, with the tree of teams they work in: region, then the manager's team, then its members."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy
from simple_history.utils import bulk_create_with_history

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType
from contacts.imports.patterns import fill
from contacts.imports.rows import Row
from contacts.imports.sequencing import ParentsFirst
from contacts.imports.shipped.references import RoleReference, TeamReference, UserReference
from contacts.imports.shipped.teams import place_in_teams, plan_team
from contacts.imports.writing import ColumnsKind, given, lock_for_writing, match_by_external_id, refuse_taken
from contacts.staff.models import Role, User
from contacts.staff.roles import SALES_MANAGER, SALES_REP

_REFERENCE = FieldType.REFERENCE


class ManagerReference(UserReference):
    """The manager of a team: one of our people, made with the pattern for addresses if need be."""

    title = gettext_lazy("manager")
    creatable = True

    def make(self, names: Sequence[str], context: Context) -> None:
        """Make managers who can't sign in yet; without a pattern for their address none is made."""
        pattern = context.patterns.get("email", "")
        role = Role.objects.get(code=SALES_MANAGER)
        new = []
        for name in {fold(each): each for each in reversed(names)}.values():
            email = fill(pattern, lambda field, name=name: name if field == "name" else "").lower() if pattern else ""  # type: ignore[misc]
            if email and not User.objects.filter(email=email).exists():
                new.append(User(email=email, name=name, role=role, password=make_password(None)))
        bulk_create_with_history(new, User, default_user=context.user, default_change_reason=context.words)


class UsersKind(ColumnsKind):
    """Found again by external id, then by e-mail address. New ones can't sign in until they are given a password."""

    code = "users"
    title = gettext_lazy("Users with teams")
    model = User
    permissions = ("contacts.add_user", "contacts.change_user", "contacts.add_team")
    refers_to_itself = ("manager", "name")
    fields = (
        Field(
            "name",
            gettext_lazy("Name"),
            required=True,
            longest=150,
            aliases=(
                "full name",
                "user",
                "sales agent",
                "sales rep",
                "agent",
                "employee",
                "nama",
                "nama lengkap",
                "karyawan",
                "họ và tên",
                "họ tên",
                "nhân viên",
            ),
        ),
        Field(
            "email",
            gettext_lazy("E-mail address"),
            FieldType.EMAIL,
            required=True,
            longest=254,
            aliases=("email", "mail", "login", "surel", "thư điện tử"),
        ),
        Field(
            "external_id",
            gettext_lazy("External id"),
            longest=120,
            aliases=("id", "user id", "employee id", "nip", "mã nhân viên"),
        ),
        Field("role", gettext_lazy("Role"), _REFERENCE, reference=RoleReference, aliases=("peran", "vai trò")),
        Field(
            "manager",
            gettext_lazy("Manager"),
            _REFERENCE,
            reference=ManagerReference,
            aliases=("supervisor", "reports to", "team lead", "manajer", "atasan", "quản lý", "trưởng nhóm"),
        ),
        Field(
            "team",
            gettext_lazy("Team"),
            _REFERENCE,
            reference=TeamReference,
            longest=120,
            aliases=("tim", "nhóm", "đội"),
        ),
        Field(
            "region",
            gettext_lazy("Region"),
            longest=120,
            aliases=("regional office", "office", "area", "wilayah", "kantor", "khu vực", "vùng", "chi nhánh"),
        ),
        Field("time_zone", gettext_lazy("Time zone"), longest=64, aliases=("timezone", "zona waktu", "múi giờ")),
        Field(
            "language",
            gettext_lazy("Language"),
            FieldType.CHOICE,
            choices=(
                ("en", gettext_lazy("English")),
                ("id", gettext_lazy("Indonesian")),
                ("vi", gettext_lazy("Vietnamese")),
            ),
            aliases=("bahasa", "ngôn ngữ"),
        ),
    )
    columns = {
        "name": "name",
        "email": "email",
        "external_id": "external_id",
        "role": "role_id",
        "time_zone": "time_zone",
        "language": "language",
    }

    def sequencer(self) -> ParentsFirst:
        """Return the order in which managers come before the people they manage."""
        return ParentsFirst("manager", "name")

    def keys(self, row: Row) -> list[str]:
        """Two rows with one address or one external id are the same user."""
        keys = [f"email:{row.values['email']}"] if row.values.get("email") else []
        return [*keys, f"external_id:{row.values['external_id']}"] if row.values.get("external_id") else keys

    def check(self, row: Row, context: Context) -> None:
        """Addresses are kept in lower case, so that one person has one account."""
        if row.values.get("email"):
            row.values["email"] = row.values["email"].lower()

    def match(self, rows: Sequence[Row], context: Context) -> dict[int, Any]:
        """Find users by external id, then by e-mail address."""
        matches = match_by_external_id(rows, User, context)
        emails = given(rows, "email")
        users: Any = User.objects.filter(email__in=emails)
        mine = users.visible_to(context.user) if context.user else users
        by_email = {user.email: user for user in lock_for_writing(mine, context)}
        taken = set(users.values_list("email", flat=True)) - by_email.keys()
        for row in rows:
            email = row.values.get("email")
            if email in taken or (
                row.line in matches and email in by_email and by_email[email].pk != matches[row.line].pk
            ):
                refuse_taken(row, "email")
            elif email in by_email:
                matches.setdefault(row.line, by_email[email])
        return matches

    def fill(self, record: Any, row: Row, context: Context) -> None:
        """Give a new user a role, and no password."""
        record.password = make_password(None)
        if record.role_id is None:
            roles = context.memory.setdefault("roles", dict(Role.objects.values_list("code", "pk")))
            leads = fold(row.values["name"]) in context.referred_to
            record.role_id = roles[SALES_MANAGER if leads else SALES_REP]

    def plan_parts(self, row: Row, context: Context) -> bool:
        """Say whether the user's place among the teams changes."""
        return plan_team(row, context)

    def write_parts(self, rows: Sequence[Row], context: Context) -> None:
        """Make the teams and put the users into them."""
        place_in_teams(rows, context)
