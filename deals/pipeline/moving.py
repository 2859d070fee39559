"""The only ways to change how a deal stands: open, move, win, lose, reopen. Each writes history, and lifecycles."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from config.common.money import as_text
from config.integrations.announcing import announce
from contacts.models import Contact, User
from deals import signals
from deals.catalogue.models import Currency
from deals.pipeline.deal import Deal, DealContact, Outcome
from deals.pipeline.following import follow_lifecycle
from deals.pipeline.history import ChangeKind, StageChange
from deals.pipeline.pipelines import LossReason, Pipeline, Stage

ALLOWED: dict[str, frozenset[str]] = {
    Outcome.OPEN: frozenset({Outcome.WON, Outcome.LOST}),
    Outcome.WON: frozenset({Outcome.OPEN}),
    Outcome.LOST: frozenset({Outcome.OPEN}),
}


class DealRefused(DomainError):
    """A deal can't be changed that way now."""

    code = "deal_refused"


@transaction.atomic
def open_deal(
    *,
    name: str,
    owner: User,
    by: User | None,
    contacts: Sequence[Contact] = (),
    pipeline: Pipeline | None = None,
    stage: Stage | None = None,
    currency: Currency | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Deal:
    """Open a deal in a stage (the first by default) and make its people and company an Opportunity.

    ``fields`` are columns of Deal (company, amount, expected_close, own_probability, external_id). Raises
    ValidationError with the fields at fault, DealRefused where the stage can't take an open deal.
    """
    pipeline = pipeline or (stage.pipeline if stage else default_pipeline())
    stage = stage or first_stage(pipeline)
    _check_open_stage(stage, pipeline)
    at = at or timezone.now()
    deal = Deal(
        name=name,
        owner=owner,
        pipeline=pipeline,
        stage=stage,
        currency=currency or Currency.objects.of_company(),
        stage_since=at,
        opened_on=timezone.localdate(at, timezone.get_default_timezone()),
        **fields,
    )
    deal.full_clean()
    deal.save()
    DealContact.objects.bulk_create(DealContact(deal=deal, contact=contact) for contact in dict.fromkeys(contacts))
    _record(deal, ChangeKind.OPENED, by=by, at=at, from_stage=None, from_outcome="")
    follow_lifecycle(deal, by=by, at=at)
    announce(signals.deal_opened, subject=deal, by=by, stage=stage.pk)
    return deal


@transaction.atomic
def move(
    deal: Deal, to: Stage, *, by: User, seen_stage: int | None = None, reason: str = "", at: datetime | None = None
) -> Deal:
    """Move an open deal to another stage of its pipeline, forward or back.

    ``seen_stage`` is the stage the caller saw: if the deal has left it meanwhile, the move is refused.
    """
    deal = _lock(deal)
    if not deal.is_open:
        raise DealRefused(_closed_sentence(deal), code="deal_closed")
    if seen_stage is not None and seen_stage != deal.stage_id:
        sentence = _(
            "“%(deal)s” is in “%(stage)s” by now: somebody moved it since this page was loaded. Look again and repeat."
        )
        raise DealRefused(sentence % {"deal": deal, "stage": deal.stage}, code="deal_moved_meanwhile")
    # The caller's copy may be stale: the stage may have been retired meanwhile.
    to = Stage.objects.select_related("pipeline").get(pk=to.pk)
    if to.pk == deal.stage_id:
        raise DealRefused(
            _("“%(deal)s” is in “%(stage)s” already.") % {"deal": deal, "stage": to}, code="deal_already_there"
        )
    _check_open_stage(to, deal.pipeline)
    from_stage = deal.stage
    at = at or timezone.now()
    spent = _enter(deal, to, at)
    deal.save(update_fields=["stage", "stage_since", "updated_at"])
    _record(
        deal,
        ChangeKind.MOVED,
        by=by,
        at=at,
        from_stage=from_stage,
        from_outcome=Outcome.OPEN,
        reason=reason,
        spent=spent,
    )
    announce(signals.deal_moved, subject=deal, by=by, from_stage=from_stage.pk, to_stage=to.pk)
    return deal


@transaction.atomic
def win(deal: Deal, *, by: User, on: date | None = None, reason: str = "") -> Deal:
    """Win an open deal: it enters the stage for won deals, and its people and company become Customers."""
    deal = _close(deal, Outcome.WON, by=by, on=on, reason=reason)
    amount = as_text(deal.amount, deal.currency.minor_units)
    announce(signals.deal_won, subject=deal, by=by, amount=amount, currency=deal.currency_id, company=deal.company_id)
    return deal


@transaction.atomic
def lose(deal: Deal, *, reason: LossReason, by: User, note: str = "", on: date | None = None) -> Deal:
    """Lose an open deal for a reason from the catalogue. Nobody's lifecycle moves back."""
    if reason.retired_at is not None:
        raise DealRefused(
            _("“%(reason)s” is no longer used. Choose another reason.") % {"reason": reason}, code="loss_reason_retired"
        )
    deal = _close(
        deal,
        Outcome.LOST,
        by=by,
        on=on,
        reason=f"{reason}: {note}" if note else str(reason),
        loss_reason=reason,
        note=note,
    )
    announce(signals.deal_lost, subject=deal, by=by, reason=reason.code)
    return deal


@transaction.atomic
def reopen(deal: Deal, *, reason: str, by: User) -> Deal:
    """Take back a win or a loss, with a reason: the deal returns to the stage it was closed in."""
    deal = _lock(deal)
    _check_outcome(deal, Outcome.OPEN)
    if not reason.strip():
        raise DealRefused(_("Say why “%(deal)s” is opened again.") % {"deal": deal}, code="reopen_needs_reason")
    from_stage, from_outcome, now = deal.stage, deal.outcome, timezone.now()
    spent = _enter(deal, _stage_before_closing(deal), now)
    deal.outcome, deal.closed_on, deal.loss_reason, deal.loss_note = Outcome.OPEN, None, None, ""
    deal.save(update_fields=["stage", "stage_since", "outcome", "closed_on", "loss_reason", "loss_note", "updated_at"])
    _record(
        deal,
        ChangeKind.REOPENED,
        by=by,
        at=now,
        from_stage=from_stage,
        from_outcome=from_outcome,
        reason=reason.strip(),
        spent=spent,
    )
    announce(signals.deal_reopened, subject=deal, by=by, reason=reason.strip(), from_outcome=from_outcome)
    return deal


def default_pipeline() -> Pipeline:
    """Return the pipeline for deals that don't name one."""
    pipeline: Pipeline | None = Pipeline.objects.usable().order_by("-is_default", "id").first()
    if pipeline is None:
        raise DealRefused(_("There is no pipeline to open deals in. Make one first."), code="no_pipeline")
    return pipeline


def first_stage(pipeline: Pipeline) -> Stage:
    """Return the stage in which a pipeline's deals begin."""
    stage: Stage | None = (
        Stage.objects.usable().filter(pipeline=pipeline, is_for_won=False).order_by("position", "id").first()
    )
    if stage is None:
        raise DealRefused(
            _("The pipeline “%(pipeline)s” has no stage yet. Add one first.") % {"pipeline": pipeline}, code="no_stage"
        )
    return stage


def moment(day: date) -> datetime:
    """Return the moment that stands for a calendar day in histories: noon in the company's zone."""
    return datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())


def _lock(deal: Deal) -> Deal:
    # The caller's copy may be stale: decide on the locked row. Locked without joins: PostgreSQL would join a row that
    # another transaction has just moved with the stage it came from, and find nothing.
    Deal.objects.select_for_update().get(pk=deal.pk)
    locked: Deal = Deal.objects.select_related("stage", "pipeline", "currency").get(pk=deal.pk)
    return locked


def _close(
    deal: Deal,
    outcome: Outcome,
    *,
    by: User,
    on: date | None,
    reason: str,
    loss_reason: LossReason | None = None,
    note: str = "",
) -> Deal:
    deal = _lock(deal)
    _check_outcome(deal, outcome)
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    on = on or today
    if on > today or (deal.opened_on and on < deal.opened_on):
        raise DealRefused(
            _("The closing day must lie between the opening day and today."), code="closing_day_impossible"
        )
    at = timezone.now() if on == today else moment(on)
    from_stage = deal.stage
    stage = from_stage
    if outcome == Outcome.WON:
        stage = Stage.objects.usable().filter(pipeline=deal.pipeline, is_for_won=True).first() or from_stage
    spent = _enter(deal, stage, at)
    deal.outcome, deal.closed_on, deal.loss_reason, deal.loss_note = outcome, on, loss_reason, note
    deal.save(update_fields=["stage", "stage_since", "outcome", "closed_on", "loss_reason", "loss_note", "updated_at"])
    kind = ChangeKind.WON if outcome == Outcome.WON else ChangeKind.LOST
    _record(deal, kind, by=by, at=at, from_stage=from_stage, from_outcome=Outcome.OPEN, reason=reason, spent=spent)
    follow_lifecycle(deal, by=by, at=at)
    return deal


def _check_outcome(deal: Deal, to: Outcome) -> None:
    if to in ALLOWED[deal.outcome]:
        return
    if to == Outcome.OPEN:
        raise DealRefused(_("“%(deal)s” is open already.") % {"deal": deal}, code="deal_open")
    raise DealRefused(_closed_sentence(deal), code="deal_closed", facts={"outcome": deal.outcome})


def _closed_sentence(deal: Deal) -> str:
    sentence = _("“%(deal)s” was %(outcome)s on %(day)s. Reopen it with a reason to change that.")
    return sentence % {"deal": deal, "outcome": deal.get_outcome_display().lower(), "day": deal.closed_on}


def _check_open_stage(stage: Stage, pipeline: Pipeline) -> None:
    labels = {"stage": stage, "pipeline": pipeline}
    if stage.pipeline_id != pipeline.pk:
        raise DealRefused(
            _("“%(stage)s” is no stage of the pipeline “%(pipeline)s”.") % labels, code="stage_of_other_pipeline"
        )
    if stage.is_for_won:
        raise DealRefused(
            _("“%(stage)s” is for won deals. Mark the deal as won to bring it there.") % labels, code="stage_for_won"
        )
    if stage.retired_at is not None:
        raise DealRefused(_("“%(stage)s” is no longer used. Choose another stage.") % labels, code="stage_retired")


def _enter(deal: Deal, stage: Stage, at: datetime) -> timedelta:
    """Put the deal into a stage and return how long it had been in the one before."""
    spent = max(timedelta(0), at - deal.stage_since)
    deal.stage, deal.stage_since = stage, max(at, deal.stage_since)
    return spent


def _stage_before_closing(deal: Deal) -> Stage:
    closing = deal.stage_changes.filter(kind__in=[ChangeKind.WON, ChangeKind.LOST]).select_related("from_stage").first()
    stage = closing.from_stage if closing else None
    usable = (
        stage is not None
        and stage.retired_at is None
        and not stage.is_for_won
        and stage.pipeline_id == deal.pipeline_id
    )
    return stage if stage is not None and usable else first_stage(deal.pipeline)


def _record(
    deal: Deal,
    kind: ChangeKind,
    *,
    by: User | None,
    at: datetime,
    from_stage: Stage | None,
    from_outcome: str,
    reason: str = "",
    spent: timedelta = timedelta(0),
) -> StageChange:
    return StageChange.objects.create(
        deal=deal,
        kind=kind,
        from_stage=from_stage,
        to_stage=deal.stage,
        from_outcome=from_outcome,
        to_outcome=deal.outcome,
        at=at,
        by=by,
        reason=reason[:500],
        time_in_stage=spent,
    )
