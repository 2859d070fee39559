"""What billing adds to timelines: invoices issued, sent, credited and paid, reminders, and money that came in."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from config.common.money import show_money
from contacts.models import User
from contacts.people.timeline import TimelineEntry
from deals.admin.billing.telling import ICONS
from deals.admin.happenings import Happening, part
from deals.billing.kinds import InvoiceChangeKind, InvoiceKind
from deals.models import Allocation, InvoiceChange, Payment

INVOICE, PAYMENT = "invoice", "payment"
VIEW = "deals.view_invoice"
_TOLD = (
    InvoiceChangeKind.ISSUED,
    InvoiceChangeKind.SENT,
    InvoiceChangeKind.CREDITED,
    InvoiceChangeKind.PAID,
    InvoiceChangeKind.REOPENED,
    InvoiceChangeKind.REMINDED,
)


def money_of_deal(deal: int, reader: User) -> Iterator[QuerySet[Any]]:
    """What became of a deal's invoices, and what was paid of them."""
    if reader.has_perm(VIEW):
        yield _changes(Q(document__deal=deal), reader)
        shares = Allocation.objects.visible_to(reader).filter(invoice__deal=deal, taken_back_at__isnull=True)
        yield part(
            PAYMENT, shares, at="at", row="payment_id", name="payment__reference", amount="amount",
            currency="invoice__currency_id", digits="invoice__currency__minor_units", who="by__name",
        )  # fmt: skip


def money_of_customer(reader: User, **whose: int) -> Iterator[QuerySet[Any]]:
    """What became of the invoices of a company, or that name a person, and what they paid."""
    if reader.has_perm(VIEW):
        yield _changes(Q(**{f"document__{name}": pk for name, pk in whose.items()}), reader)
        payments = Payment.objects.visible_to(reader).filter(voided_at__isnull=True, **whose)
        yield part(
            PAYMENT, payments, at="created_at", row="pk", name="reference", amount="amount", currency="currency_id",
            digits="currency__minor_units", who="recorded_by__name", why="note",
        )  # fmt: skip


def tell_invoice(what: Happening) -> TimelineEntry:
    """Tell what became of an invoice."""
    kind = InvoiceChangeKind(what.kind)
    labels = {"number": what.name, "amount": show_money(what.amount, what.currency, what.digits)}
    link = reverse("admin:deals_invoice_change", args=[what.row])
    return TimelineEntry(what.at, "money", _titles()[kind] % labels, what.why, what.who, link, ICONS[kind])


def tell_payment(what: Happening) -> TimelineEntry:
    """Tell that money came in."""
    title = _("Payment received: %(amount)s") % {"amount": show_money(what.amount, what.currency, what.digits)}
    link = reverse("admin:deals_payment_change", args=[what.row])
    return TimelineEntry(what.at, "money", title, what.name or what.why, what.who, link, "payments")


def _changes(condition: Q, reader: User) -> QuerySet[Any]:
    told = InvoiceChange.objects.visible_to(reader).filter(condition, kind__in=_TOLD)
    return part(
        INVOICE, told.filter(document__kind=InvoiceKind.INVOICE), kind="kind", at="at", row="document_id",
        name="document__number", amount="document__total", currency="document__currency_id",
        digits="document__currency__minor_units", who="by__name", why="reason",
    )  # fmt: skip


def _titles() -> dict[InvoiceChangeKind, str]:
    return {
        InvoiceChangeKind.ISSUED: _("Invoice %(number)s issued over %(amount)s"),
        InvoiceChangeKind.SENT: _("Invoice %(number)s sent"),
        InvoiceChangeKind.CREDITED: _("Invoice %(number)s credited"),
        InvoiceChangeKind.PAID: _("Invoice %(number)s paid"),
        InvoiceChangeKind.REOPENED: _("Invoice %(number)s is open again"),
        InvoiceChangeKind.REMINDED: _("Reminded of invoice %(number)s"),
    }
