"""Re-exports the models of this slice."""

from campaigns.experiments.experiment import Experiment, ExperimentMeasure, ExperimentOn, ExperimentState
from campaigns.experiments.parts import Assignment, ExperimentChange, Variant

__all__ = [
    "Assignment",
    "Experiment",
    "ExperimentChange",
    "ExperimentMeasure",
    "ExperimentOn",
    "ExperimentState",
    "Variant",
]
