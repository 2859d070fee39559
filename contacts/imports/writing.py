"""The base of kinds whose fields are mostly columns of one model: matches rows, compares, writes in bulk."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from contacts.imports.context import Context
from contacts.imports.kinds import Kind
from contacts.imports.rows import Outcome, Pending, Row

BATCH = 500


class ColumnsKind(Kind):
    """Writes rows of one model with their history. Subclasses say how a row finds its record and what else it has."""

    # Fields that are columns, with the attribute they are kept in.
    columns: ClassVar[dict[str, str]]

    @abstractmethod
    def match(self, rows: Sequence[Row], context: Context) -> dict[int, models.Model]:
        """Return the records that rows are about, by line; refuse rows that match several, or one out of reach."""

    def fill(self, record: Any, row: Row, context: Context) -> None:
        """Set what a new record has besides its columns."""

    def plan_parts(self, row: Row, context: Context) -> bool:
        """Plan what hangs on the record (addresses, employment); say whether that changes anything."""
        return False

    def write_parts(self, rows: Sequence[Row], context: Context) -> None:
        """Write what was planned for the parts; the records of the rows are stored."""

    def plan(self, rows: Sequence[Row], context: Context) -> None:
        """Match, compare and validate."""
        matches = self.match(rows, context)
        self.prepare_parts(rows, matches, context)
        for row in rows:
            if row.failed:
                continue
            row.record = matches.get(row.line)
            if row.record is None:
                self._plan_new(row, context)
            elif context.keeps_existing:
                row.outcome = Outcome.UNCHANGED
            else:
                self._plan_change(row, context)

    def prepare_parts(self, rows: Sequence[Row], matches: dict[int, Any], context: Context) -> None:
        """Load what ``plan_parts`` will look at, for the whole chunk at once."""

    def apply(self, rows: Sequence[Row], context: Context) -> None:
        """Write new and changed records with their history, then their parts."""
        new = [row.record for row in rows if row.outcome is Outcome.NEW]
        bulk_create_with_history(
            new, self.model, batch_size=BATCH, default_user=context.user, default_change_reason=context.words
        )
        changed = [row for row in rows if row.outcome is Outcome.CHANGED and row.plan]
        self._update(changed, context)
        self.write_parts([row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)], context)

    def _plan_new(self, row: Row, context: Context) -> None:
        record = self.model()
        pending = set()
        for name, attribute in self.columns.items():
            value = row.values.get(name)
            if isinstance(value, Pending):
                pending.add(name)
            elif value is not None:
                setattr(record, attribute, value)
        self.fill(record, row, context)
        row.record, row.outcome = record, Outcome.NEW
        self._validate(row, exclude=set())
        if not row.failed:
            self.plan_parts(row, context)

    def _plan_change(self, row: Row, context: Context) -> None:
        differing = []
        for name, attribute in self.columns.items():
            value = row.values.get(name)
            # An empty cell says nothing; it never empties what is known.
            if name not in context.given or value is None or value == "" or value == getattr(row.record, attribute):
                continue
            if not isinstance(value, Pending):
                setattr(row.record, attribute, value)
            differing.append(attribute)
        row.plan = tuple(differing)
        if differing:
            same = {field.name for field in self.model._meta.concrete_fields if field.attname not in differing}
            self._validate(row, exclude=same)
        if not row.failed:
            parts_differ = self.plan_parts(row, context)
            row.outcome = Outcome.CHANGED if differing or parts_differ else Outcome.UNCHANGED

    def _validate(self, row: Row, exclude: set[str]) -> None:
        references = {field.name for field in self.model._meta.concrete_fields if field.is_relation}
        try:
            row.record.clean_fields(exclude=exclude | references | {"password"})
            if row.record.pk:
                row.record.clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.refuse(self._field_of(name), "invalid", " ".join(messages))

    def _field_of(self, column: str) -> str:
        return next((name for name, attribute in self.columns.items() if attribute in (column, f"{column}_id")), column)

    def _update(self, rows: Sequence[Row], context: Context) -> None:
        if not rows:
            return
        now = timezone.now()
        following = [field for field in self.model._meta.concrete_fields if getattr(field, "follows", False)]
        for row in rows:
            row.record.updated_at = now
            for field in following:
                field.pre_save(row.record, False)
        attributes = {attribute for row in rows for attribute in row.plan}
        names = [field.name for field in self.model._meta.concrete_fields if field.attname in attributes]
        bulk_update_with_history(
            [row.record for row in rows],
            self.model,
            [*names, *(field.name for field in following), "updated_at"],
            batch_size=BATCH,
            default_user=context.user,
            default_change_reason=context.words,
        )


def refuse_taken(row: Row, field_name: str) -> None:
    """Refuse a row whose key belongs to a record that the user may not see."""
    row.refuse(field_name, "taken", _("Another record has this value already."))


def lock_for_writing(rows: Any, context: Context) -> Any:
    """Return the queryset under a lock, unless the run only checks."""
    return rows if context.dry else rows.select_for_update(of=("self",))


def given(rows: Iterable[Row], name: str) -> set[Any]:
    """Return the values that the rows have in a field."""
    return {value for row in rows if (value := row.values.get(name)) and not isinstance(value, Pending)}


def match_by_external_id(rows: Sequence[Row], model: Any, context: Context) -> dict[int, Any]:
    """Return the records with the rows' external ids, by line; one that the user may not see is refused as taken."""
    ids = given(rows, "external_id")
    if not ids:
        return {}
    everybody = model._default_manager.filter(external_id__in=ids)
    mine = everybody.visible_to(context.user) if context.user else everybody
    found = {record.external_id: record for record in lock_for_writing(mine, context)}
    taken = set(everybody.values_list("external_id", flat=True)) - found.keys() if context.user else set()
    matches = {}
    for row in rows:
        external_id = row.values.get("external_id")
        if external_id in found:
            matches[row.line] = found[external_id]
        elif external_id in taken:
            refuse_taken(row, "external_id")
    return matches
