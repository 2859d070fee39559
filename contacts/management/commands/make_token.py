"""``manage.py make_token``: an API token for a service user, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.common.errors import DomainError
from config.common.management.prepared import PreparedCommand
from contacts.models import Role, User
from contacts.staff.accounts import make_token


class Command(PreparedCommand):
    """Makes a token for a service user, and the service user too where a role is named."""

    help = "Print a new API token of a service user. It can't be read again: only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the user, and how long the token lives."""
        parser.add_argument("email", help="the service user's e-mail address")
        parser.add_argument(
            "--role", help="make the service user with this role (such as integration) if there is none"
        )
        parser.add_argument("--days", type=int, default=365, help="how long the token lives (365); 0 means for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token alone, so that a script can keep it."""
        user = self._user(options["email"].strip().lower(), options["role"])
        if options["days"] < 0:
            raise CommandError("--days can't be negative.")
        try:
            token = make_token(user, days=options["days"] or None)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(token)

    def _user(self, email: str, role_code: str | None) -> User:
        user = User.objects.filter(email=email).first()
        if user is not None:
            return user
        if role_code is None:
            raise CommandError(f"There is no user {email}. Name a role by --role to make a service user.")
        role = Role.objects.filter(code=role_code).first()
        if role is None:
            codes = ", ".join(Role.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no role {role_code}. There are: {codes}.")
        return User.objects.create_user(email, name=email.partition("@")[0], role=role, is_service=True)
