"""``manage.py import_data``: imports one file, or a plan of several, and says what came of every row."""

import time
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError
from django.db import transaction

from config.common.management.prepared import PreparedCommand
from contacts.imports.errors import ImportRefused
from contacts.imports.kinds import kind_called
from contacts.imports.leases import free_if_dead
from contacts.imports.mapping import parse
from contacts.imports.models import Import, Status
from contacts.imports.plans import PlanStep, read_mapping, read_plan
from contacts.imports.running import work_on
from contacts.imports.starting import digest_of, interrupted, request_check, upload
from contacts.staff.models import User

MOST_PROBLEMS_SHOWN, MOST_NAMES_SHOWN = 200, 20


class _RolledBack(Exception):
    """The whole plan is undone."""


class Command(PreparedCommand):
    """One file: ``import_data KIND FILE``. Several: ``import_data PLAN.toml``."""

    help = "Import a file (import_data KIND FILE) or a plan of files (import_data PLAN.toml)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument(
            "source",
            nargs="+",
            metavar="KIND FILE | PLAN.toml",
            help="users, companies, contacts, products or deals, and a file; or a plan",
        )
        parser.add_argument(
            "--mapping",
            type=Path,
            metavar="M.toml",
            help="which column feeds which field; guessed from the header if left out",
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything and write nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="save nothing if any row has a problem")
        parser.add_argument(
            "--as",
            dest="email",
            metavar="EMAIL",
            help="the user who imports; histories name them, and they must be allowed to",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and end with 1 if rows had problems."""
        try:
            steps, user = self._steps(options["source"], options["mapping"]), self._user(options["email"])
            failed = self._import(steps, user, dry=options["dry_run"], whole=options["all_or_nothing"])
        except ImportRefused as refusal:
            raise CommandError(refusal.sentence) from None
        if failed:
            raise SystemExit(1)

    def _steps(self, source: list[str], mapping: Path | None) -> list[PlanStep]:
        if len(source) == 1 and source[0].endswith(".toml"):
            return read_plan(Path(source[0]))
        if len(source) != 2:
            raise CommandError(
                "Give a kind and a file (import_data companies accounts.csv), or a plan (import_data plan.toml)."
            )
        kind, file = kind_called(source[0]), Path(source[1])
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        return [PlanStep(kind, file, read_mapping(mapping) if mapping else None)]

    def _user(self, email: str | None) -> User | None:
        if email is None:
            return None
        user = User.objects.filter(is_active=True, email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no active user {email}.")
        return user

    def _import(self, steps: list[PlanStep], user: User | None, *, dry: bool, whole: bool) -> bool:
        """Import the steps, in one transaction if they must be undone together. Return whether anything failed."""
        together, failed, files = len(steps) > 1 and (dry or whole), False, []
        try:
            with transaction.atomic() if together else nullcontext():
                for step in steps:
                    run = self._run(step, user, check_only=dry and not together, whole=whole and not dry)
                    files.append(run.file)
                    failed = failed or bool(run.rows_failed) or run.status not in (Status.FINISHED, Status.READY)
                    if run.status not in (Status.FINISHED, Status.READY):
                        break
                if together and (dry or failed):
                    raise _RolledBack
        except _RolledBack:
            for file in files:
                file.storage.delete(file.name or "")
            self.stdout.write("Dry run: nothing was saved." if dry else "Nothing was saved.")
        return failed

    def _run(self, step: PlanStep, user: User | None, *, check_only: bool, whole: bool) -> Import:
        self.stdout.write(f"{step.file.name} → {step.kind.title}")
        with step.file.open("rb") as opened:
            file = File(opened, name=step.file.name)
            run = None
            if step.mapping is not None and not check_only:
                run = interrupted(digest_of(file, step.kind, parse(step.kind, step.mapping).as_json(), whole))
            if run is None:
                run = upload(step.kind, file, step.file.name, by=user, mapping=step.mapping, all_or_nothing=whole)
                run = request_check(run, then_write=not check_only)
            else:
                self.stdout.write(f"  going on with import {run.pk}, which was interrupted after {run.next_row} rows")
                free_if_dead(run)
        return self._follow(run)

    def _follow(self, run: Import) -> Import:
        """Work on the run until it is done, by this process or another one."""
        shown, began, before = _Shown(self), time.monotonic(), run.next_row
        while True:
            work_on(run.pk, report=shown.progress)
            run.refresh_from_db()
            if not run.is_at_work:
                break
            time.sleep(0.5)
        shown.result(run, time.monotonic() - began, run.next_row - before)
        return run


class _Shown:
    """What the command prints about one run."""

    def __init__(self, command: Command) -> None:
        self.command, self._named, self._last = command, False, 0.0

    def progress(self, run: Import) -> None:
        if not self._named and run.findings.get("unknown"):
            self._named = True
            self._names(run.findings["unknown"])
        if run.status == Status.RUNNING and run.next_row and time.monotonic() - self._last > 0.5:
            self._last = time.monotonic()
            self._line(f"  {run.next_row} of {run.rows_total} rows ({run.percent} %)")

    def result(self, run: Import, seconds: float, rows: int) -> None:
        if run.message:
            self._line(f"  {run.message}")
        verb = "would be: " if run.status == Status.READY else ""
        counts = f"new {run.rows_new}, changed {run.rows_changed}, unchanged {run.rows_unchanged}"
        counts += f", with problems {run.rows_failed}"
        speed = f", {rows / seconds:.0f} rows a second" if rows and seconds else ""
        self._line(f"  {run.rows_total} rows; {verb}{counts} ({seconds:.1f} s{speed})")
        for problem in run.problems.all()[:MOST_PROBLEMS_SHOWN]:
            self._line(
                f"  line {problem.line}, column {problem.column or '–'}, value “{problem.value}”: {problem.sentence}"
            )
        more = run.problems.count() - MOST_PROBLEMS_SHOWN
        if more > 0:
            self._line(f"  … and {more} more problems")

    def _names(self, unknown: list[dict[str, Any]]) -> None:
        consequence = {"error": "their rows have problems", "create": "they are made", "empty": "the field stays empty"}
        for found in unknown:
            self._line(f"  {found['label']}: {found['different']} names match nothing ({consequence[found['what']]}):")
            for name, count in found["names"][:MOST_NAMES_SHOWN]:
                self._line(f"    {count} × {name}")
            if found["different"] > MOST_NAMES_SHOWN:
                self._line(f"    … and {found['different'] - MOST_NAMES_SHOWN} more")

    def _line(self, text: str) -> None:
        # Values come from files: a control character must not reach the terminal.
        self.command.stdout.write("".join(letter if letter.isprintable() else " " for letter in text))
