"""Drafts of quotes: copied from a deal or from what was sent before, changed and discarded until they are sent."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Contact, User
from deals.documents.defaults import language_of, main_person, usual_seller
from deals.documents.drafting import DraftLine, lines_of, lines_of_deal, write_lines
from deals.documents.models import Seller
from deals.documents.numbering import local_day
from deals.documents.pricing import price
from deals.pipeline.deal import Deal, Outcome
from deals.policy.models import SalesPolicy
from deals.quotes.discounting import assess
from deals.quotes.history import QuoteChangeKind, record
from deals.quotes.locking import draft_of, last_sent, lock_quote, lock_revision
from deals.quotes.quote import Quote
from deals.quotes.refusing import QuoteRefused, check_not_over, never_sent
from deals.quotes.revision import QuoteRevision

# What the next revision takes over from the one before.
_COPIED = ("currency", "language", "prices_include_tax", "discount", "terms", "introduction", "discount_from_list")


class RevisionChanges(TypedDict, total=False):
    """What the author of a draft decides."""

    lines: Sequence[DraftLine]
    discount: Decimal
    valid_until: date
    terms: str
    introduction: str
    language: str
    prices_include_tax: bool
    contact: Contact | None


@transaction.atomic
def draft_quote(deal: Deal, *, by: User, seller: Seller | None = None, contact: Contact | None = None) -> Quote:
    """Draft a quote with the lines of a deal, in its currency and the customer's language, priced as of today.

    Validity, terms of payment and whether prices include tax follow the sales policy. A deal without lines gives one
    line with its name and amount, or none without an amount. Refuses ``deal_lost``; raises SellerMissing,
    TaxRateMissing, AmountTooLarge.
    """
    if deal.outcome == Outcome.LOST:
        sentence = _("“%(deal)s” is lost. Reopen it with a reason to quote again.")
        raise QuoteRefused(sentence % {"deal": deal}, code="deal_lost")
    seller, contact = seller or usual_seller(), contact or main_person(deal)
    policy = SalesPolicy.objects.current()
    quote = Quote(deal=deal, seller=seller, contact=contact, created_by=by)
    quote.full_clean()
    quote.save()
    language = language_of(deal.company, contact)
    revision = QuoteRevision(
        quote=quote,
        currency=deal.currency,
        language=language,
        terms=_usual_terms(policy, language),
        prices_include_tax=policy.prices_include_tax,
        valid_until=local_day(seller) + timedelta(days=policy.quote_valid_days),
    )
    revision.save()
    write_lines(revision, lines_of_deal(deal) or _whole(deal))
    _reckon(revision, by=by)
    record(quote, QuoteChangeKind.DRAFTED, revision=revision, by=by)
    return quote


@transaction.atomic
def change_revision(revision: QuoteRevision, *, by: User, **changes: Unpack[RevisionChanges]) -> QuoteRevision:
    """Change a draft and price it anew; ``lines`` replace all that there are.

    A discount above what was approved, or above what one may give, needs approval anew. Refuses ``revision_sent``,
    ``quote_accepted``, ``quote_withdrawn``; raises ValidationError with the fields at fault, TaxRateMissing,
    AmountTooLarge.
    """
    draft = _lock_draft(revision)
    columns: dict[str, Any] = {name: value for name, value in changes.items() if name not in ("lines", "contact")}
    if unknown := columns.keys() - RevisionChanges.__annotations__.keys():
        raise TypeError(f"Nobody decides {sorted(unknown)} of a quote.")
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.full_clean(exclude=["quote"])
    _check_valid_until(draft, columns)
    draft.save(update_fields=[*columns, "updated_at"])
    if "lines" in changes:
        write_lines(draft, changes["lines"])
    if "contact" in changes:
        draft.quote.contact = changes["contact"]
    _reckon(draft, by=by)
    draft.quote.save(update_fields=["contact", "updated_at"])
    return draft


@transaction.atomic
def revise(quote: Quote, *, by: User) -> QuoteRevision:
    """Draft the next revision from the last one sent, at its prices. The customer can answer that one until this is
    sent.

    What was sent at a discount can be sent again at it without asking. Refuses ``quote_not_sent``,
    ``revision_in_draft``, ``quote_accepted``, ``quote_withdrawn``.
    """
    quote = lock_quote(quote.pk)
    check_not_over(quote)
    older = last_sent(quote)
    if older is None:
        raise never_sent(quote)
    check_no_draft(quote)
    newer = QuoteRevision(quote=quote, revision=older.revision + 1, **{name: getattr(older, name) for name in _COPIED})
    newer.approved_discount = older.discount_from_list
    newer.approved_by = older.approved_by or older.sent_by
    newer.valid_until = _valid_until(older)
    newer.save()
    write_lines(newer, lines_of(older))
    _reckon(newer, by=by)
    record(quote, QuoteChangeKind.REVISED, revision=newer, by=by)
    quote.save(update_fields=["updated_at"])
    return newer


@transaction.atomic
def discard_revision(revision: QuoteRevision, *, by: User) -> None:
    """Throw the draft of a further revision away; the one the customer has still counts.

    Refuses ``revision_sent`` and ``first_revision``: a quote that was never sent is withdrawn as a whole.
    """
    draft = _lock_draft(revision)
    if draft.revision == 1:
        sentence = _("%(quote)s has nothing but this draft. Withdraw the quote instead.")
        raise QuoteRefused(sentence % {"quote": draft.quote}, code="first_revision")
    record(draft.quote, QuoteChangeKind.DISCARDED, revision=draft, by=by)
    draft.quote.save(update_fields=["updated_at"])
    draft.delete()


def check_no_draft(quote: Quote) -> None:
    """Refuse to begin a revision while another is being written."""
    draft = draft_of(quote)
    if draft is not None:
        sentence = _("Revision %(number)s of %(quote)s is being written already. Change that one, or discard it.")
        labels = {"number": draft.revision, "quote": quote}
        raise QuoteRefused(sentence % labels, code="revision_in_draft", facts={"revision": draft.revision})


def _lock_draft(revision: QuoteRevision) -> QuoteRevision:
    draft = lock_revision(revision)
    check_not_over(draft.quote)
    if not draft.is_draft:
        sentence = _("Revision %(number)s of %(quote)s was sent and never changes. Make the next revision.")
        labels = {"number": draft.revision, "quote": draft.quote}
        raise QuoteRefused(sentence % labels, code="revision_sent")
    return draft


def _reckon(draft: QuoteRevision, *, by: User) -> None:
    price(draft, country=draft.quote.seller.country, day=local_day(draft.quote.seller))
    assess(draft, by=by)


def _check_valid_until(draft: QuoteRevision, changed: dict[str, Any]) -> None:
    if "valid_until" in changed and draft.valid_until and draft.valid_until < local_day(draft.quote.seller):
        raise ValidationError({"valid_until": [_("That day is past. Choose today or a later day.")]})


def _valid_until(older: QuoteRevision) -> date:
    """Return the day of the revision before; if it is near or past, as many days from now as the policy gives."""
    usual = local_day(older.quote.seller) + timedelta(days=SalesPolicy.objects.current().quote_valid_days)
    return max(usual, older.valid_until or usual)


def _usual_terms(policy: SalesPolicy, language: str) -> str:
    days = policy.payment_days
    with translation.override(language):
        sentence = ngettext(
            "Payment within %(days)s day of the invoice.", "Payment within %(days)s days of the invoice.", days
        )
        return sentence % {"days": days}


def _whole(deal: Deal) -> list[DraftLine]:
    return [DraftLine(description=deal.name, unit_price=deal.amount)] if deal.amount else []
