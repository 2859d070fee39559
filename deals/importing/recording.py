"""Writes many new deals of the past or present at once, with lines, people, dated history and lifecycles.

The result is what opening and closing each deal by hand on its day would have left, but for one thing: no event is
announced for what happened before today. Events are news, and a webhook must not get ten thousand old ones; whoever
mirrors deals hears ``contacts.import_finished`` and reads them from the list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from config.common.money import ZERO, as_text
from config.integrations.announcing import build_event
from config.integrations.models import Event
from contacts.imports.context import Context
from contacts.imports.rows import Pending, Row
from contacts.imports.shipped.entering import announce_changes
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, StepForward, advance_many
from contacts.models import Company, Contact, Employment
from contacts.people.stages import LifecycleStage
from deals import signals
from deals.importing.references import set_up_of
from deals.models import Deal, DealContact, DealLine, LossReason, Stage, StageChange
from deals.pipeline.deal import Outcome
from deals.pipeline.history import ChangeKind

BATCH = 500


@dataclass(slots=True)
class Recording:
    """A new deal, ready to be written, and the stage it was open in."""

    open_stage: Stage
    opened_at: datetime
    closed_at: datetime | None = None
    line: DealLine | None = None
    contacts: list[int] = field(default_factory=list)


def plan_recording(row: Row, context: Context) -> None:
    """Build the deal and its line; a row whose amounts don't fit together is refused."""
    values, open_stage = row.values, row.values["open_stage"]
    outcome, opened, closed = values["outcome"], values.get("opened_on"), values.get("closed_on")
    closed_at = context.moment_of(closed) if closed else None
    # Without a day it was opened by the time it was closed, or by now.
    opened_at = context.moment_of(opened) if opened else closed_at or context.now
    stage = _stage_of_won(open_stage, context) if outcome == Outcome.WON else open_stage
    deal = Deal(
        name=values["name"],
        owner_id=values["owner"],
        pipeline_id=open_stage.pipeline_id,
        stage_id=stage.pk,
        stage_since=closed_at or opened_at,
        outcome=outcome,
        company_id=_key(values.get("company")),
        currency_id=values["currency"],
        amount=values.get("amount") or ZERO,
        own_probability=values.get("own_probability"),
        expected_close=values.get("expected_close"),
        opened_on=opened,
        closed_on=closed,
        loss_reason_id=values.get("loss_reason"),
        loss_note=values.get("loss_note") or "",
        external_id=values["external_id"],
    )
    row.record = deal
    line = build_line(row, context)
    if line is not None:
        deal.amount = line.total(set_up_of(context)["currencies"][deal.currency_id].minor_units)
    row.plan = Recording(
        open_stage,
        opened_at,
        closed_at,
        line,
        [key for key in values.get("contacts") or () if not isinstance(key, Pending)],
    )


def build_line(row: Row, context: Context) -> DealLine | None:
    """Return the line for the row's product: for the row's amount, else for its unit price, else at list price."""
    values, set_up = row.values, set_up_of(context)
    product = set_up["products"].get(values.get("product"))
    if product is None:
        return None
    quantity, price, amount = values.get("quantity") or Decimal(1), values.get("unit_price"), values.get("amount")
    if price is None and amount is not None:
        price = (amount / quantity).quantize(Decimal("0.001"))
    if price is None:
        if product.currency_id != values["currency"]:
            sentence = _(
                "%(product)s is priced in %(theirs)s and the deal is in %(ours)s: "
                "give the amount or the unit price in %(ours)s."
            )
            labels = {"product": product, "theirs": product.currency_id, "ours": values["currency"]}
            row.refuse("amount", "price_in_other_currency", sentence % labels)
            return None
        price = product.price
    line = DealLine(product=product, quantity=quantity, unit_price=price)
    if amount is not None and line.total(set_up["currencies"][values["currency"]].minor_units) != amount:
        row.refuse("amount", "amount_differs", _("The amount is not quantity times unit price. Correct one of them."))
    return line


def record(rows: Sequence[Row], context: Context) -> None:
    """Write the planned deals, in the transaction that the caller holds."""
    if not rows:
        return
    deals = [row.record for row in rows]
    bulk_create_with_history(
        deals, Deal, batch_size=BATCH, default_user=context.user, default_change_reason=context.words
    )
    pairs: list[tuple[Deal, Recording]] = [(row.record, row.plan) for row in rows]
    lines = []
    for deal, plan in pairs:
        if plan.line is not None:
            plan.line.deal = deal
            lines.append(plan.line)
    DealLine.objects.bulk_create(lines, batch_size=BATCH)
    people = [DealContact(deal=deal, contact_id=key) for deal, plan in pairs for key in dict.fromkeys(plan.contacts)]
    DealContact.objects.bulk_create(people, batch_size=BATCH)
    changes = [change for deal, plan in pairs for change in _history(deal, plan, context)]
    StageChange.objects.bulk_create(changes, batch_size=BATCH)
    announce_changes(advance_many(list(_steps(pairs)), by=context.user), context)
    Event.objects.bulk_create((event for deal, plan in pairs for event in _news(deal, plan, context)), batch_size=BATCH)


def _history(deal: Deal, plan: Recording, context: Context) -> Iterator[StageChange]:
    yield StageChange(
        deal=deal,
        kind=ChangeKind.OPENED,
        to_stage=plan.open_stage,
        to_outcome=Outcome.OPEN,
        at=plan.opened_at,
        by=context.user,
        reason=context.words,
    )
    if plan.closed_at is not None:
        yield StageChange(
            deal=deal,
            kind=ChangeKind.WON if deal.outcome == Outcome.WON else ChangeKind.LOST,
            from_stage=plan.open_stage,
            to_stage_id=deal.stage_id,
            from_outcome=Outcome.OPEN,
            to_outcome=deal.outcome,
            at=plan.closed_at,
            by=context.user,
            reason=context.words,
            time_in_stage=max(timedelta(0), plan.closed_at - plan.opened_at),
        )


def _steps(pairs: Sequence[tuple[Deal, Recording]]) -> Iterator[StepForward]:
    """Yield what the deals do to their people and companies: Opportunity when opened, Customer when won."""
    employers = _employers({key for deal, plan in pairs if deal.company_id is None for key in plan.contacts})
    for deal, plan in pairs:
        companies = (
            [deal.company_id] if deal.company_id else [each for key in plan.contacts for each in employers.get(key, ())]
        )
        subjects: list[Any] = [Contact(pk=key) for key in plan.contacts] + [Company(pk=key) for key in companies]
        if not subjects:
            continue
        opened = Cause(CauseKind.DEAL, _("Deal “%(deal)s” was opened") % {"deal": deal}, deal)
        for subject in subjects:
            yield StepForward(subject, LifecycleStage.OPPORTUNITY, plan.opened_at, opened)
        if deal.outcome == Outcome.WON and plan.closed_at:
            won = Cause(CauseKind.DEAL, _("Deal “%(deal)s” was won") % {"deal": deal}, deal)
            for subject in subjects:
                yield StepForward(subject, LifecycleStage.CUSTOMER, plan.closed_at, won, won=True)


def _employers(contacts: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if contacts:
        rows = Employment.objects.present().filter(contact__in=contacts, is_primary=True).order_by("pk")
        for contact, company in rows.values_list("contact_id", "company_id"):
            found.setdefault(contact, []).append(company)
    return found


def _news(deal: Deal, plan: Recording, context: Context) -> Iterator[Event]:
    """Yield events for what happened today; what the data tells of earlier days is history."""
    by = context.user
    if context.is_news(deal.opened_on):
        yield build_event(signals.deal_opened, subject=deal, by=by, payload={"stage": plan.open_stage.pk})
    if not context.is_news(deal.closed_on):
        return
    if deal.outcome == Outcome.WON:
        amount = as_text(deal.amount, set_up_of(context)["currencies"][deal.currency_id].minor_units)
        payload = {"amount": amount, "currency": deal.currency_id, "company": deal.company_id}
        yield build_event(signals.deal_won, subject=deal, by=by, payload=payload)
    else:
        codes = context.memory.setdefault("loss codes", dict(LossReason.objects.values_list("pk", "code")))
        yield build_event(
            signals.deal_lost, subject=deal, by=by, payload={"reason": codes.get(deal.loss_reason_id, "")}
        )


def _stage_of_won(open_stage: Stage, context: Context) -> Stage:
    stages = set_up_of(context)["stages"].values()
    fitting = (
        each
        for each in stages
        if each.pipeline_id == open_stage.pipeline_id and each.is_for_won and each.retired_at is None
    )
    return next(fitting, open_stage)


def _key(value: Any) -> Any:
    return None if isinstance(value, Pending) else value
