"""Somebody posts a form: kept until it is confirmed, or accepted at once; the same page twice is one post."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from campaigns.capture.accepting import accept
from campaigns.capture.confirming import queue_confirmation
from campaigns.capture.form import WebForm
from campaigns.capture.page_keys import PageKey
from campaigns.capture.submission import Submission, SubmissionState
from campaigns.capture.touch import Visitor
from contacts.consent.models import ConsentText
from contacts.people.contact import normalise_email

# How long a link to confirm is good.
CONFIRM_WITHIN = timedelta(days=3)


def post_form(
    form: WebForm,
    *,
    page: PageKey,
    email: str,
    answers: Mapping[str, str],
    texts: Sequence[ConsentText],
    visitor: Visitor | None,
    now: datetime,
) -> Submission:
    """Keep what was posted and accept it, or ask for confirmation first. ``answers`` by the field's id as text.

    The same page posted again with the same address is one post; another person at the same page is another one.
    """
    # Keyed: what stays of a post that was forgotten tells nobody's address.
    person = salted_hmac("campaigns.page_key", f"{page.nonce} {normalise_email(email)}").hexdigest()[:16]
    page_key = f"{page.nonce}.{person}"
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                form=form,
                state=SubmissionState.UNCONFIRMED,
                at=now,
                channel_id=page.channel_id,
                answers=dict(answers),
                email=email,
                visitor=visitor,
                page_key=page_key,
                expires_at=now + CONFIRM_WITHIN,
            )
            submission.texts.set(texts)
            if form.double_opt_in:
                queue_confirmation(submission)
            else:
                accept(submission, now=now)
    except IntegrityError:
        known: Submission | None = Submission.objects.filter(form=form, page_key=page_key).first()
        if known is None:
            raise
        return known
    return submission


def turn_away(form: WebForm) -> None:
    """Count a post by a program; nothing else is kept of it."""
    WebForm.objects.filter(pk=form.pk).update(turned_away=F("turned_away") + 1)
