"""What an experiment must have before it may begin."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from campaigns.execution.refusing import check_not_over
from campaigns.experiments.experiment import Experiment, ExperimentOn
from campaigns.experiments.parts import Variant
from campaigns.experiments.refusing import ExperimentRefused
from campaigns.experiments.sizing import needed_per_variant

FEWEST_VARIANTS = 2
# The column of a variant by what the test compares.
COLUMN_OF: dict[str, str] = {ExperimentOn.LINKS: "link", ExperimentOn.FORMS: "form", ExperimentOn.MAILS: "content"}


def check_ready(experiment: Experiment, variants: Sequence[Variant], today: date) -> None:
    """Refuse a start before everything is stated: variants of one kind, one control, a rule."""
    check_not_over(experiment.campaign)
    labels = {"test": experiment}
    if not experiment.hypothesis.strip():
        raise _refused("hypothesis_missing", _("Say first what you expect of “%(test)s”, and why.") % labels)
    if len(variants) < FEWEST_VARIANTS:
        raise _refused("variants_missing", _("“%(test)s” needs at least two variants to compare.") % labels)
    if sum(variant.is_control for variant in variants) != 1:
        raise _refused("control_missing", _("Mark one variant of “%(test)s” as the control.") % labels)
    if experiment.stops_on is not None and experiment.stops_on <= today:
        raise _refused("stop_day_past", _("Choose a day after today on which “%(test)s” stops.") % labels)
    for variant in variants:
        _check_variant(experiment, variant)


def size_of(experiment: Experiment, variants: int) -> int:
    """Return how many people each variant needs by what the experiment states."""
    return needed_per_variant(
        float(experiment.base_rate),
        float(experiment.smallest_effect),
        significance=float(experiment.significance),
        power=float(experiment.power),
        comparisons=max(1, variants - 1),
    )


def _check_variant(experiment: Experiment, variant: Variant) -> None:
    labels = {
        "variant": variant,
        "kind": str(experiment.get_compares_display()).lower(),
        "campaign": experiment.campaign,
    }
    wanted = COLUMN_OF[experiment.compares]
    filled = {column for column in COLUMN_OF.values() if getattr(variant, f"{column}_id") is not None}
    if filled != {wanted}:
        sentence = _("This test compares %(kind)s: give the variant “%(variant)s” one of those, and nothing else.")
        raise _refused("variant_of_other_kind", sentence % labels)
    thing = getattr(variant, wanted)
    if thing.campaign_id != experiment.campaign_id:
        sentence = _("What “%(variant)s” shows belongs to another campaign. Choose something of “%(campaign)s”.")
        raise _refused("variant_of_other_campaign", sentence % labels)
    if not getattr(thing, "is_active", True):
        sentence = _("What “%(variant)s” shows is switched off. Switch it on or choose another one.")
        raise _refused("variant_switched_off", sentence % labels)


def _refused(code: str, sentence: str) -> ExperimentRefused:
    return ExperimentRefused(sentence, code=code)
