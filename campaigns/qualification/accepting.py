"""Sales accepts a lead: it becomes a sales qualified lead, and whoever accepted owns it if nobody did."""

from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.qualification.refusing import QualificationRefused
from config.integrations.announcing import announce
from contacts.lifecycle.models import CauseKind, LifecycleChange
from contacts.lifecycle.moving import Cause, advance
from contacts.models import Contact, User
from contacts.people.editing import change_contact
from contacts.people.stages import LifecycleStage

# Who may take leads on: those who change contacts and deals, that is, sales.
ACCEPT = ("contacts.change_contact", "deals.add_deal")
WAITING = (LifecycleStage.LEAD, LifecycleStage.MQL)


def may_accept(user: User) -> bool:
    """Whether a role takes leads on."""
    return user.has_perms(ACCEPT)


def waiting_leads(user: User) -> QuerySet[Any]:
    """Return the marketing qualified leads that the user sees, the longest waiting first, each with its reason."""
    newest = LifecycleChange.objects.filter(contact=OuterRef("pk")).order_by("-id")
    rows: Any = Contact.objects.visible_to(user).live().filter(lifecycle_stage=LifecycleStage.MQL)
    told: QuerySet[Any] = rows.annotate(reason=Subquery(newest.values("cause")[:1]))
    return told.order_by("lifecycle_since", "pk")


def refusal_of(contact: Contact, by: User) -> QualificationRefused | None:
    """Return why a person can't accept a lead now, or None if they can."""
    labels = {"name": contact, "stage": contact.get_lifecycle_stage_display()}
    if not may_accept(by):
        return QualificationRefused(
            _("Leads are accepted by sales. Ask a sales rep or manager."), code="lead_accepted_by_sales"
        )
    if contact.is_archived:
        return QualificationRefused(
            _("%(name)s is archived. Restore the contact first.") % labels, code="lead_archived"
        )
    if contact.lifecycle_stage not in WAITING:
        sentence = _("%(name)s is %(stage)s. Only a lead or a marketing qualified lead can be accepted.")
        return QualificationRefused(
            sentence % labels, code="lead_not_waiting", facts={"present": contact.lifecycle_stage or ""}
        )
    return None


@transaction.atomic
def accept_lead(contact: Contact, *, by: User) -> Contact:
    """Accept a lead: the ledger says who did; of two who accept at once, the second is refused."""
    row: Contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if refusal := refusal_of(row, by):
        raise refusal
    if row.owner_id is None:
        row = change_contact(row, {"owner": by})
    words = _("Accepted by %(name)s") % {"name": by.name}
    advance(row, to=LifecycleStage.SQL, cause=Cause(CauseKind.PERSON, words), by=by, at=timezone.now())
    announce(signals.lead_accepted, subject=row, by=by, owner=row.owner_id)
    row.refresh_from_db()
    return row
