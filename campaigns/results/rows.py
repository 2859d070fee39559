"""The rows behind a figure: exactly those people, touches, deals, costs or shares that it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Min, Q

from campaigns.attribution.methods import Basis
from campaigns.attribution.models import RunDeal
from campaigns.budgets.models import CostState
from campaigns.results.asking import Question, runs_of
from campaigns.results.explaining import names
from campaigns.results.money import costs_of, margin_rates, shares_of
from campaigns.results.people import STAGES, deals_of, people_who_reached, touches_of
from deals.models import Deal


class Kind(StrEnum):
    """What the rows are."""

    PEOPLE = "people"
    TOUCHES = "touches"
    DEALS = "deals"
    COSTS = "costs"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a figure, the newest first."""

    code: str
    kind: Kind
    rows: Any


def rows_of(question: Question, code: str) -> Rows | None:
    """Return the rows behind a figure, or of what a figure leaves out; None for an unknown code."""
    if code in STAGES:
        return Rows(code, Kind.PEOPLE, people_who_reached(question, code))
    if code in Basis.values or code in {"margin", "margin_unknown", "untouched", "deals_without_rate"}:
        return _of_attribution(question, code)
    made = _PLAIN.get(code)
    return None if made is None else Rows(code, made[0], made[1](question))


def codes() -> tuple[str, ...]:
    """Return the names of all lists."""
    of_money = (*Basis.values, "margin", "margin_unknown", "untouched", "deals_without_rate")
    return (*_PLAIN, *STAGES, *of_money)


def title_of(code: str) -> str:
    """Return what the figure behind a list is called; nothing for what is left out."""
    return names().get(code, "")


def _of_attribution(question: Question, code: str) -> Rows | None:
    runs = runs_of(question)
    if not runs:
        return None
    chosen = runs["chosen"]
    if code in {"untouched", "deals_without_rate"}:
        known = RunDeal.objects.filter(run=chosen)
        found = known.without_rate() if code == "deals_without_rate" else known.untouched()
        return Rows(code, Kind.DEALS, _newest_deals(question, Q(pk__in=found.values("deal"))))
    # What no model shares in the chosen way is reckoned by the weights of the chosen run.
    run = runs.get(code, chosen)
    shares = shares_of(question, run.pk)
    if code == "margin_unknown":
        known_deals = margin_rates(shares.values("deal"))
        deals = Q(pk__in=shares.values("deal")) & ~Q(pk__in=list(known_deals))
        return Rows(code, Kind.DEALS, _newest_deals(question, deals))
    related = shares.select_related("touch__contact", "touch__campaign", "touch__channel", "deal__company")
    return Rows(code, Kind.SHARES, related.order_by("-amount", "-pk"))


def _newest_deals(question: Question, condition: Q) -> Any:
    deals = question.seen(Deal.objects).filter(condition)
    return deals.select_related("company", "currency").order_by("-closed_on", "-pk")


def _touches(question: Question) -> Any:
    return touches_of(question).select_related("contact", "campaign", "channel").order_by("-at", "-pk")


def _reach(question: Question) -> Any:
    """Return one touch of each person, and of each visitor whom we don't know."""
    touches = touches_of(question)
    people = touches.filter(contact__isnull=False).values("contact").annotate(one=Min("pk")).values("one")
    strangers = touches.filter(contact__isnull=True, visitor__isnull=False)
    visitors = strangers.values("visitor").annotate(one=Min("pk")).values("one")
    return _touches(question).filter(Q(pk__in=people) | Q(pk__in=visitors))


def _responses(question: Question) -> Any:
    return _touches(question).responses()


def _deals(question: Question) -> Any:
    return deals_of(question).select_related("company", "currency").order_by("-pk")


def _won_deals(question: Question) -> Any:
    return deals_of(question, only_won=True).select_related("company", "currency").order_by("-closed_on", "-pk")


def _costs(condition: Q) -> Callable[[Question], Any]:
    def made(question: Question) -> Any:
        rows = costs_of(question).filter(condition)
        return rows.select_related("campaign", "plan", "channel", "currency").order_by("-day", "-pk")

    return made


_COUNTED = Q(state=CostState.COUNTED)
_PLAIN: dict[str, tuple[Kind, Callable[[Question], Any]]] = {
    "reach": (Kind.TOUCHES, _reach),
    "touches": (Kind.TOUCHES, _touches),
    "responses": (Kind.TOUCHES, _responses),
    "deals": (Kind.DEALS, _deals),
    "won_deals": (Kind.DEALS, _won_deals),
    "cost": (Kind.COSTS, _costs(_COUNTED)),
    "costs_without_rate": (Kind.COSTS, _costs(_COUNTED & Q(worth__isnull=True))),
    "costs_waiting": (Kind.COSTS, _costs(Q(state=CostState.WAITING))),
}
