"""Setting pipelines up: make one from a template, order its stages, retire what is no longer used."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.pipeline.deal import Deal, Outcome
from deals.pipeline.history import StageChange
from deals.pipeline.pipelines import LossReason, Pipeline, Stage
from deals.pipeline.templates import TEMPLATES


class PipelineRefused(DomainError):
    """A pipeline or stage can't be changed that way."""

    code = "pipeline_refused"


@transaction.atomic
def make_pipeline(name: str, *, template: str | None = None) -> Pipeline:
    """Make a pipeline, with the stages of a shipped template if one is named."""
    pipeline = Pipeline(name=name)
    pipeline.full_clean()
    pipeline.save()
    for position, step in enumerate(TEMPLATES[template].steps if template else ()):
        Stage.objects.create(
            pipeline=pipeline,
            name=step.name,
            position=position,
            probability=Decimal(step.probability),
            expected_days=step.days,
            is_for_won=step.is_for_won,
        )
    return pipeline


@transaction.atomic
def reorder_stages(pipeline: Pipeline, stage_ids: Sequence[int]) -> None:
    """Put the pipeline's stages into the given order. Histories name stages, not places, so they stay true."""
    stages = {stage.pk: stage for stage in Stage.objects.select_for_update().filter(pipeline=pipeline)}
    usable = {pk for pk, stage in stages.items() if stage.retired_at is None}
    if len(set(stage_ids)) != len(stage_ids) or set(stage_ids) != usable:
        raise PipelineRefused(_("Name each stage of the pipeline exactly once."), code="stages_incomplete")
    for position, pk in enumerate(stage_ids):
        stages[pk].position = position
        stages[pk].save(update_fields=["position", "updated_at"])


@transaction.atomic
def retire_stage(stage: Stage) -> Stage:
    """Take a stage out of use: no deal enters it any more, histories keep it. Open deals must have left it."""
    stage = Stage.objects.select_for_update().get(pk=stage.pk)
    waiting = Deal.objects.filter(stage=stage, outcome=Outcome.OPEN).count()
    if waiting:
        sentence = _("%(count)s open deals are in “%(stage)s”. Move them to another stage first.")
        raise PipelineRefused(sentence % {"count": waiting, "stage": stage}, code="stage_has_open_deals")
    stage.retired_at = timezone.now()
    stage.save(update_fields=["retired_at", "updated_at"])
    return stage


@transaction.atomic
def restore_stage(stage: Stage) -> Stage:
    """Bring a retired stage back into use."""
    stage.retired_at = None
    stage.full_clean()
    stage.save(update_fields=["retired_at", "updated_at"])
    return stage


@transaction.atomic
def delete_stage(stage: Stage) -> None:
    """Delete a stage that no deal ever was in; one that was is part of histories and can only be retired."""
    stage = Stage.objects.select_for_update().get(pk=stage.pk)
    used = StageChange.objects.filter(to_stage=stage).exists() or StageChange.objects.filter(from_stage=stage).exists()
    if used or Deal.objects.filter(stage=stage).exists():
        sentence = _("Deals are or were in “%(stage)s”, so it can't be deleted. Retire it instead.")
        raise PipelineRefused(sentence % {"stage": stage}, code="stage_in_use")
    stage.delete()


@transaction.atomic
def make_default(pipeline: Pipeline) -> Pipeline:
    """Let new deals start in this pipeline unless they name another."""
    if pipeline.retired_at is not None:
        raise PipelineRefused(_("A retired pipeline can't be the default."), code="pipeline_retired")
    Pipeline.objects.filter(is_default=True).exclude(pk=pipeline.pk).update(is_default=False, updated_at=timezone.now())
    pipeline.is_default = True
    pipeline.save(update_fields=["is_default", "updated_at"])
    return pipeline


@transaction.atomic
def retire_pipeline(pipeline: Pipeline) -> Pipeline:
    """Take a pipeline out of use once no open deal is left in it."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if pipeline.is_default:
        raise PipelineRefused(
            _("“%(pipeline)s” is the default. Make another one the default first.") % {"pipeline": pipeline},
            code="pipeline_default",
        )
    if Deal.objects.filter(pipeline=pipeline, outcome=Outcome.OPEN).exists():
        raise PipelineRefused(
            _("“%(pipeline)s” still has open deals. Close or lose them first.") % {"pipeline": pipeline},
            code="pipeline_has_open_deals",
        )
    pipeline.retired_at = timezone.now()
    pipeline.save(update_fields=["retired_at", "updated_at"])
    return pipeline


@transaction.atomic
def restore_pipeline(pipeline: Pipeline) -> Pipeline:
    """Bring a retired pipeline back into use."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    pipeline.retired_at = None
    pipeline.save(update_fields=["retired_at", "updated_at"])
    return pipeline


@transaction.atomic
def rename_pipeline(pipeline: Pipeline, name: str) -> Pipeline:
    """Give a pipeline another name."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    pipeline.name = name.strip()
    pipeline.full_clean()
    pipeline.save(update_fields=["name", "updated_at"])
    return pipeline


@transaction.atomic
def add_stage(pipeline: Pipeline, name: str, *, is_for_won: bool = False, **fields: Any) -> Stage:
    """Add a stage at the end; open stages stand before the one for won deals. ``fields`` are columns of Stage."""
    Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    stages = list(Stage.objects.select_for_update().usable().filter(pipeline=pipeline).order_by("position", "id"))
    stage = Stage(pipeline=pipeline, name=name.strip(), is_for_won=is_for_won, position=len(stages), **fields)
    stage.full_clean()
    stage.save()
    after_sale = [] if is_for_won else [one.pk for one in stages if one.is_for_won]
    reorder_stages(pipeline, [*(one.pk for one in stages if one.pk not in after_sale), stage.pk, *after_sale])
    stage.refresh_from_db()
    return stage


@transaction.atomic
def change_stage(stage: Stage, **fields: Any) -> Stage:
    """Change a stage's name, probability or usual days. Open deals that follow the stage follow its new probability."""
    stage = Stage.objects.select_for_update().get(pk=stage.pk)
    changed = {name: value for name, value in fields.items() if getattr(stage, name) != value}
    for name, value in changed.items():
        setattr(stage, name, value)
    if changed:
        stage.full_clean()
        stage.save(update_fields=[*changed, "updated_at"])
    return stage


@transaction.atomic
def shift_stage(stage: Stage, by: int) -> None:
    """Move a stage one place up (-1) or down (+1); at the end it stays where it is."""
    ids = list(
        Stage.objects.usable()
        .filter(pipeline=stage.pipeline_id)
        .order_by("position", "id")
        .values_list("pk", flat=True)
    )
    place = ids.index(stage.pk)
    other = place + by
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
        reorder_stages(stage.pipeline, ids)


@transaction.atomic
def retire_loss_reason(reason: LossReason) -> LossReason:
    """Take a reason out of the catalogue from which people choose; deals that were lost for it keep it."""
    reason.retired_at = timezone.now()
    reason.save(update_fields=["retired_at", "updated_at"])
    return reason


@transaction.atomic
def restore_loss_reason(reason: LossReason) -> LossReason:
    """Bring a retired reason back into use."""
    reason.retired_at = None
    reason.save(update_fields=["retired_at", "updated_at"])
    return reason
