"""Comparisons in sentences that a marketer understands, each with the figure behind it."""

from math import floor, log10

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from campaigns.experiments.arms import Arm, Interval
from campaigns.experiments.comparing import Against, Comparison, Verdict

_SMALLEST_P = 0.0001
_MOST_DECIMALS = 7


def percent(share: float, decimals: int | None = None) -> str:
    """Return a share as people write it, with three digits that say something: ``1.90 %``."""
    places = _decimals(share) if decimals is None else decimals
    return _("%(number)s %%") % {"number": number_format(round(share * 100, places), places)}


def points(difference: float, decimals: int | None = None) -> str:
    """Return a difference of rates with its sign: ``+0.112``."""
    places = _decimals(difference) if decimals is None else decimals
    written = number_format(round(abs(difference) * 100, places), places)
    return f"−{written}" if difference < 0 else f"+{written}"


def count(number: int) -> str:
    """Return a count as people write it."""
    return number_format(number, 0, force_grouping=True)


def p_text(p: float) -> str:
    """Return a p value: never as zero."""
    if p < _SMALLEST_P:
        return _("p below %(number)s") % {"number": number_format(_SMALLEST_P, 4)}
    return _("p = %(number)s") % {"number": number_format(p, max(2, min(4, 2 - floor(log10(p)))))}


def sentence_of_arm(arm: Arm, interval: Interval, significance: float) -> str:
    """Say how many converted, and where the true rate lies."""
    facts = {
        "name": arm.name,
        "conversions": count(arm.conversions),
        "people": count(arm.people),
        "rate": percent(arm.rate),
        "low": percent(interval.low, _decimals(arm.rate)),
        "high": percent(interval.high, _decimals(arm.rate)),
        "sure": percent(1 - significance, 0),
    }
    sentence = _(
        "%(name)s: %(conversions)s of %(people)s converted, that is %(rate)s. "
        "The true rate lies between %(low)s and %(high)s (Wilson interval, %(sure)s)."
    )
    return sentence % facts


def sentences_against(each: Against, comparison: Comparison) -> list[str]:
    """Say how a variant compares with the control: difference, proof, belief, and what a surer answer would take."""
    places = _decimals(each.test.difference or each.test.interval.high)
    facts = {
        "name": each.arm.name,
        "control": comparison.control.name,
        "difference": points(each.test.difference, places),
        "low": points(each.test.interval.low, places),
        "high": points(each.test.interval.high, places),
        "lift": points(each.test.lift or 0, 1),
        "p": p_text(each.p),
        "limit": percent(comparison.significance, 1),
        "probability": percent(each.probability, 1),
        "chosen": percent(each.loss_if_chosen),
        "kept": percent(each.loss_if_kept),
    }
    return [
        _difference(each) % facts,
        _proof(each, comparison) % facts,
        _(
            "%(name)s is really better than %(control)s with a probability of %(probability)s. Weighing all that may "
            "be true, choosing it gives away %(chosen)s of the people on average, and not choosing it %(kept)s."
        )
        % facts,
        *_what_it_takes(each, comparison),
    ]


def _difference(each: Against) -> str:
    if each.test.lift is None:
        return _("%(name)s against %(control)s: %(difference)s points (from %(low)s to %(high)s).")
    return _(
        "%(name)s against %(control)s: %(difference)s points (from %(low)s to %(high)s), "
        "a lift of %(lift)s per cent of the control's rate."
    )


def _proof(each: Against, comparison: Comparison) -> str:
    if each.is_different and len(comparison.against) > 1:
        return _(
            "This is hardly chance (%(p)s after Holm's correction for several variants, below the limit of %(limit)s)."
        )
    if each.is_different:
        return _("This is hardly chance (%(p)s, below the limit of %(limit)s).")
    if len(comparison.against) > 1:
        return _(
            "This may be chance (%(p)s after Holm's correction for several variants, above the limit of %(limit)s)."
        )
    return _("This may be chance (%(p)s, above the limit of %(limit)s).")


def _what_it_takes(each: Against, comparison: Comparison) -> list[str]:
    if each.is_different or each.needed is None or each.needed <= min(each.arm.people, comparison.control.people):
        return []
    sentence = _(
        "To find a difference as small as this one with a chance of %(power)s, each variant needs %(needed)s people."
    )
    return [sentence % {"power": percent(comparison.power, 0), "needed": count(each.needed)}]


def sentence_of_ratio(comparison: Comparison) -> str:
    """Say whether people were shared out as planned."""
    facts = {"p": p_text(comparison.ratio.p)}
    if comparison.ratio.is_suspicious:
        sentence = _(
            "The people were not shared out as planned (chi-square, %(p)s). Something leads or counts them wrongly: "
            "find it before you believe any of these figures."
        )
        return sentence % facts
    return _("The people were shared out as planned (chi-square, %(p)s).") % facts


def verdict_of(comparison: Comparison) -> str:
    """Return the verdict as one sentence."""
    if comparison.verdict == Verdict.NOBODY:
        return _("Nobody came to two variants yet.")
    if comparison.verdict == Verdict.SUSPICIOUS:
        return _("Don't decide by these figures: the people were not shared out as planned.")
    labels = {"control": comparison.control.name}
    if comparison.best is not None:
        return _("%(name)s is better than %(control)s.") % {**labels, "name": comparison.best.arm.name}
    if comparison.verdict == Verdict.WORSE:
        return _("%(control)s is better than every other variant. Keep it.") % labels
    return _("There is no proof of a difference from %(control)s.") % labels


def report(comparison: Comparison) -> list[str]:
    """Return the whole comparison in sentences, the verdict first."""
    lines = [verdict_of(comparison)]
    for arm, interval in zip(comparison.arms, comparison.intervals, strict=True):
        lines.append(sentence_of_arm(arm, interval, comparison.significance))
    for each in comparison.against:
        lines.extend(sentences_against(each, comparison))
    lines.append(sentence_of_ratio(comparison))
    return lines


def _decimals(share: float) -> int:
    """Return how many decimals of a percentage say something: three digits."""
    if not share:
        return 2
    return max(1, min(_MOST_DECIMALS, -floor(log10(abs(share) * 100)) + 2))
