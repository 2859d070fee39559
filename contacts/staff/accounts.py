"""Use cases on accounts: disable and enable a user, make and revoke tokens of service users."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from config.common.errors import DomainError
from contacts.staff.models import Role, Scope, User


class AccountRefused(DomainError):
    """An account can't be changed that way."""

    code = "account_refused"


@transaction.atomic
def disable_user(user: User, *, by: User) -> User:
    """Shut a user out at once: sessions end, tokens are deleted. What they own stays theirs until it is reassigned."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise AccountRefused(_("You can't disable yourself. Ask another administrator."), code="account_own")
    user.is_active = False
    user.sessions_valid_from = timezone.now()
    user.save(update_fields=["is_active", "sessions_valid_from", "updated_at"])
    AuthToken.objects.filter(user=user).delete()
    return user


@transaction.atomic
def enable_user(user: User, *, by: User) -> User:
    """Let a disabled user sign in again; old sessions and tokens stay dead."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])
    return user


def check_may_grant(role: Role, *, by: User) -> None:
    """Refuse to give anybody a role that may do more, or sees further, than whoever gives it."""
    if by.is_superuser or (by.role is not None and by.role.every_permission):
        return
    pairs = role.permissions.values_list("content_type__app_label", "codename")
    codes = {f"{app}.{codename}" for app, codename in pairs}
    reach = list(Scope)
    further = reach.index(Scope(role.scope)) > reach.index(by.scope)
    if role.every_permission or further or not codes <= by.permission_codes:
        sentence = _("The role “%(role)s” may do more than you. Ask an administrator to give it.")
        raise AccountRefused(sentence % {"role": role}, code="role_beyond_own")


def make_token(user: User, *, days: int | None = 365) -> str:
    """Make an API token for a service user and return it: the only time it can be read, only its hash is stored."""
    if not user.is_service:
        raise AccountRefused(
            _("Only service users have tokens. Make a service user with the role the integration needs."),
            code="token_needs_service_user",
        )
    if not user.is_active:
        raise AccountRefused(
            _("This user is disabled. Enable it before making a token."), code="token_needs_active_user"
        )
    _stored, token = AuthToken.objects.create(user=user, expiry=timedelta(days=days) if days else None)
    return str(token)


def revoke_token(user: User, token_key: str) -> None:
    """Delete a token, named by its beginning; whoever calls with it is refused from now on."""
    if not AuthToken.objects.filter(user=user, token_key=token_key).delete()[0]:
        raise AccountRefused(_("This token is gone already."), code="token_gone")


def end_sessions(user: User) -> User:
    """End all sessions of a user, on whatever computer; the caller may take up its own again."""
    user.sessions_valid_from = timezone.now()
    user.save(update_fields=["sessions_valid_from", "updated_at"])
    return user


@transaction.atomic
def set_password(user: User, password: str) -> User:
    """Give a user a new password; all their sessions end with the old one."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    return user


def may_do_everything(user: User) -> bool:
    """Say whether a user is bound by no permission."""
    return user.is_active and (user.is_superuser or bool(user.role and user.role.every_permission))
