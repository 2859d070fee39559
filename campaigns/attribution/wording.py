"""Why a touch has its share, in a sentence."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.attribution.methods import Method
from config.common.money import round_to, show_number


@dataclass(frozen=True, slots=True)
class Place:
    """Where a touch stands among those of its deal that have a share."""

    number: int
    of: int


def why(share: Any, place: Place) -> str:
    """Return why a share is as large as it is: method, place, days before the deal was won, weight."""
    made_with, method = share.run.made_with, share.run.made_with["method"]
    sentences = [_rule(method, made_with, place), _when(share), _weight(share)]
    if share.via_company:
        sentences.append(_("The touch was of somebody else in the company."))
    return " ".join(sentences)


def percent(weight: Decimal) -> str:
    """Return a weight as per cent."""
    return _("%(number)s %%") % {"number": show_number(round_to(weight * 100, 2).normalize())}


def _rule(method: str, made_with: dict[str, Any], place: Place) -> str:
    if method == Method.FIRST:
        return _("It was the first touch in the window, and the first has all.")
    if method == Method.LAST:
        return _("It was the last touch in the window, and the last has all.")
    where = {"place": show_number(place.number), "count": show_number(place.of)}
    if method == Method.LINEAR:
        return _("Touch %(place)s of %(count)s, and all have the same.") % where
    if method == Method.POSITION:
        return (
            _("Touch %(place)s of %(count)s; the first and the last have 40 %% each, those between share 20 %%.")
            % where
        )
    if method == Method.DECAY:
        sentence = _("Touch %(place)s of %(count)s; one that is %(days)s days older weighs half as much.")
        return sentence % {**where, "days": made_with["half_life_days"]}
    if method == Method.W_SHAPED:
        return (
            _(
                "Touch %(place)s of %(count)s; the first, the one that made the lead and the one that made the "
                "opportunity have 30 %% each, the others share 10 %%."
            )
            % where
        )
    return _by_effect(where)


def _by_effect(where: dict[str, str]) -> str:
    return (
        _("Touch %(place)s of %(count)s; each weighs what would be lost without its channel (the removal effect).")
        % where
    )


def _when(share: Any) -> str:
    closed = share.deal.closed_on
    days = (closed - timezone.localdate(share.touch.at)).days if closed else 0
    if days <= 0:
        return _("It was on the day the deal was won.")
    sentence = ngettext(
        "It was %(days)s day before the deal was won.", "It was %(days)s days before the deal was won.", days
    )
    return sentence % {"days": show_number(days)}


def _weight(share: Any) -> str:
    return _("Its weight is %(percent)s.") % {"percent": percent(share.weight)}
