"""The Markov chain of journeys and the removal effect of each label, solved and not simulated. Pure, no database.

After Anderl, Becker, von Wangenheim and Schumann (2014), as in R's ``ChannelAttribution``: journeys are walks from a
start through states to "converted" or "gone". A state is the last ``order`` labels of a journey. The removal effect of
a label is the part of all conversions that is lost when every state with it leads to "gone".

The chance to convert comes from eliminating states one by one: each predecessor takes over what the state led to,
divided by all that leaves it. Nothing is ever subtracted (Grassmann, Taksar and Heyman, 1985), so that the same steps
are right to the last digit in fractions, and nearly so in floats, which serve for chains above ``MOST_EXACT`` states.
States that no walk without a label can do without are eliminated once for many labels, by halving.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from campaigns.attribution.refusals import JourneysRefused

State = tuple[str, ...]
START: State = ()
MOST_EXACT = 40
MOST_STATES = 400
# Where a state leads besides other states: to a conversion, to the conversions' value, and out of everything.
_CONVERTED, _VALUE, _OUT = "converted", "value", "out"


@dataclass(frozen=True, slots=True)
class Walk:
    """Labels in their order, and how many journeys took this way: converted, with which value, and gone."""

    labels: Sequence[str]
    conversions: Fraction
    value: Fraction
    nulls: Fraction


@dataclass(frozen=True, slots=True)
class Effects:
    """The removal effects of labels, on conversions and on their value, and how they were reckoned."""

    conversions: dict[str, Fraction]
    value: dict[str, Fraction]
    # The chance of a journey to convert.
    chance: Fraction
    states: int
    is_exact: bool


class _Chain:
    """States with what leads on from each, by weight. Eliminating a state keeps every chance of the others."""

    def __init__(self, links: dict[State, dict[State, Any]], ends: dict[State, dict[str, Any]]) -> None:
        self.links, self.ends = links, ends

    def copy(self) -> "_Chain":
        return _Chain({a: dict(b) for a, b in self.links.items()}, {a: dict(b) for a, b in self.ends.items()})

    def eliminate(self, state: State) -> None:
        """Lead whatever led to ``state`` on to where it leads."""
        onward, ends = self.links.pop(state), self.ends.pop(state)
        onward.pop(state, None)
        leaving = sum(onward.values()) + ends[_CONVERTED] + ends[_OUT]
        for before, links in self.links.items():
            weight = links.pop(state, 0)
            if not weight:
                continue
            part = weight / leaving
            for after, more in onward.items():
                links[after] = links.get(after, 0) + part * more
            for end, more in ends.items():
                self.ends[before][end] += part * more

    def drop(self, states: Iterable[State]) -> None:
        """Lead whatever led to these states out of everything."""
        gone = set(states)
        for state in gone:
            del self.links[state], self.ends[state]
        for before, links in self.links.items():
            for state in gone & links.keys():
                self.ends[before][_OUT] += links.pop(state)

    def chances(self) -> tuple[Any, Any]:
        """Return the chance of the start to convert, and the value it may expect; no other state may be left."""
        ends, links = self.ends[START], self.links[START]
        leaving = ends[_CONVERTED] + ends[_OUT] + sum(weight for state, weight in links.items() if state != START)
        return ends[_CONVERTED] / leaving, ends[_VALUE] / leaving


def removal_effects(walks: Iterable[Walk], order: int = 1, *, most_exact: int = MOST_EXACT) -> Effects:
    """Return the removal effects of all labels, as parts of what converts with all of them (so at most 1).

    Walks that neither converted nor are known to be gone count for nothing.
    """
    chain = _build(walks, order)
    labels = sorted({label for state in chain.links for label in state})
    states = len(chain.links) - 1
    _check_size(states)
    is_exact = states <= most_exact
    if not is_exact:
        _to_floats(chain)
    if not labels:
        return Effects({}, {}, Fraction(0), 0, is_exact)
    whole = chain.copy()
    for state in sorted(whole.links.keys() - {START}):
        whole.eliminate(state)
    chance, value = whole.chances()
    rest = dict(_without_each(chain, labels))
    return Effects(
        {label: _lost(chance, rest[label][0]) for label in labels},
        {label: _lost(value, rest[label][1]) for label in labels},
        Fraction(chance),
        states,
        is_exact,
    )


def _check_size(states: int) -> None:
    if states > MOST_STATES:
        sentence = _(
            "This chain has %(states)s states, and %(most)s can be solved. Choose a lower order, or join rare labels."
        )
        raise JourneysRefused(sentence % {"states": states, "most": MOST_STATES}, code="chain_too_large")


def _lost(whole: Any, rest: Any) -> Fraction:
    if not whole:
        return Fraction(0)
    return max(Fraction(0), 1 - Fraction(rest) / Fraction(whole))


def _build(walks: Iterable[Walk], order: int) -> _Chain:
    links: dict[State, dict[State, Any]] = defaultdict(lambda: defaultdict(Fraction))
    ends: dict[State, dict[str, Any]] = defaultdict(_nowhere)
    links[START], ends[START] = defaultdict(Fraction), _nowhere()
    for walk in walks:
        weight = walk.conversions + walk.nulls
        if not weight or not walk.labels:
            continue
        here = START
        for label in walk.labels:
            there = (*here, label)[-order:]
            links[here][there] += weight
            here = there
        links.setdefault(here, defaultdict(Fraction))
        ends[here][_CONVERTED] += walk.conversions
        ends[here][_VALUE] += walk.value
        ends[here][_OUT] += walk.nulls
    order_of_states = sorted(links)
    return _Chain({each: dict(links[each]) for each in order_of_states}, {each: ends[each] for each in order_of_states})


def _nowhere() -> dict[str, Any]:
    return {_CONVERTED: Fraction(0), _VALUE: Fraction(0), _OUT: Fraction(0)}


def _to_floats(chain: _Chain) -> None:
    tables: tuple[dict[Any, dict[Any, Any]], ...] = (chain.links, chain.ends)
    for rows in tables:
        for row in rows.values():
            for key, weight in row.items():
                row[key] = float(weight)


def _without_each(chain: _Chain, labels: Sequence[str]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield what converts without each of the labels. States without any of them are the same to all: gone first."""
    chain, wanted = chain.copy(), set(labels)
    for state in sorted(chain.links.keys() - {START}):
        if wanted.isdisjoint(state):
            chain.eliminate(state)
    if len(labels) == 1:
        chain.drop(chain.links.keys() - {START})
        yield labels[0], chain.chances()
        return
    middle = len(labels) // 2
    yield from _without_each(chain, labels[:middle])
    yield from _without_each(chain, labels[middle:])


def shares_of(effects: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return effects as parts of their sum; equal parts where all are zero."""
    total = sum(effects.values(), Fraction(0))
    if not total:
        return {label: Fraction(1, len(effects)) for label in effects}
    return {label: effect / total for label, effect in effects.items()}
