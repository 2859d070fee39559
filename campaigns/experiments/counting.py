"""What came of an experiment: people and conversions of each variant, reckoned from touches and lifecycle changes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from campaigns.capture.touch import RESPONSES, Touch, TouchKind
from campaigns.experiments.arms import Arm
from campaigns.experiments.comparing import Comparison, compare_so_far
from campaigns.experiments.experiment import Experiment, ExperimentMeasure, ExperimentOn
from campaigns.experiments.parts import Assignment, Variant
from contacts.models import LifecycleChange
from contacts.people.stages import ORDER, LifecycleStage

_LEAD_OR_MORE = [stage for stage, place in ORDER.items() if place >= ORDER[LifecycleStage.LEAD]]


class Rule(StrEnum):
    """Why a test may be stopped without being stopped early."""

    SIZE = "size"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Results:
    """How a test stands: its variants, control first, with their comparison, and how far the stop rule is."""

    variants: tuple[Variant, ...]
    comparison: Comparison
    needed: int
    rule_met: Rule | None

    @property
    def fewest(self) -> int:
        """How many people the smallest variant has."""
        return min(arm.people for arm in self.comparison.arms)

    @property
    def progress(self) -> int:
        """How much of the size is reached, in per cent, at most 100."""
        return min(100, 100 * self.fewest // self.needed) if self.needed else 0

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values, to be shown and to be kept."""
        values = self.comparison.as_json()
        for arm, variant in zip(values["arms"], self.variants, strict=True):
            arm["variant"] = variant.pk
        rule = None if self.rule_met is None else str(self.rule_met)
        return {**values, "needed_per_variant": self.needed, "rule_met": rule}


def results_of(experiment: Experiment, today: date) -> Results | None:
    """Return how a test stands, or None while it has no variants to compare."""
    variants = variants_of(experiment)
    if len(variants) < 2 or not variants[0].is_control:
        return None
    counted = _counts(experiment)
    arms = [Arm(each.name, *counted.get(each.pk, (0, 0)), each.weight) for each in variants]
    comparison = compare_so_far(arms, significance=float(experiment.significance), power=float(experiment.power))
    return Results(tuple(variants), comparison, experiment.needed_per_variant, _rule_met(experiment, arms, today))


def variants_of(experiment: Experiment) -> list[Variant]:
    """Return the variants of a test, the control first."""
    rows = experiment.variants.select_related("link", "form", "content")
    return sorted(rows, key=lambda each: (not each.is_control, each.position, each.pk))


def _rule_met(experiment: Experiment, arms: list[Arm], today: date) -> Rule | None:
    if experiment.needed_per_variant and min(arm.people for arm in arms) >= experiment.needed_per_variant:
        return Rule.SIZE
    if experiment.stops_on is not None and not experiment.is_draft and today >= experiment.stops_on:
        return Rule.DAY
    return None


def _counts(experiment: Experiment) -> dict[int, tuple[int, int]]:
    rows = Assignment.objects.filter(experiment=experiment)
    if experiment.stopped_at is not None:
        rows = rows.filter(at__lte=experiment.stopped_at)
    counted = (
        rows.order_by()
        .values("variant")
        .annotate(people=Count("pk"), conversions=Count("pk", filter=_converted(experiment)))
    )
    return {row["variant"]: (row["conversions"], row["people"]) for row in counted}


def _converted(experiment: Experiment) -> Q:
    """Return the condition that who was assigned converted since, while the test ran."""
    if experiment.measure == ExperimentMeasure.LEAD:
        return Q(Exists(_until_stop(experiment, _became_lead())))
    touches = _until_stop(experiment, _answers(experiment))
    by_visitor = Exists(touches.filter(visitor=OuterRef("visitor")))
    return Q(by_visitor) | Q(Exists(touches.filter(contact=OuterRef("contact"))))


def _answers(experiment: Experiment) -> QuerySet[Touch]:
    kinds = RESPONSES if experiment.measure == ExperimentMeasure.RESPONSE else (TouchKind.FORM,)
    touches = Touch.objects.filter(campaign=experiment.campaign_id, kind__in=kinds, at__gte=OuterRef("at"))
    if experiment.compares == ExperimentOn.LINKS:
        # Being led through the variant's own link is how one gets into the test, not an answer.
        own = experiment.variants.filter(link__isnull=False).values("link")
        touches = touches.filter(Q(link__isnull=True) | ~Q(link__in=own))
    return touches.order_by()


def _became_lead() -> QuerySet[LifecycleChange]:
    person = Coalesce(OuterRef("contact"), OuterRef("visitor__contact"))
    steps = LifecycleChange.objects.filter(contact=person, at__gte=OuterRef("at"), to_stage__in=_LEAD_OR_MORE)
    return steps.exclude(from_stage__in=_LEAD_OR_MORE).order_by()


def _until_stop(experiment: Experiment, rows: Any) -> Any:
    return rows if experiment.stopped_at is None else rows.filter(at__lte=experiment.stopped_at)
