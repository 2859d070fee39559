"""What a plan does not say yet: each P of each segment, the inside, the questions, the goals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.plans.strategy import PARTS, ItemState, Part, PlanItem, Strategy, Topic

# What an item about a topic must say to be complete, besides its text.
_NEEDED: dict[str, tuple[str, ...]] = {
    Topic.MESSAGE: ("text", "channel", "starts_on", "ends_on", "cost", "owner"),
    Topic.PRICE: ("floor",),
    Topic.TRAINING: ("text", "owner", "due_on"),
    Topic.ENABLEMENT: ("text", "owner", "due_on"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A topic about which a plan says nothing, for a segment or (no strategy) inside the company."""

    strategy: Strategy | None
    part: Part
    topic: Topic

    @property
    def sentence(self) -> str:
        """What is missing, in words."""
        if self.strategy is None:
            return _("Nothing about %(topic)s.") % {"topic": self.topic.label}
        labels = {"topic": self.topic.label, "segment": self.strategy.segment}
        return _("Nothing about %(topic)s for %(segment)s.") % labels


def gaps_of(strategies: Sequence[Strategy], items: Sequence[PlanItem]) -> list[Gap]:
    """Return what is not filled in; items that were dropped fill nothing. The rows are given, so it asks nothing."""
    filled = {(item.strategy_id, item.topic) for item in items if item.state != ItemState.DROPPED}
    return [*_outside(strategies, filled), *_inside(filled)]


def _outside(strategies: Sequence[Strategy], filled: set[tuple[Any, str]]) -> Iterator[Gap]:
    for strategy in strategies:
        for part, topics in PARTS.items():
            if part != Part.INSIDE:
                yield from (Gap(strategy, part, topic) for topic in topics if (strategy.pk, topic) not in filled)


def _inside(filled: set[tuple[Any, str]]) -> Iterator[Gap]:
    return (Gap(None, Part.INSIDE, topic) for topic in PARTS[Part.INSIDE] if (None, topic) not in filled)


def missing_in(item: PlanItem) -> list[str]:
    """Return the columns of an item that its topic needs and that are empty."""
    if item.topic == Topic.PRODUCTS:
        return [] if item.text or item.products.all() else ["products"]
    needed = _NEEDED.get(item.topic, ("text",))
    return [name for name in needed if getattr(item, name) in (None, "")]


def label_of(name: str) -> str:
    """Return the name of a column of an item as people read it."""
    return str(getattr(PlanItem._meta.get_field(name), "verbose_name", name))
