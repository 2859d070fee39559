"""``pipelines``, ``stages`` and ``loss-reasons``: how a company sells."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, WordsFilter, YesFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer, VerbInput
from config.common.api.viewsets import Resource
from deals.models import LossReason, Pipeline, Stage
from deals.pipeline.arranging import (
    add_stage,
    change_stage,
    make_default,
    make_pipeline,
    rename_pipeline,
    reorder_stages,
    restore_loss_reason,
    restore_pipeline,
    restore_stage,
    retire_loss_reason,
    retire_pipeline,
    retire_stage,
)
from deals.pipeline.templates import TEMPLATES

RETIRED = _("Use the verbs /retire/ and /restore/.")


class PipelineStageSerializer(RowSerializer):
    """A stage as its pipeline shows it."""

    class Meta:
        model = Stage
        fields = ("id", "name", "position", "probability", "expected_days", "is_for_won", "retired_at")
        read_only_fields = fields


class PipelineSerializer(RowSerializer):
    """A way of selling: stages in an order."""

    state: ClassVar = {
        "is_default": _("Use POST /pipelines/{id}/make-default/."),
        "retired_at": RETIRED,
        "stages": _("Use /stages/ to add or change a stage, POST /pipelines/{id}/reorder/ to order them."),
    }
    fixed: ClassVar = {"template": _("A template is for new pipelines only.")}

    template = serializers.ChoiceField(
        choices=sorted(TEMPLATES),
        required=False,
        write_only=True,
        help_text="Start with the stages of a shipped way of selling.",
    )
    stages = PipelineStageSerializer(many=True, read_only=True)

    class Meta:
        model = Pipeline
        fields = ("id", "name", "template", "is_default", "retired_at", "stages", "created_at", "updated_at")
        read_only_fields = ("is_default", "retired_at")

    def at_creation(self, name: str) -> Any:
        """Return the value that a new pipeline has anyway."""
        return False if name == "is_default" else None

    def create(self, validated_data: dict[str, Any]) -> Pipeline:
        """Make a pipeline, with the stages of a template if one is named."""
        return make_pipeline(validated_data["name"], template=validated_data.get("template"))

    def update(self, instance: Pipeline, validated_data: dict[str, Any]) -> Pipeline:
        """Rename it."""
        return rename_pipeline(instance, validated_data.get("name", instance.name))


class PipelineRowSerializer(RowSerializer):
    """A pipeline in a list."""

    class Meta:
        model = Pipeline
        fields = ("id", "name", "is_default", "retired_at", "created_at", "updated_at")
        read_only_fields = fields


class SetUpFilters(Filters):
    """What set-up can be filtered by."""

    retired = YesFilter(field_name="retired_at", method="by_retirement")

    def by_retirement(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that are retired, or those in use."""
        return rows.filter(retired_at__isnull=not value)


class ReorderInput(VerbInput):
    """The ids of all stages in use, in their new order."""

    stages = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=100)


class PipelineViewSet(Resource):
    """Pipelines with their stages."""

    queryset = Pipeline.objects.all()
    serializer_class = PipelineSerializer
    list_serializer_class = PipelineRowSerializer
    filterset_class = SetUpFilters
    ordering_fields: ClassVar = {"name": "name", "created_at": "created_at"}

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the stages of a single pipeline."""
        return rows if self.action == "list" else rows.prefetch_related("stages")

    @verb(ReorderInput)
    def reorder(self, request: Request, pk: str) -> Response:
        """Put the stages into the given order. Histories stay true."""

        def act(pipeline: Pipeline, stages: list[int]) -> None:
            reorder_stages(pipeline, stages)

        return self.perform_verb(request, act, body=ReorderInput)

    @verb()
    def make_default(self, request: Request, pk: str) -> Response:
        """Let new deals start in this pipeline unless they name another."""
        return self.perform_verb(request, make_default)

    @verb()
    def retire(self, request: Request, pk: str) -> Response:
        """Take the pipeline out of use once no open deal is left in it."""
        return self.perform_verb(request, retire_pipeline)

    @verb()
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a retired pipeline back into use."""
        return self.perform_verb(request, restore_pipeline)


class StageSerializer(RowSerializer):
    """A step of a pipeline. A stage for won deals is entered by winning only."""

    state: ClassVar = {
        "position": _("Use POST /pipelines/{id}/reorder/ with all stages in their order."),
        "retired_at": RETIRED,
    }
    fixed: ClassVar = {
        "pipeline": _("A stage stays in its pipeline. Add another stage there."),
        "is_for_won": _("A stage keeps its kind, because histories tell of it. Add another stage."),
    }

    pipeline = VisibleField(queryset=Pipeline.objects.all())

    class Meta:
        model = Stage
        fields = (
            "id",
            "pipeline",
            "name",
            "position",
            "probability",
            "expected_days",
            "is_for_won",
            "retired_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("position", "retired_at")

    def create(self, validated_data: dict[str, Any]) -> Stage:
        """Add a stage at the end, before the one for won deals."""
        return add_stage(**validated_data)

    def update(self, instance: Stage, validated_data: dict[str, Any]) -> Stage:
        """Change name, probability or usual days."""
        return change_stage(instance, **validated_data)


class StageFilters(SetUpFilters):
    """What stages can be filtered by."""

    pipeline = IdsFilter()
    is_for_won = YesFilter()


class StageViewSet(Resource):
    """Stages, in the order of their pipelines."""

    queryset = Stage.objects.all()
    serializer_class = StageSerializer
    filterset_class = StageFilters
    ordering_fields: ClassVar = {"name": "name", "position": "position", "pipeline": "pipeline"}

    @verb()
    def retire(self, request: Request, pk: str) -> Response:
        """Take the stage out of use; histories keep it. Open deals must have left it."""
        return self.perform_verb(request, retire_stage)

    @verb()
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a retired stage back into use."""
        return self.perform_verb(request, restore_stage)


class LossReasonSerializer(RowSerializer):
    """Why deals are lost: one entry of the catalogue."""

    state: ClassVar = {"retired_at": RETIRED}
    fixed: ClassVar = {"code": _("A reason keeps its code, because integrations name it. Add another reason.")}

    class Meta:
        model = LossReason
        fields = ("id", "code", "name", "position", "retired_at", "created_at", "updated_at")
        read_only_fields = ("retired_at",)


class LossReasonFilters(SetUpFilters):
    """What reasons can be filtered by."""

    code = WordsFilter()


class LossReasonViewSet(Resource):
    """Reasons for which deals are lost."""

    queryset = LossReason.objects.all()
    serializer_class = LossReasonSerializer
    filterset_class = LossReasonFilters
    ordering_fields: ClassVar = {"name": "name", "code": "code", "position": "position"}

    @verb()
    def retire(self, request: Request, pk: str) -> Response:
        """Take the reason out of use; deals that were lost for it keep it."""
        return self.perform_verb(request, retire_loss_reason)

    @verb()
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a retired reason back into use."""
        return self.perform_verb(request, restore_loss_reason)
