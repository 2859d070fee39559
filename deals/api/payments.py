"""``payments`` with their verbs, ``allocations`` and ``refunds``: money that came in, what it paid, what went back."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.viewsets import CreatableResource, ReadOnlyResource
from deals.api.paying import (
    AllocateInput,
    AllocationSerializer,
    PaymentRowSerializer,
    PaymentSerializer,
    ReasonInput,
    RefundInput,
    RefundSerializer,
    payment_rows,
)
from deals.billing.allocating import allocate, allocate_oldest, take_back
from deals.billing.paying import refund, void
from deals.billing.payment import PaymentMethod
from deals.models import Allocation, Invoice, Payment, Refund


class PaymentFilters(Filters):
    """What payments can be filtered by."""

    seller = IdsFilter()
    company = IdsFilter()
    contact = IdsFilter()
    currency = WordsFilter()
    method = WordsFilter(words=PaymentMethod.values)
    reference = WordsFilter()
    external_id = WordsFilter()
    received_from = DayFilter(field_name="received_on", lookup_expr="gte")
    received_to = DayFilter(field_name="received_on", lookup_expr="lte")
    voided = YesFilter(field_name="voided_at", lookup_expr="isnull", exclude=True)
    with_credit = YesFilter(method="by_credit")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")

    def by_credit(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of which something is left, or those used up."""
        return rows.filter(credit__gt=0) if value else rows.filter(credit__lte=0)


class PaymentViewSet(CreatableResource):
    """Payments, newest first. They are facts: corrected by taking back, refunding or voiding."""

    queryset = Payment.objects.all()
    serializer_class = PaymentSerializer
    list_serializer_class = PaymentRowSerializer
    filterset_class = PaymentFilters
    verb_permissions: ClassVar = {"allocate": "deals.add_allocation", "refund": "deals.add_refund"}
    ordering_fields: ClassVar = {
        "amount": "amount",
        "received_on": "received_on",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: Any) -> QuerySet[Any]:
        """Add what is left of each, and to a single payment what it paid."""
        listed: QuerySet[Any] = payment_rows(self.caller, rows) if self.action != "list" else rows.with_balance()
        return listed.select_related("currency")

    @verb(AllocateInput)
    def allocate(self, request: Request, pk: str) -> Response:
        """Let the payment pay an invoice, or the oldest that are open."""

        def act(row: Payment, invoice: Invoice | None = None, oldest: bool = False, **given: Any) -> None:
            if invoice is None:
                allocate_oldest(row, by=self.caller)
            else:
                allocate(row, invoice, by=self.caller, **given)

        return self.perform_verb(request, act, body=AllocateInput)

    @verb(RefundInput)
    def refund(self, request: Request, pk: str) -> Response:
        """Write down that credit was paid back to the customer."""
        return self.perform_verb(request, lambda row, **given: refund(row, by=self.caller, **given), body=RefundInput)

    @verb(ReasonInput)
    def void(self, request: Request, pk: str) -> Response:
        """Say that the payment never was: what it paid is open again."""
        return self.perform_verb(request, lambda row, **given: void(row, by=self.caller, **given), body=ReasonInput)


class AllocationFilters(Filters):
    """What allocations can be filtered by."""

    payment = IdsFilter()
    invoice = IdsFilter()
    taken_back = YesFilter(field_name="taken_back_at", lookup_expr="isnull", exclude=True)
    at_from = MomentFilter(field_name="at", lookup_expr="gte")
    at_to = MomentFilter(field_name="at", lookup_expr="lt")


class AllocationViewSet(CreatableResource):
    """What payments paid."""

    queryset = Allocation.objects.all()
    serializer_class = AllocationSerializer
    filterset_class = AllocationFilters
    ordering_fields: ClassVar = {"id": "id", "at": "at", "amount": "amount"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the currency."""
        return rows.select_related("payment__currency")

    @verb(ReasonInput, path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Take it back: the invoice is open again by so much, and the payment has it as credit."""
        return self.perform_verb(
            request, lambda row, **given: take_back(row, by=self.caller, **given), body=ReasonInput
        )


class RefundFilters(Filters):
    """What refunds can be filtered by."""

    payment = IdsFilter()
    refunded_from = DayFilter(field_name="refunded_on", lookup_expr="gte")
    refunded_to = DayFilter(field_name="refunded_on", lookup_expr="lte")


class RefundViewSet(ReadOnlyResource):
    """What was paid back. POST /payments/{id}/refund/ writes one."""

    queryset = Refund.objects.all()
    serializer_class = RefundSerializer
    filterset_class = RefundFilters
    ordering_fields: ClassVar = {"id": "id", "refunded_on": "refunded_on"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the currency."""
        return rows.select_related("payment__currency")
