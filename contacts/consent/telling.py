"""How consent is told: on the timeline, and as the present state with the reason for it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from contacts.consent.models import Consent, ConsentChange
from contacts.people.models import Contact
from contacts.people.timeline import TimelineEntry
from contacts.staff.models import User

VIEW = "contacts.view_consent"


def present_consents(contact: Contact) -> list[Consent]:
    """Return how a contact stands to each purpose that was ever spoken of, with the change behind it."""
    return list(
        Consent.objects.filter(contact=contact).select_related("purpose", "change__text__purpose", "change__by")
    )


def consent_changes(contact: Contact, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """What the person allowed or forbade, and by which words."""
    if not reader.has_perm("contacts.view_consentchange"):
        return
    rows = ConsentChange.objects.filter(contact=contact, at__lt=before).select_related("purpose", "text", "by")
    for change in rows.order_by("-at", "-id")[:limit]:
        icon = "check_circle" if change.is_given else "block"
        yield TimelineEntry(change.at, "consent", title(change), reason(change), str(change.by or ""), icon=icon)


def title(change: ConsentChange) -> str:
    """Return a change as a short sentence."""
    sentence = _("Consent given: %(purpose)s") if change.is_given else _("Consent withdrawn: %(purpose)s")
    return sentence % {"purpose": change.purpose}


def reason(change: ConsentChange) -> str:
    """Return where we heard it, by which version of the text, and the evidence."""
    parts = [str(change.get_source_display())]
    if change.text is not None:
        parts.append(
            _("text %(language)s, version %(version)s")
            % {"language": change.text.language, "version": change.text.version}
        )
    return " · ".join([*parts, *([change.evidence] if change.evidence else [])])
