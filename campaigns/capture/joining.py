"""A visitor becomes a person we know: their earlier touches join the person, if they allow it."""

import secrets
from datetime import datetime

from django.db import transaction

from campaigns.capture.lateness import tell_of_the_past
from campaigns.capture.responding import follow_responses
from campaigns.capture.touch import Touch, Visitor
from contacts.consent.recording import allows
from contacts.consent.shipping import VISITS
from contacts.models import Contact


@transaction.atomic
def join_visitor(visitor: Visitor | None, contact: Contact, *, now: datetime) -> Visitor | None:
    """Join a visitor with a contact and return the visitor that is theirs now; None where they don't allow it.

    A visitor who is somebody else already stays theirs: another person at the same browser gets a new visitor.
    """
    if visitor is None or not allows(contact, VISITS):
        return None
    row: Visitor = Visitor.objects.select_for_update(of=("self",)).get(pk=visitor.pk)
    if row.contact_id not in (None, contact.pk):
        return Visitor.objects.create(key=secrets.token_urlsafe(16), contact=contact, first_seen_at=now, known_at=now)
    if row.contact_id is None:
        row.contact, row.known_at = contact, now
        row.save(update_fields=["contact", "known_at"])
    if Touch.objects.filter(visitor=row, contact__isnull=True).update(contact=contact, joined_at=now):
        tell_of_the_past()
    follow_responses(Touch.objects.filter(visitor=row, contact=contact, joined_at=now), by=None)
    return row
