"""The roles that Tandem ships. They are offered once each release; an administrator's edits stay."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import Permission
from django.utils.translation import gettext_noop

from contacts.staff.models import Home, Role, Scope

ADMINISTRATOR, MARKETER, SALES_REP, SALES_MANAGER = "administrator", "marketer", "sales-rep", "sales-manager"
FINANCE, READ_ONLY, INTEGRATION = "finance", "read-only", "integration"


class Shipped(NamedTuple):
    """A role as it is shipped: name, reach, home page."""

    name: str
    scope: Scope
    home: Home
    every_permission: bool = False


SHIPPED: dict[str, Shipped] = {
    ADMINISTRATOR: Shipped(gettext_noop("Administrator"), Scope.ALL, Home.MANAGER, every_permission=True),
    MARKETER: Shipped(gettext_noop("Marketer"), Scope.ALL, Home.MARKETER),
    SALES_REP: Shipped(gettext_noop("Sales rep"), Scope.OWN, Home.REP),
    SALES_MANAGER: Shipped(gettext_noop("Sales manager"), Scope.TEAM, Home.MANAGER),
    FINANCE: Shipped(gettext_noop("Finance"), Scope.ALL, Home.FINANCE),
    READ_ONLY: Shipped(gettext_noop("Read-only"), Scope.ALL, Home.MANAGER),
    INTEGRATION: Shipped(gettext_noop("Integration"), Scope.ALL, Home.MANAGER),
}

# Which permissions each shipped role is offered: filled by the apps as they get ready, since the floor below
# can't know the rows above. Codes are "app.verb_model".
_offers: dict[str, set[str]] = {code: set() for code in SHIPPED}


def offer(roles: Iterable[str], permissions: Iterable[str]) -> None:
    """Offer permissions to shipped roles; called by the apps' ``ready``."""
    codes = set(permissions)
    for role in roles:
        _offers[role] |= codes


def ship_roles() -> None:
    """Make the shipped roles that are missing and offer them what this release brought; runs after each migration."""
    by_code = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for code, shipped in SHIPPED.items():
        defaults = {
            "name": shipped.name,
            "scope": shipped.scope,
            "home": shipped.home,
            "every_permission": shipped.every_permission,
        }
        role, _created = Role.objects.get_or_create(code=code, defaults=defaults)
        new = sorted((_offers[code] & by_code.keys()) - set(role.offered))
        if new:
            role.permissions.add(*(by_code[name] for name in new))
            role.offered = sorted({*role.offered, *new})
            role.save(update_fields=["offered", "updated_at"])
