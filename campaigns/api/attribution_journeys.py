"""``attribution/attribute``: credit for journeys from elsewhere."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.attribution.journeys import Attribution, Path, attribute
from campaigns.attribution.methods import Method
from campaigns.attribution.weighing import Terms, Touchpoint
from config.common.api.idempotency import IdempotentPosts
from config.common.api.parsers import StrictJSONParser
from config.common.api.serializers import VerbInput

MOST_PATHS, MOST_TOUCHES = 5000, 200


class PathInput(VerbInput):
    """Journeys that went the same way: labels in their order, how often they converted, for how much, how often not."""

    touches = serializers.ListField(child=serializers.CharField(max_length=200), max_length=MOST_TOUCHES)
    conversions = serializers.DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0), default=Decimal(1))
    value = serializers.DecimalField(max_digits=18, decimal_places=3, min_value=Decimal(0), default=Decimal(0))
    nulls = serializers.DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0), default=Decimal(0))


class AttributeInput(VerbInput):
    """Journeys from elsewhere, and the method."""

    model = serializers.ChoiceField(choices=Method.choices)
    order = serializers.IntegerField(min_value=1, max_value=4, default=1)
    half_life_days = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=Decimal("0.01"), default=Decimal(7)
    )
    digits = serializers.IntegerField(min_value=0, max_value=3, default=2)
    paths = serializers.ListField(child=PathInput(), min_length=1, max_length=MOST_PATHS)


class LabelCreditSerializer(serializers.Serializer[Any]):
    """What one label gets; ``effect`` is its removal effect, of Markov only."""

    label = serializers.CharField()  # type: ignore[assignment]
    conversions = serializers.CharField()
    value = serializers.CharField()
    effect = serializers.CharField(allow_null=True)


class AttributeSerializer(serializers.Serializer[Any]):
    """Credits that sum to the totals, and what came without a touch."""

    credits = LabelCreditSerializer(many=True)
    conversions = serializers.CharField()
    value = serializers.CharField()
    lost_conversions = serializers.CharField()
    lost_value = serializers.CharField()


class AttributeView(IdempotentPosts, APIView):
    """Journeys from elsewhere."""

    required_permission = "campaigns.view_attributionmodel"
    parser_classes = (StrictJSONParser,)

    @extend_schema(operation_id="attribution_attribute", request=AttributeInput, responses=AttributeSerializer)
    def post(self, request: Request) -> Response:
        """Share conversions and value of any journeys. Nothing is kept."""
        body = AttributeInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        half_life = timedelta(days=float(given["half_life_days"]))
        paths = [
            Path(
                tuple(Touchpoint(label) for label in each["touches"]),
                each["conversions"],
                each["value"],
                each["nulls"],
            )
            for each in given["paths"]
        ]
        terms = Terms(Method(given["model"]), half_life, given["order"])
        return Response(_attributed(attribute(paths, terms, digits=given["digits"])))


def _attributed(found: Attribution) -> dict[str, Any]:
    return {
        "credits": [
            {
                "label": each.label,
                "conversions": format(each.conversions, "f"),
                "value": format(each.value, "f"),
                "effect": None if each.effect is None else f"{float(each.effect):.6f}",
            }
            for each in found.credits
        ],
        "conversions": format(found.conversions, "f"),
        "value": format(found.value, "f"),
        "lost_conversions": format(found.lost_conversions, "f"),
        "lost_value": format(found.lost_value, "f"),
    }
