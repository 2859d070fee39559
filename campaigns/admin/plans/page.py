"""What stands on the page of a plan: what to do next, questions, goals, the four Ps for each segment, the inside."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin.goals import goal_row
from campaigns.admin.plans import showing
from campaigns.admin.plans.forms import colleagues
from campaigns.admin.plans.parts import tabs_for
from campaigns.admin.plans.promotion import Choices, MessageRow, message_rows
from campaigns.models import (
    Campaign,
    Channel,
    Finding,
    MarketingPlan,
    PlanAnswer,
    PlanChange,
    PlanItem,
    Segment,
    Strategy,
)
from campaigns.plans.gaps import gaps_of, label_of, missing_in
from campaigns.plans.goals import paces
from campaigns.plans.plan import PlanState
from campaigns.plans.pricing import price_items
from campaigns.plans.questions import questions_of
from campaigns.plans.revising import versions_of
from campaigns.plans.strategy import PARTS, Part, Topic
from config.common.money import ZERO, show_money
from deals.models import Currency

CHANGE, APPROVE = "campaigns.change_marketingplan", "campaigns.approve_marketingplan"
MOST_CAMPAIGNS = 50
RELATED = ("owner", "approved_by", "replaces", "learned_from", "mql_segment")
# The tab on which the plan itself stands.
OWN = "plan"


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as the page shows it."""

    item: PlanItem
    badge: str
    cost: str
    missing: str
    prices: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic with what the plan says about it; nothing is a gap."""

    topic: Topic
    items: list[ItemView]


@dataclass(slots=True)
class StrategyView:
    """A segment with three Ps in words and the fourth as a table."""

    strategy: Strategy
    parts: list[tuple[Part, list[TopicView]]]
    messages: list[ItemView]
    gaps: int
    total: str
    # Whether the reader sees the segment itself.
    may_open: bool
    rows: list[MessageRow] = field(default_factory=list)


def plan_page(
    request: HttpRequest, plan: MarketingPlan, *, posted: Any = None, of: int | None = None
) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader; ``posted`` fills the table of strategy ``of``."""
    user: Any = request.user
    tabs = tabs_for(user)
    tab = tabs.get(request.GET.get("tab", ""))
    inside = _own_tab(plan, user, posted, of) if tab is None else {"part": tab.part(plan, user), "title": tab.label}
    return {
        "plan": plan,
        "badge": showing.BADGES.get(PlanState(plan.state), ""),
        "path": showing.plan_path(plan),
        "tab": tab.code if tab else OWN,
        "tabs": [(OWN, _("Plan"), "?"), *((each.code, each.label, f"?tab={each.code}") for each in tabs.values())],
        "may_edit": user.has_perm(CHANGE) and plan.is_draft,
        "may_revise": user.has_perm(CHANGE) and plan.state in (PlanState.APPROVED, PlanState.RUNNING),
        "period": showing.period_text(plan.starts_on, plan.ends_on),
        **inside,
    }


def _own_tab(plan: MarketingPlan, user: Any, posted: Any, of: int | None) -> dict[str, Any]:
    """Return what the plan says, and what to do with it next."""
    prefetch_related_objects([plan], *_parts())
    today, currency = timezone.localdate(), Currency.objects.of_company()
    may_change = user.has_perm(CHANGE)
    strategies, items = list(plan.strategies.all()), list(plan.items.all())
    gaps = gaps_of(strategies, items)
    asked = questions_of(list(plan.answers.all()), today)
    views = _strategy_views(strategies, items, currency, gaps, user)
    may_edit = may_change and plan.is_draft
    if may_edit:
        _add_tables(views, user, posted, of)
    missing = len(gaps) + sum(1 for each in asked if each.answer is None)
    return {
        "worked": any(item.worked for item in items),
        "next": showing.next_action(plan, missing, may_approve=user.has_perm(APPROVE)),
        "missing": missing,
        "may_change": may_change,
        "may_write_down": may_change and plan.state in (PlanState.APPROVED, PlanState.RUNNING, PlanState.CLOSED),
        "may_approve": user.has_perm(APPROVE),
        "asked": asked,
        "goals": [goal_row(each, currency) for each in paces(plan.goals.all(), plan, today)],
        "strategies": views,
        "inside": _topics(Part.INSIDE, _by_topic(items, None, currency)),
        "versions": versions_of(plan),
        "campaigns": _campaigns(plan, user),
    }


def _parts() -> tuple[Any, ...]:
    """Return everything that the plan says, one query a kind of part."""
    items = PlanItem.objects.select_related("channel", "product", "owner", "copied_from__plan")
    findings = Finding.objects.select_related("study")
    return (
        Prefetch("strategies", Strategy.objects.select_related("segment", "persona")),
        Prefetch("items", items.prefetch_related("products", Prefetch("findings", findings))),
        Prefetch("answers", PlanAnswer.objects.prefetch_related(Prefetch("findings", findings))),
        Prefetch("changes", PlanChange.objects.select_related("by")),
        "goals",
    )


def _strategy_views(
    strategies: Sequence[Strategy], items: Sequence[PlanItem], currency: Currency, gaps: Sequence[Any], user: Any
) -> list[StrategyView]:
    missing: dict[Any, int] = defaultdict(int)
    for gap in gaps:
        missing[gap.strategy and gap.strategy.pk] += 1
    prices = {each.item.pk: showing.price_lines(each) for each in price_items(items, timezone.localdate(), currency)}
    seen = _seen_segments(strategies, user)
    views = []
    for strategy in strategies:
        by_topic = _by_topic(items, strategy.pk, currency, prices)
        words = (Part.PRODUCT, Part.PRICE, Part.PLACE)
        messages = by_topic[Topic.MESSAGE]
        total = sum((each.item.cost or ZERO for each in messages), start=ZERO)
        shown = show_money(total, currency.code, currency.minor_units) if messages else ""
        parts = [(part, _topics(part, by_topic)) for part in words]
        may_open = strategy.segment_id in seen
        views.append(StrategyView(strategy, parts, messages, missing[strategy.pk], shown, may_open))
    return views


def _seen_segments(strategies: Sequence[Strategy], user: Any) -> set[int]:
    """Return the ids of the segments that the reader may open; whoever sees all needs no question."""
    asked = {each.segment_id for each in strategies}
    if not user.has_perm("campaigns.view_segment"):
        return set()
    segments = Segment.objects.visible_to(user)
    if not segments.query.has_filters():
        return asked
    return set(segments.filter(pk__in=asked).values_list("pk", flat=True))


def _by_topic(
    items: Sequence[PlanItem], strategy: int | None, currency: Currency, prices: dict[int, Any] | None = None
) -> dict[str, list[ItemView]]:
    found: dict[str, list[ItemView]] = defaultdict(list)
    for item in items:
        if item.strategy_id == strategy:
            found[item.topic].append(_item_view(item, currency, (prices or {}).get(item.pk, [])))
    return found


def _item_view(item: PlanItem, currency: Currency, prices: list[tuple[str, bool]]) -> ItemView:
    cost = "" if item.cost is None else show_money(item.cost, currency.code, currency.minor_units)
    missing = ", ".join(label_of(name) for name in missing_in(item))
    return ItemView(item, showing.BADGES.get(item.state, ""), cost, missing, prices)  # type: ignore[call-overload]


def _topics(part: Part, by_topic: dict[str, list[ItemView]]) -> list[TopicView]:
    return [TopicView(topic, by_topic[topic]) for topic in PARTS[part]]


def _add_tables(views: Sequence[StrategyView], user: Any, posted: Any, of: int | None) -> None:
    channels, owners = choices_of(user)
    for view in views:
        items = [each.item for each in view.messages]
        data = posted if of == view.strategy.pk else None
        view.rows = message_rows(view.strategy, items, channels, owners, data)


def choices_of(user: Any) -> tuple[Choices, Choices]:
    """Return the channels in use, and the people to whom a message can be given."""
    channels = Channel.objects.visible_to(user).filter(is_active=True).values_list("pk", "name")
    owners = colleagues(user).values_list("pk", "name")
    return [(str(pk), name) for pk, name in channels], [(str(pk), name) for pk, name in owners]


def _campaigns(plan: MarketingPlan, user: Any) -> list[Any]:
    if not user.has_perm("campaigns.view_campaign"):
        return []
    rows = Campaign.objects.visible_to(user).filter(plan=plan).select_related("owner")
    return list(rows.order_by("starts_on", "id")[:MOST_CAMPAIGNS])
