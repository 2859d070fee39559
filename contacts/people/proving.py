"""Proofs of people: whoever has e-mail addresses, or phone numbers, has one that is the primary one."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from contacts.people.models import Contact, ContactEmail, ContactPhone


def count_reachable() -> int:
    """Return how many contacts have addresses, and how many have numbers, together."""
    parts = (model.objects.order_by().values("contact").distinct() for model in (ContactEmail, ContactPhone))
    return sum(rows.count() for rows in parts)


def one_address_is_primary() -> Iterator[Finding]:
    """Find contacts with e-mail addresses or numbers of which not exactly one is primary."""
    sentences = (
        (ContactEmail, _("It has %(all)s e-mail addresses, and %(primary)s of them are primary, not one.")),
        (ContactPhone, _("It has %(all)s phone numbers, and %(primary)s of them are primary, not one.")),
    )
    for model, sentence in sentences:
        counted = (
            model.objects.order_by()
            .values("contact")
            .annotate(all=Count("pk"), primary=Count("pk", filter=Q(is_primary=True)))
        )
        for row in counted.exclude(primary=1).order_by("contact").iterator():
            yield Finding(Contact, row["contact"], sentence % row)


def register() -> None:
    """Register the check; called once when the app is ready."""
    register_check(
        "contacts.primary_addresses",
        gettext_lazy("Of e-mail addresses and of phone numbers, each contact has one that is primary"),
        one_address_is_primary,
        count=count_reachable,
    )
