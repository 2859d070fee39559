"""Works on runs: checks a file, or writes it chunk by chunk. A chunk and its checkpoint are one transaction, so a run
that is killed anywhere goes on where it was, without a row lost or doubled."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from config.integrations.announcing import announce
from contacts import signals
from contacts.imports.context import Context
from contacts.imports.errors import ImportRefused, MappingIncomplete, NeedsAnswer
from contacts.imports.kinds import kind_called
from contacts.imports.leases import MOST_ATTEMPTS, LeaseLost, claim, release
from contacts.imports.mapping import Mapping, parse
from contacts.imports.models import Import, ImportLane, Status
from contacts.imports.preparing import Preparer
from contacts.imports.progress import end, fall_back, keep_problems, nothing_saved, save
from contacts.imports.reading.tables import Table, TableRow
from contacts.imports.resolving import Resolver
from contacts.imports.rows import Outcome, Problem, Row
from contacts.imports.saving import save_rows
from contacts.imports.surveying import CHUNK, Survey, in_chunks, refuse_as_surveyed, settle_rows, survey

log = structlog.get_logger(__name__)

Report = Callable[[Import], None]


class _Undone(Exception):
    """All or nothing: a row had a problem, so everything is rolled back."""


def work_on(import_id: int, *, budget: timedelta | None = None, report: Report = lambda _run: None) -> bool:
    """Check or write a run, as its status says; return False if its budget of time ended before its rows.

    Harmless at any time and any number of times: a run that another worker has, or that is done, is left alone.
    """
    lease = claim(import_id, timezone.now())
    if lease is None:
        return True
    run = Import.objects.select_related("created_by__role").get(pk=import_id)
    try:
        if run.attempts > MOST_ATTEMPTS:
            sentence = _("The import was started %(count)s times and got no further. What was saved stays.")
            raise ImportRefused(sentence % {"count": MOST_ATTEMPTS}, code="import_given_up")
        # Sentences about rows are kept: they are written in the language of the person who will read them.
        with translation.override(run.created_by.language if run.created_by else translation.get_language()):
            return _Runner(run, report, budget).work()
    except LeaseLost:
        pass
    except NeedsAnswer as question:
        fall_back(run, Status.DRAFT, question.sentence, {"questions": [each.as_json() for each in question.questions]})
    except MappingIncomplete as refusal:
        fall_back(run, Status.DRAFT, refusal.sentence, {})
    except ImportRefused as refusal:
        fall_back(run, Status.FAILED, refusal.sentence, {})
    except (OperationalError, InterfaceError):
        # The database is away or busy: the lease runs out and somebody goes on from the checkpoint.
        raise
    except Exception:
        log.exception("import_failed", import_id=import_id)
        sentence = _("An unexpected fault ended the import. What was saved stays; start it again to go on.")
        fall_back(run, Status.FAILED, sentence, run.findings)
    report(run)
    return True


class _Stopped(Exception):
    """A person wants the run to stop."""


class _Runner:
    """One worker's go at one run."""

    def __init__(self, run: Import, report: Report, budget: timedelta | None) -> None:
        self.run, self.report = run, report
        self.ends = None if budget is None else time.monotonic() + budget.total_seconds()
        self.mapping: Mapping = parse(kind_called(run.kind), run.mapping)
        self.context = Context(
            user=run.created_by,
            file_name=run.file_name,
            now=timezone.now(),
            given=frozenset(self.mapping.sources),
            patterns={name: source.pattern for name, source in self.mapping.sources.items() if source.pattern},
            record=run,
            keeps_existing=self.mapping.option("existing") == "keep",
            tells_news=self.mapping.option("news") != "none",
        )
        self.problems: list[Problem] = []

    def work(self) -> bool:
        """Do what the run's status asks for; return False if the budget ended first."""
        with self.run.file.open("rb") as file:
            table = self.mapping.open(file)
            try:
                found = self._check(table) if self.run.status == Status.CHECKING else self._survey(table, plan=False)
                return self._write(table, found) if found else True
            except _Stopped:
                self._stop()
        return True

    def _survey(self, table: Table, *, plan: bool) -> Survey:
        self.context.dry = True
        found = survey(table, self.mapping, self.context, plan=plan, tick=self._tick)
        self.context.dry = False
        return found

    def _check(self, table: Table) -> Survey | None:
        """Keep what the check finds for people to see; return it only if rows are to be written right away."""
        run = self.run
        found = self._survey(table, plan=run.check_only)
        impossible = run.all_or_nothing and found.problems and not run.check_only
        with transaction.atomic():
            run.problems.all().delete()
            run.rows_total, run.next_row, run.findings = found.rows, 0, found.findings
            if run.check_only or impossible:
                run.rows_new, run.rows_changed = found.outcomes[Outcome.NEW], found.outcomes[Outcome.CHANGED]
                run.rows_unchanged, run.rows_failed = found.outcomes[Outcome.UNCHANGED], found.outcomes[Outcome.FAILED]
                keep_problems(run, found.problems)
                end(run, *((Status.FAILED, nothing_saved()) if impossible else (Status.READY, "")))
            else:
                save(run, status=Status.RUNNING, rows_total=found.rows, next_row=0, findings=found.findings)
        self.report(run)
        return found if run.is_at_work else None

    def _write(self, table: Table, found: Survey) -> bool:
        if self.run.next_row:
            found.first = self.run.first_lines
        save(self.run, rows_total=found.rows, first_lines=found.first)
        try:
            with transaction.atomic() if self.run.all_or_nothing else nullcontext():
                complete = self._write_chunks(table, found)
                if complete:
                    self._finish()
        except _Undone:
            self.run.rows_new = self.run.rows_changed = self.run.rows_unchanged = self.run.next_row = 0
            self.run.rows_failed = len({problem.line for problem in self.problems})
            keep_problems(self.run, self.problems)
            end(self.run, Status.FAILED, nothing_saved())
            complete = True
        if complete:
            self.report(self.run)
        return complete

    def _write_chunks(self, table: Table, found: Survey) -> bool:
        preparer, resolver = Preparer(table, self.mapping, found.formats), Resolver(self.mapping, self.context.user)
        done = 0
        for chunk in _in_order(table, found):
            done += len(chunk)
            if done <= self.run.next_row:
                continue
            rows = [preparer.prepare(raw) for raw in chunk]
            for row in rows:
                refuse_as_surveyed(row, found)
            self._write_chunk(rows, resolver)
            self.report(self.run)
            if self.ends is not None and time.monotonic() > self.ends and not self.run.all_or_nothing:
                release(self.run)
                return False
        if self.problems:
            raise _Undone
        return True

    def _write_chunk(self, rows: list[Row], resolver: Resolver) -> None:
        """Write one chunk and its checkpoint, or nothing if another worker has taken the run over."""
        with transaction.atomic():
            _enter_lane(self.run.kind)
            if Import.objects.select_for_update(of=("self",)).get(pk=self.run.pk).stop_requested:
                raise _Stopped
            self.context.now = timezone.now()
            settle_rows(rows, self.mapping, resolver, self.context)
            save_rows(rows, self.mapping.kind, self.context)
            problems = [problem for row in rows for problem in row.problems]
            if self.run.all_or_nothing:
                self.problems += problems
            else:
                keep_problems(self.run, problems)
            self._advance(rows)

    def _finish(self) -> None:
        with transaction.atomic():
            end(self.run, Status.FINISHED, "" if self.run.rows_total else _("The file has a header and no rows."))
            announce(
                signals.import_finished,
                subject=self.run,
                by=self.run.created_by,
                kind=self.run.kind,
                counts=self.run.counts,
            )

    def _advance(self, rows: Sequence[Row]) -> None:
        outcomes = Counter(Outcome.FAILED if row.failed else row.outcome for row in rows)
        run = self.run
        save(
            run,
            next_row=run.next_row + len(rows),
            rows_new=run.rows_new + outcomes[Outcome.NEW],
            rows_changed=run.rows_changed + outcomes[Outcome.CHANGED],
            rows_unchanged=run.rows_unchanged + outcomes[Outcome.UNCHANGED],
            rows_failed=run.rows_failed + outcomes[Outcome.FAILED],
            claimed_at=timezone.now(),
            attempts=0,
        )

    def _tick(self, rows: int) -> None:
        """Keep the lease while a long file is looked at, show how far it is, and stop if a person wants that."""
        progress = {"next_row": rows} if self.run.status == Status.CHECKING else {}
        save(self.run, claimed_at=timezone.now(), **progress)
        if Import.objects.filter(pk=self.run.pk, stop_requested=True).exists():
            raise _Stopped

    def _stop(self) -> None:
        if self.run.status == Status.CHECKING:
            fall_back(self.run, Status.DRAFT, _("The check was stopped."), {})
        else:
            fall_back(
                self.run,
                Status.STOPPED,
                _("Stopped. What was saved stays; start it again to go on."),
                self.run.findings,
            )
        self.report(self.run)


def _in_order(table: Table, found: Survey) -> Iterator[Sequence[TableRow]]:
    """Yield chunks in the order of writing, always the same for a run, so that its checkpoint keeps its meaning."""
    first = {line for chunk in found.first for line in chunk}
    if first:
        raws = {raw.line: raw for raw in table.rows() if raw.line in first}
        for lines in found.first:
            yield [raws[line] for line in lines]
    yield from in_chunks((raw for raw in table.rows() if raw.line not in first), CHUNK)


def _enter_lane(kind: str) -> None:
    """Wait for other runs of this kind until the end of the transaction."""
    ImportLane.objects.get_or_create(kind=kind)
    ImportLane.objects.select_for_update().get(kind=kind)
