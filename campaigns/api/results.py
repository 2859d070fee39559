"""``results`` and ``funnel``: what campaigns brought, with formulas, what is left out, and the rows behind a figure."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.api.result_shapes import (
    FunnelSerializer,
    ResultGroupsSerializer,
    ResultRowsSerializer,
    ResultsSerializer,
    shown_cohort,
    shown_results,
)
from campaigns.models import Campaign
from campaigns.results.asking import SCOPES, read_question
from campaigns.results.figures import results_by, results_of
from campaigns.results.funnel import BY, FunnelQuestion, funnel
from campaigns.results.rows import codes, rows_of
from campaigns.results.tables import rows_json
from config.common.api.pagination import page_size

_NEEDED = ("campaigns.view_campaign", "campaigns.view_cost", "campaigns.view_share")
MOST_GROUPS = 200
_DAY = {"type": "string", "format": "date"}
_SCOPE = [OpenApiParameter(name, int, description=f"Of this {name} only.") for name in SCOPES]
_PERIOD = [
    OpenApiParameter("model", int, description="The attribution model; else the one that is shown first."),
    OpenApiParameter("from", _DAY, description="Touches and costs from this day."),
    OpenApiParameter("to", _DAY, description="Touches and costs until this day."),
    OpenApiParameter("since", _DAY, description="Outcomes from this day."),
    OpenApiParameter("until", _DAY, description="Outcomes until this day."),
]
_BY = OpenApiParameter("by", enum=list(SCOPES), description="Split by this; without it all together.")


class _ResultsView(APIView):
    """Results ask for the right to see campaigns, their costs and their shares of money."""

    required_permission = "campaigns.view_campaign"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever may not see costs or shares."""
        super().initial(request, *args, **kwargs)
        user: Any = request.user
        if not user.has_perms(_NEEDED):
            raise PermissionDenied


class CampaignResultsView(_ResultsView):
    """What one campaign brought."""

    @extend_schema(operation_id="campaigns_results", parameters=_PERIOD, responses=ResultsSerializer)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Answer the figures of the campaign."""
        user: Any = request.user
        campaign = Campaign.objects.visible_to(user).filter(pk=pk).first()
        if campaign is None:
            raise Http404
        question = read_question(user, {**_given(request, *SCOPES), "campaign": str(pk)})
        return Response(shown_results(str(campaign), results_of(question)))


class ResultsView(_ResultsView):
    """What campaigns brought: all together, or by campaign, channel, segment or plan."""

    @extend_schema(operation_id="results", parameters=[_BY, *_SCOPE, *_PERIOD], responses=ResultGroupsSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the figures; the newest 200 groups."""
        user: Any = request.user
        by = request.query_params.get("by", "")
        if by and by not in SCOPES:
            raise ValidationError({"by": [_("Choose from: %(words)s.") % {"words": ", ".join(SCOPES)}]})
        question = read_question(user, _given(request, "by"))
        if not by:
            return Response({"by": None, "groups": [shown_results("", results_of(question))]})
        rows = SCOPES[by].objects.visible_to(user)
        only = getattr(question, by)
        rows = list((rows if only is None else rows.filter(pk=only))[:MOST_GROUPS])
        found = results_by(question, by, [row.pk for row in rows])
        return Response(
            {"by": by, "groups": [shown_results(str(row), each) for row, each in zip(rows, found, strict=True)]}
        )


class ResultRowsView(_ResultsView):
    """The rows behind a figure: as many as the figure says."""

    @extend_schema(
        operation_id="results_rows",
        parameters=[
            OpenApiParameter("figure", enum=list(codes()), required=True),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
            *_SCOPE,
            *_PERIOD,
        ],
        responses=ResultRowsSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer one page of the rows."""
        user: Any = request.user
        question = read_question(user, _given(request, "figure", "page", "page_size"))
        code = request.query_params.get("figure", "")
        if code not in codes():
            raise ValidationError({"figure": [_("Choose from: %(words)s.") % {"words": ", ".join(codes())}]})
        found = rows_of(question, code)
        if found is None:
            raise Http404
        page, size = _page(request), page_size(request)
        rows = rows_json(found, page, size)
        answer = {"figure": code, "kind": found.kind, "count": found.rows.count(), "page": page, "results": rows}
        return Response(answer)


class FunnelView(APIView):
    """People per stage by cohort, with conversion and days, by the ledger; of the contacts that the caller may see."""

    required_permission = "campaigns.view_campaign"

    @extend_schema(
        operation_id="funnel",
        parameters=[
            OpenApiParameter("by", enum=list(BY), description="What a cohort is; `source` if nothing is said."),
            OpenApiParameter("from", _DAY, description="People whose ledger begins from this day on."),
            OpenApiParameter("to", _DAY, description="People whose ledger begins until this day."),
        ],
        responses=FunnelSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the cohorts."""
        user: Any = request.user
        if not user.has_perm("contacts.view_contact"):
            raise PermissionDenied
        by = request.query_params.get("by", "source")
        if by not in BY:
            raise ValidationError({"by": [_("Choose from: %(words)s.") % {"words": ", ".join(BY)}]})
        days = read_question(user, _given(request, "by", *SCOPES))
        cohorts = funnel(FunnelQuestion(user, by, days.first, days.last))
        return Response({"by": by, "cohorts": [shown_cohort(each) for each in cohorts]})


def _given(request: Request, *besides: str) -> Mapping[str, str]:
    return {name: request.query_params[name] for name in request.query_params if name not in besides}


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 10**6:
        raise ValidationError({"page": [_("Give a whole number above zero.")]})
    return int(text)
