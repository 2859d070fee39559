"""Why something can't be done with an experiment now, each with the way round."""

from django.utils.translation import gettext as _

from campaigns.experiments.experiment import Experiment
from config.common.errors import DomainError


class ExperimentRefused(DomainError):
    """An experiment can't be changed or moved that way now."""

    code = "experiment_refused"


def check_draft(experiment: Experiment) -> None:
    """Refuse changes of a test that began: what it asks, compares and needs was stated before."""
    if not experiment.is_draft:
        sentence = _(
            "“%(test)s” has begun, so its hypothesis, variants and sizes stay. Stop it and make another one instead."
        )
        raise ExperimentRefused(sentence % {"test": experiment}, code="experiment_began")
