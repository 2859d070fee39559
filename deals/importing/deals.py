"""Deals, open and closed, with the product they are about and the dates that the data tells."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.kinds import Kind
from contacts.imports.rows import Outcome as Fate
from contacts.imports.rows import Row
from contacts.imports.sequencing import BeginningsFirst
from contacts.imports.writing import match_by_external_id
from deals.importing.changing import change, plan_change
from deals.importing.deal_fields import DEAL_FIELDS, OUTCOME_OF_STAGE
from deals.importing.products import check_amount
from deals.importing.recording import plan_recording, record
from deals.importing.references import (
    set_up_of,
)
from deals.models import Deal, Stage
from deals.pipeline.deal import Outcome


class _DealBeginnings(BeginningsFirst):
    """The first opening and the first win of every company and contact come first."""

    def see(self, row: Row) -> None:
        """Note whose row it is and when it was opened and won."""
        subjects = [f"company:{fold(str(row.texts['company']))}"] if row.texts.get("company") else []
        subjects += [f"contact:{key}" for key in row.values.get("contacts") or ()]
        opened, closed = row.values.get("opened_on"), row.values.get("closed_on")
        won = row.values.get("outcome") == Outcome.WON
        self.note(
            row.line, subjects, (("opened", opened or (closed if won else None)), ("won", closed if won else None))
        )


class DealsKind(Kind):
    """Found again by external id. New ones are recorded in bulk; the others change by the pipeline's functions."""

    code = "deals"
    title = gettext_lazy("Deals")
    model = Deal
    permissions = ("deals.add_deal", "deals.change_deal")
    fields = DEAL_FIELDS

    def can_do_without(self, name: str, given: Collection[str]) -> bool:
        """The name follows from product and company, or from the id."""
        return name == "name"

    def sequencer(self) -> BeginningsFirst:
        """Return the order in which every subject's first dates come first."""
        return _DealBeginnings()

    def keys(self, row: Row) -> list[str]:
        """Two rows with one external id are the same deal."""
        return [f"external_id:{row.values['external_id']}"] if row.values.get("external_id") else []

    def interpret(self, row: Row, context: Context) -> None:
        """Many systems have one column for stages and outcomes: “Closed Won” there is an outcome."""
        if "outcome" in context.given:
            return
        outcome = OUTCOME_OF_STAGE.get(fold(str(row.values.get("stage") or "")))
        if outcome is not None:
            row.values["outcome"], row.values["stage"] = outcome, None

    def check(self, row: Row, context: Context) -> None:
        """Complete name, owner and currency, find the stage in its pipeline, and see that dates and amounts can be."""
        values, set_up = row.values, set_up_of(context)
        values["name"] = values.get("name") or self._name(row)
        values["outcome"] = values.get("outcome") or Outcome.OPEN.value
        if values.get("owner") is None and not row.texts.get("owner") and context.user and not context.user.is_service:
            values["owner"] = context.user.pk
        if values.get("owner") is None:
            row.refuse(
                "owner",
                "value_missing",
                _("The deal has no owner. Fill the cell in, or give all deals one owner in the mapping."),
            )
        currency = values.get("currency") or next(
            key for key, each in set_up["currencies"].items() if each.is_company_currency
        )
        values["currency"] = currency
        for name in ("amount", "unit_price"):
            check_amount(row, name, set_up["currencies"].get(currency))
        self._check_numbers(row)
        self._check_stage(row, set_up)
        self._check_dates(row, context)

    def plan(self, rows: Sequence[Row], context: Context) -> None:
        """New deals are planned for the bulk path; for the others it is planned what differs."""
        stored = match_by_external_id(rows, Deal, context)
        if not context.keeps_existing:
            prefetch_related_objects(list(stored.values()), "lines", "people")
        for row in rows:
            if row.failed:
                continue
            if row.line not in stored:
                row.outcome = Fate.NEW
                plan_recording(row, context)
                continue
            row.record = stored[row.line]
            row.outcome = Fate.UNCHANGED
            if not context.keeps_existing and plan_change(row, context):
                row.outcome = Fate.CHANGED

    def apply(self, rows: Sequence[Row], context: Context) -> None:
        """Record the new deals at once, and change the others one by one."""
        record([row for row in rows if row.outcome is Fate.NEW], context)
        for row in rows:
            if row.outcome is Fate.CHANGED:
                change(row, context)

    def _name(self, row: Row) -> str:
        parts = [str(row.texts.get(name) or "") for name in ("product", "company")]
        return " · ".join(filter(None, parts))[:200] or row.values.get("external_id") or ""

    def _check_numbers(self, row: Row) -> None:
        quantity, probability = row.values.get("quantity"), row.values.get("own_probability")
        if quantity is not None and (quantity <= 0 or quantity != quantity.quantize(Decimal("0.001"))):
            row.refuse(
                "quantity", "quantity_invalid", _("The quantity must be above zero, with at most three decimals.")
            )
        if probability is not None and not 0 <= probability <= 100:
            row.refuse("own_probability", "probability_invalid", _("The probability lies between 0 and 100 per cent."))
        if (quantity is not None or row.values.get("unit_price") is not None) and row.values.get("product") is None:
            row.refuse("product", "product_missing", _("A quantity or a unit price needs a product."))

    def _check_stage(self, row: Row, set_up: dict[str, Any]) -> None:
        asked = (row.values.get("pipeline"), row.values.get("stage") or ())
        kept = set_up["stages found"]
        if asked not in kept:
            kept[asked] = find_stage(*asked, set_up["stages"].values())
        stage = kept[asked]
        if isinstance(stage, str):
            row.refuse("stage" if row.values.get("stage") else "pipeline", "stage_of_other_pipeline", stage)
            return
        row.values["open_stage"] = stage
        if row.values["outcome"] == Outcome.OPEN and (stage.is_for_won or stage.retired_at is not None):
            sentence = _("An open deal can't be in “%(stage)s”. Correct the stage or the outcome.")
            row.refuse("stage", "stage_not_open", sentence % {"stage": stage})

    def _check_dates(self, row: Row, context: Context) -> None:
        values, today = row.values, context.today
        opened, closed, is_open = values.get("opened_on"), values.get("closed_on"), values["outcome"] == Outcome.OPEN
        if is_open and closed:
            # Many systems keep the day they hope for and the day it happened in one column.
            values["expected_close"], values["closed_on"], closed = values.get("expected_close") or closed, None, None
        if opened and opened > today:
            row.refuse("opened_on", "in_the_future", _("This day has not come yet."))
        if not is_open and not closed:
            row.refuse(
                "closed_on",
                "closing_day_missing",
                _("A deal that was won or lost needs the day on which it was closed."),
            )
        elif closed and (closed > today or (opened and closed < opened)):
            row.refuse(
                "closed_on", "closing_day_impossible", _("The closing day must lie between the opening day and today.")
            )
        if values["outcome"] != Outcome.LOST:
            if "loss_reason" in row.columns and values.get("loss_reason"):
                row.refuse(
                    "loss_reason",
                    "not_lost",
                    _("Only a lost deal has a reason for losing. Clear the cell, or correct the outcome."),
                )
            values["loss_reason"], values["loss_note"] = None, ""


def find_stage(pipeline: int | None, named: Collection[int], stages: Iterable[Stage]) -> Stage | str:
    """Return the named stage of the pipeline (the default one if none is given), its first one if no stage is named.

    If there is none, return why in a sentence.
    """
    stages = list(stages)
    pipeline = pipeline or next((each.pipeline_id for each in stages if each.pipeline.is_default), None)
    in_pipeline = [stage for stage in stages if stage.pipeline_id == pipeline]
    if named:
        fitting = [stage for stage in in_pipeline if stage.pk in named]
    else:
        fitting = [stage for stage in in_pipeline if stage.retired_at is None and not stage.is_for_won]
    if not fitting:
        sentence = _("This is no stage of the pipeline. Its stages are: %(names)s.")
        return sentence % {"names": ", ".join(str(each) for each in in_pipeline) or "–"}
    return next((each for each in fitting if each.retired_at is None), fitting[0])
