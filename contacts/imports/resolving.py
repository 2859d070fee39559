"""Names become records: finds them, makes them where the mapping says so, and counts those that match nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.fields import Field, Unknown
from contacts.imports.mapping import Mapping
from contacts.imports.references import Reference
from contacts.imports.rows import Pending, Row
from contacts.staff.models import User

MOST_NAMES_KEPT = 200


@dataclass(slots=True)
class UnknownNames:
    """Names that match nothing, by field, with the number of rows they are in."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, field_name: str, name: str) -> None:
        """Count one row."""
        self.counts.setdefault(field_name, Counter())[name] += 1

    def as_json(self, mapping: Mapping) -> list[dict[str, Any]]:
        """Return for each field what will be done and the most frequent names."""
        return [
            {
                "field": name,
                "label": str(mapping.kind.field(name).label),
                "what": mapping.sources[name].unknown.value,
                "different": len(counter),
                "names": [[text, count] for text, count in counter.most_common(MOST_NAMES_KEPT)],
            }
            for name, counter in sorted(self.counts.items())
        ]


class Resolver:
    """Resolves the references of a run's rows, chunk by chunk."""

    def __init__(self, mapping: Mapping, user: User | None, names_in_file: Collection[str] = ()) -> None:
        self.mapping = mapping
        self.names_in_file = names_in_file
        self.unknown = UnknownNames()
        self._references: dict[type[Reference], Reference] = {}
        self._fields: list[Field] = [
            mapping.kind.field(name) for name in mapping.sources if mapping.kind.field(name).reference is not None
        ]
        self._user = user

    def resolve(self, rows: Sequence[Row], context: Context) -> None:
        """Put keys in the place of names; a name that means nothing, or several records, is a problem of its row.

        Rows that have problems already are looked at too, so that every name that matches nothing is counted.
        """
        for target in self._fields:
            names = {name for row in rows for name in _names(row, target)}
            if not names:
                continue
            reference = self._reference(target)
            found = reference.find(names)
            missing = {name for name in names if not found.get(name)}
            if missing and self.mapping.sources[target.name].unknown is Unknown.CREATE and not context.dry:
                # In the file's order: the first spelling names the new record.
                good = dict.fromkeys(name for row in rows if not row.failed for name in _names(row, target))
                reference.make([name for name in good if name in missing], context)
                found = reference.find(names)
            for row in rows:
                if row.values.get(target.name):
                    self._put(row, target, found)

    def _put(self, row: Row, target: Field, found: dict[str, Sequence[Any]]) -> None:
        keys = [self._key(row, target, name, found.get(name, ())) for name in _names(row, target)]
        row.values[target.name] = [key for key in keys if key is not None] if target.several else keys[0]

    def _key(self, row: Row, target: Field, name: str, keys: Sequence[Any]) -> Any:
        if target.narrowed_by_kind and keys:
            return tuple(keys)
        if len(keys) == 1:
            return keys[0]
        labels = {"name": name, "what": target.reference.title if target.reference else "", "count": len(keys)}
        if keys:
            sentence = _(
                "%(count)s records are called “%(name)s”. "
                "Write something that only one of them has, such as its external id."
            )
            row.refuse(target.name, "name_ambiguous", sentence % labels)
            return None
        itself = self.mapping.kind.refers_to_itself
        if itself is not None and target.name == itself[0] and fold(name) in self.names_in_file:
            return Pending(name)
        self.unknown.note(target.name, name)
        what = self.mapping.sources[target.name].unknown
        if what is Unknown.ERROR:
            sentence = _(
                "No %(what)s is called “%(name)s”. "
                "Correct the name, translate it in the mapping, or add the record first."
            )
            row.refuse(target.name, "name_unknown", sentence % labels)
        return Pending(name) if what is Unknown.CREATE else None

    def _reference(self, target: Field) -> Reference:
        model = target.reference
        if model is None:
            raise TypeError(target.name)
        if model not in self._references:
            self._references[model] = model(self._user)
        return self._references[model]


def _names(row: Row, target: Field) -> Iterable[str]:
    value = row.values.get(target.name)
    if not value:
        return ()
    return value if isinstance(value, list) else (value,)
