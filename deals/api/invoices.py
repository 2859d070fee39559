"""``invoices`` and ``credit-notes`` with their verbs: drafted, issued, sent, paid, corrected."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import DayField, MoneyField
from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter
from config.common.api.schema import verb
from config.common.api.serializers import StrictFields, VerbInput
from config.common.api.viewsets import Resource, VerbsMixin
from deals.api.invoicing import (
    CreditNoteRowSerializer,
    CreditNoteSerializer,
    InvoiceRowSerializer,
    InvoiceSerializer,
    invoice_rows,
    with_parts,
)
from deals.api.pages import PDF, PdfRenderer, ServesPages, pages_answer
from deals.api.paying import PayInput, PaymentSerializer, payment_rows
from deals.api.priced import MOST_LINES
from deals.billing.crediting import credit
from deals.billing.drafting import discard
from deals.billing.issuing import issue
from deals.billing.kinds import InvoiceState, InvoiceStatus
from deals.billing.mailing import send_invoice
from deals.billing.paying import pay
from deals.billing.printing import file_name, pages_of
from deals.billing.reducing import ByAmount
from deals.models import Invoice

LONGEST_REASON = 500


class IssueInput(VerbInput):
    """The day that it carries; today where the seller is, if not said."""

    on = DayField(required=False, allow_null=True)


class SendInvoiceInput(VerbInput):
    """To which address; the contact's, if none is given."""

    to = serializers.EmailField(required=False)


class DiscardInput(VerbInput):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class CreditedLineSerializer(StrictFields):
    """So many of a line, or an amount of it; neither means all that is left of the line's quantity."""

    line = serializers.IntegerField(min_value=1)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=Decimal("0.001"), required=False)
    amount = MoneyField(min_value=Decimal("0.001"), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let there be one of the two."""
        if ("quantity" in attrs) == ("amount" in attrs):
            raise serializers.ValidationError(_("Give either a quantity or an amount."))
        return attrs


class CreditInput(VerbInput):
    """Why, and what of which lines; everything that is left, if no lines are given."""

    reason = serializers.CharField(max_length=LONGEST_REASON)
    lines = CreditedLineSerializer(many=True, required=False, min_length=1, max_length=MOST_LINES)  # type: ignore[call-arg]
    on = DayField(required=False, allow_null=True)

    def validate_lines(self, lines: list[dict[str, Any]]) -> dict[int, Decimal | ByAmount]:
        """Return what the slice takes; a line is named once."""
        wanted = {each["line"]: each["quantity"] if "quantity" in each else ByAmount(each["amount"]) for each in lines}
        if len(wanted) != len(lines):
            raise serializers.ValidationError(_("Name each line once."))
        return wanted


class DocumentFilters(Filters):
    """What invoices and credit notes can be filtered by."""

    number = WordsFilter()
    seller = IdsFilter()
    owner = IdsFilter()
    company = IdsFilter()
    contact = IdsFilter()
    deal = IdsFilter()
    currency = WordsFilter()
    issued_from = DayFilter(field_name="issued_on", lookup_expr="gte")
    issued_to = DayFilter(field_name="issued_on", lookup_expr="lte")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class InvoiceFilters(DocumentFilters):
    """What invoices can be filtered by."""

    quote = IdsFilter()
    state = WordsFilter(words=InvoiceState.values)
    status = WordsFilter(words=InvoiceStatus.values)
    due_from = DayFilter(field_name="due_on", lookup_expr="gte")
    due_to = DayFilter(field_name="due_on", lookup_expr="lte")


class CreditNoteFilters(DocumentFilters):
    """What credit notes can be filtered by."""

    invoice = IdsFilter(field_name="credits")


class SendsDocuments(ServesPages, VerbsMixin):
    """What issued documents have in common: their pages, and being mailed."""

    def _act(self, request: Request, function: Callable[..., Any], body: Any) -> Response:
        return self.perform_verb(request, lambda row, **given: function(row, by=self.caller, **given), body=body)

    @verb(SendInvoiceInput)
    def send(self, request: Request, pk: str) -> Response:
        """Mail it with its pages."""
        return self._act(request, send_invoice, SendInvoiceInput)

    @extend_schema(responses=PDF, filters=False)
    @action(detail=True, pagination_class=None, renderer_classes=[JSONRenderer, PdfRenderer])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Answer the pages as they were stored."""
        document = self.get_object()
        return pages_answer(request, pages_of(document), file_name(document))


class InvoiceViewSet(SendsDocuments, Resource):
    """Invoices that the caller may see, newest first."""

    queryset = Invoice.objects.invoices()
    serializer_class = InvoiceSerializer
    list_serializer_class = InvoiceRowSerializer
    filterset_class = InvoiceFilters
    verb_permissions: ClassVar = {
        "issue": "deals.issue_invoice",
        "credit": "deals.credit_invoice",
        "payments": "deals.add_payment",
    }
    ordering_fields: ClassVar = {
        "number": "number",
        "total": "total",
        "issued_on": "issued_on",
        "due_on": "due_on",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: Any) -> QuerySet[Any]:
        """Add the balance and the status, and to a single invoice everything in it."""
        if self.action != "list":
            single: QuerySet[Any] = invoice_rows(rows)
            return single
        listed: QuerySet[Any] = rows.with_status(timezone.localdate()).select_related("currency")
        return listed.defer("terms", "seller_copy", "buyer_copy")

    @verb(IssueInput)
    def issue(self, request: Request, pk: str) -> Response:
        """Make the draft a fact: numbered, dated, taxed, copied. From then on it never changes."""
        return self._act(request, issue, IssueInput)

    @verb(DiscardInput)
    def discard(self, request: Request, pk: str) -> Response:
        """Put a draft away for good; its quote can be invoiced again."""
        return self._act(request, discard, DiscardInput)

    @extend_schema(request=CreditInput, responses={201: CreditNoteSerializer})
    @action(detail=True, methods=["post"])
    def credit(self, request: Request, pk: str) -> Response:
        """Issue a credit note over what is left of an invoice, or over some of its lines; answer the credit note."""
        note = self._make(request, credit, CreditInput)
        rows = with_parts(Invoice.objects.filter(pk=note.pk))
        return self._made(CreditNoteSerializer, rows.get())

    @extend_schema(request=PayInput, responses={201: PaymentSerializer})
    @action(detail=True, methods=["post"])
    def payments(self, request: Request, pk: str) -> Response:
        """Record money that came in for this invoice; what is over is the customer's credit. Answer the payment."""
        payment = self._make(request, pay, PayInput)
        return self._made(PaymentSerializer, payment_rows(self.caller).get(pk=payment.pk))

    def _make(self, request: Request, function: Callable[..., Any], body: type[VerbInput]) -> Any:
        row = self.get_object()
        given = body(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            self.check_version(row)
            return function(row, by=self.caller, **given.validated_data)

    def _made(self, serializer: Any, row: Any) -> Response:
        shown = serializer(row, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_201_CREATED)


class CreditNoteViewSet(SendsDocuments):
    """Credit notes of invoices that the caller may see, newest first. POST /invoices/{id}/credit/ makes one."""

    queryset = Invoice.objects.credit_notes()
    serializer_class = CreditNoteSerializer
    list_serializer_class = CreditNoteRowSerializer
    filterset_class = CreditNoteFilters
    ordering_fields: ClassVar = {
        "number": "number",
        "total": "total",
        "issued_on": "issued_on",
        "created_at": "created_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the currency, and to a single one everything in it."""
        if self.action != "list":
            single: QuerySet[Any] = with_parts(rows)
            return single
        return rows.select_related("currency").defer("terms", "seller_copy", "buyer_copy")
