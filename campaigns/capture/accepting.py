"""What was posted counts: a contact, their consents, a touch, a lead; all in one transaction."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.capture.form import AskFor
from campaigns.capture.joining import join_visitor
from campaigns.capture.people import Told, find_or_add
from campaigns.capture.recording import record_touch
from campaigns.capture.submission import Submission, SubmissionState
from campaigns.capture.touch import TouchKind, TouchSource
from config.integrations.announcing import announce
from contacts.consent.models import ConsentSource
from contacts.consent.recording import record_consent
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance_by_rule
from contacts.messages.queueing import notify
from contacts.models import Contact
from contacts.people.contact import Source
from contacts.people.stages import LifecycleStage

NOTICE = "form_accepted"


@transaction.atomic
def accept(submission: Submission, *, now: datetime) -> Submission:
    """Make a post count; one that counts already is returned as it is.

    Call it with the row locked or just made. A person whom we know keeps what we know; only what is empty is filled.
    """
    if submission.state == SubmissionState.ACCEPTED:
        return submission
    form, cause = submission.form, _cause(submission)
    told = _told(submission)
    contact, is_new = find_or_add(told, owner=form.owner, cause=cause, source=Source.FORM, at=now)
    for text in submission.texts.select_related("purpose"):
        record_consent(
            contact,
            text.purpose,
            is_given=True,
            source=ConsentSource.FORM,
            text=text,
            evidence=_("Form “%(form)s”") % {"form": form.name},
            at=min(submission.at, now),
        )
    visitor = join_visitor(submission.visitor, contact, now=now)
    submission.state, submission.contact, submission.visitor = SubmissionState.ACCEPTED, contact, visitor
    submission.expires_at = None
    submission.save(update_fields=["state", "contact", "visitor", "confirmed_at", "expires_at", "updated_at"])
    touch = record_touch(
        campaign=form.campaign,
        channel=submission.channel,
        kind=TouchKind.FORM,
        at=submission.at,
        source=TouchSource.FORM,
        contact=contact,
        visitor=visitor,
        submission=submission,
        detail=form.name,
    )
    if not is_new:
        advance_by_rule(contact, to=LifecycleStage.LEAD, cause=cause, at=now)
    facts = {"form": form.pk, "contact": contact.pk, "touch": touch.pk, "is_new": is_new}
    announce(signals.form_accepted, subject=submission, **facts)
    _tell_owner(submission, contact)
    return submission


def _cause(submission: Submission) -> Cause:
    labels = {"form": submission.form.name, "campaign": submission.form.campaign.name}
    words = _("Filled in the form “%(form)s” of the campaign “%(campaign)s”") % labels
    return Cause(CauseKind.RULE, words, submission)


def _told(submission: Submission) -> Told:
    answers: Mapping[str, str] = submission.answers
    said = {
        field.asks_for: answers.get(str(field.pk), "").strip()
        for field in submission.form.fields.all()
        if field.asks_for not in (AskFor.CHOICE, AskFor.MESSAGE)
    }
    return Told(
        email=submission.email,
        name=said.get(AskFor.NAME, ""),
        phone=said.get(AskFor.PHONE, ""),
        company=said.get(AskFor.COMPANY, ""),
        role=said.get(AskFor.JOB, ""),
        country=said.get(AskFor.COUNTRY, ""),
        language=submission.form.language,
        source_detail=submission.form.name,
    )


def _tell_owner(submission: Submission, contact: Contact) -> None:
    owner = contact.owner or submission.form.owner
    if owner is None:
        return
    with translation.override(owner.language):
        labels = {"name": contact.full_name, "form": submission.form.name, "campaign": submission.form.campaign.name}
        notify(
            owner,
            key=f"form:{submission.pk}",
            kind=NOTICE,
            title=_("%(name)s filled in “%(form)s”") % labels,
            body=_("Campaign “%(campaign)s”") % labels,
            about=contact,
        )
