"""Proofs of the books: numbers without gap, totals from lines, pages as printed, money given once, notes that fit."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Field, Max, OuterRef, Prefetch, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from config.common.money import ZERO, as_text
from deals.billing.invoice import Invoice, InvoiceChange, InvoiceLine
from deals.billing.kinds import InvoiceChangeKind, InvoiceKind, InvoiceState
from deals.billing.payment import Payment
from deals.billing.remaining import rule_of
from deals.documents.models import NumberSeries, Series, StoredPdf
from deals.documents.pages import is_intact
from deals.documents.totals import LineInput, TaxRule, compute

_SUMS = ("subtotal", "discount_amount", "net", "tax", "total")
_OF_LINE = ("amount", "discount_share", "net", "tax")
_CHUNK = 500


def numbers_have_no_gap() -> Iterator[Finding]:
    """Find numbers that don't follow on the one before, or carry an earlier day; and counters that say otherwise."""
    place: dict[str, Any] = {
        "partition_by": [F("seller"), F("kind"), F("year")],
        "order_by": F("sequence").asc(),
    }
    rows = Invoice.objects.issued().order_by("pk").annotate(before=Window(Lag("sequence"), **place))
    rows = rows.annotate(day_before=Window(Lag("issued_on"), **place))
    first = Q(before__isnull=True)
    gaps = rows.filter((first & ~Q(sequence=1)) | (~first & ~Q(sequence=F("before") + 1)))
    for pk, number, before in gaps.values_list("pk", "number", "before").iterator():
        sentence = _("%(number)s follows on number %(before)s.")
        yield Finding(Invoice, pk, sentence % {"number": number, "before": before or 0})
    earlier = rows.filter(issued_on__lt=F("day_before"))
    for pk, day, before in earlier.values_list("pk", "issued_on", "day_before").iterator():
        sentence = _("It is dated %(day)s, and the one before %(before)s.")
        yield Finding(Invoice, pk, sentence % {"day": day, "before": before})
    for pk in Invoice.objects.issued().exclude(issued_on__year=F("year")).values_list("pk", flat=True).iterator():
        yield Finding(Invoice, pk, _("Its number is of another year than its day."))
    yield from _counters_at_fault()


def _counters_at_fault() -> Iterator[Finding]:
    last = Invoice.objects.issued().order_by().values_list("seller", "kind", "year")
    given = {tuple(key): top for *key, top in last.annotate(Max("sequence"))}
    series = NumberSeries.objects.filter(series__in=[Series.INVOICE, Series.CREDIT_NOTE])
    for row in series.iterator():
        top = given.pop((row.seller_id, row.series, row.year), 0)
        if top != row.last_number:
            sentence = _("The counter says %(counter)s, and the last number given is %(last)s.")
            yield Finding(NumberSeries, row.pk, sentence % {"counter": row.last_number, "last": top})
    for seller, kind, year in given:
        sentence = _("Seller %(seller)s has numbers of %(kind)s in %(year)s and no counter.")
        yield Finding(NumberSeries, "–", sentence % {"seller": seller, "kind": kind, "year": year})


def totals_are_those_of_the_lines() -> Iterator[Finding]:
    """Find documents whose amounts are not what their lines come to; a credit note's are the sums of its lines."""
    rows = Invoice.objects.exclude(state=InvoiceState.DISCARDED).select_related("currency").order_by("pk")
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position", "pk"))
    for document in rows.prefetch_related(lines, "taxes").iterator(chunk_size=_CHUNK):
        fault = _faulty_sums(document) or (_faulty_parts(document) if document.kind == InvoiceKind.INVOICE else "")
        if fault:
            yield Finding(Invoice, document.pk, fault)


def _faulty_sums(document: Invoice) -> str:
    """Return what doesn't add up within the rows of a document, or an empty string."""
    lines, taxes = document.lines.all(), document.taxes.all()
    sums = {
        "subtotal": sum((each.amount for each in lines), ZERO),
        "discount_amount": sum((each.discount_share for each in lines), ZERO),
        "net": sum((each.base for each in taxes), ZERO),
        "tax": sum((each.amount for each in taxes), ZERO),
    }
    sums["total"] = sums["net"] + sums["tax"]
    for name, value in sums.items():
        if getattr(document, name) != value:
            return _differs(document, name, value)
    by_rule: dict[TaxRule, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        by_rule[rule_of(line)].append(line)
    for tax in taxes:
        parts = by_rule[rule_of(tax)]
        if (tax.base, tax.amount) != (sum((each.net for each in parts), ZERO), sum((each.tax for each in parts), ZERO)):
            return _("The lines of a tax don't come to what its row says.")
    return ""


def _faulty_parts(document: Invoice) -> str:
    """Return where a document differs from what the arithmetic says of its lines, or an empty string."""
    lines, taxes = list(document.lines.all()), list(document.taxes.all())
    totals = compute(
        [LineInput(each.quantity, each.unit_price, each.discount, rule_of(each)) for each in lines],
        minor_units=document.currency.minor_units,
        discount=document.discount,
        prices_include_tax=document.prices_include_tax,
    )
    for name in _SUMS:
        if getattr(document, name) != getattr(totals, name):
            return _differs(document, name, getattr(totals, name))
    for line, reckoned in zip(lines, totals.lines, strict=True):
        if any(getattr(line, name) != getattr(reckoned, name) for name in _OF_LINE):
            return _("Line %(line)s isn't what quantity, price and discounts come to.") % {"line": line.pk}
    found = {rule_of(each): (each.base, each.taxable, each.amount) for each in taxes}
    if found != {each.rule: (each.base, each.taxable, each.tax) for each in totals.taxes}:
        return _("Its taxes aren't what its lines come to.")
    return ""


def _differs(document: Invoice, name: str, value: Decimal) -> str:
    digits = document.currency.minor_units
    labels = {"name": _named(name), "is": as_text(getattr(document, name), digits), "should": as_text(value, digits)}
    return _("“%(name)s” is %(is)s, and its lines come to %(should)s.") % labels


def _named(column: str) -> str:
    field = Invoice._meta.get_field(column)
    return str(field.verbose_name) if isinstance(field, Field) else column


def credit_notes_fit_their_invoice() -> Iterator[Finding]:
    """Find invoices of which more was credited than they say: of a line, of a tax, or in all."""
    notes = Invoice.objects.filter(state=InvoiceState.ISSUED).prefetch_related("lines", "taxes")
    credited = Exists(Invoice.objects.filter(credits=OuterRef("pk"), state=InvoiceState.ISSUED))
    rows = Invoice.objects.filter(credited).order_by("pk").prefetch_related("lines", "taxes")
    for invoice in rows.prefetch_related(Prefetch("credit_notes", notes)).iterator(chunk_size=_CHUNK):
        left = _signed_parts(invoice, 1)
        for note in invoice.credit_notes.all():
            for key, amount in _signed_parts(note, -1).items():
                left[key] += amount
        if any(amount < 0 for amount in left.values()):
            yield Finding(Invoice, invoice.pk, _("More was credited on it than it says."))


def _signed_parts(document: Invoice, sign: int) -> dict[Any, Decimal]:
    """Return the amounts of a document that credit notes take from, by what they are taken of."""
    parts: dict[Any, Decimal] = defaultdict(Decimal, {"total": sign * document.total})
    for line in document.lines.all():
        parts[line.credits_line_id or line.pk] += sign * line.amount
    for tax in document.taxes.all():
        parts[rule_of(tax)] += sign * tax.amount
    return parts


def allocations_fit() -> Iterator[Finding]:
    """Find invoices that got more than they come to, and payments that gave more than they were."""
    over = Invoice.objects.invoices().with_balance().filter(open_amount__lt=0).order_by("pk")
    for pk, amount in over.values_list("pk", "open_amount").iterator():
        sentence = _("It was paid and credited by %(amount)s more than it comes to.")
        yield Finding(Invoice, pk, sentence % {"amount": f"{-amount.normalize():f}"})
    payments: Any = Payment.objects.with_balance()
    for pk, amount in payments.filter(credit__lt=0).order_by("pk").values_list("pk", "credit").iterator():
        sentence = _("It gave %(amount)s more than it was.")
        yield Finding(Payment, pk, sentence % {"amount": f"{-amount.normalize():f}"})


def paid_is_as_the_history_says() -> Iterator[Finding]:
    """Find invoices whose history says paid and that are open, or the other way round; and wrong days of payment."""
    kinds = (InvoiceChangeKind.PAID, InvoiceChangeKind.REOPENED)
    last = InvoiceChange.objects.filter(document=OuterRef("pk"), kind__in=kinds).order_by("-pk").values("kind")[:1]
    rows = Invoice.objects.invoices().issued().with_balance().annotate(last=Coalesce(Subquery(last), Value("")))
    is_paid = Q(open_amount__lte=0) & ~(~Q(credited=0) & Q(credited__gte=F("total")))
    says_paid = Q(last=InvoiceChangeKind.PAID)
    wrong = rows.filter((Q(open_amount__gt=0) & says_paid) | (is_paid & ~says_paid)).order_by("pk")
    for pk, amount in wrong.values_list("pk", "open_amount").iterator():
        sentence = _("%(amount)s is open, and its history says otherwise.")
        yield Finding(Invoice, pk, sentence % {"amount": f"{amount.normalize():f}"})
    columns = ("pk", "issued_on", "due_on", "payment_days")
    for pk, issued_on, due_on, days in Invoice.objects.issued().order_by("pk").values_list(*columns).iterator():
        if due_on != issued_on + timedelta(days=days):
            sentence = _("It is due on %(due)s, which isn't %(days)s days after its own day.")
            yield Finding(Invoice, pk, sentence % {"due": due_on, "days": days})


def pages_are_as_printed() -> Iterator[Finding]:
    """Find stored pages whose bytes are not those that were kept."""
    for pages in StoredPdf.objects.order_by("pk").iterator(chunk_size=20):
        if not is_intact(pages):
            yield Finding(StoredPdf, pages.pk, _("Its bytes don't have the SHA-256 that was kept with them."))


def register() -> None:
    """Register the checks; called once when the app is ready."""
    for name, title, find, count in (
        ("invoice_numbers", gettext_lazy("Numbers of invoices have no gap"), numbers_have_no_gap, _issued),
        ("invoice_totals", gettext_lazy("Totals are what the lines come to"), totals_are_those_of_the_lines, _issued),
        ("credit_notes", gettext_lazy("Credit notes fit their invoices"), credit_notes_fit_their_invoice, _issued),
        ("allocations", gettext_lazy("No money is given twice"), allocations_fit, Payment.objects.count),
        ("invoices_paid", gettext_lazy("What the history calls paid is paid"), paid_is_as_the_history_says, _issued),
        ("stored_pages", gettext_lazy("Stored pages are as they were printed"), pages_are_as_printed, _printed),
    ):
        register_check(f"deals.{name}", title, find, count=count)


def _issued() -> int:
    return Invoice.objects.issued().count()


def _printed() -> int:
    return StoredPdf.objects.count()
