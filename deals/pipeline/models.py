"""Re-exports the models of this slice."""

from deals.pipeline.deal import Deal, DealContact, DealLine, DealNote
from deals.pipeline.history import StageChange
from deals.pipeline.pipelines import LossReason, Pipeline, Stage

__all__ = ["Deal", "DealContact", "DealLine", "DealNote", "LossReason", "Pipeline", "Stage", "StageChange"]
