"""``reports/receivables``: who owes what, by how late it is, as JSON or CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.common.api.fields import DayField
from config.common.api.filters import check_names
from config.common.money import as_text
from deals.billing.receivables import Age, Aged, Receivables, receivables
from deals.models import Currency
from deals.reports.tables import harmless

_PARAMETERS = [OpenApiParameter("day", date, description="Ages are counted until this day; today, if not said.")]


class AgedSerializer(serializers.Serializer[Any]):
    """Amounts by age, with the currency's decimals."""

    not_due = serializers.CharField()
    days_1_30 = serializers.CharField()
    days_31_60 = serializers.CharField()
    days_61_90 = serializers.CharField()
    over_90 = serializers.CharField()
    total = serializers.CharField()
    overdue = serializers.CharField()
    invoices = serializers.IntegerField()


class CustomerOwesSerializer(AgedSerializer):
    """What one customer owes in one currency: the company, or a person on their own account."""

    company = serializers.IntegerField(allow_null=True)
    contact = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    currency = serializers.CharField()


class ReceivablesSerializer(serializers.Serializer[Any]):
    """Receivables by age: the total is in the company's currency, without the currencies that have no rate."""

    day = serializers.DateField()
    currency = serializers.CharField()
    rows = CustomerOwesSerializer(many=True)
    total = AgedSerializer()
    without_rate = serializers.ListField(child=serializers.CharField())


class CsvAsked(BaseRenderer):
    """Lets callers ask for ``text/csv``; the file is answered as it is."""

    media_type = "text/csv"
    format = "csv"


class ReceivablesView(APIView):
    """What customers owe on invoices that the caller may see, the largest debts first."""

    required_permission = "deals.view_invoice"

    @extend_schema(operation_id="reports_receivables", parameters=_PARAMETERS, responses=ReceivablesSerializer)
    def get(self, request: Request, **kwargs: Any) -> Any:
        """Answer the report; an unknown parameter is refused."""
        day, report = self.report(request)
        company = Currency.objects.of_company()
        return Response(
            {
                "day": day,
                "currency": company.pk,
                "rows": [_row(row) for row in report.rows],
                "total": _aged(report.total, company.minor_units),
                "without_rate": report.without_rate,
            }
        )

    def report(self, request: Request) -> tuple[date, Receivables]:
        """Return the day that was asked for, and what is owed."""
        check_names(request, {"day"}, ["day"])
        given = request.query_params.get("day")
        try:
            day = DayField().run_validation(given) if given else timezone.localdate()
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"day": error.detail}) from None
        user: Any = request.user
        return day, receivables(user, day)


class ReceivablesCsvView(ReceivablesView):
    """The same as a CSV file: a row for each customer and currency."""

    renderer_classes: Any = [JSONRenderer, CsvAsked]

    @extend_schema(
        operation_id="reports_receivables_csv",
        parameters=_PARAMETERS,
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="A row for each customer.")},
    )
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Answer the file; an unknown parameter is refused."""
        day, report = self.report(request)
        response = HttpResponse("".join(_lines(report)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="receivables-{day.isoformat()}.csv"'
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer errors as JSON, whatever was asked for."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.accepted_renderer, response.accepted_media_type = JSONRenderer(), "application/json"
        return response


def _aged(aged: Aged, minor_units: int) -> dict[str, Any]:
    ages = {_name(age): as_text(aged.by_age[age], minor_units) for age in Age}
    sums = {"total": as_text(aged.total, minor_units), "overdue": as_text(aged.overdue, minor_units)}
    return {**ages, **sums, "invoices": aged.invoices}


def _row(row: Any) -> dict[str, Any]:
    of_whom = {"company": row.company_id, "contact": row.contact_id, "name": row.name, "currency": row.currency}
    return {**of_whom, **_aged(row, row.minor_units)}


def _name(age: Age) -> str:
    return f"days_{age}" if age[0].isdigit() else str(age)


def _lines(report: Receivables) -> Iterator[str]:
    text = io.StringIO()
    names = ["name", "company", "contact", "currency", *(_name(age) for age in Age), "total", "overdue", "invoices"]
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for row in report.rows:
        writer.writerow({**_row(row), "name": harmless(row.name)})
    yield text.getvalue()
