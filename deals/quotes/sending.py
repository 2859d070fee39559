"""Sending: a draft becomes what the customer has, numbered, dated, copied, printed and mailed in one transaction."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.integrations.announcing import announce
from contacts.models import User
from contacts.people.contact import normalise_email
from deals import signals
from deals.documents.numbering import local_day, take_number
from deals.documents.parties import address_of, buyer_copy, seller_copy
from deals.documents.pricing import price
from deals.documents.seller import Series
from deals.quotes.discounting import assess, check_approved
from deals.quotes.drafting import change_revision, check_no_draft, revise
from deals.quotes.history import QuoteChangeKind, record
from deals.quotes.locking import draft_of, last_sent, lock_quote
from deals.quotes.mailing import cancel_letters, queue_letter
from deals.quotes.pages import pages_of
from deals.quotes.quote import Quote, QuoteState
from deals.quotes.refusing import QuoteRefused, check_not_over, never_sent
from deals.quotes.revision import QuoteRevision
from deals.quotes.standing import Standing, standing

_SENT = ("issued_on", "sent_at", "sent_by", "sent_to", "seller_copy", "buyer_copy", "updated_at")


@transaction.atomic
def send(
    quote: Quote,
    *,
    by: User,
    to: str | None = None,
    message: str = "",
    by_email: bool = True,
    kind: QuoteChangeKind = QuoteChangeKind.SENT,
) -> QuoteRevision:
    """Send the draft of a quote: from then on it never changes, and the one sent before is replaced.

    It is taxed at today's rates, gets the quote's number at the first sending, and is mailed with its pages and the
    link to the contact's address or ``to``; with ``by_email=False`` it counts as sent, and ``link_for`` gives the link
    to hand over. ``message`` is written above the letter.

    Refuses ``no_draft``, ``quote_accepted``, ``quote_withdrawn``, ``quote_without_lines``, ``quote_without_buyer``,
    ``no_address``, ``valid_until_past``, ``seller_inactive``, ``approval_needed``, ``approval_pending``,
    ``approval_refused``. Raises TaxRateMissing, AmountTooLarge; ValidationError for an address that is none.
    """
    quote = lock_quote(quote.pk)
    check_not_over(quote)
    draft = draft_of(quote)
    if draft is None:
        sentence = _("There is nothing new in %(quote)s to be sent. Make the next revision first.")
        raise QuoteRefused(sentence % {"quote": quote}, code="no_draft")
    draft.sent_to = _address(quote, to) if by_email else ""
    _check_complete(draft)
    price(draft, country=quote.seller.country, day=local_day(quote.seller))
    assess(draft, by=by, sending=True)
    check_approved(draft, by=by)
    _make_fact(draft, by=by)
    cancel_letters(quote, reason=_("A newer revision was sent."))
    record(quote, kind, revision=draft, by=by, reason=draft.sent_to)
    announce(signals.quote_sent, subject=quote, by=by, revision=draft.revision, deal=quote.deal_id)
    pages = pages_of(draft)
    if by_email:
        queue_letter(draft, to=draft.sent_to, by=by, message=message, pages=pages)
    return draft


@transaction.atomic
def extend(
    quote: Quote, *, until: date, by: User, to: str | None = None, message: str = "", by_email: bool = True
) -> QuoteRevision:
    """Let the customer answer until a later day: the next revision, the same but for the day, is made and sent.

    What was sent never changes, and what the customer accepts says itself until when it was valid; so a longer time is
    a new revision. It goes where the last one went unless ``to`` says otherwise. Refuses ``quote_not_sent``,
    ``quote_declined``, ``revision_in_draft``, ``not_later``, and what ``send`` refuses.
    """
    quote = lock_quote(quote.pk)
    check_not_over(quote)
    older = last_sent(quote)
    if older is None:
        raise never_sent(quote)
    if standing(older) not in (Standing.SENT, Standing.EXPIRED):
        sentence = _("%(quote)s was declined. Make the next revision and offer something better.")
        raise QuoteRefused(sentence % {"quote": quote}, code="quote_declined")
    check_no_draft(quote)
    if older.valid_until and until <= older.valid_until:
        sentence = _("It is valid until %(day)s already. Choose a later day.")
        raise QuoteRefused(sentence % {"day": older.valid_until}, code="not_later")
    change_revision(revise(quote, by=by), by=by, valid_until=until)
    to = to or older.sent_to or None
    return send(quote, by=by, to=to, message=message, by_email=by_email, kind=QuoteChangeKind.EXTENDED)


@transaction.atomic
def send_again(quote: Quote, *, by: User, to: str | None = None, message: str = "") -> QuoteRevision:
    """Mail the revision that counts once more, as a reminder or because the letter got lost; nothing else changes.

    Refuses ``quote_not_sent``, ``quote_accepted``, ``quote_withdrawn``, ``quote_declined``, ``quote_expired``,
    ``no_address``.
    """
    quote = lock_quote(quote.pk)
    check_not_over(quote)
    current = last_sent(quote)
    if current is None:
        raise never_sent(quote)
    stands = standing(current)
    if stands != Standing.SENT:
        sentence = _("%(quote)s is %(standing)s. Send the next revision instead.")
        labels = {"quote": quote, "standing": stands.label.lower()}
        raise QuoteRefused(sentence % labels, code=f"quote_{stands}")
    address = _address(quote, to or current.sent_to or None)
    queue_letter(current, to=address, by=by, message=message, pages=pages_of(current))
    return current


def _address(quote: Quote, to: str | None) -> str:
    address = to or address_of(quote.contact)
    if not address:
        sentence = _(
            "There is no e-mail address to send %(quote)s to. Add one to the contact, give another one, "
            "or mark it as sent and hand over the link."
        )
        raise QuoteRefused(sentence % {"quote": quote}, code="no_address")
    try:
        return normalise_email(address)
    except ValidationError as error:
        raise ValidationError({"to": error.messages}) from error


def _check_complete(draft: QuoteRevision) -> None:
    quote = draft.quote
    if not draft.lines.exists():
        raise QuoteRefused(_("There is nothing on this quote. Add a line first."), code="quote_without_lines")
    if not (quote.deal.company or quote.contact):
        raise QuoteRefused(_("Choose whom the quote is for first."), code="quote_without_buyer")
    if not quote.seller.is_active:
        sentence = _("%(seller)s issues nothing any more. Draft the quote for another seller.")
        raise QuoteRefused(sentence % {"seller": quote.seller}, code="seller_inactive")
    _check_valid(draft, local_day(quote.seller))


def _check_valid(draft: QuoteRevision, day: date) -> None:
    if draft.valid_until is None or draft.valid_until < day:
        sentence = _("Choose until when the quote is valid: today or a later day.")
        raise QuoteRefused(sentence, code="valid_until_past")


def _make_fact(draft: QuoteRevision, *, by: User) -> None:
    """Date, number and freeze a locked draft. The number is taken as late as can be: others wait for it."""
    quote, priced_on = draft.quote, local_day(draft.quote.seller)
    draft.seller_copy = seller_copy(quote.seller, draft.language)
    draft.buyer_copy = buyer_copy(quote.deal.company, quote.contact, draft.language)
    day = priced_on
    if not quote.number:
        numbered = take_number(quote.seller, Series.QUOTE)
        quote.number, quote.year, quote.sequence = numbered.number, numbered.year, numbered.sequence
        day = numbered.day
    if day != priced_on:
        # Midnight passed, or the last one is dated ahead: the day that counts is the one it carries.
        price(draft, country=quote.seller.country, day=day)
        _check_valid(draft, day)
    draft.issued_on, draft.sent_at, draft.sent_by = day, timezone.now(), by
    draft.save(update_fields=_SENT)
    quote.state = QuoteState.SENT
    quote.save(update_fields=["state", "number", "year", "sequence", "updated_at"])
