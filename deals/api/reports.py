"""``/api/v1/reports/pipeline/``: the pipeline report as JSON or CSV."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deals.pipeline.filtering import FILTERS
from deals.reports.grouping import DATES, GROUPINGS
from deals.reports.report import PipelineReport, pipeline_report, read_question
from deals.reports.tables import as_csv

_AMOUNT = "In the company's currency, with its decimals."
_DAYS = "Calendar days from opening to closing, 4 decimals; null where nothing was closed."


class NumbersSerializer(serializers.Serializer[Any]):
    """The figures of a group or of all deals."""

    deals = serializers.IntegerField()
    won = serializers.IntegerField()
    lost = serializers.IntegerField()
    open = serializers.IntegerField()
    win_rate = serializers.CharField(allow_null=True, help_text="won / (won + lost), 6 decimals; null without either.")
    revenue = serializers.CharField(help_text=_AMOUNT)
    average_won = serializers.CharField(allow_null=True, help_text=_AMOUNT)
    mean_days_to_win = serializers.CharField(allow_null=True, help_text=_DAYS)
    median_days_to_win = serializers.CharField(allow_null=True, help_text=_DAYS)
    mean_days_to_close = serializers.CharField(allow_null=True, help_text=_DAYS)
    open_amount = serializers.CharField(help_text=_AMOUNT)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class KeyField(serializers.Field[Any, Any, Any, Any]):
    """What a group is known by."""


class GroupSerializer(NumbersSerializer):
    """A group: ``query`` opens its deals at ``/api/v1/deals/`` and in the admin's list."""

    key = KeyField(allow_null=True, help_text="An id, a text or a period; null for deals that have none.")
    label = serializers.CharField()  # type: ignore[assignment]
    query = serializers.CharField()


class LeftOutSerializer(serializers.Serializer[Any]):
    """Deals that are in no figure, or not in all of them."""

    reason = serializers.CharField()
    count = serializers.IntegerField()
    code = serializers.CharField()
    query = serializers.CharField()


class WhyEmptySerializer(serializers.Serializer[Any]):
    """Why there is no deal in the report."""

    code = serializers.ChoiceField(choices=["no_deals", "none_visible", "none_match"])
    reason = serializers.CharField()


class PipelineReportSerializer(serializers.Serializer[Any]):
    """The pipeline report."""

    currency = serializers.CharField(allow_null=True)
    filters = serializers.DictField(child=serializers.CharField())
    group_by = serializers.CharField(allow_null=True)
    date = serializers.CharField()
    total = NumbersSerializer()
    groups = GroupSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    why_empty = WhyEmptySerializer(allow_null=True)


class CsvRenderer(BaseRenderer):
    """Writes the report as a CSV file."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        """Return the file's text."""
        return as_csv(data)


class ReportJsonRenderer(JSONRenderer):
    """Writes the report, or an error, as JSON."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """Return the bytes."""
        body = data.as_json() if isinstance(data, PipelineReport) else data
        return super().render(body, accepted_media_type, renderer_context)


_CSV = OpenApiResponse(OpenApiTypes.STR, description="The groups and the total as rows.")
_PARAMETERS = [
    OpenApiParameter("group_by", enum=list(GROUPINGS), description="Split by this."),
    OpenApiParameter("date", enum=list(DATES), description="The day that months and quarters are made of."),
    *(OpenApiParameter(name, str, description=str(FILTERS[name].label)) for name in FILTERS),
]


class PipelineReportView(APIView):
    """Deals, won, lost, open, win rate, revenue and days, in total and split by ``group_by``.

    Only deals that the caller may see are counted. Amounts are in the company's currency.
    """

    required_permission = "deals.view_deal"
    renderer_classes: Any = [ReportJsonRenderer, CsvRenderer]

    @extend_schema(
        operation_id="reports_pipeline",
        parameters=[*_PARAMETERS, OpenApiParameter("format", enum=["json", "csv"])],
        responses={(200, "application/json"): PipelineReportSerializer, (200, "text/csv"): _CSV},
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the report; an unknown parameter is refused."""
        given = {name: request.query_params[name] for name in request.query_params if name != "format"}
        wanted = request.query_params.get("format")
        if wanted is not None and wanted not in {renderer.format for renderer in self.renderer_classes}:
            raise serializers.ValidationError({"format": [_("Choose from: %(words)s.") % {"words": "json, csv"}]})
        filters, group_by, dated_by = read_question(given)
        user: Any = request.user
        report = pipeline_report(user, filters=filters, group_by=group_by, dated_by=dated_by)
        return Response(report)

    def get_renderers(self) -> list[BaseRenderer]:
        """Offer the format that ``?format=`` names, or all of them to the ``Accept`` header."""
        renderers = super().get_renderers()
        wanted = self.request.GET.get("format") if getattr(self, "request", None) else None
        return [renderer for renderer in renderers if renderer.format == wanted] or renderers

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the file; errors, and what OPTIONS answers, are JSON whatever was asked for."""
        response = super().finalize_response(request, response, *args, **kwargs)
        renderer = getattr(response, "accepted_renderer", None)
        if renderer is None or not isinstance(response.data, PipelineReport):
            response.accepted_renderer, response.accepted_media_type = ReportJsonRenderer(), "application/json"
        elif renderer.format == "csv":
            response["Content-Disposition"] = 'attachment; filename="pipeline-report.csv"'
        return response


class PipelineCsvView(PipelineReportView):
    """The pipeline report as a CSV file, at an address that ends like one."""

    renderer_classes: Any = [CsvRenderer]

    @extend_schema(operation_id="reports_pipeline_csv", parameters=_PARAMETERS, responses={(200, "text/csv"): _CSV})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the report; an unknown parameter is refused."""
        return super().get(request, **kwargs)
