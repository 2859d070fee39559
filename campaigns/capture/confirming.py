"""Double opt-in: the mail with the signed link, the confirmation, and what expires without one."""

from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.capture.accepting import accept
from campaigns.capture.refusing import CaptureRefused
from campaigns.capture.submission import Submission, SubmissionState
from config.common.links import absolute
from contacts.messages.message import Message
from contacts.messages.queueing import cancel_messages, queue_message

# The place of the page; campaigns.views.urls has it too.
PATH = "/f/confirm/%s/"
KIND = "form_confirmation"
# Nobody can have a stranger's mailbox filled through a form.
MOST_MAILS, WITHIN = 3, timedelta(hours=1)


def token_for(submission: Submission) -> str:
    """Return what stands for a post in its address."""
    return _signer().sign(str(submission.pk))


def submission_of(token: str) -> Submission | None:
    """Return the post that a token stands for; None for a token that we didn't make."""
    try:
        pk = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return Submission.objects.select_related("form__campaign").filter(pk=pk).first()


def queue_confirmation(submission: Submission) -> Message | None:
    """Queue the mail that asks to confirm; none where the address got several in the last hour."""
    asked = Submission.objects.filter(email__iexact=submission.email, state=SubmissionState.UNCONFIRMED)
    if asked.filter(at__gt=submission.at - WITHIN).count() > MOST_MAILS:
        return None
    form = submission.form
    with translation.override(form.language):
        words: dict[str, Any] = {
            "language": form.language,
            "greeting": _("Hello,"),
            "paragraphs": [
                _("somebody, probably you, filled in “%(title)s” with this address.") % {"title": form.title},
                _("Please confirm that it was you. Until then nothing is recorded about you."),
            ],
            "button": _("Confirm"),
            "link": absolute(PATH % token_for(submission)),
            "closing": _("If it wasn't you, there is nothing to do: the link expires in three days."),
        }
        parts = (words["greeting"], *words["paragraphs"], f"{words['button']}:\n{words['link']}", words["closing"])
        return queue_message(
            key=f"form_confirmation:{submission.pk}",
            kind=KIND,
            to=submission.email,
            subject=_("Please confirm: %(title)s") % {"title": form.title},
            text="\n\n".join(parts),
            html=render_to_string("campaigns/public/mail.html", words),
            language=form.language,
            about=submission,
        )


def refusal_of(submission: Submission, *, now: datetime) -> CaptureRefused | None:
    """Return why a post can't be confirmed any more, or None if it can."""
    if submission.state == SubmissionState.ACCEPTED:
        return CaptureRefused(_("This was confirmed already. There is nothing left to do."), code="form_confirmed")
    expired = submission.state == SubmissionState.EXPIRED or (submission.expires_at and submission.expires_at <= now)
    if expired or not submission.form.is_active:
        return CaptureRefused(_("This link has expired. Please fill in the form again."), code="form_link_expired")
    return None


@transaction.atomic
def confirm(submission: Submission, *, now: datetime) -> Submission:
    """Accept a post because its link was followed and confirmed; refused when used or expired."""
    row = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if refusal := refusal_of(row, now=now):
        raise refusal
    row.confirmed_at = now
    return accept(row, now=now)


@transaction.atomic
def expire_submissions(now: datetime, most: int = 500) -> int:
    """Forget what was never confirmed, except that it was: the answers and the address go; return how many."""
    due = Submission.objects.filter(state=SubmissionState.UNCONFIRMED, expires_at__lte=now).order_by("pk")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:most])
    for row in rows:
        cancel_messages(about=row, kind=KIND, reason=_("It was never confirmed."))
        row.texts.clear()
    ids = [row.pk for row in rows]
    Submission.objects.filter(pk__in=ids).update(
        state=SubmissionState.EXPIRED, answers={}, email="", visitor=None, updated_at=now
    )
    return len(ids)


def objection(message: Message) -> str:
    """Return why the mail must not leave any more: what it asks for expired meanwhile."""
    waits = Submission.objects.filter(pk=message.about_id or 0, state=SubmissionState.UNCONFIRMED).exists()
    return "" if waits else _("What it asks to confirm has expired or was confirmed.")


def _signer() -> Signer:
    return Signer(sep=".", salt="campaigns.form_confirmation")
