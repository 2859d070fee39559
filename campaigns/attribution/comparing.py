"""Several models side by side by campaign or channel, and what their runs left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.attribution.models import AttributionModel, AttributionRun, RunDeal
from campaigns.attribution.reading import By, Credit, credit
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from config.common.money import ZERO, show_number
from contacts.models import User

MOST_MODELS = 8
_NOTHING = Credit()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Won deals that a run shared with nobody: how many, and the sentence that says why."""

    code: str
    run: AttributionRun
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign or channel with its credit by each run, in the order of the runs."""

    key: int
    label: str
    credits: tuple[Credit, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The models side by side: runs, lines with the largest credit of the first run before others, totals, left out."""

    by: By
    runs: tuple[AttributionRun, ...]
    # Models that were never run.
    waiting: tuple[AttributionModel, ...]
    lines: tuple[Line, ...]
    totals: tuple[Decimal, ...]
    left_out: tuple[LeftOut, ...]


def compare(reader: User, by: By, models: Sequence[AttributionModel]) -> Comparison:
    """Compare the current runs of models, for a reader's deals. Costs two queries a model, and two."""
    current = {run.model_id: run for run in AttributionRun.objects.current().filter(model__in=models)}
    runs = []
    for model in models:
        if model.pk in current:
            current[model.pk].model = model
            runs.append(current[model.pk])
    found = [credit(by, run=run, user=reader) for run in runs]
    names = _names(by, {key for each in found for key in each})
    lines = [Line(key, name, tuple(each.get(key, _NOTHING) for each in found)) for key, name in names.items()]
    lines.sort(key=_largest_first)
    return Comparison(
        by,
        tuple(runs),
        tuple(model for model in models if model.pk not in current),
        tuple(lines),
        tuple(sum((each.amount for each in credits.values()), ZERO) for credits in found),
        tuple(part for run in runs for part in left_out(run, reader)),
    )


def _largest_first(line: Line) -> Any:
    return [-each.amount for each in line.credits], line.label


def _names(by: By, keys: set[int]) -> dict[int, str]:
    rows: Any = Campaign.objects if by == "campaign" else Channel.objects
    return dict(rows.filter(pk__in=keys).order_by("pk").values_list("pk", "name"))


def left_out(run: AttributionRun, reader: User) -> list[LeftOut]:
    """Return what a run left out, of deals that the reader may see. Costs one query."""
    rows = RunDeal.objects.visible_to(reader).filter(run=run, is_touched=False)
    flags = list(rows.values_list("amount", flat=True))
    without_rate = sum(1 for amount in flags if amount is None)
    untouched = len(flags) - without_rate
    found = []
    if untouched:
        sentence = ngettext(
            "%(count)s won deal has no touch in the window",
            "%(count)s won deals have no touch in the window",
            untouched,
        )
        found.append(LeftOut("untouched", run, untouched, sentence % {"count": show_number(untouched)}))
    if without_rate:
        sentence = ngettext(
            "%(count)s won deal has money without an exchange rate",
            "%(count)s won deals have money without an exchange rate",
            without_rate,
        )
        found.append(LeftOut("without_rate", run, without_rate, sentence % {"count": show_number(without_rate)}))
    return found


def settings_of(run: AttributionRun) -> str:
    """Return in words with which settings a run was made."""
    made = run.made_with
    words = [
        ngettext("window of %(days)s day", "window of %(days)s days", made["window_days"])
        % {"days": show_number(made["window_days"])},
        _("only what people did") if made["responses_only"] else _("all touches"),
    ]
    if made["include_colleagues"]:
        words.append(_("colleagues' touches too"))
    if made["method"] == "decay":
        words.append(_("half-life of %(days)s days") % {"days": made["half_life_days"]})
    if made["method"] == "markov":
        words.append(_("chain of order %(order)s") % {"order": made["chain_order"]})
    return ", ".join(words)
