"""Invoices and credit notes as the API shows them, and what is given to draft one."""

from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from config.common.api.fields import DayField, VisibleField
from config.common.api.serializers import RowSerializer
from contacts.models import Company, Contact, User
from deals.api.priced import (
    AMOUNTS,
    MOST_LINES,
    InvoiceLineSerializer,
    InvoiceTaxSerializer,
    as_lines,
    check_lines,
    computed,
    per_cent,
)
from deals.billing.drafting import change_draft, draft_invoice, invoice_from_quote
from deals.billing.kinds import InvoiceStatus
from deals.documents.defaults import usual_seller
from deals.documents.drafting import lines_of_deal
from deals.models import Allocation, Currency, Deal, Invoice, InvoiceChange, InvoiceLine, Quote, Seller

MOST_PAYMENT_DAYS = 3650
_STATE = gettext_lazy("An invoice becomes a fact by POST /invoices/{id}/issue/, and a draft is put away by /discard/.")
_FOLLOWS = gettext_lazy("This follows when the invoice is issued: POST /invoices/{id}/issue/.")


class InvoiceRowSerializer(RowSerializer):
    """An invoice in a list."""

    status = serializers.ChoiceField(choices=InvoiceStatus.choices, read_only=True, help_text="As of today.")
    total = computed()
    paid = computed()
    credited = computed()
    open = computed(source="open_amount")

    class Meta:
        model = Invoice
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "number",
            "state",
            "status",
            "seller",
            "owner",
            "company",
            "contact",
            "deal",
            "quote",
            "currency",
            "total",
            "paid",
            "credited",
            "open",
            "issued_on",
            "due_on",
            "reference",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class InvoiceChangeSerializer(RowSerializer):
    """What was done to or about an invoice: when, by whom and why."""

    class Meta:
        model = InvoiceChange
        fields = ("kind", "at", "by", "reason")
        read_only_fields = fields


class PaidBySerializer(RowSerializer):
    """What a payment paid of an invoice."""

    amount = computed(currency="invoice.currency")

    class Meta:
        model = Allocation
        fields = ("id", "payment", "amount", "at", "by", "taken_back_at", "taken_back_reason")
        read_only_fields = fields


class InvoiceSerializer(InvoiceRowSerializer):
    """An invoice. A draft can be changed; issued, it is a fact. What is left out follows from deal and customer."""

    state: ClassVar = {"state": _STATE, "number": _FOLLOWS, "issued_on": _FOLLOWS, "due_on": _FOLLOWS}
    fixed: ClassVar = {"quote": gettext_lazy("An invoice stays with its quote. Discard it and draft another one.")}

    seller = VisibleField(queryset=Seller.objects.filter(is_active=True), required=False)
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    deal = VisibleField(queryset=Deal.objects.all(), required=False, allow_null=True)
    quote = VisibleField(
        queryset=Quote.objects.all(), required=False, allow_null=True, help_text="Accepted; given alone."
    )
    currency = VisibleField(queryset=Currency.objects.all(), required=False)
    discount = per_cent(required=False, help_text="Per cent on everything")
    delivered_on = DayField(required=False, allow_null=True)
    payment_days = serializers.IntegerField(min_value=0, max_value=MOST_PAYMENT_DAYS, required=False)
    lines = InvoiceLineSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=MOST_LINES, help_text="Left out, those of the deal."
    )
    taxes = InvoiceTaxSerializer(many=True, read_only=True)
    subtotal = computed()
    discount_amount = computed()
    net = computed()
    tax = computed()
    buyer = serializers.JSONField(source="buyer_copy", read_only=True, help_text="As printed; empty for a draft.")
    allocations = PaidBySerializer(many=True, read_only=True)
    credit_notes = serializers.SerializerMethodField(help_text="Their ids, at /credit-notes/.")
    changes = InvoiceChangeSerializer(many=True, read_only=True)

    class Meta(InvoiceRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *InvoiceRowSerializer.Meta.fields,
            "language",
            "prices_include_tax",
            "discount",
            "terms",
            "delivered_on",
            "payment_days",
            "lines",
            "taxes",
            *(name for name in AMOUNTS if name != "total"),
            "issued_at",
            "issued_by",
            "created_by",
            "buyer",
            "allocations",
            "credit_notes",
            "changes",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = (
            "state",
            "number",
            "issued_on",
            "due_on",
            "issued_at",
            "issued_by",
            "created_by",
        )
        # What is unique of an invoice follows when it is issued.
        validators = ()

    def at_creation(self, name: str) -> Any:
        """Return the value that a new invoice has anyway."""
        return {"state": "draft", "number": ""}.get(name)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let a quote be given alone, and prices be exact in the invoice's currency."""
        if attrs.get("quote") is not None and len(attrs) > 1:
            sentence = _("The invoice of a quote says what was accepted. Give the quote alone, then change the draft.")
            raise serializers.ValidationError({"quote": [sentence]})
        if attrs.get("lines"):
            check_lines(attrs["lines"], self._currency(attrs))
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Invoice:
        """Draft it: of a quote, with the lines of a deal, or free."""
        caller, quote = self.context["request"].user, validated_data.pop("quote", None)
        if quote is not None:
            return invoice_from_quote(quote, by=caller)
        lines, deal = validated_data.pop("lines", None), validated_data.get("deal")
        copied = lines_of_deal(deal) if lines is None and deal is not None else as_lines(lines or ())
        return draft_invoice(by=caller, lines=copied, **validated_data)

    def update(self, instance: Invoice, validated_data: dict[str, Any]) -> Invoice:
        """Change a draft; lines replace all that there are."""
        lines = validated_data.pop("lines", None)
        given = None if lines is None else as_lines(lines)
        return change_draft(instance, by=self.context["request"].user, lines=given, **validated_data)

    def get_credit_notes(self, invoice: Invoice) -> list[int]:
        """Return the ids of what corrects it."""
        return [note.pk for note in invoice.credit_notes.all()]

    def _currency(self, attrs: dict[str, Any]) -> Currency:
        of_row: Currency | None = attrs.get("currency") or getattr(self.instance, "currency", None)
        if of_row is not None:
            return of_row
        found: Currency = (attrs.get("deal") or attrs.get("seller") or usual_seller()).currency
        return found


class CreditNoteRowSerializer(RowSerializer):
    """A credit note in a list. Its amounts are positive and taken off the invoice."""

    invoice = serializers.IntegerField(source="credits_id", read_only=True)
    total = computed()

    class Meta:
        model = Invoice
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "number",
            "invoice",
            "seller",
            "owner",
            "company",
            "contact",
            "deal",
            "currency",
            "total",
            "issued_on",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


class CreditNoteSerializer(CreditNoteRowSerializer):
    """A document that corrects an invoice, in whole or by line."""

    lines = InvoiceLineSerializer(many=True, read_only=True)
    taxes = InvoiceTaxSerializer(many=True, read_only=True)
    subtotal = computed()
    discount_amount = computed()
    net = computed()
    tax = computed()
    buyer = serializers.JSONField(source="buyer_copy", read_only=True)

    class Meta(CreditNoteRowSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *CreditNoteRowSerializer.Meta.fields,
            "reason",
            "language",
            "prices_include_tax",
            "lines",
            "taxes",
            *(name for name in AMOUNTS if name != "total"),
            "issued_at",
            "issued_by",
            "buyer",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields


def with_parts(rows: Any) -> Any:
    """Add what stands in single documents."""
    lines = Prefetch("lines", InvoiceLine.objects.all())
    return rows.select_related("currency").prefetch_related(lines, "taxes")


def invoice_rows(rows: Any = None) -> Any:
    """Return invoices with everything that a single one shows."""
    invoices = (Invoice.objects.invoices() if rows is None else rows).with_status(timezone.localdate())
    notes = Prefetch("credit_notes", Invoice.objects.only("pk", "credits").order_by("pk"))
    return with_parts(invoices).prefetch_related("allocations", notes, "changes")
