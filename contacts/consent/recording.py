"""The one way to record what a person allowed or forbade."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.consent.models import Consent, ConsentChange, ConsentPurpose, ConsentText
from contacts.people.models import Contact
from contacts.staff.models import User


class ConsentRefused(DomainError):
    """This can't stand in the ledger of consent."""

    code = "consent_refused"


@transaction.atomic
def record_consent(
    contact: Contact,
    purpose: ConsentPurpose,
    *,
    is_given: bool,
    source: str,
    by: User | None = None,
    text: ConsentText | None = None,
    evidence: str = "",
    at: datetime | None = None,
) -> ConsentChange:
    """Write the change to the ledger and project it; what happened later than ``at`` still counts afterwards.

    Saying the same again is a row too: it is evidence. Under the contact's lock, so that two changes have an order.
    """
    moment = at or timezone.now()
    _check(purpose, text, moment)
    Contact.objects.select_for_update().get(pk=contact.pk)
    change = ConsentChange(
        contact=contact,
        purpose=purpose,
        is_given=is_given,
        at=moment,
        source=source,
        text=text,
        evidence=evidence.replace("\x00", "").strip(),
        by=by,
    )
    change.full_clean()
    change.save()
    present = Consent.objects.filter(contact=contact, purpose=purpose).first()
    if present is None:
        Consent.objects.create(contact=contact, purpose=purpose, is_given=is_given, since=moment, change=change)
    elif present.change.at <= moment:
        if present.is_given != is_given:
            present.is_given, present.since = is_given, moment
        present.change = change
        present.save()
    return change


def _check(purpose: ConsentPurpose, text: ConsentText | None, moment: datetime) -> None:
    if moment > timezone.now():
        raise ConsentRefused(_("Consent can't lie in the future. Give the moment it was said."), code="consent_later")
    if text is not None and text.purpose_id != purpose.pk:
        sentence = _("This text asks for another purpose. Choose a text of “%(purpose)s”.")
        raise ConsentRefused(sentence % {"purpose": purpose}, code="consent_text_of_another_purpose")


def new_text(purpose: ConsentPurpose, language: str, text: str) -> ConsentText:
    """Write the next version of a purpose's text; the same words again are no new version."""
    with transaction.atomic():
        ConsentPurpose.objects.select_for_update().get(pk=purpose.pk)
        newest: ConsentText | None = (
            ConsentText.objects.filter(purpose=purpose, language=language).order_by("-version").first()
        )
        if newest is not None and newest.text == text:
            return newest
        version = newest.version + 1 if newest else 1
        row = ConsentText(purpose=purpose, language=language, version=version, text=text)
        row.full_clean()
        row.save()
        return row


def allows(contact: Contact, code: str) -> bool:
    """Say whether a contact allows a purpose now. Silence is no consent."""
    return Consent.objects.filter(contact=contact, purpose__code=code, is_given=True).exists()
