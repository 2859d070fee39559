"""What becomes of a cost: approved or refused while it waits, taken back if it was a mistake. Nothing is deleted."""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.budgets.models import Cost, CostState
from campaigns.budgets.pots import Pot, lock_pot, pot_of
from campaigns.budgets.refusing import BudgetRefused, reason_missing
from campaigns.budgets.spending import lock_cost, move_cost, refuse_unless_open
from campaigns.budgets.watching import watch
from config.common.money import show_money
from contacts.messages.queueing import notify
from contacts.models import User

KIND = "cost_decided"


@transaction.atomic
def approve(cost: Cost, *, by: User, note: str = "") -> Cost:
    """Let a waiting cost count although it overruns the budget. Refuses ``cost_not_waiting``."""
    locked, pot = _lock_waiting(cost)
    _decide(locked, CostState.COUNTED, by=by, why=note)
    watch(pot, by=by)
    return locked


@transaction.atomic
def refuse(cost: Cost, *, by: User, reason: str) -> Cost:
    """Don't let a waiting cost count. Refuses ``cost_not_waiting`` and ``reason_missing``."""
    locked, _pot = _lock_waiting(cost)
    if not reason.strip():
        raise reason_missing()
    _decide(locked, CostState.REFUSED, by=by, why=reason)
    return locked


@transaction.atomic
def take_back(cost: Cost, *, by: User, reason: str) -> Cost:
    """Take a cost back that was written by mistake: it stays to be read, and counts no more.

    Refuses ``cost_refused``, ``cost_void`` and ``reason_missing``.
    """
    pot = lock_pot(pot_of(cost.campaign, cost.plan))
    locked = lock_cost(cost.pk)
    refuse_unless_open(locked)
    if not reason.strip():
        raise reason_missing()
    _decide(locked, CostState.TAKEN_BACK, by=by, why=reason)
    watch(pot, by=by)
    return locked


def _lock_waiting(cost: Cost) -> tuple[Cost, Pot]:
    pot = lock_pot(pot_of(cost.campaign, cost.plan))
    locked = lock_cost(cost.pk)
    if locked.state != CostState.WAITING:
        sentence = _("This cost doesn't wait for approval. It stands at: %(state)s.")
        raise BudgetRefused(sentence % {"state": locked.get_state_display()}, code="cost_not_waiting")
    return locked, pot


def _decide(cost: Cost, state: CostState, *, by: User, why: str) -> None:
    cost.decided_by, cost.decided_at = by, timezone.now()
    cost.decision = why.replace("\x00", "").strip()[:300]
    move_cost(cost, state, by=by, also=("decided_by", "decided_at", "decision"))
    asker = cost.created_by
    if asker is None or asker.pk == by.pk:
        return
    with translation.override(asker.language or translation.get_language()):
        labels = {
            "amount": show_money(cost.amount, cost.currency_id, cost.currency.minor_units),
            "state": cost.get_state_display(),
        }
        title = _("Your cost of %(amount)s: %(state)s") % labels
    key = f"cost:{cost.pk}:{state}:{int(cost.decided_at.timestamp())}"
    notify(asker, key=key, kind=KIND, title=title, body=cost.decision, about=cost)
