"""Proofs of quotes: states, answers and their hashes, numbers without gap, pages that are there, totals from lines."""

from collections.abc import Iterator

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, Subquery, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from config.common.money import as_text
from deals.documents.models import NumberSeries, PricedLine, Series, StoredPdf, TaxSummary
from deals.documents.totals import LineInput, TaxRule, compute
from deals.quotes.answer import QuoteAnswer
from deals.quotes.history import QuoteChange
from deals.quotes.quote import Quote, QuoteState
from deals.quotes.revision import QuoteLine, QuoteRevision, RevisionQuerySet

_SUMS = ("subtotal", "discount_amount", "net", "tax", "total")
_OF_LINE = ("amount", "discount_share", "net", "tax")
_CHUNK = 500


def quotes_stand_where_their_history_ends() -> Iterator[Finding]:
    """Find quotes whose state differs from the newest row of their history, or that have none."""
    newest = QuoteChange.objects.filter(quote=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    rows = Quote.objects.order_by("pk").annotate(ends_in=Subquery(newest))
    for pk, state, ends_in in rows.filter(~Q(state=F("ends_in")) | Q(ends_in=None)).values_list(
        "pk", "state", "ends_in"
    ):
        sentence = _("It is %(state)s, and its history ends with %(ends_in)s.")
        yield Finding(Quote, pk, sentence % {"state": state, "ends_in": ends_in or "–"})


def answers_are_to_what_was_read() -> Iterator[Finding]:
    """Find answers without the hash of their revision's pages, and quotes whose state is not what was answered."""
    pages = StoredPdf.objects.filter(
        document_type=QuoteRevision._meta.label_lower, document_id=OuterRef("revision")
    ).values("sha256")[:1]
    rows = QuoteAnswer.objects.order_by("pk").annotate(printed=Subquery(pages))
    for pk, sha256, printed in rows.values_list("pk", "sha256", "printed").iterator():
        if sha256 != printed:
            sentence = _("It carries the hash %(kept)s, and the pages of its revision have %(printed)s.")
            yield Finding(QuoteAnswer, pk, sentence % {"kept": sha256, "printed": printed or "–"})
    yes = QuoteAnswer.objects.filter(quote=OuterRef("pk"), accepted=True)
    quotes = Quote.objects.order_by("pk").annotate(is_answered=Exists(yes))
    for pk in quotes.filter(state=QuoteState.ACCEPTED, is_answered=False).values_list("pk", flat=True).iterator():
        yield Finding(Quote, pk, _("It is accepted, and nobody's answer says so."))
    for pk in (
        quotes.exclude(state=QuoteState.ACCEPTED).filter(is_answered=True).values_list("pk", flat=True).iterator()
    ):
        yield Finding(Quote, pk, _("Its answer says that it is accepted, and its state does not."))


def numbers_have_no_gap() -> Iterator[Finding]:
    """Find numbers that don't follow on the one before, and counters that say otherwise."""
    numbered = Quote.objects.exclude(number="")
    rows = numbered.order_by("pk").annotate(
        before=Window(Lag("sequence", default=0), partition_by=[F("seller"), F("year")], order_by=F("sequence").asc())
    )
    for pk, number, before in rows.exclude(sequence=F("before") + 1).values_list("pk", "number", "before").iterator():
        yield Finding(Quote, pk, _("%(number)s follows on number %(before)s.") % {"number": number, "before": before})
    tops = numbered.order_by().values_list("seller", "year").annotate(Max("sequence"))
    given = {(seller, year): top for seller, year, top in tops}
    for row in NumberSeries.objects.filter(series=Series.QUOTE).iterator():
        top = given.pop((row.seller_id, row.year), 0)
        if top != row.last_number:
            sentence = _("The counter says %(counter)s, and the last number given is %(last)s.")
            yield Finding(NumberSeries, row.pk, sentence % {"counter": row.last_number, "last": top})
    for seller, year in given:
        sentence = _("Seller %(seller)s has numbers of quotes in %(year)s and no counter.")
        yield Finding(NumberSeries, "–", sentence % {"seller": seller, "year": year})


def sent_revisions_have_their_pages() -> Iterator[Finding]:
    """Find revisions that the customer has and whose pages were not kept."""
    pages = StoredPdf.objects.filter(document_type=QuoteRevision._meta.label_lower, document_id=OuterRef("pk"))
    for pk in _sent().filter(~Exists(pages)).order_by("pk").values_list("pk", flat=True).iterator():
        yield Finding(QuoteRevision, pk, _("It was sent, and its pages were not kept."))


def totals_are_those_of_the_lines() -> Iterator[Finding]:
    """Find sent revisions whose amounts are not what the arithmetic says of their lines."""
    lines = Prefetch("lines", QuoteLine.objects.order_by("position", "pk"))
    rows = _sent().select_related("currency").prefetch_related(lines, "taxes").order_by("pk")
    for revision in rows.iterator(chunk_size=_CHUNK):
        fault = _fault(revision)
        if fault:
            yield Finding(QuoteRevision, revision.pk, fault)


def _fault(revision: QuoteRevision) -> str:
    lines, digits = list(revision.lines.all()), revision.currency.minor_units
    totals = compute(
        [LineInput(each.quantity, each.unit_price, each.discount, _rule(each, each.tax_category, each.tax_rate))
         for each in lines],
        minor_units=digits,
        discount=revision.discount,
        prices_include_tax=revision.prices_include_tax,
    )  # fmt: skip
    for name in _SUMS:
        stored, reckoned = getattr(revision, name), getattr(totals, name)
        if stored != reckoned:
            sentence = _("“%(name)s” is %(is)s, and its lines come to %(should)s.")
            return sentence % {"name": name, "is": as_text(stored, digits), "should": as_text(reckoned, digits)}
    for line, part in zip(lines, totals.lines, strict=True):
        if any(getattr(line, name) != getattr(part, name) for name in _OF_LINE):
            return _("Line %(line)s isn't what quantity, price and discounts come to.") % {"line": line.pk}
    found = {
        _rule(each, each.category, each.rate): (each.base, each.taxable, each.amount) for each in revision.taxes.all()
    }
    if found != {each.rule: (each.base, each.taxable, each.tax) for each in totals.taxes}:
        return _("Its taxes aren't what its lines come to.")
    return ""


def _rule(row: PricedLine | TaxSummary, category: str, rate: object) -> TaxRule:
    return TaxRule(category, rate, row.base_numerator, row.base_denominator)  # type: ignore[arg-type]


def _sent() -> RevisionQuerySet:
    return QuoteRevision.objects.sent()


def _numbered() -> int:
    return Quote.objects.exclude(number="").count()


def register() -> None:
    """Register the checks; called once when the app is ready."""
    for name, title, find, count in (
        (
            "quote_states",
            gettext_lazy("Quotes stand where their history ends"),
            quotes_stand_where_their_history_ends,
            Quote.objects.count,
        ),
        (
            "quote_answers",
            gettext_lazy("Answers carry the hash of the pages that were read"),
            answers_are_to_what_was_read,
            QuoteAnswer.objects.count,
        ),
        ("quote_numbers", gettext_lazy("Numbers of quotes have no gap"), numbers_have_no_gap, _numbered),
        (
            "quote_pages",
            gettext_lazy("Sent quotes have their pages"),
            sent_revisions_have_their_pages,
            lambda: _sent().count(),
        ),
        (
            "quote_totals",
            gettext_lazy("Totals of quotes are what their lines come to"),
            totals_are_those_of_the_lines,
            lambda: _sent().count(),
        ),
    ):
        register_check(f"deals.{name}", title, find, count=count)
