"""Two plans side by side, usually versions of one: what was added, what was taken out, what changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from campaigns.plans.plan import MarketingPlan
from campaigns.plans.strategy import PlanItem

_OF_PLAN = ("name", "market", "summary", "starts_on", "ends_on", "owner", "mql_segment")
_OF_GOAL = ("measure", "title", "target", "starts_on", "due_on")
_OF_STRATEGY = ("persona", "statement")
_OF_ITEM = (
    "text", "products", "channel", "starts_on", "ends_on", "product", "list_price", "discount", "floor", "owner",
    "due_on", "state", "cost", "result", "worked", "findings",
)  # fmt: skip
_OF_ANSWER = ("answer", "text", "findings")


class Kind(StrEnum):
    """What happened to it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same. ``about`` names the row (empty for the plan itself), ``of`` says what it is.

    ``name`` is the column that changed, empty where a whole row was added or taken out.
    """

    kind: Kind
    of: str
    about: str
    name: str = ""
    label: str = ""
    before: Any = None
    after: Any = None


def compare(older: MarketingPlan, newer: MarketingPlan) -> list[Difference]:
    """Return what is different in ``newer``, first the plan itself, then goals, strategies, items and answers."""
    before, after = _items(older), _items(newer)
    origins = _origins(before, after)

    def origin(item: PlanItem) -> int:
        return origins[item.pk]

    return [
        *_columns(older, newer, _OF_PLAN, about=""),
        *_rows(_parts(older, "goals"), _parts(newer, "goals"), _OF_GOAL, _goal_key),
        *_rows(_parts(older, "strategies"), _parts(newer, "strategies"), _OF_STRATEGY, _segment_key),
        *_rows(before, after, _OF_ITEM, origin),
        *_rows(_parts(older, "answers"), _parts(newer, "answers"), _OF_ANSWER, _question_key),
    ]


def _parts(plan: MarketingPlan, name: str) -> list[Any]:
    rows: Any = getattr(plan, name)
    if name == "strategies":
        return list(rows.select_related("segment", "persona"))
    return list(rows.prefetch_related("findings") if name == "answers" else rows.all())


def _items(plan: MarketingPlan) -> list[PlanItem]:
    rows = plan.items.select_related("strategy__segment", "channel", "product", "owner")
    return list(rows.prefetch_related("products", "findings"))


def _origins(older: Sequence[PlanItem], newer: Sequence[PlanItem]) -> dict[int, int]:
    """Return for each item the id of the one that it goes back to: the first in its row of copies."""
    parents: dict[int, int | None] = {item.pk: item.copied_from_id for item in (*older, *newer)}
    while unread := {pk for pk in parents.values() if pk is not None and pk not in parents}:
        parents |= dict(PlanItem.objects.filter(pk__in=unread).values_list("pk", "copied_from"))
    found = {item.pk: _first(item.pk, parents) for item in (*older, *newer)}
    _pair_by_words(older, newer, found)
    return found


def _first(pk: int, parents: dict[int, int | None]) -> int:
    while (parent := parents[pk]) is not None:
        pk = parent
    return pk


def _pair_by_words(older: Sequence[PlanItem], newer: Sequence[PlanItem], origins: dict[int, int]) -> None:
    """Let items that say the same of the same segment count as one, where neither was copied from the other."""
    copied, known = {origins[item.pk] for item in newer}, {origins[item.pk] for item in older}
    left = {_words(item): origins[item.pk] for item in older if origins[item.pk] not in copied}
    for item in newer:
        if origins[item.pk] not in known:
            origins[item.pk] = left.pop(_words(item), origins[item.pk])


def _words(item: PlanItem) -> Any:
    segment = item.strategy.segment_id if item.strategy is not None else None
    return segment, item.topic, item.text, item.product_id


def _rows(
    older: Sequence[Any], newer: Sequence[Any], names: tuple[str, ...], key: Callable[[Any], Any]
) -> Iterator[Difference]:
    before = _keyed(older, key)
    for place, row in _keyed(newer, key).items():
        pair = before.pop(place, None)
        if pair is None:
            yield Difference(Kind.ADDED, _kind_of(row), _title(row))
        else:
            yield from _columns(pair, row, names, about=_title(row))
    for row in before.values():
        yield Difference(Kind.REMOVED, _kind_of(row), _title(row))


def _keyed(rows: Sequence[Any], key: Callable[[Any], Any]) -> dict[tuple[Any, int], Any]:
    """Return rows by their key; several with one key by their place among them."""
    found: dict[tuple[Any, int], Any] = {}
    for row in rows:
        place = 0
        while (key(row), place) in found:
            place += 1
        found[key(row), place] = row
    return found


def _columns(before: Any, after: Any, names: tuple[str, ...], *, about: str) -> Iterator[Difference]:
    for name in names:
        old, new = _shown(before, name), _shown(after, name)
        if old != new:
            label = str(getattr(after._meta.get_field(name), "verbose_name", name))
            yield Difference(Kind.CHANGED, _kind_of(after), about, name, label, old, new)


def _shown(row: Any, name: str) -> Any:
    field = row._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(sorted(str(each) for each in getattr(row, name).all())) or None
    if field.choices:
        return str(getattr(row, f"get_{name}_display")()) or None
    value = getattr(row, name)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if value is None or value == "":
        return None
    return str(value) if field.is_relation else value


def _kind_of(row: Any) -> str:
    return str(row._meta.model_name)


def _title(row: Any) -> str:
    if isinstance(row, PlanItem):
        place = f"{row.strategy} · " if row.strategy is not None else ""
        return f"{place}{row.get_topic_display()}: {row}"
    return str(row)


def _goal_key(goal: Any) -> Any:
    return goal.measure, goal.title


def _segment_key(strategy: Any) -> Any:
    return strategy.segment_id


def _question_key(answer: Any) -> Any:
    return answer.question
