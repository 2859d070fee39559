"""Which rows are written before the others: parents before children, the beginnings of a history before the rest."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.utils.translation import gettext as _

from config.common.search import fold
from contacts.imports.rows import Problem, Row


class Sequencer:
    """Sees every good row of a file once, then names the chunks to write first. This one lets the file's order be."""

    def see(self, row: Row) -> None:
        """Take a row into account."""

    def chunks(self, size: int) -> list[list[int]]:
        """Return lines of rows to be written first, chunk by chunk."""
        return []

    def refused(self) -> dict[int, Problem]:
        """Return rows that can't be put into any order."""
        return {}

    def names(self) -> Collection[str]:
        """Return the folded names of the file's rows, where rows refer to each other."""
        return ()

    def referred_to(self) -> frozenset[str]:
        """Return the folded names that rows refer to, where rows refer to each other."""
        return frozenset()

    def since(self) -> dict[str, date]:
        """Return the earliest day on which the file mentions a subject, by folded name."""
        return {}


class ParentsFirst(Sequencer):
    """Rows that others name as their parent come first, level by level; a circle is refused."""

    def __init__(self, parent_field: str, name_field: str) -> None:
        self.parent_field, self.name_field = parent_field, name_field
        self._rows: dict[str, Row] = {}
        self._parents: dict[str, str] = {}

    def see(self, row: Row) -> None:
        """Remember who names whom."""
        name, parent = (fold(str(row.texts.get(each) or "")) for each in (self.name_field, self.parent_field))
        if not name:
            return
        self._rows.setdefault(name, Row(row.line, row.columns, row.texts))
        if parent:
            self._parents.setdefault(name, parent)

    def names(self) -> Collection[str]:
        """Return what the file's rows are called."""
        return self._rows.keys()

    def referred_to(self) -> frozenset[str]:
        """Return the names of all parents."""
        return frozenset(self._parents.values())

    def chunks(self, size: int) -> list[list[int]]:
        """Return the named parents, the highest first."""
        levels: dict[int, list[int]] = defaultdict(list)
        for name in set(self._parents.values()):
            depth = self._depth(name)
            if name in self._rows and depth is not None:
                levels[depth].append(self._rows[name].line)
        return [part for depth in sorted(levels) for part in _parts(sorted(levels[depth]), size)]

    def refused(self) -> dict[int, Problem]:
        """Return the rows whose parents come round to themselves."""
        found = {}
        for name in self._parents:
            if name in self._rows and self._is_in_circle(name):
                row = self._rows[name]
                row.refuse(
                    self.parent_field,
                    "circle",
                    _("This comes round to itself: %(chain)s.") % {"chain": " → ".join(self._chain(name))},
                )
                found[row.line] = row.problems[-1]
        return found

    def _depth(self, name: str) -> int | None:
        depth, seen = 0, {name}
        while name := self._parents.get(name, ""):
            if name in seen:
                return None
            seen.add(name)
            depth += 1
        return depth

    def _is_in_circle(self, name: str) -> bool:
        return self._chain(name)[-1] == self._shown(name)

    def _chain(self, name: str) -> list[str]:
        chain, seen = [self._shown(name)], {name}
        while name := self._parents.get(name, ""):
            chain.append(self._shown(name))
            if name in seen:
                break
            seen.add(name)
        return chain

    def _shown(self, name: str) -> str:
        row = self._rows.get(name)
        return str(row.texts.get(self.name_field) or "") if row else name


class BeginningsFirst(Sequencer):
    """Of each subject, the rows with its first dates come first, together with those of subjects they share a row with.

    Histories are written in order only: so the earliest opening and the earliest win of a company must not come
    after later ones, and they belong into one transaction.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[date, int]] = {}
        self._subjects: dict[int, tuple[str, ...]] = {}

    def note(self, line: int, subjects: Iterable[str], milestones: Iterable[tuple[str, date | None]]) -> None:
        """Take into account when a row's subjects reached which milestone."""
        names = tuple(subjects)
        for milestone, day in milestones:
            for subject in names:
                known = self._first.get((subject, milestone))
                if day is not None and (known is None or (day, line) < known):
                    self._first[subject, milestone] = (day, line)
                    self._subjects[line] = names

    def chunks(self, size: int) -> list[list[int]]:
        """Return the beginnings; rows that share a subject, directly or through others, stay together."""
        groups: dict[str, list[int]] = defaultdict(list)
        root = _Joined()
        lines = sorted({line for _day, line in self._first.values()})
        for line in lines:
            root.join(self._subjects[line])
        for line in lines:
            groups[root.of(self._subjects[line][0])].append(line)
        chunks: list[list[int]] = []
        for group in groups.values():
            if chunks and len(chunks[-1]) + len(group) <= size:
                chunks[-1] += group
            else:
                chunks.append(list(group))
        return chunks

    def since(self) -> dict[str, date]:
        """Return the earliest of each subject's milestones."""
        found: dict[str, date] = {}
        for (subject, _milestone), (day, _line) in self._first.items():
            found[subject] = min(day, found.get(subject, day))
        return found


class _Joined:
    """Sets that grow together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, name: str) -> str:
        while (above := self._above.setdefault(name, name)) != name:
            self._above[name] = self._above.setdefault(above, above)
            name = above
        return name

    def join(self, names: tuple[str, ...]) -> None:
        for name in names[1:]:
            self._above[self.of(name)] = self.of(names[0])


def _parts(lines: list[int], size: int) -> list[list[int]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]
