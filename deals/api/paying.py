"""Payments, allocations and refunds as the API shows them, and what is given to record one."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from config.common.api.fields import DayField, MoneyField, VisibleField
from config.common.api.serializers import RowSerializer, StrictFields, VerbInput
from contacts.models import Company, Contact, User
from deals.api.catalogue import check_amounts
from deals.api.priced import computed
from deals.billing.allocating import allocate
from deals.billing.paying import receive
from deals.billing.payment import PaymentMethod
from deals.documents.defaults import usual_seller
from deals.models import Allocation, Currency, Invoice, Payment, Refund, Seller

LONGEST_REASON, LONGEST_REFERENCE, MOST_ALLOCATIONS = 500, 120, 100
_FIXED = gettext_lazy("What was paid is a fact. Void the payment and record it anew.")


class PayInput(VerbInput):
    """Money that came in for an invoice."""

    amount = MoneyField()
    received_on = DayField(required=False, allow_null=True, help_text="Today, if not said.")
    method = serializers.ChoiceField(choices=PaymentMethod.choices, required=False)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REFERENCE)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    external_id = serializers.CharField(required=False, allow_blank=True, max_length=120)


class ShareSerializer(StrictFields):
    """So much of a payment for an invoice."""

    invoice = VisibleField(queryset=Invoice.objects.invoices())
    amount = MoneyField()


class AllocationSerializer(RowSerializer):
    """So much of a payment went to an invoice; as much as fits, if not said. Taken back, it counts no more."""

    fixed: ClassVar = dict.fromkeys(("payment", "invoice", "amount"), _FIXED)

    payment = VisibleField(queryset=Payment.objects.all())
    invoice = VisibleField(queryset=Invoice.objects.invoices())
    amount = MoneyField(currency="payment.currency", required=False)

    class Meta:
        model = Allocation
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "payment",
            "invoice",
            "amount",
            "at",
            "by",
            "taken_back_at",
            "taken_back_by",
            "taken_back_reason",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "at",
            "by",
            "taken_back_at",
            "taken_back_by",
            "taken_back_reason",
        )

    def create(self, validated_data: dict[str, Any]) -> Allocation:
        """Let the payment pay the invoice."""
        return allocate(by=self.context["request"].user, **validated_data)


class RefundSerializer(RowSerializer):
    """Money of a payment that was paid back to the customer."""

    amount = computed(currency="payment.currency")

    class Meta:
        model = Refund
        fields = ("id", "payment", "amount", "refunded_on", "reason", "reference", "at", "by")
        read_only_fields = fields


class PaymentRowSerializer(RowSerializer):
    """A payment in a list."""

    amount = computed()
    allocated = computed()
    refunded = computed()
    credit = computed()

    class Meta:
        model = Payment
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "seller",
            "company",
            "contact",
            "currency",
            "amount",
            "allocated",
            "refunded",
            "credit",
            "received_on",
            "method",
            "reference",
            "external_id",
            "recorded_by",
            "voided_at",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class PaymentSerializer(PaymentRowSerializer):
    """Money that came in from a customer. What isn't allocated or paid back is the customer's credit."""

    seller = VisibleField(queryset=Seller.objects.all(), required=False)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    currency = VisibleField(queryset=Currency.objects.all(), required=False, help_text="The seller's, if not said.")
    amount = MoneyField()
    received_on = DayField(required=False)
    pays = ShareSerializer(  # type: ignore[call-arg]
        many=True, required=False, write_only=True, max_length=MOST_ALLOCATIONS, help_text="Which invoices, how much."
    )
    pays_oldest = serializers.BooleanField(
        required=False, write_only=True, help_text="Pay the open invoices that are due first."
    )
    allocations = AllocationSerializer(many=True, read_only=True)
    refunds = RefundSerializer(many=True, read_only=True)

    class Meta(PaymentRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *PaymentRowSerializer.Meta.fields,
            "note",
            "voided_by",
            "void_reason",
            "pays",
            "pays_oldest",
            "allocations",
            "refunds",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = ("recorded_by", "voided_at", "voided_by", "void_reason")
        # The slice refuses an external id that is known, and says which payment has it.
        validators = ()
        extra_kwargs: ClassVar[dict[str, Any]] = {"external_id": {"validators": []}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Complete seller and currency; let amounts be exact, and what it pays be said in one way."""
        attrs["seller"] = attrs.get("seller") or usual_seller()
        attrs["currency"] = attrs.get("currency") or attrs["seller"].currency
        check_amounts(attrs, ("amount",), attrs["currency"])
        if attrs.get("pays") and attrs.get("pays_oldest"):
            raise serializers.ValidationError({"pays_oldest": [_("Say either which invoices, or the oldest.")]})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Payment:
        """Record it, and what it pays."""
        shares = [(each["invoice"], each["amount"]) for each in validated_data.pop("pays", ())]
        oldest = validated_data.pop("pays_oldest", False)
        return receive(by=self.context["request"].user, allocate="oldest" if oldest else shares, **validated_data)


class AllocateInput(VerbInput):
    """Which invoice and how much (as much as fits, if not said), or ``oldest``: those that are due first."""

    invoice = VisibleField(queryset=Invoice.objects.invoices(), required=False)
    amount = MoneyField(required=False, min_value=Decimal("0.001"))
    oldest = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let one of the two be said."""
        if ("invoice" in attrs) == bool(attrs.get("oldest")) or (attrs.get("oldest") and "amount" in attrs):
            raise serializers.ValidationError(_("Give either an invoice, or oldest."))
        return attrs


class RefundInput(VerbInput):
    """How much was paid back, why, and when (today, if not said)."""

    amount = MoneyField(min_value=Decimal("0.001"))
    reason = serializers.CharField(max_length=LONGEST_REASON)
    on = DayField(required=False, allow_null=True)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REFERENCE)


class ReasonInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


def payment_rows(reader: User, rows: Any = None) -> Any:
    """Return payments with everything that a single one shows its reader."""
    payments = (Payment.objects.all() if rows is None else rows).with_balance().select_related("currency")
    return payments.prefetch_related(Prefetch("allocations", Allocation.objects.visible_to(reader)), "refunds")
