"""How an experiment goes on: draft, running, stopped by its rule or early, decided."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.experiments.counting import results_of, variants_of
from campaigns.experiments.experiment import Experiment, ExperimentState
from campaigns.experiments.parts import ExperimentChange, Variant
from campaigns.experiments.preparing import check_ready, size_of
from campaigns.experiments.refusing import ExperimentRefused
from config.integrations.announcing import announce
from contacts.models import User

DRAFT, RUNNING = ExperimentState.DRAFT, ExperimentState.RUNNING
STOPPED, DECIDED = ExperimentState.STOPPED, ExperimentState.DECIDED
# From which state each state is reached.
REACHED_FROM: dict[ExperimentState, ExperimentState] = {RUNNING: DRAFT, STOPPED: RUNNING, DECIDED: STOPPED}


@transaction.atomic
def start(experiment: Experiment, *, by: User) -> Experiment:
    """Let a test begin: what it needs is reckoned once, and from now on nothing of it changes.

    Refuses ``hypothesis_missing``, ``variants_missing``, ``control_missing``, ``variant_of_other_kind``,
    ``variant_of_other_campaign``, ``variant_switched_off``, ``stop_day_past``, ``campaign_over``, and what is no draft.
    """
    locked = _lock_for(experiment, RUNNING)
    variants = variants_of(locked)
    check_ready(locked, variants, timezone.localdate())
    locked.needed_per_variant = size_of(locked, len(variants))
    locked.started_at = timezone.now()
    figures = {"needed_per_variant": locked.needed_per_variant, "stops_on": _day(locked)}
    return _move(locked, RUNNING, by=by, figures=figures, also=("needed_per_variant", "started_at"))


@transaction.atomic
def stop(experiment: Experiment, *, by: User | None, reason: str = "") -> Experiment:
    """Stop a running test. Before its rule is met that takes a reason, and counts as early.

    Refuses ``reason_missing``, and what isn't running.
    """
    locked = _lock_for(experiment, STOPPED)
    results = results_of(locked, timezone.localdate())
    met = results.rule_met if results is not None else None
    reason = _plain(reason)[:500]
    if met is None and not reason:
        sentence = _("The rule of “%(test)s” isn't met yet. Say why it is stopped early.")
        raise ExperimentRefused(sentence % {"test": locked}, code="reason_missing")
    locked.stopped_at, locked.stopped_early = timezone.now(), met is None
    figures = results.as_json() if results is not None else {}
    return _move(locked, STOPPED, by=by, reason=reason, figures=figures, also=("stopped_at", "stopped_early"))


@transaction.atomic
def decide(experiment: Experiment, *, by: User, text: str, winner: Variant | None = None) -> Experiment:
    """Write down what follows from a stopped test: a variant that wins, or none, and why. The figures are kept.

    Refuses ``decision_missing``, ``winner_of_other_test``, and what wasn't stopped.
    """
    locked = _lock_for(experiment, DECIDED)
    text = _plain(text)[:2000]
    if not text:
        raise ExperimentRefused(_("Say in a sentence what is decided, and why."), code="decision_missing")
    if winner is not None and winner.experiment_id != locked.pk:
        sentence = _("“%(variant)s” is no variant of “%(test)s”. Choose one of its own.")
        raise ExperimentRefused(sentence % {"variant": winner, "test": locked}, code="winner_of_other_test")
    results = results_of(locked, timezone.localdate())
    figures = results.as_json() if results is not None else {}
    locked.winner, locked.decision = winner, text
    return _move(locked, DECIDED, by=by, reason=text[:500], figures=figures, also=("winner", "decision"))


def stop_those_due() -> int:
    """Stop every running test whose rule is met; return how many. Harmless at any time."""
    today, stopped = timezone.localdate(), 0
    for experiment in Experiment.objects.filter(state=RUNNING).order_by("pk"):
        results = results_of(experiment, today)
        if results is not None and results.rule_met is not None:
            try:
                stop(experiment, by=None)
            except ExperimentRefused:
                # Somebody stopped it in this very moment.
                continue
            stopped += 1
    return stopped


def lock_experiment(pk: int) -> Experiment:
    """Lock an experiment and return it as it is now; rows that only point at it are written without waiting."""
    locked: Experiment = Experiment.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    return locked


def _lock_for(experiment: Experiment, target: ExperimentState) -> Experiment:
    locked = lock_experiment(experiment.pk)
    if locked.state == REACHED_FROM[target]:
        return locked
    sentence = _("“%(test)s” is: %(state)s. It must be: %(wanted)s.")
    wanted = ExperimentState(REACHED_FROM[target]).label
    labels = {"test": locked, "state": locked.get_state_display(), "wanted": wanted}
    raise ExperimentRefused(sentence % labels, code=f"experiment_{locked.state}", facts={"state": locked.state})


def _move(
    experiment: Experiment,
    target: ExperimentState,
    *,
    by: User | None,
    figures: dict[str, Any],
    also: tuple[str, ...],
    reason: str = "",
) -> Experiment:
    before, experiment.state = experiment.state, target
    experiment.save(update_fields=["state", *also, "updated_at"])
    ExperimentChange.objects.create(
        experiment=experiment,
        from_state=before,
        to_state=target,
        at=timezone.now(),
        by=by,
        reason=reason,
        figures=figures,
    )
    announce(signals.experiment_moved, subject=experiment, by=by, from_state=before, to_state=target)
    return experiment


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def _day(experiment: Experiment) -> str | None:
    return experiment.stops_on.isoformat() if experiment.stops_on else None
