"""How names in a file find the records they mean: by any of their names, without regard to case and accents."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise

from config.common.search import fold
from contacts.imports.context import Context
from contacts.staff.models import User


class Reference:
    """Finds records of one model by names. Lives as long as a run; looks only among what the user may see."""

    title: ClassVar[str | Promise]
    creatable: ClassVar[bool] = False

    def __init__(self, user: User | None) -> None:
        self.user = user

    def find(self, names: Collection[str]) -> dict[str, Sequence[Any]]:
        """Return the keys of the records that each name means; a name that means none may be left out."""
        raise NotImplementedError

    def make(self, names: Sequence[str], context: Context) -> None:
        """Make records for names that match nothing, so that ``find`` finds them from now on."""
        raise TypeError(f"{type(self).__name__} makes no records.")


class NameIndex(Reference):
    """A reference to a model of which all names fit into memory. Read once, then only what was added meanwhile."""

    model: ClassVar[type[Model]]
    # Columns that name a record; earlier ones win over later ones.
    columns: ClassVar[tuple[str, ...]] = ("name",)

    def __init__(self, user: User | None) -> None:
        super().__init__(user)
        self._known: list[dict[str, list[Any]]] = [{} for _column in self.columns]
        self._newest: Any = None

    def find(self, names: Collection[str]) -> dict[str, Sequence[Any]]:
        """Look the names up; the index is brought up to date first."""
        self._refresh()
        found: dict[str, Sequence[Any]] = {}
        for name in names:
            folded = fold(name)
            for index in self._known:
                if folded in index:
                    found[name] = index[folded]
                    break
        return found

    def records(self) -> Any:
        """Return the rows that may be meant."""
        rows: Any = self.model._default_manager.all()
        return rows.visible_to(self.user) if self.user is not None else rows

    def _refresh(self) -> None:
        rows = self.records()
        if self._newest is not None:
            rows = rows.filter(pk__gt=self._newest)
        for key, *names in rows.order_by("pk").values_list("pk", *self.columns).iterator(chunk_size=5000):
            self._newest = key
            for index, name in zip(self._known, self.spellings(names), strict=True):
                for folded in {fold(each) for each in name if each}:
                    index.setdefault(folded, []).append(key)

    def spellings(self, names: Sequence[str]) -> Iterable[tuple[str, ...]]:
        """Return for each column the spellings under which a record is found."""
        return [(name,) for name in names]


def in_every_language(name: str) -> tuple[str, ...]:
    """Return a name that ships with Tandem in all languages it is shown in."""
    spellings = [name]
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            spellings.append(translation.gettext(name))
    return tuple(dict.fromkeys(spellings))
