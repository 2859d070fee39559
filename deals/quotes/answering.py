"""The customer's answer to exactly one revision: who, when, from where, and the hash of the pages they read."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import as_text
from config.integrations.announcing import announce
from contacts.models import User
from deals import signals
from deals.documents.formats import show_day
from deals.documents.numbering import local_day
from deals.quotes.answer import QuoteAnswer
from deals.quotes.following import follow_acceptance, tell_colleagues
from deals.quotes.history import QuoteChangeKind, record
from deals.quotes.locking import lock_revision
from deals.quotes.mailing import cancel_letters
from deals.quotes.pages import pages_of
from deals.quotes.quote import QuoteState
from deals.quotes.refusing import QuoteRefused, never_sent
from deals.quotes.revision import QuoteRevision
from deals.quotes.standing import Standing, standing


@transaction.atomic
def accept(
    revision: QuoteRevision,
    *,
    name: str,
    address: str | None = None,
    user_agent: str = "",
    recorded_by: User | None = None,
    at: datetime | None = None,
) -> QuoteAnswer:
    """Accept a revision for the customer, and move the deal as the sales policy says, all or nothing.

    ``name`` is who accepted; ``address`` and ``user_agent`` are where from, if on the page. A colleague who heard it
    elsewhere is ``recorded_by``, and ``at`` when the customer said so. Refuses ``quote_not_sent``, ``quote_accepted``,
    ``quote_declined``, ``quote_withdrawn``, ``quote_replaced``, ``quote_expired``, ``answer_needs_name``,
    ``answer_time_impossible``.
    """
    locked = _lock_unanswered(revision, at)
    answer = _keep(
        locked, accepted=True, name=name, address=address, user_agent=user_agent, recorded_by=recorded_by, at=at
    )
    quote = locked.quote
    consequence = follow_acceptance(locked)
    record(quote, QuoteChangeKind.ACCEPTED, revision=locked, by=recorded_by, reason=f"{answer.name}. {consequence}")
    announce(
        signals.quote_accepted,
        subject=quote,
        by=recorded_by,
        revision=locked.revision,
        deal=quote.deal_id,
        total=as_text(locked.total, locked.currency.minor_units),
        currency=locked.currency_id,
    )
    tell_colleagues(answer, consequence)
    return answer


@transaction.atomic
def decline(
    revision: QuoteRevision,
    *,
    name: str,
    reason: str,
    address: str | None = None,
    user_agent: str = "",
    recorded_by: User | None = None,
    at: datetime | None = None,
) -> QuoteAnswer:
    """Decline a revision for the customer, with their reason; the deal stays, and the next revision can be sent.

    Refuses what ``accept`` refuses, and ``decline_needs_reason``.
    """
    locked = _lock_unanswered(revision, at)
    if not reason.strip():
        raise QuoteRefused(_("Say in a few words why you decline."), code="decline_needs_reason")
    answer = _keep(
        locked,
        accepted=False,
        name=name,
        reason=reason.strip()[:1000],
        address=address,
        user_agent=user_agent,
        recorded_by=recorded_by,
        at=at,
    )
    quote = locked.quote
    said = f"{answer.name}: {answer.reason}"
    record(quote, QuoteChangeKind.DECLINED, revision=locked, by=recorded_by, reason=said)
    announce(signals.quote_declined, subject=quote, by=recorded_by, revision=locked.revision, deal=quote.deal_id)
    tell_colleagues(answer)
    return answer


def refusal_of(revision: QuoteRevision, stands: Standing) -> QuoteRefused | None:
    """Return why a revision can't be answered, in words for the customer and for us; None if it can."""
    labels = {"quote": revision.quote, "day": show_day(revision.valid_until) if revision.valid_until else ""}
    sentences = {
        Standing.ACCEPTED: _("%(quote)s was accepted already."),
        Standing.DECLINED: _("%(quote)s was declined already. Ask for a new version if that has changed."),
        Standing.WITHDRAWN: _("%(quote)s was withdrawn and can't be answered any more. Ask for a new quote."),
        Standing.REPLACED: _("There is a newer version of %(quote)s, which was sent to you. Answer that one."),
        Standing.EXPIRED: _("%(quote)s was valid until %(day)s. Ask for more time to answer."),
    }
    if stands not in sentences:
        return None
    return QuoteRefused(sentences[stands] % labels, code=f"quote_{stands}")


def _lock_unanswered(revision: QuoteRevision, at: datetime | None) -> QuoteRevision:
    locked = lock_revision(revision)
    if locked.sent_at is None:
        raise never_sent(locked.quote)
    if at is not None and not locked.sent_at <= at <= timezone.now():
        sentence = _("The answer must have come after the quote was sent, and not in the future.")
        raise QuoteRefused(sentence, code="answer_time_impossible")
    refusal = refusal_of(locked, standing(locked, local_day(locked.quote.seller, at)))
    if refusal is not None:
        raise refusal
    return locked


def _keep(
    revision: QuoteRevision,
    *,
    accepted: bool,
    name: str,
    address: str | None,
    user_agent: str,
    recorded_by: User | None,
    at: datetime | None,
    reason: str = "",
) -> QuoteAnswer:
    if not name.strip():
        raise QuoteRefused(_("Give the name of who answers."), code="answer_needs_name")
    quote = revision.quote
    answer = QuoteAnswer.objects.create(
        quote=quote,
        revision=revision,
        accepted=accepted,
        name=name.strip()[:200],
        reason=reason,
        at=at or timezone.now(),
        address=address,
        user_agent=user_agent[:300],
        sha256=pages_of(revision).sha256,
        recorded_by=recorded_by,
    )
    quote.state = QuoteState.ACCEPTED if accepted else QuoteState.DECLINED
    quote.save(update_fields=["state", "updated_at"])
    cancel_letters(quote, reason=_("The customer answered."))
    return answer
