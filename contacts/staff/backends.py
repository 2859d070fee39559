"""Reading the signed-in user with what every request asks: role, permissions, teams, a device for codes."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.common.sql import JoinedTexts
from contacts.staff.models import Role, Team, User

# Their own team, those they manage, and all teams below.
_TEAMS = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM contacts_team
        WHERE manager_id = %s OR id = (SELECT team_id FROM contacts_user WHERE id = %s)
        UNION SELECT child.id FROM contacts_team child JOIN below ON child.parent_id = below.id
    ) SELECT id FROM below
"""


class StaffBackend(ModelBackend):
    """Django's own backend; its users come with their role, permissions, teams and ``has_device``, in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the user of a session, if they may still sign in."""
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        granted = Role.permissions.through.objects.filter(role=OuterRef("role"))
        teams = Team.objects.filter(pk__in=RawSQL(_TEAMS, (user_id, user_id)))
        code = Concat("permission__content_type__app_label", Value("."), "permission__codename")
        rows: Any = User.objects.select_related("role").annotate(
            has_device=Exists(device),
            codes_text=JoinedTexts(granted.order_by().values(text=code)),
            teams_text=JoinedTexts(teams.order_by().values(text=Cast("pk", TextField()))),
        )
        user = rows.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        # What the properties would ask for.
        user.permission_codes = frozenset(_parts(user.codes_text))
        user.team_ids = sorted(map(int, _parts(user.teams_text)))
        found: User = user
        return found


def _parts(text: str | None) -> list[str]:
    return text.split(",") if text else []
