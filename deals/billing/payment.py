"""Payments, what they were allocated to, and what was paid back."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel, TimeStampedModel
from config.common.money import AmountField
from config.common.sql import exact
from contacts.models import Company, Contact
from contacts.staff.models import Scope
from deals.billing.invoice import Invoice
from deals.catalogue.models import Currency
from deals.documents.models import Seller


class PaymentMethod(models.TextChoices):
    """How the money came."""

    TRANSFER = "transfer", _("Bank transfer")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    WALLET = "wallet", _("E-wallet")
    OTHER = "other", _("Other")


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Questions about payments."""

    def visible_to(self, user: Any) -> Self:
        """All for who sees all; else those one recorded, and those that went to invoices one may see."""
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        invoices = Invoice.objects.visible_to(user).values("pk")
        paid = Allocation._base_manager.filter(invoice__in=invoices).values("payment")
        return self.filter(Q(pk__in=paid) | Q(recorded_by=user))

    def with_balance(self) -> Self:
        """Add ``allocated``, ``refunded`` and ``credit`` (what is left of the payment)."""
        zero, amount = Decimal(0), AmountField()
        own = {"payment": OuterRef("pk")}
        allocated = Allocation._base_manager.filter(taken_back_at__isnull=True, **own).order_by().values("payment")
        refunded = Refund._base_manager.filter(**own).order_by().values("payment")
        annotated = self.annotate(
            allocated=exact(
                Coalesce(Subquery(allocated.annotate(s=Sum("amount")).values("s")), zero, output_field=amount)
            ),
            refunded=exact(
                Coalesce(Subquery(refunded.annotate(s=Sum("amount")).values("s")), zero, output_field=amount)
            ),
        )
        left = F("amount") - F("allocated") - F("refunded")
        voided = When(voided_at__isnull=False, then=Value(zero, output_field=amount))
        return annotated.annotate(credit=exact(Case(voided, default=left, output_field=amount)))

    def search(self, text: str) -> Self:
        """Payments with the text in their reference, or by a company with it in the name."""
        companies = Company.objects.search(text).order_by().values("pk")
        return self.filter(Q(reference__icontains=text) | Q(company__in=companies))


class Payment(TimeStampedModel):
    """Money that came in from a customer. Allocations tell what it paid; the rest is the customer's credit."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="payments", verbose_name=_("seller"))
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("company")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("contact")
    )
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    amount = AmountField(_("amount"))
    received_on = models.DateField(_("received"))
    method = models.CharField(_("method"), max_length=8, choices=PaymentMethod, default=PaymentMethod.TRANSFER)
    reference = models.CharField(_("reference"), max_length=120, blank=True, default="")
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+", verbose_name=_("by")
    )
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    void_reason = models.CharField(max_length=500, blank=True, default="", editable=False)

    objects = PaymentQuerySet.as_manager()

    # Of rows that were asked for with their balance.
    allocated: Decimal
    refunded: Decimal
    credit: Decimal

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="deals_payment_above_zero",
                violation_error_message=_("A payment is above zero."),
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False),
                name="deals_payment_has_a_payer",
                violation_error_message=_("Choose the company or the contact that paid."),
            ),
            models.CheckConstraint(condition=Q(method__in=PaymentMethod.values), name="deals_payment_method_known"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""), name="deals_payment_voided_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="deals_payment_external_id_unique"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["-created_at", "-id"], name="deals_payment_newest"),)

    def __str__(self) -> str:
        return self.reference or str(_("Payment %(id)s") % {"id": self.pk})


class PaymentPartQuerySet(models.QuerySet[Any]):
    """Allocations and refunds."""

    def visible_to(self, user: Any) -> Self:
        """Those of payments that the user may see."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        return self.filter(payment__in=Payment.objects.visible_to(user).values("pk"))


class AllocationQuerySet(PaymentPartQuerySet):
    """Questions about allocations."""

    def visible_to(self, user: Any) -> Self:
        """Those of payments, to invoices, that the user may see: a payment may pay a colleague's invoice too."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        return super().visible_to(user).filter(invoice__in=Invoice.objects.visible_to(user).values("pk"))


class Allocation(TimeStampedModel):
    """So much of a payment went to an invoice. Taken back, the row stays and counts no more."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("payment")
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("invoice")
    )
    amount = AmountField(_("amount"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_reason = models.CharField(_("why"), max_length=500, blank=True, default="")

    objects = AllocationQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="deals_allocation_above_zero"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | ~Q(taken_back_reason=""),
                name="deals_allocation_taken_back_with_a_reason",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["invoice"], name="deals_allocation_active", condition=Q(taken_back_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.payment} → {self.invoice}"


class Refund(AppendOnlyModel):
    """Money of a payment that was paid back to the customer."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    amount = AmountField(_("amount"))
    refunded_on = models.DateField(_("paid back"))
    reason = models.CharField(_("why"), max_length=500)
    reference = models.CharField(_("reference"), max_length=120, blank=True, default="")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = PaymentPartQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="deals_refund_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="deals_refund_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.payment} ↩ {self.amount.normalize():f}"
