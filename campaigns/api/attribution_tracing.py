"""``attribution/trace``: money traced both ways."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.attribution.tracing import Trace, trace_invoice, trace_payment, trace_touch
from campaigns.models import AttributionRun, Touch
from config.common.api.fields import whole_number
from config.common.api.filters import check_names
from config.common.money import as_text
from deals.models import Invoice, Payment


class TracedTouchSerializer(serializers.Serializer[Any]):
    """A touch behind an amount: its weight, its part of the amount, and why."""

    touch = serializers.IntegerField()
    at = serializers.DateTimeField()
    campaign = serializers.IntegerField()
    channel = serializers.IntegerField()
    weight = serializers.CharField()
    amount = serializers.CharField()
    via_company = serializers.BooleanField()
    why = serializers.CharField()


class TraceSerializer(serializers.Serializer[Any]):
    """The touches behind an amount of one deal."""

    run = serializers.IntegerField()
    deal = serializers.IntegerField(allow_null=True)
    amount = serializers.CharField()
    currency = serializers.CharField()
    touches = TracedTouchSerializer(many=True)


class TouchMoneySerializer(serializers.Serializer[Any]):
    """What a touch is owed by the current run of one model."""

    run = serializers.IntegerField()
    model = serializers.IntegerField()
    basis = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    deals = serializers.IntegerField()


class TraceAnswerSerializer(serializers.Serializer[Any]):
    """Either what stands behind an invoice or a payment (``traces``), or the money of a touch (``money``)."""

    traces = TraceSerializer(many=True)
    money = TouchMoneySerializer(many=True)


class TraceView(APIView):
    """Money traced both ways: from an invoice or a payment to its touches, from a touch to its money."""

    required_permission = "campaigns.view_share"

    @extend_schema(
        operation_id="attribution_trace",
        parameters=[
            OpenApiParameter("invoice", int, description="An issued invoice or credit note."),
            OpenApiParameter("payment", int),
            OpenApiParameter("touch", int),
            OpenApiParameter("run", int, description="The version to trace by; that of the model shown first, if not."),
        ],
        responses=TraceAnswerSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the trace of exactly one of the three."""
        names = ("invoice", "payment", "touch")
        check_names(request, {*names, "run"}, [*names, "run"])
        asked = [name for name in names if name in request.query_params]
        if len(asked) != 1:
            sentence = _("Give exactly one of these: %(words)s.") % {"words": ", ".join(names)}
            raise serializers.ValidationError({"detail": [sentence]})
        user: Any = request.user
        name, key = asked[0], _one_id(request, asked[0])
        if name == "touch":
            touch = _found(Touch.objects.visible_to(user), key)
            return Response({"traces": [], "money": [_money(each) for each in trace_touch(touch, user)]})
        run = _run(request, user)
        if name == "payment":
            payment = _found(Payment.objects.visible_to(user).select_related("currency"), key)
            traces = trace_payment(payment, run, user) if run else []
        else:
            rows = Invoice.objects.visible_to(user).issued().select_related("currency", "deal")
            invoice = _found(rows, key)
            traces = [trace_invoice(invoice, run, user)] if run else []
        return Response({"traces": [_traced(trace) for trace in traces], "money": []})


def _one_id(request: Request, name: str) -> int:
    number = whole_number(request.query_params[name])
    if number is None:
        raise serializers.ValidationError({name: [_("Give a whole number (id).")]})
    return number


def _found(rows: Any, key: int) -> Any:
    row = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _run(request: Request, user: Any) -> AttributionRun | None:
    rows = AttributionRun.objects.visible_to(user)
    if "run" in request.query_params:
        run: AttributionRun = _found(rows.select_related("model"), _one_id(request, "run"))
        return run
    return rows.of_default()


def _traced(trace: Trace) -> dict[str, Any]:
    digits = trace.currency.minor_units
    return {
        "run": trace.run.pk,
        "deal": trace.deal.pk if trace.deal else None,
        "amount": as_text(trace.amount, digits),
        "currency": trace.currency.pk,
        "touches": [
            {
                "touch": each.touch.pk,
                "at": each.touch.at,
                "campaign": each.touch.campaign_id,
                "channel": each.touch.channel_id,
                "weight": format(each.weight, "f"),
                "amount": as_text(each.amount, digits),
                "via_company": each.via_company,
                "why": each.why,
            }
            for each in trace.touches
        ],
    }


def _money(each: Any) -> dict[str, Any]:
    made_with = each.run.made_with
    return {
        "run": each.run.pk,
        "model": each.run.model_id,
        "basis": made_with["basis"],
        "amount": as_text(each.amount, made_with["minor_units"]),
        "currency": made_with["currency"],
        "deals": each.deals,
    }
