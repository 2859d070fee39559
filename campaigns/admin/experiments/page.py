"""What the page of an A/B test shows: the question, how far it is, the figures, and what they mean."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.experiments import wording
from campaigns.experiments.arms import Arm, Interval
from campaigns.experiments.comparing import Against, Verdict
from campaigns.experiments.counting import Results, Rule, results_of
from campaigns.experiments.experiment import ExperimentState
from campaigns.experiments.wording import count, percent
from campaigns.models import Experiment, Variant
from config.common.admin.home import Chart
from config.common.links import absolute

COLOURS = {
    ExperimentState.DRAFT: "",
    ExperimentState.RUNNING: "info",
    ExperimentState.STOPPED: "warning",
    ExperimentState.DECIDED: "success",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A variant in the table of results."""

    variant: Variant
    thing: str
    people: str
    conversions: str
    rate: str
    interval: str
    difference: str
    probability: str
    is_winner: bool


def with_parts(rows: Any) -> QuerySet[Any]:
    """Read a test with what its page shows."""
    related: QuerySet[Any] = rows.select_related("campaign", "owner", "winner")
    return related


def experiment_page(request: HttpRequest, experiment: Experiment) -> dict[str, Any]:
    """Return everything that the page of a test reads."""
    user: Any = request.user
    results = results_of(experiment, timezone.localdate())
    return {
        "test": experiment,
        "badge": experiment.get_state_display(),
        "may_change": user.has_perm("campaigns.change_experiment"),
        "results": results,
        "rows": rows_of(experiment, results) if results else [],
        "sentences": wording.report(results.comparison)[1:] if results else [],
        "verdict": verdict_text(experiment, results) if results else "",
        "doubt": doubt_of(experiment, results) if results else "",
        "is_suspicious": results is not None and results.comparison.verdict == Verdict.SUSPICIOUS,
        "chart": chart_of(results) if results else None,
        "rule": rule_text(experiment),
        "progress": progress_text(results) if results else "",
        "facts": facts_of(experiment),
        "address": absolute(f"/x/{experiment.code}/"),
        "changes": list(experiment.changes.select_related("by")),
    }


def rows_of(experiment: Experiment, results: Results) -> list[Row]:
    """Return the table of results: the control first, the others against it."""
    by_name = {each.arm.name: each for each in results.comparison.against}
    parts = zip(results.variants, results.comparison.arms, results.comparison.intervals, strict=True)
    return [_row(experiment, variant, arm, interval, by_name.get(arm.name)) for variant, arm, interval in parts]


def _row(experiment: Experiment, variant: Variant, arm: Arm, interval: Interval, against: Against | None) -> Row:
    return Row(
        variant,
        str(variant.link or variant.form or variant.content or ""),
        count(arm.people),
        count(arm.conversions),
        percent(arm.rate) if arm.people else "–",
        f"{percent(interval.low)} – {percent(interval.high)}" if arm.people else "–",
        _difference(against),
        percent(against.probability, 1) if against else "–",
        variant.pk == experiment.winner_id,
    )


def _difference(against: Against | None) -> str:
    if against is None:
        return "–"
    shown = _("%(points)s points") % {"points": wording.points(against.test.difference)}
    return f"{shown}, {wording.p_text(against.p)}"


def verdict_text(experiment: Experiment, results: Results) -> str:
    """Return what the page says first: what was decided, or what the figures say."""
    if experiment.state == ExperimentState.DRAFT:
        return _("A draft: state what you expect and what you compare, then start it.")
    if experiment.state == ExperimentState.DECIDED:
        if experiment.winner is None:
            return _("Decided: no difference.")
        return _("Decided: %(variant)s.") % {"variant": experiment.winner}
    return wording.verdict_of(results.comparison)


def doubt_of(experiment: Experiment, results: Results) -> str:
    """Say why the figures are not to be believed yet."""
    if experiment.stopped_early:
        return _("This test was stopped before its rule was met, so its figures prove less than they seem to.")
    if experiment.state == ExperimentState.RUNNING and results.rule_met is None:
        limit = percent(results.comparison.significance, 1)
        sentence = _(
            "The rule isn't met yet. Whoever looks often and stops when it suits them finds differences that aren't "
            "there, more often than the %(limit)s that were accepted. Wait until the rule is met."
        )
        return sentence % {"limit": limit}
    return ""


def chart_of(results: Results) -> Chart:
    """Return the rates as bars, with their intervals in the table."""
    arms, intervals = results.comparison.arms, results.comparison.intervals
    table = [["", _("Rate"), _("From"), _("To")]]
    for arm, interval in zip(arms, intervals, strict=True):
        table.append([arm.name, percent(arm.rate), percent(interval.low), percent(interval.high)])
    values = [round(arm.rate * 100, 4) for arm in arms]
    return Chart(
        _("Rate of each variant"),
        [arm.name for arm in arms],
        [(_("Rate in %"), values)],
        table=table,
        horizontal=True,
        note=_("Wilson intervals: between these the true rate lies. Intervals that overlap widely show no difference."),
        empty=_("Nobody converted yet."),
    )


def rule_text(experiment: Experiment) -> str:
    """Say when the test stops, as was stated beforehand."""
    day = date_format(experiment.stops_on, "j M Y") if experiment.stops_on else ""
    if not experiment.needed_per_variant:
        return _("The size is reckoned when it starts.")
    labels = {"needed": count(experiment.needed_per_variant), "day": day}
    if day:
        return _("Stops when every variant has %(needed)s people, on %(day)s at the latest.") % labels
    return _("Stops when every variant has %(needed)s people.") % labels


def progress_text(results: Results) -> str:
    """Say how far the size is reached."""
    if not results.needed:
        return ""
    labels = {"fewest": count(results.fewest), "needed": count(results.needed), "share": results.progress}
    told = _("The smallest variant has %(fewest)s of %(needed)s people (%(share)s %%).") % labels
    if results.rule_met == Rule.DAY:
        return _("%(told)s The last day has come.") % {"told": told}
    return told


def facts_of(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what was stated beforehand."""
    return [
        (_("Conversion"), str(experiment.get_measure_display())),
        (_("Expected rate"), percent(float(experiment.base_rate))),
        (_("Smallest difference worth finding"), wording.points(float(experiment.smallest_effect)).lstrip("+")),
        (_("Chance of a false alarm"), percent(float(experiment.significance), 1)),
        (_("Chance to find it"), percent(float(experiment.power), 0)),
        (_("Needed per variant"), count(experiment.needed_per_variant) if experiment.needed_per_variant else "–"),
    ]
