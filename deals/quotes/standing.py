"""How a quote and each of its revisions stand on a day. Expired and replaced are derived, never stored."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from deals.documents.models import Seller
from deals.documents.numbering import local_day
from deals.quotes.answer import QuoteAnswer
from deals.quotes.locking import draft_of, last_sent
from deals.quotes.quote import Quote, QuoteState
from deals.quotes.revision import QuoteRevision


class Standing(models.TextChoices):
    """What a quote, or one of its revisions, is worth on a day."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    EXPIRED = "expired", _("Expired")
    REPLACED = "replaced", _("Replaced")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


def standing(revision: QuoteRevision, day: date | None = None) -> Standing:
    """Return how a revision stands on a day (today where the seller is).

    An answer belongs to its revision for ever; what was replaced before it was answered is replaced, whatever became
    of the quote.
    """
    quote = revision.quote
    if revision.sent_at is None:
        return Standing.WITHDRAWN if quote.state == QuoteState.WITHDRAWN else Standing.DRAFT
    answer = QuoteAnswer.objects.filter(revision=revision.pk).values_list("accepted", flat=True).first()
    if answer is not None:
        return Standing.ACCEPTED if answer else Standing.DECLINED
    if quote.revisions.filter(revision__gt=revision.revision, sent_at__isnull=False).exists():
        return Standing.REPLACED
    if quote.state == QuoteState.WITHDRAWN:
        return Standing.WITHDRAWN
    return Standing.EXPIRED if _is_past(revision.valid_until, day or local_day(quote.seller)) else Standing.SENT


def standing_of_quote(quote: Quote, day: date | None = None) -> Standing:
    """Return how a quote stands: its state, or expired if it waits for an answer that can't come any more."""
    if quote.state != QuoteState.SENT:
        return Standing(quote.state)
    current = last_sent(quote)
    until = current.valid_until if current else None
    return Standing.EXPIRED if _is_past(until, day or local_day(quote.seller)) else Standing.SENT


def current_revision(quote: Quote) -> QuoteRevision | None:
    """Return the revision that a quote shows: the last one sent, else the first draft."""
    return last_sent(quote) or draft_of(quote)


def with_standing(quotes: "QuerySet[Quote]", day: date | None = None) -> "QuerySet[Quote]":
    """Add to each quote, for lists: ``current`` (id of the revision shown), its ``revision_number``, ``total``,
    ``currency_code`` and ``valid_until``, and ``standing`` as ``standing_of_quote`` reckons it.

    Costs one small query for the sellers' time zones besides the list's own.
    """
    is_expired = Q(state=QuoteState.SENT) & _past_of_seller(day)
    return with_current(quotes).annotate(
        standing=Case(
            When(is_expired, then=Value(Standing.EXPIRED.value)),
            default=F("state"),
            output_field=models.CharField(max_length=9),
        )
    )


def with_current(quotes: "QuerySet[Quote]") -> "QuerySet[Quote]":
    """Add to each quote what ``with_standing`` adds besides the standing, and when ``current`` was ``last_sent_at``."""
    shown = QuoteRevision.objects.filter(quote=OuterRef("pk"))
    newest = shown.filter(sent_at__isnull=False).order_by("-revision")
    draft = shown.filter(sent_at__isnull=True).order_by("-revision")

    def column(name: str) -> Coalesce:
        return Coalesce(Subquery(newest.values(name)[:1]), Subquery(draft.values(name)[:1]))

    columns: dict[str, Any] = {
        "current": column("pk"),
        "revision_number": column("revision"),
        "total": column("total"),
        "currency_code": column("currency"),
        "currency_digits": column("currency__minor_units"),
        "valid_until": column("valid_until"),
        "last_sent_at": Subquery(newest.values("sent_at")[:1]),
    }
    return quotes.annotate(**columns)


def standing_of_row(quote: Any) -> Standing:
    """Return how a quote that ``with_current`` read together with its seller stands today where the seller is."""
    is_expired = quote.state == QuoteState.SENT and _is_past(quote.valid_until, local_day(quote.seller))
    return Standing.EXPIRED if is_expired else Standing(quote.state)


def _past_of_seller(day: date | None) -> Q:
    """Return the condition that a quote's last day is past, by the calendar of its seller."""
    if day is not None:
        return Q(valid_until__lt=day)
    past = Q(pk__in=[])
    for seller in Seller.objects.order_by("pk"):
        past |= Q(seller=seller.pk, valid_until__lt=local_day(seller))
    return past


def _is_past(until: date | None, day: date) -> bool:
    return until is not None and until < day
