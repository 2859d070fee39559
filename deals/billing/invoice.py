"""Invoices and credit notes with their lines and taxes."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from config.common.models import ChangeModel
from config.common.money import AmountField
from config.common.search import fold
from config.common.sql import exact
from contacts.models import Company, Contact
from contacts.staff.visibility import OwnedQuerySet, visible_through
from deals.billing.kinds import InvoiceChangeKind, InvoiceKind, InvoiceState, InvoiceStatus
from deals.billing.standing import standing, standing_column
from deals.documents.models import PricedDocument, PricedLine, Seller, TaxSummary
from deals.pipeline.models import Deal
from deals.quotes.models import Quote


class InvoiceQuerySet(OwnedQuerySet):
    """Questions about invoices and credit notes."""

    def invoices(self) -> Self:
        """Invoices only."""
        return self.filter(kind=InvoiceKind.INVOICE)

    def credit_notes(self) -> Self:
        """Credit notes only."""
        return self.filter(kind=InvoiceKind.CREDIT_NOTE)

    def issued(self) -> Self:
        """Those that count."""
        return self.filter(state=InvoiceState.ISSUED)

    def with_balance(self) -> Self:
        """Add ``paid`` (active allocations), ``credited`` (issued credit notes) and ``open_amount`` of each invoice."""
        zero = Decimal(0)
        allocations = self.model._meta.apps.get_model("deals", "Allocation")._default_manager
        paid = allocations.filter(invoice=OuterRef("pk"), taken_back_at__isnull=True).order_by().values("invoice")
        credits = self.model._base_manager.filter(credits=OuterRef("pk"), state=InvoiceState.ISSUED).order_by()
        amount = AmountField()
        return self.annotate(
            paid=exact(Coalesce(Subquery(paid.annotate(s=Sum("amount")).values("s")), zero, output_field=amount)),
            credited=exact(
                Coalesce(
                    Subquery(credits.values("credits").annotate(s=Sum("total")).values("s")), zero, output_field=amount
                )
            ),
        ).annotate(open_amount=exact(F("total") - F("paid") - F("credited")))

    def owed(self) -> Self:
        """Issued invoices of which something is still to be paid."""
        return self.invoices().issued().with_balance().filter(open_amount__gt=0)

    def overdue(self, day: date) -> Self:
        """Those that are owed and whose day of payment has passed."""
        return self.owed().filter(due_on__lt=day)

    def with_status(self, day: date) -> Self:
        """Add ``status``, how each stands on a day (see ``standing``), and its balance."""
        return self.with_balance().annotate(status=standing_column(day))

    def search(self, text: str) -> Self:
        """Those with the text in number or reference, or for a company or contact with it in the name."""
        word = fold(text)
        companies = Company.objects.filter(folded__contains=word).order_by().values("pk")
        contacts = Contact.objects.filter(folded__contains=word).order_by().values("pk")
        numbered = Q(number__icontains=text) | Q(reference__icontains=text)
        return self.filter(numbered | Q(company__in=companies) | Q(contact__in=contacts))


class Invoice(PricedDocument):
    """An invoice, or a credit note that corrects one. Issued, it is a fact: it can be read, never changed.

    ``kind`` says which. A credit note's amounts are positive and taken off the invoice it ``credits``.
    """

    kind = models.CharField(_("kind"), max_length=11, choices=InvoiceKind, default=InvoiceKind.INVOICE, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=InvoiceState, default=InvoiceState.DRAFT, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("seller"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("owner")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("company")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("contact")
    )
    deal = models.ForeignKey(
        Deal, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("deal")
    )
    quote = models.ForeignKey(
        Quote, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="invoices"
    )
    credits = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="credit_notes",
        verbose_name=_("corrects"),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    reference = models.CharField(_("customer's reference"), max_length=120, blank=True, default="")
    delivered_on = models.DateField(_("delivered"), null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days until due"), default=30)
    number = models.CharField(_("number"), max_length=40, blank=True, default="", editable=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    sequence = models.PositiveIntegerField(null=True, blank=True, editable=False)
    issued_on = models.DateField(_("dated"), null=True, blank=True, editable=False)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    due_on = models.DateField(_("due"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = InvoiceQuerySet.as_manager()

    # Of rows that were asked for with their balance or status.
    paid: Decimal
    credited: Decimal
    open_amount: Decimal
    status: str

    class Meta(PricedDocument.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        permissions: ClassVar = [
            ("issue_invoice", _("Can issue invoices")),
            ("credit_invoice", _("Can issue credit notes")),
        ]
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *PricedDocument.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=InvoiceKind.values), name="deals_invoice_kind_known"),
            models.CheckConstraint(condition=Q(state__in=InvoiceState.values), name="deals_invoice_state_known"),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False),
                name="deals_invoice_has_a_buyer",
                violation_error_message=_("Choose the company or the contact that is billed."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=InvoiceState.ISSUED, issued_on__isnull=False, issued_at__isnull=False)
                    & Q(year__isnull=False, sequence__isnull=False, due_on__isnull=False)
                    & ~Q(number="")
                )
                | (~Q(state=InvoiceState.ISSUED) & Q(number="", sequence__isnull=True, issued_at__isnull=True)),
                name="deals_invoice_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(kind=InvoiceKind.INVOICE, credits__isnull=True)
                | Q(kind=InvoiceKind.CREDIT_NOTE, credits__isnull=False),
                name="deals_invoice_credit_note_corrects_one",
            ),
            models.UniqueConstraint(
                fields=["seller", "kind", "year", "sequence"],
                condition=Q(sequence__isnull=False),
                name="deals_invoice_number_once",
            ),
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(kind="invoice", quote__isnull=False) & ~Q(state="discarded"),
                name="deals_invoice_one_a_quote",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="deals_invoice_newest"),
            models.Index(fields=["state", "due_on"], name="deals_invoice_by_due"),
            models.Index(fields=["deal"], name="deals_invoice_of_deal"),
            # The sweep's question: what was issued lately.
            models.Index(fields=["-issued_at"], name="deals_invoice_lately", condition=Q(issued_at__isnull=False)),
        )

    def __str__(self) -> str:
        return self.number or str(_("Draft %(kind)s") % {"kind": self.get_kind_display().lower()})

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state == InvoiceState.DRAFT

    @property
    def is_issued(self) -> bool:
        """Whether it is a fact."""
        return self.state == InvoiceState.ISSUED

    def status_on(self, day: date) -> InvoiceStatus:
        """How it stands on a day; one query, or none for a row that carries its balance."""
        row: Invoice = self if hasattr(self, "open_amount") else Invoice.objects.with_balance().get(pk=self.pk)
        return standing(
            kind=row.kind,
            state=row.state,
            total=row.total,
            paid=row.paid,
            credited=row.credited,
            due_on=row.due_on,
            day=day,
        )


class InvoicePartQuerySet(models.QuerySet[Any]):
    """Lines, taxes and history of invoices."""

    def visible_to(self, user: Any) -> Self:
        """Those of invoices that the user may see."""
        seen: Self = visible_through(self, user, "document", Invoice.objects)
        return seen


class InvoiceLine(PricedLine):
    """A line of an invoice; a credit note's line names the line it takes back."""

    document = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    credits_line = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="credit_lines"
    )
    # Money is given back, and nothing that was delivered.
    by_amount = models.BooleanField(_("an amount only"), default=False, editable=False)

    objects = InvoicePartQuerySet.as_manager()

    class Meta(PricedLine.Meta):
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")


class InvoiceTax(TaxSummary):
    """A tax of an invoice."""

    document = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="taxes", verbose_name=_("invoice"))

    objects = InvoicePartQuerySet.as_manager()

    class Meta(TaxSummary.Meta):
        verbose_name = _("tax of an invoice")
        verbose_name_plural = _("taxes of invoices")


class InvoiceChange(ChangeModel):
    """Something was done to or about an invoice: when, by whom and why."""

    document = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="changes", verbose_name=_("invoice"))
    kind = models.CharField(_("what"), max_length=9, choices=InvoiceChangeKind)

    objects = InvoicePartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of an invoice")
        verbose_name_plural = _("changes of invoices")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(kind__in=InvoiceChangeKind.values), name="deals_invoicechange_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.document_id}"
