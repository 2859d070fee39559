"""How results and the funnel look in the API."""

from typing import Any

from rest_framework import serializers

from campaigns.results.explaining import LeftOut
from campaigns.results.figures import Figure, Results, Unit
from campaigns.results.funnel import Cohort, Step
from contacts.people.stages import LifecycleStage


class LeftOutRowsSerializer(serializers.Serializer[Any]):
    """Rows that are not in a figure."""

    code = serializers.CharField()
    reason = serializers.CharField()
    count = serializers.IntegerField()
    rows = serializers.CharField(help_text="The `figure` that lists them at `/results/rows/`.")


class FigureSerializer(serializers.Serializer[Any]):
    """One figure. Without a value, `why_not` says why: nothing is ever shown as zero that isn't."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.ChoiceField(choices=list(Unit))
    value = serializers.CharField(allow_null=True, help_text="Counts, exact amounts and rates, as text.")
    currency = serializers.CharField(allow_null=True, help_text="Of amounts: the company's.")
    why_not = serializers.CharField()
    formula = serializers.CharField(help_text="How it was reckoned, with its numbers.")
    behind = serializers.ListField(child=serializers.CharField(), help_text="The `figure`s that list its rows.")
    rows = serializers.IntegerField(help_text="How many rows the first of these lists has.")
    left_out = LeftOutRowsSerializer(many=True)


class ResultsSerializer(serializers.Serializer[Any]):
    """The figures of one campaign, channel, segment or plan, or of all."""

    key = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]
    model = serializers.CharField(help_text="The attribution model with its version; empty before the first run.")
    return_by = serializers.CharField(help_text="`margin`, or the revenue of which the return was reckoned.")
    query = serializers.CharField(help_text="The same question for `/results/rows/`.")
    figures = FigureSerializer(many=True)
    left_out = LeftOutRowsSerializer(many=True)


class ResultGroupsSerializer(serializers.Serializer[Any]):
    """The answer: one group for each, or one for all together."""

    by = serializers.CharField(allow_null=True)
    groups = ResultsSerializer(many=True)


class ResultRowsSerializer(serializers.Serializer[Any]):
    """The rows behind a figure, the newest first."""

    figure = serializers.CharField()
    kind = serializers.CharField()
    count = serializers.IntegerField()
    page = serializers.IntegerField()
    results = serializers.ListField(child=serializers.DictField())


class StepRateSerializer(serializers.Serializer[Any]):
    """A share of the stage before with its Wilson interval (95 %)."""

    rate = serializers.CharField()
    low = serializers.CharField()
    high = serializers.CharField()


class DaysSerializer(serializers.Serializer[Any]):
    """Days since the stage before."""

    median = serializers.CharField()
    first_quartile = serializers.CharField()
    third_quartile = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """A stage of a cohort."""

    stage = serializers.ChoiceField(choices=list(LifecycleStage))
    people = serializers.IntegerField()
    conversion = StepRateSerializer(allow_null=True)
    days = DaysSerializer(allow_null=True)


class CohortSerializer(serializers.Serializer[Any]):
    """People who belong together."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    steps = StepSerializer(many=True)


class FunnelSerializer(serializers.Serializer[Any]):
    """The funnel by cohort."""

    by = serializers.CharField()
    cohorts = CohortSerializer(many=True)


def shown_results(label: str, found: Results) -> dict[str, Any]:
    """Return the figures of one group."""
    return {
        "key": found.key or None,
        "label": label,
        "model": found.model,
        "return_by": found.return_by,
        "query": found.question.as_query(),
        "figures": [_figure(each) for each in found.figures.values()],
        "left_out": [_left_out(each) for each in found.left_out],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "code": figure.code,
        "name": figure.name,
        "unit": figure.unit,
        "value": None if figure.plain is None else str(figure.plain),
        "currency": figure.currency.code if figure.unit == Unit.MONEY else None,
        "why_not": figure.why_not if figure.value is None else "",
        "formula": figure.formula,
        "behind": figure.behind,
        "rows": figure.rows,
        "left_out": [_left_out(each) for each in figure.left_out],
    }


def _left_out(each: LeftOut) -> dict[str, Any]:
    return {"code": each.code, "reason": each.sentence, "count": each.count, "rows": each.rows}


def shown_cohort(cohort: Cohort) -> dict[str, Any]:
    """Return a cohort with its steps."""
    return {"key": cohort.key, "label": cohort.label, "steps": [_step(step) for step in cohort.steps]}


def _step(step: Step) -> dict[str, Any]:
    share, days = step.conversion, step.days
    rate = {"rate": str(share.rate), "low": str(share.low), "high": str(share.high)} if share else None
    gone = None
    if days is not None:
        gone = {"median": str(days.median), "first_quartile": str(days.first), "third_quartile": str(days.third)}
    return {"stage": step.stage, "people": step.people, "conversion": rate, "days": gone}
