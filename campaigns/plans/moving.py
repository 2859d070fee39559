"""The only ways to change how a plan stands: draft, approve, start, close. Each writes a row of history."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.plans.carrying import carry_on
from campaigns.plans.locking import lock_plan
from campaigns.plans.plan import MarketingPlan, PlanChange, PlanState
from campaigns.plans.refusing import PlanRefused
from config.integrations.announcing import announce
from contacts.models import User

ALLOWED: dict[str, frozenset[str]] = {
    PlanState.DRAFT: frozenset({PlanState.APPROVED, PlanState.CLOSED}),
    PlanState.APPROVED: frozenset({PlanState.RUNNING, PlanState.CLOSED, PlanState.REPLACED}),
    PlanState.RUNNING: frozenset({PlanState.CLOSED, PlanState.REPLACED}),
    PlanState.CLOSED: frozenset(),
    PlanState.REPLACED: frozenset(),
}

# What areas above do when a version takes over from the one before: their rows go along.
Follower = Callable[[MarketingPlan, MarketingPlan], None]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Let an area take its rows from the replaced version (first) to the new one; called by ``ready``."""
    if follower not in _followers:
        _followers.append(follower)


@transaction.atomic
def draft_plan(
    *, name: str, starts_on: date, ends_on: date, owner: User, by: User | None, **fields: Any
) -> MarketingPlan:
    """Begin a plan for a period; it is a draft until somebody with the right approves it."""
    plan = MarketingPlan(name=name.strip(), starts_on=starts_on, ends_on=ends_on, owner=owner, **fields)
    plan.full_clean()
    plan.save()
    record(plan, "", by=by)
    return plan


@transaction.atomic
def approve(plan: MarketingPlan, *, by: User, note: str = "") -> MarketingPlan:
    """Approve a draft: from then on it says what it says.

    Refuses ``plan_empty``, ``plan_cannot_move``. Whether ``by`` may approve is asked by who calls.
    """
    plan = lock_plan(plan.pk)
    _check_move(plan, PlanState.APPROVED)
    if not plan.goals.exists() and not plan.items.exists():
        sentence = _("“%(plan)s” says nothing yet. Give it a goal and a strategy first.")
        raise PlanRefused(sentence % {"plan": plan}, code="plan_empty")
    plan.approved_by, plan.approved_at = by, timezone.now()
    return _move(plan, PlanState.APPROVED, by=by, reason=note, columns=("approved_by", "approved_at"))


@transaction.atomic
def start(plan: MarketingPlan, *, by: User | None) -> MarketingPlan:
    """Let an approved plan run. It takes over from the version that it revises, which is then replaced.

    What became of items while this version was being written goes along. Refuses ``plan_cannot_move`` and
    ``plan_is_over``.
    """
    plan = lock_plan(plan.pk)
    _check_move(plan, PlanState.RUNNING)
    if plan.ends_on < timezone.localdate():
        sentence = _("“%(plan)s” ended on %(day)s. Plan the next period instead.")
        raise PlanRefused(sentence % {"plan": plan, "day": plan.ends_on.isoformat()}, code="plan_is_over")
    if plan.replaces_id is not None:
        _take_over(plan, lock_plan(plan.replaces_id), by=by)
    return _move(plan, PlanState.RUNNING, by=by)


@transaction.atomic
def close(plan: MarketingPlan, *, by: User, lesson: str) -> MarketingPlan:
    """End a plan and keep what was learned. Refuses ``plan_lesson_missing``, ``plan_cannot_move``."""
    plan = lock_plan(plan.pk)
    _check_move(plan, PlanState.CLOSED)
    if not lesson.strip():
        raise PlanRefused(_("Say what was learned: the next plan starts from it."), code="plan_lesson_missing")
    plan.lesson = lesson.strip()
    return _move(plan, PlanState.CLOSED, by=by, columns=("lesson",))


def record(plan: MarketingPlan, from_state: str, *, by: User | None, reason: str = "") -> None:
    """Write the row of history for the state that a plan is in now, and tell the house."""
    PlanChange.objects.create(
        plan=plan, from_state=from_state, to_state=plan.state, at=timezone.now(), by=by, reason=reason.strip()
    )
    announce(signals.plan_moved, subject=plan, by=by, from_state=from_state, to_state=plan.state)


def _take_over(plan: MarketingPlan, before: MarketingPlan, *, by: User | None) -> None:
    """Replace the version before. One that was closed meanwhile stays closed, and what is its own goes along too."""
    if before.state not in (PlanState.APPROVED, PlanState.RUNNING, PlanState.CLOSED):
        return
    carry_on(before, plan)
    for follower in _followers:
        follower(before, plan)
    if before.state == PlanState.CLOSED:
        return
    reason = _("Version %(number)s takes over.") % {"number": plan.version_number}
    _move(before, PlanState.REPLACED, by=by, reason=reason)


def _move(
    plan: MarketingPlan, to: PlanState, *, by: User | None, reason: str = "", columns: tuple[str, ...] = ()
) -> MarketingPlan:
    from_state, plan.state = plan.state, to
    plan.save(update_fields=["state", "updated_at", *columns])
    record(plan, from_state, by=by, reason=reason)
    return plan


def _check_move(plan: MarketingPlan, to: PlanState) -> None:
    if to in ALLOWED[plan.state]:
        return
    sentence = _ways_round().get((plan.state, to)) or _("“%(plan)s” can't go from “%(from)s” to “%(to)s”.")
    labels = {"plan": plan, "from": PlanState(plan.state).label, "to": to.label}
    facts = {"from_state": plan.state, "to_state": str(to)}
    raise PlanRefused(sentence % labels, code="plan_cannot_move", facts=facts)


def _ways_round() -> dict[tuple[str, str], str]:
    return {
        (PlanState.DRAFT, PlanState.RUNNING): _("“%(plan)s” is a draft. Somebody has to approve it first."),
        (PlanState.APPROVED, PlanState.APPROVED): _("“%(plan)s” is approved already."),
        (PlanState.RUNNING, PlanState.RUNNING): _("“%(plan)s” is running already."),
        (PlanState.CLOSED, PlanState.CLOSED): _("“%(plan)s” is closed already."),
        (PlanState.REPLACED, PlanState.RUNNING): _("A newer version took over from “%(plan)s”. Start that one."),
    }
