"""Ships the two pipelines and the reasons for losing on an empty database."""

from django.db import transaction

from deals.pipeline.arranging import make_default, make_pipeline
from deals.pipeline.pipelines import LossReason, Pipeline
from deals.pipeline.templates import LOSS_REASONS, SIX_STAGES, TEMPLATES


@transaction.atomic
def ship_pipelines() -> None:
    """Make pipelines from the shipped templates, and the catalogue of reasons, where there is none yet."""
    if not Pipeline.objects.exists():
        for code, template in TEMPLATES.items():
            pipeline = make_pipeline(template.name, template=code)
            if code == SIX_STAGES:
                make_default(pipeline)
    if not LossReason.objects.exists():
        LossReason.objects.bulk_create(
            LossReason(code=code, name=name, position=position) for position, (code, name) in enumerate(LOSS_REASONS)
        )
