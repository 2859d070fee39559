"""``quotes`` with their revisions and verbs: drafted on a deal, approved, sent, answered, invoiced."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.filters import DayFilter, Filters, IdsFilter, MomentFilter, WordsFilter, check_names
from config.common.api.schema import verb
from config.common.api.viewsets import Resource
from deals.api.invoicing import InvoiceSerializer, invoice_rows
from deals.api.pages import PDF, PdfRenderer, ServesPages, pages_answer
from deals.api.quote_rows import QuoteRowSerializer, QuoteSerializer, writable
from deals.api.quoting import (
    AcceptInput,
    DeclineInput,
    DifferenceSerializer,
    ExtendInput,
    NoteInput,
    RefusalInput,
    SendAgainInput,
    SendInput,
    WithdrawInput,
    as_texts,
    revision_number,
)
from deals.billing.drafting import invoice_from_quote
from deals.models import Currency, Quote, QuoteLine, QuoteRevision, QuoteTax
from deals.quotes.answering import accept, decline
from deals.quotes.approvers import APPROVE
from deals.quotes.approving import approve, ask_approval, refuse_approval
from deals.quotes.comparing import compare
from deals.quotes.drafting import discard_revision, revise
from deals.quotes.locking import last_sent
from deals.quotes.pages import file_name, pages_of
from deals.quotes.quote import QuoteState
from deals.quotes.refusing import never_sent
from deals.quotes.sending import extend, send, send_again
from deals.quotes.standing import Standing, with_standing
from deals.quotes.withdrawing import withdraw

_DIFFERENCES = DifferenceSerializer(many=True)


class QuoteFilters(Filters):
    """What quotes can be filtered by."""

    deal = IdsFilter()
    owner = IdsFilter(field_name="deal__owner")
    contact = IdsFilter()
    company = IdsFilter(field_name="deal__company")
    seller = IdsFilter()
    number = WordsFilter()
    state = WordsFilter(words=QuoteState.values)
    standing = WordsFilter(words=Standing.values)
    valid_from = DayFilter(field_name="valid_until", lookup_expr="gte")
    valid_to = DayFilter(field_name="valid_until", lookup_expr="lte")
    created_from = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_to = MomentFilter(field_name="created_at", lookup_expr="lt")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")


class QuoteViewSet(ServesPages, Resource):
    """Quotes on deals that the caller may see, newest first."""

    queryset = Quote.objects.all()
    serializer_class = QuoteSerializer
    list_serializer_class = QuoteRowSerializer
    filterset_class = QuoteFilters
    verb_permissions: ClassVar = {"approve": APPROVE, "refuse_approval": APPROVE, "invoice": "deals.add_invoice"}
    ordering_fields: ClassVar = {
        "number": "number",
        "valid_until": "valid_until",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add how each stands and what it comes to, and to a single quote everything in it."""
        digits = Currency.objects.filter(pk=OuterRef("currency_code")).values("minor_units")
        rows = with_standing(rows).annotate(minor_units=Subquery(digits))
        if self.action == "list":
            return rows
        parts = (Prefetch("lines", QuoteLine.objects.all()), Prefetch("taxes", QuoteTax.objects.all()))
        revisions = QuoteRevision.objects.select_related("currency", "answer", "reading").order_by("-revision")
        return rows.prefetch_related(Prefetch("revisions", revisions.prefetch_related(*parts)), "changes")

    def _act(self, request: Request, function: Callable[..., Any], body: Any = None) -> Response:
        return self.perform_verb(request, lambda row, **given: function(row, by=self.caller, **given), body=body)

    def _act_on_draft(self, request: Request, function: Callable[..., Any], body: Any = None) -> Response:
        return self._act(request, lambda row, **given: function(writable(row), **given), body)

    @verb(NoteInput)
    def ask_approval(self, request: Request, pk: str) -> Response:
        """Ask the nearest manager to approve the draft's discounts."""
        return self._act_on_draft(request, ask_approval, NoteInput)

    @verb(NoteInput)
    def approve(self, request: Request, pk: str) -> Response:
        """Approve the draft's discounts. State the version you read in If-Match: what changed since is not approved."""
        return self._act_on_draft(request, approve, NoteInput)

    @verb(RefusalInput)
    def refuse_approval(self, request: Request, pk: str) -> Response:
        """Refuse the draft's discounts and say why."""
        return self._act_on_draft(request, refuse_approval, RefusalInput)

    @verb(SendInput)
    def send(self, request: Request, pk: str) -> Response:
        """Send the draft: it gets its number, never changes any more, and is mailed with its pages and the link."""
        return self._act(request, send, SendInput)

    @verb(SendAgainInput)
    def send_again(self, request: Request, pk: str) -> Response:
        """Mail the revision that counts once more."""
        return self._act(request, send_again, SendAgainInput)

    @verb()
    def revise(self, request: Request, pk: str) -> Response:
        """Draft the next revision from the last one sent."""
        return self._act(request, revise)

    @verb()
    def discard_draft(self, request: Request, pk: str) -> Response:
        """Throw the draft of a further revision away; the one the customer has still counts."""
        return self._act_on_draft(request, discard_revision)

    @verb(ExtendInput)
    def extend(self, request: Request, pk: str) -> Response:
        """Send the same with a later day until which it is valid."""
        return self._act(request, extend, ExtendInput)

    @verb(WithdrawInput)
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the quote back, sent or not, for good."""
        return self._act(request, withdraw, WithdrawInput)

    @verb(AcceptInput)
    def accept(self, request: Request, pk: str) -> Response:
        """Record that the customer accepted; the deal follows as the sales policy says."""
        return self._answered(request, accept, AcceptInput)

    @verb(DeclineInput)
    def decline(self, request: Request, pk: str) -> Response:
        """Record that the customer declined, and why."""
        return self._answered(request, decline, DeclineInput)

    def _answered(self, request: Request, function: Callable[..., Any], body: Any) -> Response:
        def act(row: Quote, revision: int | None = None, **given: Any) -> None:
            function(_answerable(row, revision), recorded_by=self.caller, **given)

        return self.perform_verb(request, act, body=body)

    @extend_schema(request=None, responses={201: InvoiceSerializer})
    @action(detail=True, methods=["post"])
    def invoice(self, request: Request, pk: str) -> Response:
        """Draft the invoice of an accepted quote; asked again, answer the same one."""
        row = self.get_object()
        with transaction.atomic():
            self.check_version(row)
            invoice = invoice_from_quote(row, by=self.caller)
        shown = InvoiceSerializer(invoice_rows().get(pk=invoice.pk), context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[OpenApiParameter("revision", int)], responses=PDF, filters=False)
    @action(detail=True, pagination_class=None, renderer_classes=[JSONRenderer, PdfRenderer])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Answer the pages of the last revision sent, or of the one named, as they were stored."""
        check_names(request, {"revision"}, ["revision"])
        number = revision_number(request.query_params.get("revision"), "revision")
        revision = _answerable(self.get_object(), number)
        return pages_answer(request, pages_of(revision), file_name(revision))

    @extend_schema(
        parameters=[OpenApiParameter("from", int), OpenApiParameter("to", int)], responses=_DIFFERENCES, filters=False
    )
    @action(detail=True, pagination_class=None)
    def compare(self, request: Request, pk: str) -> Response:
        """Say what changed from one revision to another: the newest and the one before, if none are named."""
        check_names(request, {"from", "to"}, ["from", "to"])
        given = {name: revision_number(request.query_params.get(name), name) for name in ("from", "to")}
        by_number = {each.revision: each for each in self.get_object().revisions.all()}
        newer = by_number.get(given["to"] or max(by_number))
        older = by_number.get(given["from"] or (newer.revision - 1 if newer else 0))
        if newer is None or older is None:
            raise Http404
        return Response(DifferenceSerializer(as_texts(compare(older, newer), newer.currency), many=True).data)


def _answerable(quote: Quote, number: int | None) -> QuoteRevision:
    """Return the revision with a number, or the last one sent. Refuses what was never sent; 404 for what is not."""
    if number is not None:
        named: QuoteRevision | None = (
            quote.revisions.select_related("currency", "quote__seller").filter(revision=number).first()
        )
        if named is None:
            raise Http404
        return named
    sent = last_sent(quote)
    if sent is None:
        raise never_sent(quote)
    return sent
