"""Proofs of the books: checks that recompute what is stored and say in sentences what does not hold.

An app brings a check in three steps:

1. Write it in the slice that owns the rows, in a module ``proving.py``: a function that yields a ``Finding`` for each
   row at fault. It compares in a constant number of statements (joins, ``Exists``, windows), never by a query a row,
   and reads by ``.iterator()``, so that a million rows need no more memory than ten::

       def totals_are_sums() -> Iterator[Finding]:
           rows = Invoice.objects.issued().annotate(sum=…).exclude(total=F("sum")).order_by("pk")
           for pk, total, lines in rows.values_list("pk", "total", "sum").iterator():
               yield Finding(Invoice, pk, _("The total is %(total)s, and the lines come to %(lines)s.") % {…})

   Each statement sees one moment; on PostgreSQL all statements of all checks see the same one. On SQLite a check that
   needs two statements for one comparison must bear that somebody writes in between.
   Sentences name rows by id, not people by name: the output ends up in logs.
2. Register it in a function ``register`` at the end of that module, with how many rows it looks at; the app's
   ``registrations.py`` calls that::

       register_check("deals.totals", gettext_lazy("Totals are the sums of their lines"), totals_are_sums,
                      count=Invoice.objects.issued().count)

3. Test it: silent on good rows, and with one fault planted (``tests.planting.plant``) it names that row.

``manage.py check_integrity`` runs them all.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction
from django.db.models import Model
from django.utils.functional import Promise

# So many sentences of one check are told; of the rest only how many there are.
MOST_TOLD = 20


class Finding:
    """A row that does not hold, and a sentence that says what is stored and what should be."""

    def __init__(self, model: type[Model], pk: object, sentence: str) -> None:
        self.subject, self.sentence = f"{model._meta.label_lower} {pk}", sentence

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold for all rows of a kind: how to find those for which it does not, and how many it saw."""

    name: str
    title: str | Promise
    find: Callable[[], Iterable[Finding]]
    count: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check came to: how many rows it looked at, how many do not hold, and the first of them."""

    check: Check
    looked_at: int
    failed: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.failed


_checks: dict[str, Check] = {}


def register_check(
    name: str, title: str | Promise, find: Callable[[], Iterable[Finding]], *, count: Callable[[], int]
) -> None:
    """Add a check to those that ``manage.py check_integrity`` runs; called by an app's ``ready``.

    ``name`` is the app and what is checked (``deals.amounts``), ``title`` a sentence without a full stop that says
    what holds, ``count`` returns how many rows ``find`` looks at.
    """
    if name in _checks:
        raise ValueError(f"There is a check called {name} already.")
    _checks[name] = Check(name, title, find, count)


def check_names() -> list[str]:
    """Return the names of all checks, in the order in which they run."""
    return sorted(_checks)


def prove(names: Iterable[str] = ()) -> Iterator[Verdict]:
    """Run the named checks, or all of them. Raises KeyError for a name that no check has."""
    wanted = [_checks[name] for name in names or check_names()]
    with _one_moment():
        for check in wanted:
            yield _judge(check)


def _judge(check: Check) -> Verdict:
    looked_at, found = check.count(), iter(check.find())
    told = tuple(islice(found, MOST_TOLD))
    return Verdict(check, looked_at, len(told) + sum(1 for _finding in found), told)


def _one_moment() -> AbstractContextManager[None]:
    """Let all statements see the rows of one moment where readers don't hold up writers."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        return _snapshot()
    return nullcontext()


@contextmanager
def _snapshot() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
