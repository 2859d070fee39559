"""What a file changes in deals that are there already: through the pipeline's own functions, so that its rules hold."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.imports.context import Context
from contacts.imports.rows import Pending, Row
from contacts.models import Contact
from deals.importing.recording import build_line
from deals.models import Deal, DealLine, LossReason, Stage
from deals.pipeline.deal import Outcome
from deals.pipeline.editing import LineInput, add_person, change_deal, set_lines
from deals.pipeline.moving import lose, move, win

_COLUMNS = {
    "name": "name",
    "owner": "owner_id",
    "company": "company_id",
    "currency": "currency_id",
    "expected_close": "expected_close",
    "own_probability": "own_probability",
}


@dataclass(slots=True)
class Change:
    """What differs between a row and its deal."""

    columns: dict[str, Any] = field(default_factory=dict)
    line: DealLine | None = None
    contacts: list[int] = field(default_factory=list)
    stage: Stage | None = None
    closes: bool = False

    def __bool__(self) -> bool:
        return bool(self.columns or self.line or self.contacts or self.stage or self.closes)


def plan_change(row: Row, context: Context) -> bool:
    """Find out what differs; say whether anything does. What can't be changed by an import is refused."""
    deal, plan = row.record, Change()
    _compare_state(row, deal, plan, context)
    _compare_columns(row, deal, plan, context)
    _compare_line(row, deal, plan, context)
    present = {part.contact_id for part in deal.people.all()}
    plan.contacts = [
        key for key in row.values.get("contacts") or () if not isinstance(key, Pending) and key not in present
    ]
    row.plan = plan
    return bool(plan) and not row.failed


def change(row: Row, context: Context) -> None:
    """Do what was planned; a refusal of the pipeline becomes the row's problem, and nothing of the row is changed."""
    try:
        with transaction.atomic():
            _change(row, row.plan, context.user, context)
    except DomainError as refusal:
        row.refuse("", refusal.code, refusal.sentence)
    except ValidationError as error:
        row.refuse("", "invalid", " ".join(error.messages))


def _change(row: Row, plan: Change, by: Any, context: Context) -> None:
    deal: Deal = row.record
    deal._history_user = by  # type: ignore[attr-defined]
    if plan.columns:
        changes: dict[str, Any] = {}
        for attribute, value in plan.columns.items():
            setattr(deal, attribute, value)
            name = attribute.removesuffix("_id")
            changes[name] = getattr(deal, name)
        deal = change_deal(deal, changes, by=by)
    if plan.line is not None:
        set_lines(deal, [LineInput(plan.line.product, plan.line.quantity, plan.line.unit_price)])
    for contact in Contact.objects.filter(pk__in=plan.contacts):
        add_person(deal, contact, by=by)
    if plan.stage is not None:
        move(deal, plan.stage, by=by, reason=context.words)
    if plan.closes and row.values["outcome"] == Outcome.WON:
        win(deal, by=by, on=row.values["closed_on"], reason=context.words)
    elif plan.closes:
        reason = LossReason.objects.filter(pk=row.values.get("loss_reason") or 0).first() or LossReason.objects.get(
            code="unknown"
        )
        lose(deal, reason=reason, by=by, note=row.values.get("loss_note") or "", on=row.values["closed_on"])


def _compare_state(row: Row, deal: Deal, plan: Change, context: Context) -> None:
    values, outcome = row.values, row.values["outcome"] if "outcome" in context.given else deal.outcome
    if deal.outcome != Outcome.OPEN and outcome != deal.outcome:
        sentence = _(
            "“%(deal)s” was closed here as %(present)s, and the file says %(given)s. "
            "Reopen it with a reason to change that."
        )
        labels = {"deal": deal, "present": deal.get_outcome_display(), "given": Outcome(outcome).label}
        row.refuse("outcome", "deal_closed", sentence % labels)
    elif deal.outcome == Outcome.OPEN and outcome != Outcome.OPEN:
        plan.closes = True
    elif (
        deal.outcome == Outcome.OPEN
        and "stage" in context.given
        and row.texts.get("stage")
        and values["open_stage"].pk != deal.stage_id
    ):
        plan.stage = values["open_stage"]
    for name, column in (("opened_on", "opened_on"), ("closed_on", "closed_on")):
        given, present = values.get(name), getattr(deal, column)
        if given and given != present and not (name == "closed_on" and plan.closes):
            if present is None and name == "opened_on":
                continue
            sentence = _("The deal's history says %(present)s here. An import does not rewrite histories.")
            row.refuse(name, "history_differs", sentence % {"present": present or "–"})


def _compare_columns(row: Row, deal: Deal, plan: Change, context: Context) -> None:
    for name, attribute in _COLUMNS.items():
        value = row.values.get(name)
        if value in (None, "") or (name not in context.given and name != "expected_close"):
            continue
        if isinstance(value, Pending) or value != getattr(deal, attribute):
            plan.columns[attribute] = None if isinstance(value, Pending) else value
    amount = row.values.get("amount")
    if amount is not None and row.values.get("product") is None and amount != deal.amount:
        if deal.lines.all():
            row.refuse(
                "amount",
                "lines_decide",
                _("The amount is the sum of the deal's lines here. Change the lines, or remove them first."),
            )
        else:
            plan.columns["amount"] = amount


def _compare_line(row: Row, deal: Deal, plan: Change, context: Context) -> None:
    product = row.values.get("product")
    if product is None or isinstance(product, Pending) or row.failed:
        return
    lines = list(deal.lines.all())
    if len(lines) > 1:
        if row.values.get("amount") not in (None, deal.amount):
            row.refuse("product", "several_lines", _("This deal has several lines here. Change them by hand."))
        return
    wanted = build_line(row, context)
    if wanted is None or row.failed:
        return
    # A list price that changed since is no reason to change a deal.
    priced = row.values.get("amount") is not None or row.values.get("unit_price") is not None
    present = lines[0] if lines else None
    same = present is not None and present.product_id == product and present.quantity == wanted.quantity
    if present is None or not same or (priced and _net(present) != wanted.unit_price):
        plan.line = wanted


def _net(line: DealLine) -> Decimal:
    return line.unit_price * (100 - line.discount) / 100
