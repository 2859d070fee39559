"""``attribution``: models side by side."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.attribution.comparing import MOST_MODELS, Comparison, compare
from campaigns.attribution.journeys import CONVERSION_DIGITS
from campaigns.attribution.reading import By
from campaigns.models import AttributionModel
from config.common.api.fields import whole_number
from config.common.api.filters import check_names
from config.common.money import as_text


class CreditSerializer(serializers.Serializer[Any]):
    """What one run owes to a campaign or channel; ``won`` is how many won deals it is worth."""

    run = serializers.IntegerField()
    amount = serializers.CharField()
    won = serializers.CharField()
    deals = serializers.IntegerField()
    touches = serializers.IntegerField()


class CreditLineSerializer(serializers.Serializer[Any]):
    """A campaign or channel."""

    key = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    credits = CreditSerializer(many=True)


class ComparedRunSerializer(serializers.Serializer[Any]):
    """A version that is compared, with the total of its column."""

    run = serializers.IntegerField()
    model = serializers.IntegerField()
    name = serializers.CharField()
    number = serializers.IntegerField()
    made_with = serializers.DictField()
    total = serializers.CharField()


class LeftOutDealsSerializer(serializers.Serializer[Any]):
    """Won deals that a run shared with nobody, and why."""

    run = serializers.IntegerField()
    code = serializers.ChoiceField(choices=["untouched", "without_rate"])
    count = serializers.IntegerField()
    reason = serializers.CharField()


class ComparisonSerializer(serializers.Serializer[Any]):
    """Models side by side. ``waiting`` are models that were never run."""

    by = serializers.ChoiceField(choices=["campaign", "channel"])
    runs = ComparedRunSerializer(many=True)
    lines = CreditLineSerializer(many=True)
    left_out = LeftOutDealsSerializer(many=True)
    waiting = serializers.ListField(child=serializers.IntegerField())


class AttributionView(APIView):
    """Models side by side by campaign or channel, over deals that the caller may see."""

    required_permission = "campaigns.view_attributionmodel"

    @extend_schema(
        operation_id="attribution_report",
        parameters=[
            OpenApiParameter("by", enum=["campaign", "channel"], description="Campaigns, if not said."),
            OpenApiParameter("models", str, description="Ids by comma; all that are in use, if not said."),
        ],
        responses=ComparisonSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Answer the report; an unknown parameter is refused."""
        check_names(request, {"by", "models"}, ["by", "models"])
        by = request.query_params.get("by", "campaign")
        if by not in ("campaign", "channel"):
            raise serializers.ValidationError({"by": [_("Choose from: %(words)s.") % {"words": "campaign, channel"}]})
        user: Any = request.user
        models = AttributionModel.objects.visible_to(user).in_use()
        if given := request.query_params.get("models"):
            models = models.filter(pk__in=_ids(given))
        chosen: By = "channel" if by == "channel" else "campaign"
        return Response(_compared(compare(user, chosen, list(models[:MOST_MODELS]))))


def _ids(text: str) -> list[int]:
    numbers = [whole_number(part.strip()) for part in text.split(",")[:100]]
    if any(number is None for number in numbers):
        raise serializers.ValidationError({"models": [_("Give whole numbers (ids), several by comma.")]})
    return [number for number in numbers if number is not None]


def _compared(found: Comparison) -> dict[str, Any]:
    digits = [run.made_with["minor_units"] for run in found.runs]
    return {
        "by": found.by,
        "runs": [
            {
                "run": run.pk,
                "model": run.model_id,
                "name": run.model.name,
                "number": run.number,
                "made_with": run.made_with,
                "total": as_text(total, run.made_with["minor_units"]),
            }
            for run, total in zip(found.runs, found.totals, strict=True)
        ],
        "lines": [
            {
                "key": line.key,
                "label": line.label,
                "credits": [
                    {
                        "run": run.pk,
                        "amount": as_text(each.amount, places),
                        "won": as_text(each.won, CONVERSION_DIGITS),
                        "deals": each.deals,
                        "touches": each.touches,
                    }
                    for run, each, places in zip(found.runs, line.credits, digits, strict=True)
                ],
            }
            for line in found.lines
        ],
        "left_out": [
            {"run": part.run.pk, "code": part.code, "count": part.count, "reason": part.reason}
            for part in found.left_out
        ],
        "waiting": [model.pk for model in found.waiting],
    }
