"""References to our own people and to companies and contacts, by the names that files use."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.references import NameIndex, Reference, in_every_language
from contacts.lifecycle.moving import enter_many
from contacts.people.models import Company, Contact, ContactEmail
from contacts.people.stages import LifecycleStage
from contacts.staff.models import Role, Team, User


class UserReference(NameIndex):
    """One of our people, by e-mail address, external id or name."""

    title = _("user")
    model = User
    columns = ("email", "external_id", "name")


class RoleReference(NameIndex):
    """A role, by its code or name."""

    title = _("role")
    model = Role
    columns = ("code", "name")

    def records(self) -> Any:
        """Return all roles: who may import users may give them roles."""
        return Role.objects.all()

    def spellings(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """Shipped names are found in every language."""
        code, name = names
        return [(code,), in_every_language(name)]


class TeamReference(NameIndex):
    """A team, by name; made if need be."""

    title = _("team")
    model = Team
    creatable = True

    def make(self, names: Sequence[str], context: Context) -> None:
        """Make teams without a place in the tree; the kind gives them one."""
        for name in _one_spelling_each(names):
            Team.objects.create(name=name)


class CompanyReference(NameIndex):
    """A company, by external id, domain or name; made if need be."""

    title = _("company")
    model = Company
    columns = ("external_id", "domain", "name")
    creatable = True

    def find(self, names: Collection[str]) -> dict[str, Sequence[Any]]:
        """Of several companies with a name, those count that are not archived."""
        found = super().find(names)
        several = {key for keys in found.values() if len(keys) > 1 for key in keys}
        if several:
            live = set(Company.objects.live().filter(pk__in=several).values_list("pk", flat=True))
            found = {
                name: [key for key in keys if len(keys) == 1 or key in live] or keys for name, keys in found.items()
            }
        return found

    def make(self, names: Sequence[str], context: Context) -> None:
        """Make companies that enter their lifecycle on the day from which the file first tells of them."""
        new = [Company(name=name) for name in _one_spelling_each(names)]
        bulk_create_with_history(new, Company, default_user=context.user, default_change_reason=context.words)
        at_of = {}
        for company in new:
            day = context.since.get(f"company:{fold(company.name)}")
            at_of[company.pk] = context.moment_of(day) if day else context.now
        stage_of = dict.fromkeys((company.pk for company in new), LifecycleStage.LEAD.value)
        enter_many(new, stage_of, context.cause(), by=context.user, at_of=at_of)


class ContactReference(Reference):
    """A contact, by e-mail address or external id. There may be too many to keep them all in memory."""

    title = _("contact")

    def find(self, names: Collection[str]) -> dict[str, Sequence[Any]]:
        """Ask for these names only."""
        spellings = {name: name.strip().lower() for name in names}
        people = Contact.objects.visible_to(self.user) if self.user else Contact.objects.all()
        addresses = ContactEmail.objects.annotate(lower=Lower("address")).filter(
            is_live=True, lower__in=set(spellings.values())
        )
        by_key: dict[str, list[int]] = {}
        for lower, key in addresses.filter(contact__in=people.values("pk")).values_list("lower", "contact_id"):
            by_key.setdefault(lower, []).append(key)
        for external_id, key in people.filter(Q(external_id__in=set(names))).values_list("external_id", "pk"):
            by_key.setdefault(external_id.lower(), []).append(key)
        return {name: sorted(set(by_key[lower])) for name, lower in spellings.items() if lower in by_key}


def _one_spelling_each(names: Sequence[str]) -> list[str]:
    return list({fold(name): name for name in reversed(names)}.values())[::-1]
