"""Fields of what a contact bought: issued invoices to them, or of deals in which they take part, and their lines.

A line counts for what credit notes left of it, without tax; what was taken back as a whole is no purchase.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from campaigns.segments.asking import Asking
from campaigns.segments.choosing import choices_of, records_of
from campaigns.segments.fields import Field, Relation, attribute, register_fields
from campaigns.segments.operators import FieldType
from campaigns.segments.worth import worth
from config.common.money import ZERO, AmountField
from config.common.sql import exact
from contacts.models import Contact, User
from deals.billing.kinds import InvoiceKind, InvoiceState, InvoiceStatus
from deals.catalogue.conversion import in_company_currency
from deals.models import Invoice, InvoiceLine, Product

_OTHER_BUYER = Q(contact__isnull=True) | ~Q(contact=OuterRef("pk"))
_LINE_OF_OTHER = Q(document__contact__isnull=True) | ~Q(document__contact=OuterRef("pk"))


def _invoices(asked: Asking) -> tuple[QuerySet[Invoice], ...]:
    issued = Invoice.objects.invoices().issued().with_status(asked.today)
    return issued.filter(contact=OuterRef("pk")), issued.filter(_OTHER_BUYER, deal__people__contact=OuterRef("pk"))


def _invoices_of(contact: Contact, asked: Asking) -> QuerySet[Invoice]:
    theirs = Q(contact=contact) | Q(deal__people__contact=contact)
    keys = Invoice.objects.invoices().issued().filter(theirs).values("pk")
    return Invoice.objects.filter(pk__in=keys).with_balance()


def _invoice_money(invoice: Invoice, asked: Asking) -> tuple[Decimal, str, Any]:
    return invoice.total, invoice.currency_id, invoice.issued_on


def _lines(asked: Asking) -> tuple[QuerySet[InvoiceLine], ...]:
    taken = InvoiceLine.objects.filter(credits_line=OuterRef("pk"), document__state=InvoiceState.ISSUED).order_by()
    credited = Subquery(taken.values("credits_line").annotate(s=Sum("net")).values("s"), output_field=AmountField())
    left = exact(F("net") - Coalesce(credited, Value(ZERO), output_field=AmountField()))
    bought = InvoiceLine.objects.filter(document__kind=InvoiceKind.INVOICE, document__state=InvoiceState.ISSUED)
    rows = bought.alias(left=left).filter(left__gt=0)
    of_deal = rows.filter(_LINE_OF_OTHER, document__deal__people__contact=OuterRef("pk"))
    return rows.filter(document__contact=OuterRef("pk")), of_deal


def _lines_of(contact: Contact, asked: Asking) -> Iterable[InvoiceLine]:
    lines = InvoiceLine.objects.filter(document__in=_invoices_of(contact, asked).values("pk"))
    return [line for line in lines.select_related("document") if _left(line) > 0]


def _left(line: InvoiceLine) -> Decimal:
    taken = line.credit_lines.filter(document__state=InvoiceState.ISSUED)
    return line.net - sum((each.net for each in taken), ZERO)


def _line_money(line: InvoiceLine, asked: Asking) -> tuple[Decimal, str, Any]:
    return _left(line), line.document.currency_id, line.document.issued_on


def _invoices_seen(contact: Contact, reader: User) -> set[int]:
    if not reader.has_perm("deals.view_invoice"):
        return set()
    theirs = Q(contact=contact) | Q(deal__people__contact=contact)
    return set(Invoice.objects.visible_to(reader).filter(theirs).values_list("pk", flat=True))


def _lines_seen(contact: Contact, reader: User) -> set[int]:
    lines = InvoiceLine.objects.filter(document__in=_invoices_seen(contact, reader))
    return set(lines.values_list("pk", flat=True))


_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of")
_OF: dict[str, Any] = {"group": _("Purchases and invoices")}
_PURCHASES: dict[str, Any] = {"scope": "purchases", **_OF}
_INVOICES: dict[str, Any] = {"scope": "invoices", **_OF}
FIELDS: tuple[Field | Relation, ...] = (
    Relation(
        code="purchases", label=_("Purchases"), visible=_lines_seen, describe=str, ways=_lines, rows=_lines_of,
        amount=lambda _asked: in_company_currency(
            "left", OuterRef("document__issued_on"), currency="document__currency"
        ),
        money=_line_money, **_OF,
    ),
    Field(
        code="product", label=_("Product"), type=FieldType.REFERENCE, column="product_id", nullable=True,
        only=_CHOSEN, values=attribute("product_id"), **records_of(Product), **_PURCHASES,
    ),
    Field(
        code="bought", label=_("Bought"), type=FieldType.DATE, column="document__issued_on", nullable=True,
        values=attribute("document.issued_on"), **_PURCHASES,
    ),
    Field(
        code="amount", label=_("Amount in the company's currency"), type=FieldType.AMOUNT, column="company_amount",
        values=lambda line, asked: [worth(*_line_money(line, asked))], nullable=True, **_PURCHASES,
    ),
    Relation(
        code="invoices", label=_("Invoices"), visible=_invoices_seen, describe=str, ways=_invoices, rows=_invoices_of,
        amount=lambda _asked: in_company_currency("total", OuterRef("issued_on")), money=_invoice_money, **_OF,
    ),
    Field(
        code="status", label=_("Status"), type=FieldType.CHOICE, column="status", only=_CHOSEN,
        values=lambda invoice, asked: [invoice.status_on(asked.today)], **choices_of(InvoiceStatus), **_INVOICES,
    ),
    Field(
        code="issued", label=_("Dated"), type=FieldType.DATE, column="issued_on", nullable=True,
        values=attribute("issued_on"), **_INVOICES,
    ),
    Field(
        code="due", label=_("Due"), type=FieldType.DATE, column="due_on", nullable=True,
        values=attribute("due_on"), **_INVOICES,
    ),
    Field(
        code="amount", label=_("Amount in the company's currency"), type=FieldType.AMOUNT, column="company_amount",
        values=lambda invoice, asked: [worth(*_invoice_money(invoice, asked))], nullable=True, **_INVOICES,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
