"""What is counted for each group of a question, each family of numbers by one statement, whatever the groups."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from campaigns.attribution.methods import Basis
from campaigns.attribution.models import AttributionRun, RunDeal
from campaigns.attribution.money import money_of_deals
from campaigns.capture.touch import RESPONSES, Touch
from campaigns.results.asking import Question, in_group, runs_of, touch_key, touched
from campaigns.results.money import (
    DealShare,
    Margin,
    Owed,
    Spent,
    count_costs,
    count_margins,
    count_shares,
    deal_shares,
    shares_of,
)
from campaigns.results.people import count_deals, count_people, touches_of
from config.common.money import ZERO, round_to
from contacts.staff.models import Scope
from deals.catalogue.models import Currency

# The families of numbers; a caller who needs few of them pays for few.
TOUCHES, PEOPLE, DEALS, COSTS, MONEY = "touches", "people", "deals", "costs", "money"
# What of the money is margin.
MARGIN = "margin"
# What the money of the whole house leaves out.
UNSHARED = "unshared"
# The money that no active model shares in the chosen way: each deal's, by the weights of the chosen run.
WEIGHED = "weighed"
ALL = (TOUCHES, PEOPLE, DEALS, COSTS, MONEY, MARGIN, UNSHARED, WEIGHED)


@dataclass(slots=True)
class Numbers:
    """What was counted for one group."""

    counts: dict[str, int] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    owed: dict[str, Owed] = field(default_factory=dict)
    margin: Margin = field(default_factory=Margin)
    # Touches that don't count here: of people whom the reader can't see, and of people who aren't in the segment.
    hidden: int = 0
    outside: int = 0


@dataclass(slots=True)
class Counted:
    """The numbers of all groups, and by what they were made."""

    question: Question
    by: str
    groups: dict[Any, Numbers]
    currency: Currency
    # The run that shares the money, by basis, and ``chosen`` for the one whose model was chosen.
    runs: dict[str, AttributionRun]
    # Won deals of the whole house whose money the chosen run shares with nobody.
    untouched: int = 0
    deals_without_rate: int = 0

    def of(self, key: Any) -> Numbers:
        """Return the numbers of a group; zeros for one of which nothing was counted."""
        return self.groups.get(key) or Numbers()


def count(
    question: Question, by: str = "", families: Iterable[str] = ALL, *, currency: Currency | None = None
) -> Counted:
    """Count for each group (``by`` campaign, channel, segment or plan), or for all together under the key 0."""
    wanted = set(families)
    runs = runs_of(question) if MONEY in wanted else {}
    found = Counted(question, by, {}, currency or Currency.objects.of_company(), runs)
    if TOUCHES in wanted:
        _add_counts(found, _count_touches(question, by))
        _add_touches_left_out(found)
    if PEOPLE in wanted:
        _add_counts(found, count_people(question, by))
    if DEALS in wanted:
        _add_counts(found, count_deals(question, by))
    if COSTS in wanted:
        for key, spent in count_costs(question, by).items():
            _group(found, key).spent = spent
    if runs:
        _add_money(found, wanted)
        if UNSHARED in wanted:
            _add_unshared(found)
    return found


def _count_touches(question: Question, by: str) -> dict[Any, dict[str, int]]:
    strangers = Q(contact__isnull=True)
    rows = touches_of(question).filter(in_group(by)).annotate(key=touch_key(by)).values("key")
    counted = rows.annotate(
        touches=Count("pk"),
        responses=Count("pk", filter=Q(kind__in=RESPONSES)),
        people=Count("contact", distinct=True),
        visitors=Count("visitor", distinct=True, filter=strangers),
    )
    return {row.pop("key"): row for row in counted}


def _add_counts(found: Counted, counted: dict[Any, dict[str, int]]) -> None:
    for key, numbers in counted.items():
        _group(found, key).counts.update(numbers)


def _add_touches_left_out(found: Counted) -> None:
    """Add how many touches the reader's view and a segment leave out; no query where they leave out none."""
    question, by = found.question, found.by
    house = _touches_by_group(replace(question, user=None), by) if not _sees_all(question) else None
    everybody = None
    if question.segment is not None or by == "segment":
        everybody = _touches_by_group(replace(question, user=None), by, members_only=False)
    for key in {*(house or ()), *(everybody or ())}:
        group = _group(found, key)
        counted = group.counts.get("touches", 0)
        inside = house.get(key, 0) if house is not None else counted
        group.hidden = inside - counted
        group.outside = everybody.get(key, 0) - inside if everybody is not None else 0


def _sees_all(question: Question) -> bool:
    return question.user is None or question.user.scope == Scope.ALL


def _touches_by_group(question: Question, by: str, *, members_only: bool = True) -> dict[Any, int]:
    rows = question.seen(Touch.objects).filter(touched(question, members_only=members_only)).order_by()
    if members_only:
        rows = rows.filter(in_group(by))
    return dict(rows.annotate(key=touch_key(by)).values_list("key").annotate(number=Count("pk")))


def _add_money(found: Counted, wanted: set[str]) -> None:
    chosen = found.runs["chosen"]
    by_run = {found.runs[basis].pk: basis for basis in Basis.values if basis in found.runs}
    shared = {run.pk: run for run in found.runs.values() if run.pk != chosen.pk}
    for (key, run), owed in count_shares(found.question, shared.values(), found.by).items():
        _group(found, key).owed[by_run[run]] = owed
    by_deal = deal_shares(found.question, chosen, found.by)
    if MARGIN in wanted:
        for key, margin in count_margins(found.question, chosen, by_deal, found.currency).items():
            _group(found, key).margin = margin
    for each in by_deal:
        _add_owed(found, each, chosen.model.basis, each.amount)
    if WEIGHED in wanted and by_deal:
        _add_weighed(found, by_deal)


def _add_weighed(found: Counted, by_deal: list[DealShare]) -> None:
    """Add the money of the bases that no run shares in the chosen way, by the weights of the chosen run."""
    missing = [basis for basis in Basis.values if basis not in found.runs]
    if not missing:
        return
    digits, deals = found.currency.minor_units, shares_of(found.question, found.runs["chosen"].pk).values("deal")
    for basis in missing:
        money = money_of_deals(basis, deals)
        for each in by_deal:
            _add_owed(found, each, basis, round_to((money.get(each.deal) or ZERO) * each.weight, digits))


def _add_owed(found: Counted, each: DealShare, basis: str, amount: Decimal) -> None:
    before = _group(found, each.key).owed.get(basis, Owed())
    after = Owed(before.amount + amount, before.shares + each.shares, before.deals + 1)
    _group(found, each.key).owed[basis] = after


def _add_unshared(found: Counted) -> None:
    known = found.question.seen(RunDeal.objects).filter(run=found.runs["chosen"]).order_by()
    left_out = known.aggregate(
        without_rate=Count("pk", filter=Q(amount__isnull=True)),
        untouched=Count("pk", filter=Q(amount__isnull=False, is_touched=False)),
    )
    found.untouched, found.deals_without_rate = left_out["untouched"], left_out["without_rate"]


def _group(found: Counted, key: Any) -> Numbers:
    return found.groups.setdefault(key, Numbers())
