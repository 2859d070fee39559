"""``ab-test``: reads figures of a test that ran elsewhere."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.experiments.arms import MOST_PEOPLE, Arm
from campaigns.experiments.comparing import compare
from campaigns.experiments.wording import report
from config.common.api.idempotency import IdempotentPosts
from config.common.api.parsers import StrictJSONParser
from config.common.api.serializers import VerbInput


class FiguresSerializer(serializers.Serializer[Any]):
    """A comparison: rates with intervals, tests against the control, whether the people were shared out as planned."""

    significance = serializers.FloatField()
    power = serializers.FloatField()
    arms = serializers.ListField(child=serializers.DictField())
    comparisons = serializers.ListField(child=serializers.DictField())
    sample_ratio = serializers.DictField()
    verdict = serializers.CharField()
    better = serializers.CharField(allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())


class ArmInput(VerbInput):
    """The figures of one variant."""

    name = serializers.CharField(max_length=80)
    conversions = serializers.IntegerField(min_value=0, max_value=MOST_PEOPLE)
    people = serializers.IntegerField(min_value=1, max_value=MOST_PEOPLE)
    weight = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class CompareInput(VerbInput):
    """Figures from elsewhere; the first variant is the control."""

    arms = serializers.ListField(child=ArmInput(), min_length=2, max_length=12)
    significance = serializers.FloatField(min_value=0.0001, max_value=0.9999, default=0.05)
    power = serializers.FloatField(min_value=0.0001, max_value=0.9999, default=0.8)


class CompareView(IdempotentPosts, APIView):
    """Figures of a test that ran elsewhere."""

    required_permission = "campaigns.view_experiment"
    parser_classes = (StrictJSONParser,)

    @extend_schema(request=CompareInput, responses=FiguresSerializer)
    def post(self, request: Request) -> Response:
        """Compare the variants with the first, in figures and sentences. Nothing is kept."""
        body = CompareInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        arms = [Arm(each["name"], each["conversions"], each["people"], each["weight"]) for each in given["arms"]]
        found = compare(arms, significance=given["significance"], power=given["power"])
        return Response({**found.as_json(), "sentences": report(found)})
