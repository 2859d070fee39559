"""Costs: written, judged against the budget, changed. What would overrun it waits until somebody approves it."""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.budgets.asking import ask
from campaigns.budgets.figures import Standing, read
from campaigns.budgets.models import Commitment, Cost, CostState
from campaigns.budgets.papers import Paper, attach
from campaigns.budgets.pots import Pot, check_same, lock_paying, lock_pot, pot_of, whole_of
from campaigns.budgets.refusing import BudgetRefused
from campaigns.budgets.watching import watch
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from campaigns.policy.models import MarketingPolicy
from config.common.saving import save_changed
from config.integrations.announcing import announce
from contacts.models import User
from deals.catalogue.amounts import check_exact
from deals.catalogue.conversion import in_company_currency
from deals.models import Currency

# Changing one of these may bring a cost above the budget.
_WEIGHING = frozenset({"amount", "currency", "day", "commitment"})
OPEN_STATES = (CostState.COUNTED, CostState.WAITING)


class CostChanges(TypedDict, total=False):
    """What can be corrected of a cost; whose it is can't: take it back and write it where it belongs."""

    channel: Channel
    day: date
    amount: Decimal
    currency: Currency
    supplier: str
    note: str
    document_number: str
    external_id: str
    commitment: Commitment | None


@transaction.atomic
def add_cost(
    *,
    channel: Channel,
    day: date,
    amount: Decimal,
    by: User | None,
    campaign: Campaign | None = None,
    plan: MarketingPlan | None = None,
    currency: Currency | None = None,
    commitment: Commitment | None = None,
    supplier: str = "",
    note: str = "",
    document_number: str = "",
    external_id: str = "",
    paper: Paper | None = None,
) -> Cost:
    """Write a cost of a campaign or of a plan itself (of the commitment's, if none is named).

    It counts at once, unless it overruns the budget (or has no rate, so that nobody can say) and the policy wants
    overruns approved: then it waits. The budget is the campaign's; where it has none, the whole plan's.
    Refuses ``nobody_pays``, ``plan_of_other``, ``plan_replaced``, ``commitment_closed``, ``commitment_elsewhere``, and
    what ``papers.attach`` refuses; raises ValidationError with the fields at fault.
    """
    if commitment is not None and campaign is None and plan is None:
        campaign, plan = commitment.campaign, commitment.plan
    currency = currency or Currency.objects.of_company()
    check_exact(amount, currency)
    pot = lock_paying(pot_of(campaign, plan))
    cost = Cost(
        **pot.columns,
        channel=channel,
        day=day,
        amount=amount,
        currency=currency,
        commitment=commitment,
        supplier=_clean(supplier),
        note=_clean(note),
        document_number=_clean(document_number),
        external_id=external_id.strip(),
        created_by=by,
    )
    _check_commitment(cost, pot)
    cost.full_clean()
    cost._history_user = by
    cost.save()
    if paper is not None:
        attach(cost, paper)
    _judge(cost, pot, by=by)
    watch(pot, by=by)
    return cost


@transaction.atomic
def change_cost(cost: Cost, *, by: User | None, **changes: Unpack[CostChanges]) -> Cost:
    """Correct a cost that counts or waits; what weighs more than before is judged anew, and so is what waits.

    Refuses ``cost_refused``, ``cost_void``, and what ``add_cost`` refuses.
    """
    given: dict[str, Any] = dict(changes)
    if unknown := given.keys() - CostChanges.__annotations__.keys():
        raise TypeError(f"This can't be changed of a cost: {sorted(unknown)}.")
    pot = lock_pot(pot_of(cost.campaign, cost.plan))
    locked = lock_cost(cost.pk)
    refuse_unless_open(locked)
    changed = [name for name, value in given.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    before = _value_of(locked)
    for name in changed:
        value = given[name]
        setattr(locked, name, _clean(value) if isinstance(value, str) else value)
    check_exact(locked.amount, locked.currency)
    if "commitment" in changed:
        _check_commitment(locked, pot)
    locked.full_clean()
    locked._history_user = by
    save_changed(locked, changed)
    after = _value_of(locked)
    weighs_more = "commitment" in changed or before is None or after is None or after > before
    if _WEIGHING.intersection(changed):
        if locked.state == CostState.WAITING:
            _let_count_if_it_fits(locked, pot, by=by)
        elif weighs_more:
            _judge(locked, pot, by=by)
    watch(pot, by=by)
    return locked


def lock_cost(pk: int) -> Cost:
    """Lock a cost and return it as it is now. The pot's locks come first."""
    locked: Cost = Cost.objects.select_for_update(of=("self",)).get(pk=pk)
    return locked


def refuse_unless_open(cost: Cost) -> None:
    """Refuse what was refused or taken back already."""
    if cost.state not in OPEN_STATES:
        sentence = _("This cost is: %(state)s. Write a new one instead.")
        raise BudgetRefused(sentence % {"state": cost.get_state_display()}, code=f"cost_{cost.state}")


def overruns(pot: Pot) -> Standing | None:
    """Return the budget that is overrun now: the pot's own where it has one, else the whole plan's."""
    standing = read(pot.condition).total()
    if not standing.has_budget and pot.whole_plan is not None:
        standing = read(whole_of(pot.whole_plan)).total()
    return standing if standing.is_over else None


def has_budget(pot: Pot) -> bool:
    """Return whether anything is planned against which a cost can be judged."""
    if read(pot.condition).total().has_budget:
        return True
    return pot.whole_plan is not None and read(whole_of(pot.whole_plan)).total().has_budget


def move_cost(cost: Cost, state: CostState, *, by: User | None, also: tuple[str, ...] = ()) -> None:
    """Write a cost's new state and announce it; the caller holds the locks and has checked the step."""
    before, cost.state = cost.state, state
    cost._history_user = by
    cost.save(update_fields=["state", *also, "updated_at"])
    announce(signals.cost_moved, subject=cost, by=by, from_state=before, to_state=state)


def _judge(cost: Cost, pot: Pot, *, by: User | None) -> None:
    """Let a cost wait that overruns its budget, or that can't be compared with it, if the policy says so."""
    if not _fits(cost, pot):
        cost.decided_by, cost.decided_at, cost.decision = None, None, ""
        move_cost(cost, CostState.WAITING, by=by, also=("decided_by", "decided_at", "decision"))
        ask(cost, by=by)


def _let_count_if_it_fits(cost: Cost, pot: Pot, *, by: User | None) -> None:
    """Let a cost that waits count once it fits: nobody has to approve what overruns nothing."""
    as_counted = Cost.objects.filter(pk=cost.pk)
    as_counted.update(state=CostState.COUNTED)
    fits = _fits(cost, pot)
    as_counted.update(state=CostState.WAITING)
    if fits:
        move_cost(cost, CostState.COUNTED, by=by)


def _fits(cost: Cost, pot: Pot) -> bool:
    """Say whether a cost that counts needs nobody's approval."""
    if not MarketingPolicy.objects.current().approve_overruns:
        return True
    is_unknown = _value_of(cost) is None and has_budget(pot)
    return not is_unknown and overruns(pot) is None


def _value_of(cost: Cost) -> Decimal | None:
    rows = Cost.objects.filter(pk=cost.pk).annotate(value=in_company_currency("amount", OuterRef("day")))
    value: Decimal | None = rows.values_list("value", flat=True)[0]
    return value


def _check_commitment(cost: Cost, pot: Pot) -> None:
    if cost.commitment is None:
        return
    commitment = Commitment.objects.select_related("campaign", "plan").get(pk=cost.commitment.pk)
    if commitment.closed_at is not None:
        sentence = _("The commitment “%(commitment)s” is closed. Choose an open one, or none.")
        raise BudgetRefused(sentence % {"commitment": commitment}, code="commitment_closed")
    sentence = _("The commitment “%(commitment)s” is of another campaign or plan. Choose one of the same.")
    elsewhere = BudgetRefused(sentence % {"commitment": commitment}, code="commitment_elsewhere")
    check_same(pot, pot_of(commitment.campaign, commitment.plan), elsewhere)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()
