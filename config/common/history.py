"""Field history told to a reader: who changed what from which value to which, and when.

Parts of a row (the e-mail addresses of a contact) have no history of their own: a change of them is noted as the
reason of a save of the whole, in a short form that doesn't depend on anybody's language (see ``part_change``).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.models import DeletedObject

# Columns that follow from others and tell a reader nothing.
_SILENT = frozenset({"created_at", "updated_at"})
NOTHING = "–"
# The column for the reason is this long.
LONGEST_REASON = 100
_REFERENCE = re.compile(r"#(\w+\.\w+):(\d+)")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field went from one value to another, in the reader's words."""

    name: str
    label: str
    old: str
    new: str

    def __str__(self) -> str:
        return _("%(field)s from “%(old)s” to “%(new)s”") % {"field": self.label, "old": self.old, "new": self.new}


@dataclass(frozen=True, slots=True)
class Step:
    """One save of a row: when, by whom, and the fields that changed. ``is_first`` marks the row's creation."""

    at: datetime
    who: str
    is_first: bool
    changes: list[FieldChange] = field(default_factory=list)
    reason: str = ""


def steps(
    row: Model,
    *,
    reader: Any,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 30,
    leave_out: Collection[str] = (),
) -> list[Step]:
    """Return the saves of a row that keeps history, newest first, without those that changed nothing.

    Values that are records the reader can't see are told as such. Costs one query, and one for each kind of record
    among the values.
    """
    records = getattr(row, "history", None)
    if records is None:
        return []
    found = records.order_by("-history_date", "-history_id").select_related("history_user")
    found = found._select_related_history_tracked_objs()
    if before is not None:
        found = found.filter(history_date__lt=before)
    # One more than asked for: a save is told by comparing it with the one before.
    saves = list(found[: limit + 1])
    pairs = list(zip(saves, [*saves[1:], None][: len(saves)], strict=True))[:limit]
    if since is not None:
        pairs = [pair for pair in pairs if pair[0].history_date > since]
    deltas = [(newer, older, _delta(newer, older, leave_out)) for newer, older in pairs]
    shown = _visible_values((change for _newer, _older, changes in deltas for change in changes), reader)
    named = _names_in_notes([newer.history_change_reason or "" for newer, _older, _changes in deltas], reader)
    told = [_tell(newer, older, changes, shown, named) for newer, older, changes in deltas]
    return [step for step in told if step.is_first or step.changes or step.reason]


def part_change(relation: str, old: object, new: object) -> str:
    """Return the note that a part went from one value to another (``emails|a@x.test|b@x.test``); empty means none.

    A value may name a record as ``#app.model:id``: readers are told its name if they may see it.
    """
    room = (LONGEST_REASON - len(relation) - 2) // 2
    values = [" ".join(str(value or "").replace("|", "/").split()) for value in (old, new)]
    return "|".join([relation, *(value if len(value) <= room else value[: room - 1] + "…" for value in values)])


def as_reason(notes: Collection[str]) -> str:
    """Return the notes as one reason that fits its column; what doesn't fit is left out, with a sign."""
    reason = ""
    for note in notes:
        longer = f"{reason}\n{note}" if reason else note
        if len(longer) > LONGEST_REASON:
            return reason[: LONGEST_REASON - 2] + "\n…"
        reason = longer
    return reason


def reference(row: Model | None) -> str:
    """Return how a note names a record."""
    return f"#{row._meta.label_lower}:{row.pk}" if row is not None else ""


def _delta(newer: Any, older: Any, leave_out: Collection[str]) -> list[Any]:
    if older is None:
        return []
    changes = {change.field: change for change in newer.diff_against(older, foreign_keys_are_objs=True).changes}
    # The library keeps no order; the reader gets that of the model.
    names = [field.name for field in newer.instance_type._meta.get_fields() if field.name in changes]
    return [changes[name] for name in names if name not in _SILENT and name not in leave_out]


def _visible_values(changes: Iterable[Any], reader: Any) -> dict[type[Model], set[Any]]:
    """Return, for each kind of record among the values, the ids of those the reader may see."""
    wanted: dict[type[Model], set[Any]] = {}
    for change in changes:
        for value in (change.old, change.new):
            # Colleagues are known by name to everybody.
            if isinstance(value, Model) and value._meta.label != settings.AUTH_USER_MODEL:
                wanted.setdefault(type(value), set()).add(value.pk)
    shown: dict[type[Model], set[Any]] = {}
    for model, ids in wanted.items():
        rows: Any = model._default_manager.all()
        if hasattr(rows, "visible_to"):
            shown[model] = set(rows.visible_to(reader).filter(pk__in=ids).values_list("pk", flat=True))
    return shown


def _names_in_notes(reasons: list[str], reader: Any) -> dict[str, str]:
    """Return the names of the records that notes refer to, as far as the reader may see them."""
    wanted: dict[str, set[int]] = {}
    for label, pk in _REFERENCE.findall("\n".join(reasons)):
        wanted.setdefault(label, set()).add(int(pk))
    names = {}
    for label, ids in wanted.items():
        rows: Any = apps.get_model(label)._default_manager.all()
        for row in rows.visible_to(reader).filter(pk__in=ids):
            names[reference(row)] = str(row)
    return names


def _tell(
    newer: Any, older: Any, changes: list[Any], shown: dict[type[Model], set[Any]], named: dict[str, str]
) -> Step:
    model = newer.instance_type
    of_fields = [
        FieldChange(
            change.field,
            _label(model, change.field),
            _text(model, change.field, change.old, shown),
            _text(model, change.field, change.new, shown),
        )
        for change in changes
    ]
    of_parts, reason = _read_notes(model, newer.history_change_reason or "", named)
    return Step(
        at=newer.history_date,
        who=str(newer.history_user) if newer.history_user else "",
        is_first=newer.history_type == "+",
        changes=[*of_fields, *of_parts],
        reason=reason,
    )


def _read_notes(model: Any, reason: str, named: dict[str, str]) -> tuple[list[FieldChange], str]:
    """Return the changes of parts that a reason notes, and what else it says."""
    relations = {relation.get_accessor_name(): relation for relation in model._meta.related_objects}

    def name(match: re.Match[str]) -> str:
        return named.get(match[0], _("a record you can't see"))

    found, rest = [], []
    for line in reason.splitlines():
        relation, *values = line.split("|")
        if relation in relations and len(values) == 2:
            label = str(relations[relation].related_model._meta.verbose_name)
            old, new = (_REFERENCE.sub(name, value) or NOTHING for value in values)
            found.append(FieldChange(relation, label, old, new))
        else:
            rest.append(line)
    return found, " ".join(rest)


def _label(model: Any, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _text(model: Any, name: str, value: Any, shown: dict[type[Model], set[Any]]) -> str:
    """Return a value as the reader would write it."""
    if value is None or value == "" or (isinstance(value, DeletedObject) and value.pk is None):
        return NOTHING
    if isinstance(value, DeletedObject):
        return _("a record that is gone")
    if isinstance(value, Model):
        hidden = type(value) in shown and value.pk not in shown[type(value)]
        return _("a record you can't see") if hidden else str(value)
    choices = dict(model._meta.get_field(name).flatchoices)
    if value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
