"""The figures that headings, badges and tiles show of invoices and payments: each is computed here and nowhere else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, OuterRef, Q, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import ZERO, show_money, show_number
from deals.billing.invoice import InvoiceQuerySet
from deals.billing.kinds import InvoiceStatus
from deals.billing.payment import PaymentQuerySet
from deals.catalogue.conversion import in_company_currency
from deals.catalogue.models import Currency

# Invoices of which something is still to be paid.
OWED = (InvoiceStatus.OPEN, InvoiceStatus.PART_PAID, InvoiceStatus.OVERDUE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in the company's currency. It leaves out the currencies in ``without_rate``, which have no rate."""

    value: Decimal
    currency: str
    minor_units: int
    without_rate: tuple[str, ...] = ()

    def __str__(self) -> str:
        return show_money(self.value, self.currency, self.minor_units)


@dataclass(frozen=True, slots=True)
class BillFigures:
    """Invoices on a day: how many of each status, what is open of them, and what of that is overdue."""

    by_status: dict[str, int]
    open: Amount
    overdue: Amount
    currency: Currency
    # What is owed: its worth in the company's currency, in which currency it is, when it is due.
    owed: tuple[tuple[Decimal | None, str, date], ...]

    def due_between(self, first: date, last: date) -> tuple[int, Amount]:
        """Return how many are owed that are due on these days, and what is open of them."""
        due = [row for row in self.owed if first <= row[2] <= last]
        return len(due), _sum(due, self.currency)

    @property
    def count(self) -> int:
        """All but those that were discarded."""
        return sum(number for status, number in self.by_status.items() if status != InvoiceStatus.DISCARDED)

    @property
    def owed_count(self) -> int:
        """Those of which something is still to be paid."""
        return sum(self.by_status.get(status, 0) for status in OWED)

    @property
    def overdue_count(self) -> int:
        """Those that should have been paid."""
        return self.by_status.get(InvoiceStatus.OVERDUE, 0)

    @property
    def draft_count(self) -> int:
        """Those that aren't issued yet."""
        return self.by_status.get(InvoiceStatus.DRAFT, 0)

    def sentence(self) -> str:
        """Return the heading: “5 overdue with $1,200.00, $9,000.00 open on 12 invoices, 2 drafts”."""
        late = _("%(count)s overdue") % {"count": show_number(self.overdue_count)}
        if self.overdue_count:
            late = _("%(overdue)s with %(amount)s") % {"overdue": late, "amount": self.overdue}
        owed = ngettext(
            "%(amount)s open on %(count)s invoice", "%(amount)s open on %(count)s invoices", self.owed_count
        ) % {"amount": self.open, "count": show_number(self.owed_count)}
        drafts = ngettext("%(count)s draft", "%(count)s drafts", self.draft_count) % {
            "count": show_number(self.draft_count)
        }
        return f"{late}, {owed}, {drafts}{left_out(self.open)}"


@dataclass(frozen=True, slots=True)
class PaymentFigures:
    """Payments that were not voided: how many, what came in, and what of it pays nothing yet."""

    count: int
    with_credit: int
    received: Amount
    credit: Amount

    def sentence(self) -> str:
        """Return the heading: “12 payments, $9,000.00 received, $300.00 of it is credit on 2 payments”."""
        payments = ngettext("%(count)s payment", "%(count)s payments", self.count) % {"count": show_number(self.count)}
        sentence = _("%(payments)s, %(received)s received") % {"payments": payments, "received": self.received}
        if self.with_credit:
            left = ngettext(
                "%(credit)s of it is credit on %(count)s payment",
                "%(credit)s of it is credit on %(count)s payments",
                self.with_credit,
            )
            sentence += ", " + left % {"credit": self.credit, "count": show_number(self.with_credit)}
        return sentence + left_out(self.received)


def bill_figures(invoices: InvoiceQuerySet, day: date) -> BillFigures:
    """Return the figures of ``invoices`` on a day, which must be visible to whoever reads them. Costs three queries.

    Amounts are added here, in decimals: SQLite would add floats.
    """
    counts = invoices.with_status(day).order_by().values_list("status").annotate(number=Count("pk"))
    worth = in_company_currency("open_amount", Value(day, output_field=DateField()))
    owed = invoices.owed().order_by().annotate(worth=worth).values_list("worth", "currency", "due_on")
    currency, rows = Currency.objects.of_company(), tuple(owed)
    late = [row for row in rows if row[2] < day]
    return BillFigures(dict(counts), _sum(rows, currency), _sum(late, currency), currency, rows)


def payment_figures(payments: PaymentQuerySet) -> PaymentFigures:
    """Return the figures of ``payments``, by the rates of the days on which they came. Costs two queries."""
    valid = payments.filter(voided_at__isnull=True).with_balance().order_by()
    received = in_company_currency("amount", OuterRef("received_on"))
    left = in_company_currency("credit", OuterRef("received_on"))
    rows = list(valid.annotate(worth=received, left=left).values_list("worth", "currency", "left", "credit"))
    currency = Currency.objects.of_company()
    free = [(credit_worth, code) for _worth, code, credit_worth, credit in rows if credit > 0]
    return PaymentFigures(len(rows), len(free), _sum(rows, currency), _sum(free, currency))


def total_of(documents: InvoiceQuerySet) -> Amount:
    """Return what issued documents come to, by the rates of their days. Costs two queries."""
    worth = in_company_currency("total", OuterRef("issued_on"))
    rows = documents.issued().order_by().annotate(worth=worth).values_list("worth", "currency")
    return _sum(list(rows), Currency.objects.of_company())


def is_owed() -> Q:
    """Return the condition on ``status`` that something is still to be paid."""
    return Q(status__in=OWED)


def left_out(amount: Amount) -> str:
    """Return what a sentence says of currencies that aren't in its amounts; nothing if all are."""
    if not amount.without_rate:
        return ""
    sentence = _("; %(currencies)s has no exchange rate and is not in the amounts")
    return sentence % {"currencies": ", ".join(amount.without_rate)}


def _sum(rows: Iterable[Any], currency: Currency) -> Amount:
    """Add the first of each row; the second says in which currency it was."""
    listed = list(rows)
    missing = Counter(row[1] for row in listed if row[0] is None)
    value = sum((row[0] for row in listed if row[0] is not None), ZERO)
    return Amount(value, currency.code, currency.minor_units, tuple(sorted(missing)))
